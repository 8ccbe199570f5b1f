//! The records of APPNOTE 6.3.10 section 4.3: local headers, central headers, end records.

use ddefend_guard::Cursor;
use memchr::memmem;

/// Signature of a local header.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
/// Signature of a central header.
const CENTRAL: &[u8] = b"PK\x01\x02";
/// Signature of the end record.
const END: &[u8] = b"PK\x05\x06";
/// Signature of the ZIP64 end record.
const END64: &[u8] = b"PK\x06\x06";
/// Signature of the locator of the ZIP64 end record.
const LOCATOR: &[u8] = b"PK\x06\x07";
/// A 32-bit field with this value stands in a ZIP64 extra field.
const ESCAPE: u64 = 0xffff_ffff;

/// Flag bit 0: encrypted.
pub(super) const ENCRYPTED: u16 = 1;
/// Flag bit 3: sizes follow the data.
pub(super) const DESCRIPTOR: u16 = 8;

/// What WinZip's AES extra field (0x9901) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aes {
    /// 1 for AE-1 (CRC kept), 2 for AE-2 (CRC zero).
    pub(super) version: u16,
    /// 1, 2, 3 for 128, 192, 256 bits.
    pub(super) strength: u8,
    /// The method under the encryption.
    pub(super) method: u16,
}

/// A local or central header.
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    /// Name as stored.
    pub(super) name: &'a [u8],
    /// General purpose flags.
    pub(super) flags: u16,
    /// Compression method as stored (99 for WinZip AES).
    pub(super) method: u16,
    /// Time of change, DOS format; the check byte of the old encryption may come from it.
    pub(super) time: u16,
    /// Date of change, DOS format.
    pub(super) date: u16,
    /// CRC-32 of the data.
    pub(super) crc: u32,
    /// Compressed size, bytes.
    pub(super) compressed: u64,
    /// Size, bytes.
    pub(super) size: u64,
    /// Offset of the local header (its own for a local one).
    pub(super) offset: u64,
    /// Offset one past this header: of the data for a local one, of the next header for a central one.
    pub(super) end: u64,
    /// WinZip AES.
    pub(super) aes: Option<Aes>,
}

/// The local header at `at`, APPNOTE 4.3.7.
pub(super) fn local(bytes: &[u8], at: usize) -> Option<Header<'_>> {
    let mut cursor = Cursor::at(bytes, at);
    if cursor.take(4, "local header").ok()? != LOCAL {
        return None;
    }
    cursor.skip(2, "version").ok()?;
    let mut header = common(&mut cursor)?;
    let name = usize::from(cursor.u16("name length").ok()?);
    let extra = usize::from(cursor.u16("extra length").ok()?);
    header.name = cursor.take_up_to(name);
    let extra = cursor.take_up_to(extra);
    header.offset = at as u64;
    header.end = cursor.position() as u64;
    extras(extra, &mut header, false);
    Some(header)
}

/// The central header at `at`, APPNOTE 4.3.12.
pub(super) fn central(bytes: &[u8], at: usize) -> Option<Header<'_>> {
    let mut cursor = Cursor::at(bytes, at);
    if cursor.take(4, "central header").ok()? != CENTRAL {
        return None;
    }
    cursor.skip(4, "versions").ok()?;
    let mut header = common(&mut cursor)?;
    let name = usize::from(cursor.u16("name length").ok()?);
    let extra = usize::from(cursor.u16("extra length").ok()?);
    let comment = usize::from(cursor.u16("comment length").ok()?);
    cursor.skip(8, "disk and attributes").ok()?;
    header.offset = u64::from(cursor.u32("offset of local header").ok()?);
    header.name = cursor.take_up_to(name);
    let extra = cursor.take_up_to(extra);
    cursor.take_up_to(comment);
    header.end = cursor.position() as u64;
    extras(extra, &mut header, true);
    Some(header)
}

/// The fields that both have in a row, flags to sizes.
fn common<'a>(cursor: &mut Cursor<'a>) -> Option<Header<'a>> {
    let flags = cursor.u16("flags").ok()?;
    let method = cursor.u16("method").ok()?;
    let time = cursor.u16("time").ok()?;
    let date = cursor.u16("date").ok()?;
    let crc = cursor.u32("checksum").ok()?;
    let compressed = u64::from(cursor.u32("compressed size").ok()?);
    let size = u64::from(cursor.u32("size").ok()?);
    Some(Header { name: &[], flags, method, time, date, crc, compressed, size, offset: 0, end: 0, aes: None })
}

/// Reads ZIP64 (4.5.3) and WinZip AES extra fields.
fn extras(extra: &[u8], header: &mut Header<'_>, has_offset: bool) {
    let mut cursor = Cursor::new(extra);
    while let (Ok(id), Ok(length)) = (cursor.u16("extra id"), cursor.u16("extra length")) {
        let mut field = Cursor::new(cursor.take_up_to(usize::from(length)));
        match id {
            0x0001 => {
                for value in [&mut header.size, &mut header.compressed] {
                    if *value == ESCAPE {
                        *value = field.u64("zip64 size").unwrap_or(ESCAPE);
                    }
                }
                if has_offset && header.offset == ESCAPE {
                    header.offset = field.u64("zip64 offset").unwrap_or(ESCAPE);
                }
            }
            0x9901 => header.aes = aes(&mut field),
            _ => {}
        }
    }
}

fn aes(field: &mut Cursor<'_>) -> Option<Aes> {
    let version = field.u16("AES version").ok()?;
    field.skip(2, "AES vendor").ok()?;
    let strength = field.u8("AES strength").ok()?;
    let method = field.u16("AES method").ok()?;
    (1..=3).contains(&strength).then_some(Aes { version, strength, method })
}

/// The end of the central directory, APPNOTE 4.3.16 and 4.3.14.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Offset of the end record.
    pub(super) at: usize,
    /// Declared number of entries.
    pub(super) entries: u64,
    /// Declared size of the directory, bytes.
    pub(super) size: u64,
    /// Declared offset of the directory.
    pub(super) offset: u64,
    /// Offset one past the comment.
    pub(super) end: usize,
    /// Offset of the record that follows the directory: the ZIP64 end record where there is one.
    pub(super) directory_end: usize,
}

/// The last end record, wherever it stands.
pub(super) fn find_end(bytes: &[u8]) -> Option<End> {
    find_end_in_tail(bytes).or_else(|| end_at(bytes, memmem::rfind(bytes, END)?))
}

/// The last end record in the last 66 KiB; one whose comment reaches the end of the data wins over others.
pub(super) fn find_end_in_tail(bytes: &[u8]) -> Option<End> {
    let base = bytes.len().saturating_sub(66 << 10);
    let tail = bytes.get(base..)?;
    let mut last = None;
    // Forwards, then from the last one on: the search backwards is many times slower.
    let records: Vec<usize> = memmem::find_iter(tail, END).collect();
    for found in records.into_iter().rev().take(64) {
        let Some(end) = end_at(bytes, base.saturating_add(found)) else { continue };
        if end.end == bytes.len() {
            return Some(end);
        }
        last = last.or(Some(end));
    }
    last
}

fn end_at(bytes: &[u8], at: usize) -> Option<End> {
    let mut cursor = Cursor::at(bytes, at);
    cursor.skip(10, "end record").ok()?;
    let entries = u64::from(cursor.u16("number of entries").ok()?);
    let size = u64::from(cursor.u32("directory size").ok()?);
    let offset = u64::from(cursor.u32("directory offset").ok()?);
    let comment = usize::from(cursor.u16("comment length").ok()?);
    let end = cursor.position().saturating_add(comment);
    let plain = End { at, entries, size, offset, end, directory_end: at };
    Some(zip64(bytes, plain).unwrap_or(plain))
}

/// The ZIP64 end record, by its locator or right before it.
fn zip64(bytes: &[u8], end: End) -> Option<End> {
    let locator = end.at.checked_sub(20)?;
    let mut cursor = Cursor::at(bytes, locator);
    if cursor.take(4, "locator").ok()? != LOCATOR {
        return None;
    }
    cursor.skip(4, "disk").ok()?;
    let declared = usize::try_from(cursor.u64("offset of the ZIP64 end").ok()?).ok()?;
    // The record is 56 bytes long where it has no extensible data; junk before the archive shifts the offset.
    let at = [Some(declared), locator.checked_sub(56)]
        .into_iter()
        .flatten()
        .find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(END64)))?;
    let mut record = Cursor::at(bytes, at);
    record.skip(32, "ZIP64 end record").ok()?;
    let entries = record.u64("number of entries").ok()?;
    let size = record.u64("directory size").ok()?;
    let offset = record.u64("directory offset").ok()?;
    Some(End { entries, size, offset, directory_end: at, ..end })
}

/// True where the bytes at `at` look like a local header that somebody could have written.
pub(super) fn plausible_local(bytes: &[u8], at: usize) -> bool {
    local(bytes, at).is_some_and(|header| {
        let known = matches!(header.method, 0 | 1..=6 | 8..=10 | 12 | 14 | 93..=99);
        let named = !header.name.is_empty() && header.name.len() <= 4096 && !header.name.contains(&0);
        known && named && bytes.len() as u64 > header.end
    })
}
