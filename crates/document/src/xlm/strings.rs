//! Strings of the BIFF versions: 8-bit in the workbook's code page, or Unicode with a flags byte.

use ddefend_container::text;
use ddefend_guard::Cursor;
use encoding_rs::{Encoding, MACINTOSH, UTF_16LE, WINDOWS_1252};

/// Version of the record stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Excel 2.
    Biff2,
    /// Excel 3.
    Biff3,
    /// Excel 4.
    Biff4,
    /// Excel 5 and 95.
    Biff5,
    /// Excel 97 to 2003.
    Biff8,
}

/// The encoding of a `CODEPAGE` record (MS-XLS 2.4.52).
pub(crate) fn code_page(number: u16) -> &'static Encoding {
    match number {
        0x8000 => MACINTOSH,
        _ => text::code_page(u32::from(number)).unwrap_or(WINDOWS_1252),
    }
}

/// 8-bit characters.
pub(crate) fn narrow(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16LE characters.
pub(crate) fn wide(bytes: &[u8]) -> String {
    UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
}

/// `count` characters behind a flags byte whose lowest bit says 16-bit (XLUnicodeStringNoCch, MS-XLS 2.5.296); as many
/// as there are.
pub(crate) fn flagged(cursor: &mut Cursor<'_>, count: usize) -> Option<String> {
    let flags = cursor.u8("string flags").ok()?;
    if flags & 1 == 0 {
        // The high bytes are left out: Latin-1, not the code page.
        Some(cursor.take_up_to(count).iter().map(|byte| char::from(*byte)).collect())
    } else {
        Some(wide(cursor.take_up_to(count.saturating_mul(2))))
    }
}

/// A string with a one-byte count: Unicode in BIFF8, the code page before (ShortXLUnicodeString, MS-XLS 2.5.240).
pub(crate) fn short(cursor: &mut Cursor<'_>, version: Version, encoding: &'static Encoding) -> Option<String> {
    let count = usize::from(cursor.u8("string length").ok()?);
    if version == Version::Biff8 { flagged(cursor, count) } else { Some(narrow(cursor.take_up_to(count), encoding)) }
}

/// A string with a two-byte count (XLUnicodeString, MS-XLS 2.5.294); one byte in BIFF2.
pub(crate) fn long(cursor: &mut Cursor<'_>, version: Version, encoding: &'static Encoding) -> Option<String> {
    let count = match version {
        Version::Biff2 => usize::from(cursor.u8("string length").ok()?),
        _ => usize::from(cursor.u16("string length").ok()?),
    };
    if version == Version::Biff8 { flagged(cursor, count) } else { Some(narrow(cursor.take_up_to(count), encoding)) }
}
