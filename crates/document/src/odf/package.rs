use super::content;
use ddefend_container::xml::{Event, Source, Xml};
use ddefend_container::zip::{Archive, Entry};
use ddefend_container::{ArchiveReader, Format, Sink};
use ddefend_model::{Location, code};

/// An OpenDocument package of any kind.
pub(crate) static ARCHIVE: ArchiveReader = ArchiveReader {
    format: Format {
        id: "odf",
        title: "OpenDocument package",
        extensions: &["odf", "odg", "otg", "odc", "odb", "odi", "odm", "oth", "sxd", "sxm", "sxg"],
    },
    claims,
    read,
};

/// Kinds by the media type in `mimetype`: a word of it, and the format.
static KINDS: [(&str, Format); 6] = [
    ("opendocument.spreadsheet", Format { id: "ods", title: "OpenDocument spreadsheet", extensions: &["ods", "ots"] }),
    ("opendocument.text", Format { id: "odt", title: "OpenDocument text", extensions: &["odt", "ott"] }),
    (
        "opendocument.presentation",
        Format { id: "odp", title: "OpenDocument presentation", extensions: &["odp", "otp"] },
    ),
    ("sun.xml.calc", Format { id: "sxc", title: "OpenOffice.org 1 spreadsheet", extensions: &["sxc", "stc"] }),
    ("sun.xml.writer", Format { id: "sxw", title: "OpenOffice.org 1 text", extensions: &["sxw", "stw", "sxg"] }),
    ("sun.xml.impress", Format { id: "sxi", title: "OpenOffice.org 1 presentation", extensions: &["sxi", "sti"] }),
];

/// Head of an entry that tells what it is, bytes.
const HEAD: usize = 1024;

fn claims(archive: &Archive<'_>) -> bool {
    let media = archive.entry("mimetype").map(|entry| archive.prefix(entry, 128)).unwrap_or_default();
    let media = String::from_utf8_lossy(&media);
    media.contains("opendocument")
        || media.contains("vnd.sun.xml")
        || archive.entry("META-INF/manifest.xml").is_some() && archive.entry("content.xml").is_some()
        || archive.entries().iter().any(|entry| is_content(archive, entry))
}

/// True for an entry that holds a document's content or styles.
fn is_content(archive: &Archive<'_>, entry: &Entry) -> bool {
    let name = entry.name.to_ascii_lowercase();
    let xml = name.ends_with(".xml");
    xml && content::is_document(&archive.prefix(entry, HEAD))
}

fn read(archive: &Archive<'_>, sink: &mut dyn Sink) {
    if let Some(format) = kind(archive) {
        sink.detected(format);
    }
    let encrypted = encrypted_entries(archive, sink);
    for entry in archive.entries() {
        if encrypted.contains(&entry.name) {
            archive.mark_read(entry);
            let message = format!(
                "{} is encrypted by OpenDocument's own scheme (manifest:encryption-data), which is not decrypted here",
                entry.name
            );
            sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
        } else if is_content(archive, entry) {
            archive.mark_read(entry);
            if let Some(bytes) = archive.read(entry, sink) {
                let part = sink.path().join(&entry.name);
                content::read(&bytes, "odf", part, &entry.tricks, sink);
            }
        } else if is_furniture(&entry.name) {
            archive.mark_read(entry);
        }
    }
}

fn kind(archive: &Archive<'_>) -> Option<&'static Format> {
    let media = archive.prefix(archive.entry("mimetype")?, 128);
    let media = String::from_utf8_lossy(&media).into_owned();
    KINDS.iter().find(|(word, _)| media.contains(word)).map(|(_, format)| format)
}

/// Parts of a package that cannot hold a link.
fn is_furniture(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    matches!(base, "mimetype" | "layout-cache" | "manifest.rdf" | "meta.xml" | "settings.xml")
        || name == "META-INF/manifest.xml"
        || name.starts_with("Configurations2/")
        || name.starts_with("Thumbnails/")
}

/// Names of the entries that the manifest says are encrypted, ODF 1.2 part 3 section 4.4.
fn encrypted_entries(archive: &Archive<'_>, sink: &mut dyn Sink) -> Vec<String> {
    let Some(bytes) = archive.entry("META-INF/manifest.xml").and_then(|entry| archive.read(entry, sink)) else {
        return Vec::new();
    };
    if memchr::memmem::find(&bytes, b"encryption-data").is_none() && memchr::memchr(0, &bytes).is_none() {
        return Vec::new();
    }
    let source = Source::new(&bytes, sink);
    let mut xml = Xml::new(&source);
    let (mut names, mut current) = (Vec::new(), String::new());
    while let Some(event) = xml.next(sink) {
        if let Event::Start(element) = event {
            match element.local() {
                "file-entry" => current = element.attribute("full-path").unwrap_or_default(),
                "encryption-data" => names.push(std::mem::take(&mut current)),
                _ => {}
            }
        }
    }
    names
}
