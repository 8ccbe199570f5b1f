//! Compound files: every storage is offered to every storage reader; streams that none has read and that begin like a
//! document are walked as parts.

mod properties;

use crate::registry;
use ddefend_container::cfb::{Compound, SIGNATURE, Storage, Stream};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::{Location, NotInspected, code, trick};

/// Any compound file.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "cfb", title: "OLE compound file", extensions: &[] }, sniff, read };

/// Bytes of a stream by which its type is recognised.
const HEAD: usize = 512;

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(&SIGNATURE) { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(compound) = Compound::open(part.bytes, sink) else { return };
    let mut known = walk_storages(compound.root(), &[], sink);
    if let Some(orphans) = compound.orphans() {
        known |= walk_storages(orphans, &[trick::ORPHAN_STREAM], sink);
    }
    properties::tell(&compound.root(), sink);
    if !known {
        tell_unknown(&compound.root(), sink);
    }
}

/// Offers a storage and all below it, outer ones first. True where somebody knew one of them or a stream.
fn walk_storages(top: Storage<'_>, tricks: &[&'static str], sink: &mut dyn Sink) -> bool {
    let mut known = false;
    let mut open = vec![(top, 0_u32)];
    while let Some((storage, depth)) = open.pop() {
        if let Err(exceeded) = sink.budget().check_nesting(depth) {
            sink.report(exceeded.code, Location::default(), format!("{exceeded} in nested storages"));
            return true;
        }
        if storage.is_root() {
            known |= offer(&storage, sink);
        } else {
            sink.within(&storage.path(), tricks, &mut |sink| known |= offer(&storage, sink));
        }
        let inner = storage.storages();
        open.extend(inner.into_iter().rev().map(|storage| (storage, depth.saturating_add(1))));
    }
    known
}

/// Offers one storage to every reader, then walks the streams that look like a document and that nobody has read.
fn offer(storage: &Storage<'_>, sink: &mut dyn Sink) -> bool {
    let mut known = false;
    for reader in registry::storage_readers() {
        if (reader.claims)(storage) {
            if !known {
                sink.detected(&reader.format);
            }
            known = true;
            (reader.read)(storage, sink);
        }
    }
    for stream in storage.streams() {
        if !stream.was_read() && is_document(&stream) {
            known = true;
            let bytes = stream.read(sink);
            let step = stream.step();
            sink.child(Part::below(sink.path(), &step, &bytes));
        }
    }
    known
}

/// True where the stream begins with the magic number of something that is read, or is an embedded package
/// (MS-OLEDS 1.3.3 calls for no name; Office writes `Package`).
fn is_document(stream: &Stream<'_>) -> bool {
    if stream.name().eq_ignore_ascii_case("Package") {
        return stream.declared_size() > 0;
    }
    let head = stream.prefix(HEAD);
    if head.starts_with(b"PK\x03\x04") || head.starts_with(&SIGNATURE) {
        return true;
    }
    let path = ddefend_model::PartPath::default();
    let part = Part { path, bytes: &head, name: None, declared: None, tricks: Vec::new() };
    let probe = Probe::new(&part);
    registry::readers().any(|reader| (reader.sniff)(&probe) == Claim::Magic)
}

/// Compound files that carry no links, by a stream or the class id (as stored) of their root, and their names.
const OTHERS: &[(&str, [u8; 4], &str)] = &[
    ("Catalog", [0; 4], "a thumbnail cache"),
    ("", [0x84, 0x10, 0x0c, 0x00], "a Windows Installer package"),
    ("", [0x86, 0x10, 0x0c, 0x00], "a Windows Installer patch"),
    ("", [0x82, 0x10, 0x0c, 0x00], "a Windows Installer transform"),
];

fn tell_unknown(root: &Storage<'_>, sink: &mut dyn Sink) {
    let class_id = root.class_id();
    if root.stream("PROJECT").is_some() && root.storage("VBA").is_some() {
        let reason = "a VBA project; macro source is not read".to_owned();
        sink.not_inspected(NotInspected { part: sink.path().clone(), reason });
        return;
    }
    let other = OTHERS.iter().find(|(stream, class, _)| match *stream {
        "" => class_id.starts_with(class),
        name => root.stream(name).is_some(),
    });
    if let Some((_, _, name)) = other {
        let message = format!("this compound file is {name}, which holds no document");
        sink.report(code::NOTE_ODD, Location::default(), message);
        return;
    }
    // The artifact itself is the first part.
    if sink.budget().parts() > 1 {
        let reason = "an object of another application".to_owned();
        sink.not_inspected(NotInspected { part: sink.path().clone(), reason });
        return;
    }
    let mut names: Vec<String> = root.streams().iter().take(8).map(Stream::step).collect();
    names.extend(root.storages().iter().take(8).map(Storage::path));
    let message = format!("no carrier reads this compound file; its root holds: {}", names.join(", "));
    sink.report(code::UNREADABLE_FORMAT, Location::default(), message);
}
