//! Typed values ([MS-EVEN6] 2.2.14, 2.2.17) as cells.
use super::bytes::{u16_at, until_nul};
use ddefend_event::{Cell, Time, Value, Zone};
use std::borrow::Cow;

/// No value.
pub(super) const NULL: u8 = 0x00;
/// UTF-16.
pub(super) const STRING: u8 = 0x01;
/// Bytes of the machine's code page.
pub(super) const ANSI: u8 = 0x02;
/// Bytes.
pub(super) const BINARY: u8 = 0x0e;
/// A security identifier.
pub(super) const SID: u8 = 0x13;
/// Binary XML.
pub(super) const BINXML: u8 = 0x21;
/// Set for arrays.
pub(super) const ARRAY: u8 = 0x80;

/// How many bytes a value of that type has, where that is fixed.
pub(super) fn width(kind: u8) -> Option<usize> {
    match kind {
        0x00 => Some(0),
        0x03 | 0x04 => Some(1),
        0x05 | 0x06 => Some(2),
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => Some(4),
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => Some(8),
        0x0f | 0x12 => Some(16),
        _ => None,
    }
}

fn le<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk().copied()
}

/// A value of one of the types without parts. None where it cannot be shown without making text: code-page bytes beyond
/// ASCII. A value that is shorter than its type is null.
pub(super) fn cell(bytes: &[u8], kind: u8) -> Option<Cell<'_>> {
    if kind == STRING {
        return Some(Cell::Utf16(until_nul(bytes)));
    }
    Some(number(bytes, kind).unwrap_or(match kind {
        ANSI if bytes.iter().all(|byte| byte.is_ascii() && *byte != 0) => {
            std::str::from_utf8(bytes).map_or(Cell::Null, Cell::Str)
        }
        ANSI => return None,
        BINARY => Cell::Bytes(bytes),
        0x0f => bytes.first_chunk().map_or(Cell::Null, Cell::Guid),
        SID if bytes.is_empty() => Cell::Null,
        SID => Cell::Sid(bytes),
        // Types that no specification gives a text: what is there is shown.
        _ if width(kind).is_none() && !bytes.is_empty() => Cell::Bytes(bytes),
        _ => Cell::Null,
    }))
}

/// The types of fixed width that are numbers of some kind.
fn number(bytes: &[u8], kind: u8) -> Option<Cell<'static>> {
    Some(match kind {
        0x03 => Cell::Int(i8::from_le_bytes(le(bytes)?).into()),
        0x04 => Cell::Uint(u8::from_le_bytes(le(bytes)?).into()),
        0x05 => Cell::Int(i16::from_le_bytes(le(bytes)?).into()),
        0x06 => Cell::Uint(u16::from_le_bytes(le(bytes)?).into()),
        0x07 => Cell::Int(i32::from_le_bytes(le(bytes)?).into()),
        0x08 => Cell::Uint(u32::from_le_bytes(le(bytes)?).into()),
        0x09 => Cell::Int(i64::from_le_bytes(le(bytes)?)),
        0x0a => Cell::Uint(u64::from_le_bytes(le(bytes)?)),
        0x0b => Cell::Float(short(f32::from_le_bytes(le(bytes)?))),
        0x0c => Cell::Float(f64::from_le_bytes(le(bytes)?)),
        // Windows puts masks into some; those are shown as the number that they are.
        0x0d => match i32::from_le_bytes(le(bytes)?) {
            0 => Cell::Bool(false),
            1 => Cell::Bool(true),
            other => Cell::Int(other.into()),
        },
        0x11 => Cell::Time(Time::from_filetime(u64::from_le_bytes(le(bytes)?))),
        0x12 => Cell::Time(system_time(bytes)?),
        // A pointer's width is the machine's.
        0x10 if bytes.len() < 8 => Cell::Hex(u32::from_le_bytes(le(bytes)?).into()),
        0x14 => Cell::Hex(u32::from_le_bytes(le(bytes)?).into()),
        0x10 | 0x15 => Cell::Hex(u64::from_le_bytes(le(bytes)?)),
        _ => return None,
    })
}

/// The double that is written like the single.
fn short(single: f32) -> f64 {
    single.to_string().parse().unwrap_or_else(|_| single.into())
}

/// A SYSTEMTIME; one that is no date is shown as Windows does, as the beginning of its time.
fn system_time(bytes: &[u8]) -> Option<Time> {
    bytes.get(..16)?;
    let field = |at| u16_at(bytes, at).unwrap_or_default();
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        field(0),
        field(2),
        field(6),
        field(8),
        field(10),
        field(12),
        field(14)
    );
    let valid = field(0) >= 1601 && field(14) < 1000 && field(6) >= 1;
    Time::parse(&text).filter(|_| valid).or(Some(Time { zone: Zone::Utc, ..Time::from_filetime(0) }))
}

/// The same as text of its own where it must be.
pub(super) fn text(bytes: &[u8], kind: u8) -> Cow<'_, str> {
    match cell(bytes, kind) {
        Some(Cell::Str(text)) => text.into(),
        Some(cell) => cell.to_text().into(),
        None => ansi(bytes).into(),
    }
}

/// The code page is not said; Western European is what evtx tools take.
fn ansi(bytes: &[u8]) -> String {
    let bytes: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned()
}

/// The same as an owned value.
pub(super) fn value(bytes: &[u8], kind: u8) -> Value {
    let Some(cell) = cell(bytes, kind) else { return Value::Text(ansi(bytes).into()) };
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(value) => Value::Int(value),
        Cell::Uint(value) => i64::try_from(value).map_or(Value::Uint(value), Value::Int),
        Cell::Float(value) => Value::Float(value),
        Cell::Bool(value) => Value::Bool(value),
        other => Value::Text(other.to_text().into()),
    }
}

/// The first value of an array and what comes behind it; none at its end or where it is damaged.
pub(super) fn split(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    match kind & !ARRAY {
        STRING => {
            let item = until_nul(bytes);
            Some((item, bytes.get(item.len().saturating_add(2)..).unwrap_or_default()))
        }
        ANSI => {
            let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            Some((bytes.get(..length)?, bytes.get(length.saturating_add(1)..).unwrap_or_default()))
        }
        SID => {
            let parts = usize::from(*bytes.get(1)?);
            bytes.split_at_checked(parts.saturating_mul(4).saturating_add(8))
        }
        other => bytes.split_at_checked(width(other).filter(|width| *width > 0)?),
    }
}
