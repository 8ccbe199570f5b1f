//! VHD (Virtual Hard Disk Image Format Specification 1.0): fixed and dynamic.

use super::view::View;
use ddefend_guard::Cursor;

/// Bytes of a sector.
const SECTOR: u64 = 512;
/// Blocks of a disk that are mapped.
const BLOCKS: usize = 1 << 20;

/// The footer: at the end, or the copy at the start of a dynamic disk.
pub(super) fn footer(bytes: &[u8]) -> Option<&[u8]> {
    let tail = bytes.len().checked_sub(512).and_then(|at| bytes.get(at..));
    let old = bytes.len().checked_sub(511).and_then(|at| bytes.get(at..));
    [tail, old, bytes.get(..512)].into_iter().flatten().find(|footer| footer.starts_with(b"conectix"))
}

/// The disk.
pub(super) fn open(bytes: &[u8]) -> Result<View<'_>, String> {
    let footer = footer(bytes).ok_or("the footer is missing")?;
    let mut cursor = Cursor::at(footer, 16);
    let header = u64::from(cursor.u32_be("header offset").map_err(|e| e.to_string())?) << 32
        | u64::from(cursor.u32_be("header offset").map_err(|e| e.to_string())?);
    cursor.seek(60);
    match cursor.u32_be("disk type").map_err(|e| e.to_string())? {
        3 => dynamic(bytes, header),
        4 => Err("it holds only the difference to another disk".to_owned()),
        _ => Ok(View::flat(bytes.get(..bytes.len().saturating_sub(512)).unwrap_or(bytes))),
    }
}

fn dynamic(bytes: &[u8], header: u64) -> Result<View<'_>, String> {
    let mut cursor = Cursor::at(bytes, usize::try_from(header).unwrap_or(usize::MAX));
    if cursor.take(8, "dynamic disk header").map_err(|e| e.to_string())? != b"cxsparse" {
        return Err("the header of the dynamic disk is missing".to_owned());
    }
    cursor.skip(12, "table offset").map_err(|e| e.to_string())?;
    let table = cursor.u32_be("table offset").map_err(|e| e.to_string())?;
    cursor.skip(4, "version").map_err(|e| e.to_string())?;
    let count = cursor.u32_be("number of blocks").map_err(|e| e.to_string())?;
    let size = u64::from(cursor.u32_be("block size").map_err(|e| e.to_string())?);
    if size < SECTOR {
        return Err("the block size makes no sense".to_owned());
    }
    // Every block begins with a bitmap of its sectors, filled up to a sector.
    let bitmap = size.saturating_div(SECTOR).div_ceil(8).div_ceil(SECTOR).saturating_mul(SECTOR);
    let mut table = Cursor::at(bytes, usize::try_from(table).unwrap_or(usize::MAX));
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(BLOCKS);
    let offsets = (0..count).map_while(|_| table.u32_be("table").ok()).map(|sector| {
        let start = u64::from(sector).saturating_mul(SECTOR).saturating_add(bitmap);
        (sector != u32::MAX).then_some(start)
    });
    Ok(View::blocks(bytes, size, offsets.collect()))
}
