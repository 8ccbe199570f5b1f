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

/// Sixteen UTF-16 units narrowed to bytes, lower-case where asked; none where one of them is not ASCII. Written so that it
/// becomes vector instructions.
fn narrow<const FOLD: bool>(units: &[u8; 32]) -> Option<[u8; 16]> {
    let mut words = [0_u16; 16];
    for (word, pair) in words.iter_mut().zip(units.as_chunks::<2>().0) {
        *word = u16::from_le_bytes(*pair);
    }
    if words.iter().fold(0, |seen, word| seen | word) > 0x7F {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, word) in bytes.iter_mut().zip(words) {
        let letter = word as u8;
        let upper = FOLD && letter.wrapping_sub(b'A') < 26;
        *byte = letter | u8::from(upper) << 5;
    }
    Some(bytes)
}

/// Appends UTF-16 little endian as UTF-8, folded where asked. Unpaired surrogates become U+FFFD and an odd last byte is left
/// out, as in `Cell::write_text`.
pub(crate) fn push_utf16<const FOLD: bool>(bytes: &[u8], out: &mut Vec<u8>) {
    let (chunks, tail) = bytes.as_chunks::<32>();
    for (at, chunk) in chunks.iter().enumerate() {
        let Some(letters) = narrow::<FOLD>(chunk) else { return push_units::<FOLD>(&bytes[at * 32..], out) };
        out.extend_from_slice(&letters);
    }
    let mut padded = [0; 32];
    padded[..tail.len()].copy_from_slice(tail);
    let Some(letters) = narrow::<FOLD>(&padded) else { return push_units::<FOLD>(tail, out) };
    out.extend_from_slice(&letters[..tail.len() / 2]);
}

/// The same, unit by unit.
fn push_units<const FOLD: bool>(bytes: &[u8], out: &mut Vec<u8>) {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let mut buffer = [0; 4];
    for letter in char::decode_utf16(units) {
        let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        let letter = if FOLD { fold(letter) } else { letter };
        out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }
}
