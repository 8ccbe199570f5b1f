use crate::Time;
use std::fmt::Write as _;

/// One value where it lies in the bytes of a log, typed as the log types it. Rules see it as text or number; text is
/// made only when somebody asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// The field is there and holds nothing.
    Null,
    /// UTF-16 little endian; an odd last byte and unpaired surrogates may occur.
    Utf16(&'a [u8]),
    /// Text.
    Str(&'a str),
    /// An unsigned integer.
    Uint(u64),
    /// A signed integer.
    Int(i64),
    /// A number that its log writes in hexadecimal: `0x1410`.
    Hex(u64),
    /// A floating-point number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A GUID in its binary layout (first three groups little endian).
    Guid(&'a [u8; 16]),
    /// A security identifier in its binary layout ([MS-DTYP] 2.4.2.2).
    Sid(&'a [u8]),
    /// A point in time.
    Time(Time),
    /// Bytes that have no other meaning; upper-case hexadecimal as text.
    Bytes(&'a [u8]),
}

impl Cell<'_> {
    /// Appends the value as the Windows event log shows it: GUIDs upper-case in braces, SIDs as `S-1-...`, times as
    /// RFC 3339, no quotes. Nothing for [`Cell::Null`].
    pub fn write_text(&self, out: &mut String) {
        match self {
            Self::Null => {}
            Self::Utf16(bytes) => {
                let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([first(pair), last(pair)]));
                out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            Self::Str(text) => out.push_str(text),
            Self::Uint(value) => _ = write!(out, "{value}"),
            Self::Int(value) => _ = write!(out, "{value}"),
            Self::Hex(value) => _ = write!(out, "0x{value:x}"),
            Self::Float(value) => _ = write!(out, "{value}"),
            Self::Bool(value) => _ = write!(out, "{value}"),
            Self::Guid(guid) => write_guid(guid, out),
            Self::Sid(bytes) => write_sid(bytes, out),
            Self::Time(time) => _ = write!(out, "{time}"),
            Self::Bytes(bytes) => bytes.iter().for_each(|byte| _ = write!(out, "{byte:02X}")),
        }
    }

    /// The value as text of its own.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write_text(&mut out);
        out
    }
}

fn first(pair: &[u8]) -> u8 {
    pair.first().copied().unwrap_or_default()
}

fn last(pair: &[u8]) -> u8 {
    pair.last().copied().unwrap_or_default()
}

fn write_guid(guid: &[u8; 16], out: &mut String) {
    let [a0, a1, a2, a3, b0, b1, c0, c1, rest @ ..] = *guid;
    let (a, b, c) = (u32::from_le_bytes([a0, a1, a2, a3]), u16::from_le_bytes([b0, b1]), u16::from_le_bytes([c0, c1]));
    let [d0, d1, tail @ ..] = rest;
    _ = write!(out, "{{{a:08X}-{b:04X}-{c:04X}-{d0:02X}{d1:02X}-");
    tail.iter().for_each(|byte| _ = write!(out, "{byte:02X}"));
    out.push('}');
}

fn write_sid(bytes: &[u8], out: &mut String) {
    let [revision, count, a0, a1, a2, a3, a4, a5, rest @ ..] = bytes else { return };
    let authority = u64::from_be_bytes([0, 0, *a0, *a1, *a2, *a3, *a4, *a5]);
    _ = write!(out, "S-{revision}-{authority}");
    for part in rest.chunks_exact(4).take(usize::from(*count)) {
        let mut number = [0; 4];
        number.copy_from_slice(part);
        _ = write!(out, "-{}", u32::from_le_bytes(number));
    }
}
