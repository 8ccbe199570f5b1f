//! Little-endian numbers at an offset; none past the end.

pub(super) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_le_bytes(*raw))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_le_bytes(*raw))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|raw| u64::from_le_bytes(*raw))
}

/// An offset that the format writes with 32 bits.
pub(super) fn offset_at(bytes: &[u8], at: usize) -> Option<usize> {
    u32_at(bytes, at).and_then(|offset| usize::try_from(offset).ok())
}

/// `length` bytes from `at`; none where they are not all there.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..)?.get(..length)
}

/// Bytes from `start` to `end`, as far as there are.
pub(super) fn window(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end.min(bytes.len())).unwrap_or_default()
}

/// UTF-16 (little endian) as text, up to the first NUL, as Windows shows it.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// UTF-16 up to its first NUL.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    // Strings are long, and hardly any has a NUL: many units at a time, written so that it becomes vector code.
    let mut clean = 0_usize;
    for part in bytes.as_chunks::<32>().0 {
        if part.as_chunks::<2>().0.iter().fold(false, |nul, unit| nul | (u16::from_le_bytes(*unit) == 0)) {
            break;
        }
        clean = clean.wrapping_add(32);
    }
    let rest = bytes.get(clean..).unwrap_or_default();
    match rest.as_chunks::<2>().0.iter().position(|unit| *unit == [0, 0]) {
        None => bytes,
        Some(units) => bytes.get(..clean.saturating_add(units.saturating_mul(2))).unwrap_or(bytes),
    }
}
