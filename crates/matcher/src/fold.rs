/// The case folding of all comparisons: a character becomes its lower-case form where that is a single character, else it
/// stays. So `K` (U+212A) is `k`, `ẞ` is `ß`, and `İ`, whose lower-case form has two characters, stays itself. The folding
/// of a text is the folding of its characters: a folded part stands in the folded whole.
#[must_use]
pub fn fold(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => letter,
    }
}

/// A text folded.
pub(crate) fn fold_text(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Appends a text folded, in UTF-8.
pub(crate) fn push_folded(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        let start = out.len();
        out.extend_from_slice(text.as_bytes());
        out[start..].make_ascii_lowercase();
        return;
    }
    let mut buffer = [0; 4];
    for letter in text.chars() {
        out.extend_from_slice(fold(letter).encode_utf8(&mut buffer).as_bytes());
    }
}

/// Appends UTF-16 little endian as UTF-8, each character changed by `change`, ASCII by `ascii`. Unpaired surrogates become
/// U+FFFD and an odd last byte is left out, as in `Cell::write_text`.
fn push_utf16(bytes: &[u8], out: &mut Vec<u8>, ascii: fn(u8) -> u8, change: fn(char) -> char) {
    let mut rest = bytes;
    while let Some((units, behind)) = rest.split_first_chunk::<32>() {
        let high = units.chunks_exact(2).fold(0, |seen, pair| seen | pair[1] | (pair[0] & 0x80));
        if high != 0 {
            break;
        }
        let mut narrow = [0; 16];
        narrow.iter_mut().zip(units.chunks_exact(2)).for_each(|(byte, pair)| *byte = ascii(pair[0]));
        out.extend_from_slice(&narrow);
        rest = behind;
    }
    let units = rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let mut buffer = [0; 4];
    for letter in char::decode_utf16(units) {
        let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        if letter.is_ascii() {
            out.push(ascii(letter as u8));
        } else {
            out.extend_from_slice(change(letter).encode_utf8(&mut buffer).as_bytes());
        }
    }
}

/// Appends UTF-16 little endian as UTF-8.
pub(crate) fn push_utf16_plain(bytes: &[u8], out: &mut Vec<u8>) {
    push_utf16(bytes, out, |byte| byte, |letter| letter);
}

/// Appends UTF-16 little endian as UTF-8, folded.
pub(crate) fn push_utf16_folded(bytes: &[u8], out: &mut Vec<u8>) {
    push_utf16(bytes, out, |byte| byte.to_ascii_lowercase(), fold);
}
