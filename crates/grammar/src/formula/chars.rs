//! Characters as a spreadsheet sees them.

/// A full-width character as its ASCII counterpart, typographic quotes as straight ones, others as they are.
pub(super) fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2018}' | '\u{2019}' | '\u{201b}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' => '"',
        _ => c,
    }
}

/// True for full-width forms of ASCII characters.
pub(super) fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')
}

/// True for typographic quotes.
pub(super) fn is_typographic(c: char) -> bool {
    matches!(c, '\u{2018}' | '\u{2019}' | '\u{201b}'..='\u{201f}')
}

/// True for what stands in a name, a number or a cell reference (folded).
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?' | '$')
}

/// True for what an unquoted topic or item may hold besides: third-party writers are not strict about quotes.
pub(super) fn is_loose(c: char) -> bool {
    is_word(c) || matches!(c, '/' | ':' | '~' | '#' | '%')
}

/// True for what shows as nothing.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\0' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}')
}

/// Text without NUL, full-width characters folded where `wide`.
pub(super) fn plain(text: &str, wide: bool) -> String {
    text.chars().filter(|c| *c != '\0').map(|c| if wide && is_full_width(c) { fold(c) } else { c }).collect()
}
