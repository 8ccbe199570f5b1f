/// UTF-16LE to text; a half unit at the end is dropped, lone surrogates become U+FFFD.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(u16::from_le_bytes);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A name as it stands: "compressed" names are the low bytes of UTF-16 units, that is Latin-1.
pub(super) fn name(bytes: &[u8], compressed: bool) -> String {
    if !compressed {
        return utf16(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => text.to_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Whether two names are the same to Windows.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || (!left.is_ascii() && crate::fold(left) == crate::fold(right))
}
