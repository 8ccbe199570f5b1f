//! Partitions: master boot record (with logical ones) and GUID table.

use super::view::View;
use super::{fat, ntfs};
use ddefend_guard::Cursor;

/// Bytes of a sector; disks with larger ones are rare and read as far as this fits.
const SECTOR: u64 = 512;
/// Partitions that are followed.
const LIMIT: usize = 128;

/// Where volumes begin, bytes; the disk itself where it has no partitions.
pub(super) fn starts(view: &View<'_>) -> Vec<u64> {
    let boot = view.read(0, 512);
    if fat::is_boot(&boot) || ntfs::is_boot(&boot) {
        return vec![0];
    }
    let mut starts = Vec::new();
    for (kind, start) in entries(&boot) {
        match kind {
            0 => {}
            0xee => starts.extend(guid_table(view)),
            0x05 | 0x0f | 0x85 => logical(view, start, &mut starts),
            _ => starts.push(start),
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts.truncate(LIMIT);
    if starts.is_empty() { vec![0] } else { starts }
}

/// True where a boot sector holds a plausible partition table.
pub(super) fn is_table(boot: &[u8], length: u64) -> bool {
    let flags = [446_usize, 462, 478, 494].into_iter().all(|at| matches!(boot.get(at), Some(0 | 0x80)));
    let mut used = entries(boot).into_iter().filter(|(kind, _)| *kind != 0).peekable();
    flags && used.peek().is_some() && used.all(|(_, start)| start > 0 && start < length)
}

/// Type and start of the four entries.
fn entries(sector: &[u8]) -> Vec<(u8, u64)> {
    let mut out = Vec::new();
    for at in [446_usize, 462, 478, 494] {
        let mut cursor = Cursor::at(sector, at.saturating_add(4));
        let Ok(kind) = cursor.u8("partition type") else { break };
        let _ = cursor.skip(3, "last sector");
        let Ok(start) = cursor.u32("first sector") else { break };
        out.push((kind, u64::from(start).saturating_mul(SECTOR)));
    }
    out
}

/// Logical partitions: a chain of tables.
fn logical(view: &View<'_>, base: u64, starts: &mut Vec<u64>) {
    let mut table = base;
    for _ in 0..LIMIT {
        let list = entries(&view.read(table, 512));
        let [(kind, start), (next_kind, next), ..] = list.as_slice() else { return };
        if *kind != 0 {
            starts.push(table.saturating_add(*start));
        }
        if *next_kind == 0 || *next == 0 {
            return;
        }
        table = base.saturating_add(*next);
    }
}

/// GUID partition table, UEFI 5.3.
fn guid_table(view: &View<'_>) -> Vec<u64> {
    let header = view.read(SECTOR, 512);
    if !header.starts_with(b"EFI PART") {
        return Vec::new();
    }
    let mut cursor = Cursor::at(&header, 72);
    let (Ok(first), Ok(count), Ok(size)) =
        (cursor.u64("first entry"), cursor.u32("number of entries"), cursor.u32("entry size"))
    else {
        return Vec::new();
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(LIMIT);
    let size = u64::from(size);
    let entry = |index: usize| {
        let at = first.saturating_mul(SECTOR).saturating_add(size.saturating_mul(index as u64));
        let entry = view.read(at, 48);
        let used = entry.get(..16).is_some_and(|kind| kind.iter().any(|byte| *byte != 0));
        let start = Cursor::at(&entry, 32).u64("first sector").ok()?;
        used.then(|| start.saturating_mul(SECTOR))
    };
    (0..count).filter_map(entry).collect()
}
