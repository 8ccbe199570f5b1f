//! VHDX (MS-VHDX): region table, metadata, block allocation table. The log is not replayed.

use super::view::View;
use ddefend_guard::Cursor;

/// Where the two region tables stand, bytes (2.2).
const REGIONS: [usize; 2] = [192 << 10, 256 << 10];
/// Block allocation table region (2.2.3.2), GUID as stored.
const TABLE: [u8; 16] =
    [0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08];
/// Metadata region.
const METADATA: [u8; 16] =
    [0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e];
/// File parameters (2.6.2.1): block size.
const PARAMETERS: [u8; 16] =
    [0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d, 0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b];
/// Virtual disk size (2.6.2.2).
const SIZE: [u8; 16] = [0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48, 0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8];
/// Logical sector size (2.6.2.4).
const SECTOR: [u8; 16] =
    [0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47, 0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f];
/// Blocks of a disk that are mapped.
const BLOCKS: u64 = 1 << 20;

/// The disk.
pub(super) fn open(bytes: &[u8]) -> Result<View<'_>, String> {
    let (table, metadata) =
        REGIONS.into_iter().find_map(|at| regions(bytes, at)).ok_or("the region table is missing")?;
    let item = |id: &[u8; 16]| item(bytes, metadata, id);
    let block = item(&PARAMETERS).and_then(|at| Cursor::at(bytes, at).u32("block size").ok()).map(u64::from);
    let size = item(&SIZE).and_then(|at| Cursor::at(bytes, at).u64("disk size").ok());
    let sector = item(&SECTOR).and_then(|at| Cursor::at(bytes, at).u32("sector size").ok()).map_or(512, u64::from);
    let (Some(block), Some(size)) = (block.filter(|block| *block >= 1 << 20), size) else {
        return Err("block size or disk size are missing".to_owned());
    };
    // Behind every `ratio` entries of data blocks stands one of a sector bitmap (2.5).
    let ratio = (1_u64 << 23).saturating_mul(sector).checked_div(block).unwrap_or(1).max(1);
    let count = size.div_ceil(block).min(BLOCKS);
    let offsets = (0..count).map(|index| {
        let skipped = index.checked_div(ratio).unwrap_or(0);
        let entry = index.saturating_add(skipped).saturating_mul(8).saturating_add(table);
        let value = Cursor::at(bytes, usize::try_from(entry).ok()?).u64("table entry").ok()?;
        // States 6 and 7 hold data; the upper 44 bits are the offset in MiB.
        matches!(value & 7, 6 | 7).then(|| (value >> 20).saturating_mul(1 << 20))
    });
    Ok(View::blocks(bytes, block, offsets.collect()))
}

/// Offsets of table and metadata.
fn regions(bytes: &[u8], at: usize) -> Option<(u64, u64)> {
    let mut cursor = Cursor::at(bytes, at);
    if cursor.take(4, "region table").ok()? != b"regi" {
        return None;
    }
    cursor.skip(4, "checksum").ok()?;
    let count = cursor.u32("number of regions").ok()?;
    cursor.skip(4, "reserved").ok()?;
    let (mut table, mut metadata) = (None, None);
    for _ in 0..count.min(2047) {
        let id: [u8; 16] = cursor.array("region").ok()?;
        let offset = cursor.u64("region offset").ok()?;
        cursor.skip(8, "region length").ok()?;
        if id == TABLE {
            table = Some(offset);
        } else if id == METADATA {
            metadata = Some(offset);
        }
    }
    Some((table?, metadata?))
}

/// Offset of a metadata item.
fn item(bytes: &[u8], metadata: u64, wanted: &[u8; 16]) -> Option<usize> {
    let base = usize::try_from(metadata).ok()?;
    let mut cursor = Cursor::at(bytes, base);
    if cursor.take(8, "metadata").ok()? != b"metadata" {
        return None;
    }
    cursor.skip(2, "reserved").ok()?;
    let count = cursor.u16("number of items").ok()?;
    cursor.skip(20, "reserved").ok()?;
    for _ in 0..count.min(2047) {
        let id: [u8; 16] = cursor.array("item").ok()?;
        let offset = cursor.u32("item offset").ok()?;
        cursor.skip(12, "item").ok()?;
        if id == *wanted {
            return base.checked_add(usize::try_from(offset).ok()?);
        }
    }
    None
}
