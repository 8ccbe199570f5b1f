//! Disk images: raw ones, VHD and VHDX; their partitions; FAT and NTFS in them.

mod fat;
mod ntfs;
mod partition;
mod vhd;
mod vhdx;
mod view;

use crate::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::{Location, code};
use view::View;

/// Virtual hard disks of Virtual PC and Hyper-V.
pub static VHD: Reader = Reader {
    format: Format { id: "vhd", title: "virtual hard disk", extensions: &["vhd", "vhdx", "avhd", "avhdx"] },
    sniff: sniff_virtual,
    read: read_virtual,
};

/// A disk or volume as it is.
pub static RAW: Reader = Reader {
    format: Format { id: "disk", title: "disk image", extensions: &["img", "ima", "dd", "raw", "vfd", "flp"] },
    sniff: sniff_raw,
    read: |part, sink| volumes(&View::flat(part.bytes), sink),
};

fn sniff_virtual(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(b"conectix") || probe.starts_with(b"vhdxfile") {
        return Claim::Magic;
    }
    if vhd::footer(probe.bytes()).is_some() { Claim::Structure } else { Claim::No }
}

fn sniff_raw(probe: &Probe<'_>) -> Claim {
    let bytes = probe.bytes();
    // Disc images may carry a partition table for booting from a stick; their own reader knows them.
    if vhd::footer(bytes).is_some() || bytes.get(0x8001..0x8006) == Some(b"CD001") {
        return Claim::No;
    }
    let Some(boot) = bytes.get(..512).filter(|boot| boot.ends_with(&[0x55, 0xaa])) else { return Claim::No };
    if fat::is_boot(boot) || ntfs::is_boot(boot) || partition::is_table(boot, bytes.len() as u64) {
        Claim::Structure
    } else {
        Claim::No
    }
}

fn read_virtual(part: &Part<'_>, sink: &mut dyn Sink) {
    let view = if part.bytes.starts_with(b"vhdxfile") { vhdx::open(part.bytes) } else { vhd::open(part.bytes) };
    match view {
        Ok(view) => volumes(&view, sink),
        Err(message) => {
            sink.report(code::BROKEN_STRUCTURE, Location::default(), format!("{message}; nothing was read"))
        }
    }
}

/// Walks the files of every volume.
fn volumes(view: &View<'_>, sink: &mut dyn Sink) {
    let starts = partition::starts(view);
    let several = starts.len() > 1;
    for (index, start) in starts.into_iter().enumerate() {
        let volume = view.from(start);
        let prefix = if several { format!("partition{}/", index.saturating_add(1)) } else { String::new() };
        let boot = volume.read(0, 512);
        if ntfs::is_boot(&boot) {
            ntfs::walk(&volume, &prefix, sink);
        } else if fat::is_boot(&boot) {
            fat::walk(&volume, &prefix, sink);
        } else {
            let message = "a partition has a file system that is not read".to_owned();
            sink.report(code::UNREADABLE_FORMAT, Location::bytes(start, 512), message);
        }
    }
}
