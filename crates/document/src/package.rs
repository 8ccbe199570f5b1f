//! ZIP-based documents: OPC packages are offered to every package reader, ODF and plain archives are walked.

use crate::registry;
use ddefend_container::opc::Package;
use ddefend_container::zip::Archive;
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use memchr::memmem;

/// Anything with ZIP structure.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "zip", title: "ZIP archive", extensions: &["zip"] }, sniff, read };

/// How far behind the start a first local header is looked for, and before the end an end record, bytes.
const SEARCH: usize = 66 << 10;

fn sniff(probe: &Probe<'_>) -> Claim {
    let bytes = probe.bytes();
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Claim::Magic;
    }
    let tail = bytes.get(bytes.len().saturating_sub(SEARCH)..).unwrap_or_default();
    if memmem::find(tail, b"PK\x05\x06").is_some() { Claim::Structure } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(archive) = Archive::open(part.bytes, sink) else { return };
    if !Package::is_package(&archive) {
        for entry in archive.entries() {
            if let Some(bytes) = archive.read(entry, sink) {
                let mut child = Part::below(sink.path(), &entry.name, &bytes);
                child.tricks.clone_from(&entry.tricks);
                sink.child(child);
            }
        }
        return;
    }
    read_package(&Package::open(archive, sink), sink);
}

/// Offers a package to every package reader, then walks the parts that none of them read.
pub(crate) fn read_package(package: &Package<'_>, sink: &mut dyn Sink) {
    for reader in registry::package_readers() {
        if (reader.names)(package) {
            sink.detected(&reader.format);
        }
        (reader.read)(package, sink);
    }
    for part in package.parts().iter().filter(|part| !package.was_read(part)) {
        if let Some(bytes) = package.read(part, sink) {
            let mut child = Part::below(sink.path(), part.name.trim_start_matches('/'), &bytes);
            child.tricks.clone_from(&part.tricks);
            sink.child(child);
        }
    }
}
