//! Text of unknown encoding to UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Decoded text and the encoding it was in.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// The text; bytes that are not valid in the encoding became U+FFFD.
    pub text: Cow<'a, str>,
    /// Name of the encoding.
    pub encoding: &'static str,
    /// True for encodings that text exports do not use (UTF-16 without a mark, UTF-7, UTF-32).
    pub unusual: bool,
}

/// Decodes by byte-order mark, then by the pattern of NUL bytes, then as UTF-8, then as Windows-1252.
#[must_use]
pub fn decode(bytes: &[u8]) -> Text<'_> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        let (text, _) = encoding.decode_without_bom_handling(rest);
        return Text { text, encoding: encoding.name(), unusual: false };
    }
    if let Some(encoding) = markless_utf16(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        return Text { text, encoding: encoding.name(), unusual: true };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Text { text: Cow::Borrowed(text), encoding: UTF_8.name(), unusual: false };
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Text { text, encoding: WINDOWS_1252.name(), unusual: false }
}

/// UTF-16 without a mark shows as NUL in every other byte of the head.
fn markless_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..256).unwrap_or(bytes);
    if head.len() < 4 {
        return None;
    }
    let pairs = head.chunks_exact(2);
    let total = pairs.len();
    let (mut low, mut high) = (0_usize, 0_usize);
    for pair in pairs {
        match pair {
            [0, other] if *other != 0 => low = low.saturating_add(1),
            [other, 0] if *other != 0 => high = high.saturating_add(1),
            _ => {}
        }
    }
    // Nine in ten pairs: NUL bytes strewn between the letters of an 8-bit text do not get that far.
    let enough = total.saturating_mul(9) / 10;
    if high >= enough.max(2) && low == 0 {
        Some(UTF_16LE)
    } else if low >= enough.max(2) && high == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// True where decoded text has (nearly) no control characters: NUL is let through, since it is a hiding trick.
#[must_use]
pub fn is_text(text: &str) -> bool {
    let odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}')).count();
    odd.saturating_mul(10) <= text.chars().count().saturating_mul(3)
}
