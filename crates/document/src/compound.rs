//! Compound files: every storage is offered to every storage reader; streams that none knows are walked as parts.

use crate::registry;
use ddefend_container::cfb::{Compound, Storage};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};

/// The eight signature bytes, MS-CFB 2.2.
const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Any compound file.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "cfb", title: "OLE compound file", extensions: &[] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(&SIGNATURE) { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(compound) = Compound::open(part.bytes, sink) else { return };
    read_storage(&compound.root(), 0, sink);
}

fn read_storage(storage: &Storage<'_>, depth: u32, sink: &mut dyn Sink) {
    if let Err(exceeded) = sink.budget().check_nesting(depth) {
        sink.report(exceeded.code, ddefend_model::Location::default(), format!("{exceeded} in nested storages"));
        return;
    }
    for reader in registry::storage_readers() {
        if (reader.claims)(storage) {
            if depth == 0 {
                sink.detected(&reader.format);
            }
            (reader.read)(storage, sink);
        }
    }
    for inner in storage.storages() {
        read_storage(&inner, depth.saturating_add(1), sink);
    }
}
