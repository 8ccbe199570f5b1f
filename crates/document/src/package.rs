//! ZIP-based documents: OPC packages are offered to every package reader, other archives to every archive reader;
//! what none of them read is walked.

use crate::{odd, registry};
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::zip::{self, Archive, Entry};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink, media};
use ddefend_model::{Location, NotInspected, code};
use std::collections::BTreeSet;

/// Anything with ZIP structure.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "zip", title: "ZIP archive", extensions: &["zip", "jar", "apk", "nupkg", "vsix", "xpi"] },
    sniff,
    read,
};

/// Bytes of a head that tell leaf formats.
const HEAD: usize = 512;

fn sniff(probe: &Probe<'_>) -> Claim {
    match zip::sniff(probe.bytes()) {
        zip::Evidence::None => Claim::No,
        zip::Evidence::Inside => Claim::Structure,
        zip::Evidence::Start => Claim::Magic,
    }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(archive) = Archive::open(part.bytes, sink) else {
        let message = "it begins like an archive but has neither entries nor a directory".to_owned();
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
        return;
    };
    if Package::is_package(&archive) {
        read_package(&Package::open(archive, sink), sink);
    } else {
        read_archive(&archive, sink);
    }
}

/// Offers an archive to every archive reader, then walks the entries that none of them read.
fn read_archive(archive: &Archive<'_>, sink: &mut dyn Sink) {
    for reader in registry::archive_readers().filter(|reader| (reader.claims)(archive)) {
        sink.detected(&reader.format);
        (reader.read)(archive, sink);
    }
    // Two headers of one entry (a mismatch) give the same bytes twice; once is enough.
    let mut seen = BTreeSet::new();
    for entry in archive.entries() {
        if archive.was_read(entry) || entry.is_folder() || !seen.insert(extent(entry)) {
            continue;
        }
        if let Some(kind) = media::leaf(&archive.prefix(entry, HEAD)) {
            let part = sink.path().join(&entry.name);
            sink.not_inspected(NotInspected { part, reason: kind.to_owned() });
        } else if let Some(bytes) = archive.read(entry, sink) {
            let mut child = Part::below(sink.path(), &entry.name, &bytes);
            child.tricks.clone_from(&entry.tricks);
            sink.child(child);
        }
    }
}

/// The bytes behind an entry.
fn extent(entry: &Entry) -> (u64, u64, u16, bool) {
    (entry.data_offset, entry.compressed_size, entry.method, entry.encrypted)
}

/// Offers a package to every package reader, then walks the parts that none of them read and that are not known to
/// carry no links.
pub(crate) fn read_package(package: &Package<'_>, sink: &mut dyn Sink) {
    for reader in registry::package_readers() {
        if (reader.names)(package) {
            sink.detected(&reader.format);
        }
        (reader.read)(package, sink);
    }
    for part in package.parts().iter().filter(|part| !package.was_read(part)) {
        match leaf(package, part) {
            Leaf::Silent => {
                if let Some(root) = package.root(part) {
                    odd::tell(package, part, root, sink);
                }
            }
            Leaf::Named(reason) => {
                let part = sink.path().join(part.name.trim_start_matches('/'));
                sink.not_inspected(NotInspected { part, reason: reason.to_owned() });
            }
            Leaf::No => walk_part(package, part, sink),
        }
    }
}

fn walk_part(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink) {
    if let Some(bytes) = package.read(part, sink) {
        let mut child = Part::below(sink.path(), part.name.trim_start_matches('/'), &bytes);
        child.tricks.clone_from(&part.tricks);
        sink.child(child);
    }
}

/// Whether a part that no carrier read needs reading.
enum Leaf {
    /// It may be a document: walk it.
    No,
    /// XML of the package's own vocabulary, which holds nothing beyond what carriers looked for.
    Silent,
    /// A leaf format, named in the report.
    Named(&'static str),
}

/// Relationships whose target Office never opens as a document. What looks like one is walked all the same.
const PASSIVE: &[&str] = &["printerSettings", "image", "thumbnail", "font", "audio", "video", "media", "hdImage"];

fn leaf(package: &Package<'_>, part: &PackagePart) -> Leaf {
    let head = package.prefix(part, HEAD);
    if let Some(kind) = media::leaf(&head) {
        return Leaf::Named(kind);
    }
    if let Some(root) = package.root(part) {
        return if is_document(&root.local, &root.namespace) { Leaf::No } else { Leaf::Silent };
    }
    let passive = !part.roles.is_empty() && part.roles.iter().all(|role| PASSIVE.contains(&role.as_str()));
    if passive && !head.is_empty() && !looks_like_document(&head, part) {
        return Leaf::Named("a binary part that Office never opens as a document");
    }
    Leaf::No
}

/// True where some reader would claim a part by this head.
fn looks_like_document(head: &[u8], part: &PackagePart) -> bool {
    let probe_part = Part {
        path: ddefend_model::PartPath::default(),
        bytes: head,
        name: Some(part.name.as_str().into()),
        declared: None,
        tricks: Vec::new(),
    };
    let probe = Probe::new(&probe_part);
    zip::sniff(head) != zip::Evidence::None
        || head.starts_with(b"\xd0\xcf\x11\xe0")
        || registry::readers().any(|reader| (reader.sniff)(&probe) > Claim::Fallback)
}

/// True for roots of XML documents that stand alone (Flat OPC, Word and Excel 2003, flat OpenDocument, HTML): inside a
/// package they are nested documents. Everything else is part of the package that holds it.
fn is_document(local: &str, namespace: &str) -> bool {
    let standalone = matches!(
        (local, namespace),
        ("package", "http://schemas.microsoft.com/office/2006/xmlPackage")
            | ("wordDocument", _)
            | ("Workbook", "urn:schemas-microsoft-com:office:spreadsheet")
    );
    standalone
        || local.eq_ignore_ascii_case("html")
        || (local.starts_with("document") && namespace.starts_with("urn:oasis:names:tc:opendocument"))
        || namespace.is_empty()
}
