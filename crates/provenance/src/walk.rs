//! Takes an artifact apart with the container's readers and notes what is inside.
//!
//! The same parts under the same names as the scan's walk, without the readers of documents: what damage hides is the
//! scan's to tell, here only what was left out for a limit is.

use crate::{Settings, mail, mark, metadata};
use ddefend_container::cfb::{Compound, SIGNATURE, Storage, Stream};
use ddefend_container::opc::{Package, PackagePart};
use ddefend_container::zip::{self, Archive};
use ddefend_container::{Claim, Format, Part, Probe, READERS, Reader, STORAGE_READERS, Secrets, Sink, media};
use ddefend_guard::{Budget, Exceeded};
use ddefend_model::provenance::{Contained, Metadata, Provenance};
use ddefend_model::{Diagnostic, Link, Location, NotInspected, PartPath, code};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Contained files that are listed.
const MOST: usize = 5_000;
/// Bytes of a head that tell leaf formats.
const HEAD: usize = 512;
/// Formats of one reader that make an artifact a mail.
const MAIL: &str = "eml";

/// What the bytes of an artifact say of where it came from. `name` is what it is called in outputs, with its folders where
/// they are known; a side file that holds the mark of another file is known by its name.
///
/// Diagnostics are about what this reading left out; damage that the scan tells as well is not repeated.
#[must_use]
pub fn read(name: &str, bytes: &[u8], budget: &Budget, settings: &Settings) -> (Provenance, Vec<Diagnostic>) {
    let mut collector = Collector {
        budget,
        settings,
        path: PartPath::root(name),
        depth: 0,
        found: Provenance::default(),
        told: Vec::new(),
        limits: BTreeSet::new(),
    };
    if let Some(mark) = mark::side_file(name, bytes, name) {
        collector.found.marks.push(mark);
        return (collector.found, collector.told);
    }
    let part = Part { path: PartPath::root(name), bytes, name: Some(name.into()), declared: None, tricks: Vec::new() };
    collector.enter(&part);
    collector.found.marks.sort();
    (collector.found, collector.told)
}

struct Collector<'c> {
    budget: &'c Budget,
    settings: &'c Settings,
    path: PartPath,
    depth: u32,
    found: Provenance,
    told: Vec<Diagnostic>,
    /// Limits that were told already.
    limits: BTreeSet<&'static str>,
}

impl Collector<'_> {
    fn enter(&mut self, part: &Part<'_>) {
        if let Err(exceeded) = self.budget.enter_part(self.depth) {
            self.limit(exceeded, &part.path);
            return;
        }
        if part.bytes.starts_with(&SIGNATURE) {
            return self.compound(part);
        }
        if zip::sniff(part.bytes) != zip::Evidence::None {
            self.zip(part);
        }
        if let Some(metadata) = metadata::rtf(part.path.as_str(), part.bytes) {
            self.found.documents.push(metadata);
        }
        for reader in readers(part) {
            // The artifact itself is what a case asks of; mails inside it are files that it holds.
            if self.depth == 0 && reader.format.id == MAIL && self.found.mail.is_none() && !is_mailbox(part.bytes) {
                self.found.mail = mail::is_mail(part.bytes).then(|| mail::read(part.bytes, self.settings));
            }
            (reader.read)(part, self);
        }
    }

    fn compound(&mut self, part: &Part<'_>) {
        let Some(compound) = Compound::open(part.bytes, self) else { return };
        let root = compound.root();
        if self.depth == 0 && mail::is_outlook_item(&root) {
            let settings = self.settings;
            self.found.mail = Some(mail::read_outlook(&root, settings, self));
        }
        let orphans = compound.orphans();
        // What no storage reaches in a damaged file still says what it says.
        let metadata = metadata::compound(part.path.as_str(), &root, self);
        let metadata = metadata.or_else(|| metadata::compound(part.path.as_str(), orphans.as_ref()?, self));
        self.keep(metadata);
        let mut open: Vec<(Storage<'_>, u32)> = orphans.into_iter().chain([root]).map(|top| (top, 0)).collect();
        while let Some((storage, depth)) = open.pop() {
            if self.budget.check_nesting(depth).is_err() {
                return;
            }
            if storage.is_root() {
                offer(&storage, self);
            } else {
                self.within(&storage.path(), &[], &mut |sink| offer(&storage, sink));
            }
            let inner = storage.storages();
            open.extend(inner.into_iter().rev().map(|storage| (storage, depth.saturating_add(1))));
        }
    }

    fn zip(&mut self, part: &Part<'_>) {
        let Some(archive) = Archive::open(part.bytes, self) else { return };
        let times = metadata::entry_times(&archive);
        if Package::is_package(&archive) {
            let package = Package::open(archive, self);
            let metadata = metadata::package(part.path.as_str(), &package, &times, self);
            self.keep(metadata);
            self.package(&package);
            return;
        }
        let metadata = metadata::open_document(part.path.as_str(), &archive, &times, self);
        let is_document = metadata.is_some();
        self.keep(metadata);
        let mut seen = BTreeSet::new();
        for entry in archive.entries() {
            let extent = (entry.data_offset, entry.compressed_size, entry.method);
            if entry.is_folder() || !seen.insert(extent) || self.found.contained.len() >= MOST {
                continue;
            }
            let head = archive.prefix(entry, HEAD);
            let is_leaf = media::leaf(&head).is_some();
            if is_document && (is_leaf || looks_like_xml(&head) || entry.name == "mimetype") {
                continue;
            }
            if let Some(bytes) = archive.read(entry, self) {
                let child = Part::below(&self.path.clone(), &entry.name, &bytes);
                if is_leaf { self.note(&child) } else { self.child(child) }
            }
        }
    }

    fn keep(&mut self, metadata: Option<Metadata>) {
        self.found.documents.extend(metadata.filter(|metadata| !metadata.values.is_empty()));
    }

    /// Files in a package: what is neither its own vocabulary nor a picture, a font or settings of a printer.
    fn package(&mut self, package: &Package<'_>) {
        for part in package.parts() {
            if package.root(part).is_some() || is_passive(part) || media::leaf(&package.prefix(part, HEAD)).is_some() {
                continue;
            }
            if let Some(bytes) = package.read(part, self) {
                self.child(Part::below(&self.path.clone(), part.name.trim_start_matches('/'), &bytes));
            }
        }
    }

    /// Lists a file that its parent names.
    fn note(&mut self, part: &Part<'_>) {
        let Some(name) = part.name.as_deref().filter(|name| !name.is_empty()) else { return };
        if self.found.contained.len() >= MOST {
            self.limit(Exceeded { code: code::LIMIT_RESULTS, limit: MOST as u64 }, &part.path);
            return;
        }
        if mark::marked_file(name).is_some() {
            let whole = part.path.as_str();
            let of = mark::marked_file(whole).unwrap_or_else(|| whole.to_owned());
            if let Some(mut mark) = mark::side_file(name, part.bytes, whole) {
                "archive".clone_into(&mut mark.form);
                mark.of = of;
                self.found.marks.push(mark);
            }
        }
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
        let file = Contained {
            part: part.path.as_str().to_owned(),
            name,
            size: part.bytes.len() as u64,
            sha256: hex(&Sha256::digest(part.bytes)),
        };
        if !self.found.contained.contains(&file) {
            self.found.contained.push(file);
        }
    }

    fn limit(&mut self, exceeded: Exceeded, part: &PartPath) {
        if self.limits.insert(exceeded.code) {
            let message = format!("{exceeded}; what is inside it and behind it is not listed among the files inside");
            self.told.push(Diagnostic::new(exceeded.code, part.clone(), Location::default(), message));
        }
    }
}

/// The readers that claim a part, as the scan's walk chooses them, without those that only guess.
fn readers(part: &Part<'_>) -> Vec<&'static Reader> {
    let probe = Probe::new(part);
    let claims: Vec<(Claim, &'static Reader)> = READERS
        .iter()
        .map(|reader| ((reader.sniff)(&probe), *reader))
        .filter(|(claim, _)| *claim > Claim::Fallback)
        .collect();
    let best = claims.iter().map(|(claim, _)| *claim).max().unwrap_or(Claim::No);
    if part.name.is_none() && part.declared.as_deref() == Some("text/plain") && best < Claim::Structure {
        return Vec::new();
    }
    let floor = best.min(Claim::Structure);
    claims.into_iter().filter(|(claim, _)| *claim >= floor).map(|(_, reader)| reader).collect()
}

/// A mailbox of several mails has no headers of its own.
fn is_mailbox(bytes: &[u8]) -> bool {
    bytes.starts_with(b"From ")
        && memchr::memmem::find_iter(bytes, b"\nFrom ").any(|at| {
            let before = bytes.get(..at).unwrap_or_default();
            before.ends_with(b"\n") || before.ends_with(b"\n\r") || before.ends_with(b"\r\n\r")
        })
}

/// Offers a storage to the readers of objects, then hands on streams that begin like a document.
fn offer(storage: &Storage<'_>, sink: &mut dyn Sink) {
    for reader in STORAGE_READERS.iter().filter(|reader| (reader.claims)(storage)) {
        (reader.read)(storage, sink);
    }
    for stream in storage.streams() {
        if !stream.was_read() && is_document(&stream) {
            let bytes = stream.read(sink);
            let step = stream.step();
            sink.child(Part::below(&sink.path().clone(), &step, &bytes));
        }
    }
}

fn is_document(stream: &Stream<'_>) -> bool {
    let head = stream.prefix(8);
    head.starts_with(b"PK\x03\x04")
        || head.starts_with(&SIGNATURE)
        || (stream.name().eq_ignore_ascii_case("Package") && stream.declared_size() > 0)
}

/// Relationships whose target is no file in its own right.
const PASSIVE: &[&str] = &["printerSettings", "image", "thumbnail", "font", "audio", "video", "media", "hdImage"];

fn is_passive(part: &PackagePart) -> bool {
    !part.roles.is_empty() && part.roles.iter().all(|role| PASSIVE.contains(&role.as_str()))
}

fn looks_like_xml(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(b"<") || head.starts_with(b"\xef\xbb\xbf<")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl Sink for Collector<'_> {
    fn budget(&self) -> &Budget {
        self.budget
    }

    fn secrets(&self) -> &Secrets {
        &self.settings.secrets
    }

    fn path(&self) -> &PartPath {
        &self.path
    }

    fn child(&mut self, part: Part<'_>) {
        self.note(&part);
        let outer = std::mem::replace(&mut self.path, part.path.clone());
        self.depth = self.depth.saturating_add(1);
        let size = part.bytes.len() as u64;
        self.budget.hold(size);
        self.enter(&part);
        self.budget.release(size);
        self.depth = self.depth.saturating_sub(1);
        self.path = outer;
    }

    fn within(&mut self, step: &str, _: &[&'static str], work: &mut dyn FnMut(&mut dyn Sink)) {
        let inner = if step.is_empty() { self.path.clone() } else { self.path.join(step) };
        let outer = std::mem::replace(&mut self.path, inner);
        work(self);
        self.path = outer;
    }

    fn link(&mut self, _: Link) {}

    fn diagnostic(&mut self, _: Diagnostic) {}

    fn detected(&mut self, _: &'static Format) {}

    fn fact(&mut self, _: String) {}

    fn not_inspected(&mut self, _: NotInspected) {}
}
