//! Text of unknown encoding to UTF-8.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
    X_MAC_CYRILLIC,
};
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

/// Bytes of a text in another encoding than UTF-8 that are decoded: they may become three times as many.
const TRANSCODED: usize = 32 << 20;
/// Longest text that is borrowed as it is, bytes.
const BORROWED: usize = 64 << 20;
/// What to tell where [`bounded`] cut a text.
pub const CUT: &str = "the text is longer than what is decoded (32 MiB, in UTF-8 64 MiB); its head was read";

/// The head of a text that is decoded within bounded memory, and true where that is not all of it.
#[must_use]
pub fn bounded(bytes: &[u8]) -> (&[u8], bool) {
    let head = bytes.get(..BORROWED).unwrap_or(bytes);
    if head.len() <= TRANSCODED {
        return (head, false);
    }
    // An error at the very end is a character that the cut went through.
    let plain = std::str::from_utf8(head).err().is_none_or(|error| error.error_len().is_none());
    let kept = if plain { head } else { bytes.get(..TRANSCODED).unwrap_or(bytes) };
    (kept, kept.len() < bytes.len())
}

/// The encoding of a Windows code page number that every format knows; none for the others.
#[must_use]
pub fn code_page(number: u32) -> Option<&'static Encoding> {
    Some(match number {
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1252 => WINDOWS_1252,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10_000 => MACINTOSH,
        10_007 => X_MAC_CYRILLIC,
        _ => return None,
    })
}

/// The bytes as Windows-1252, whatever they are: what a program sees that does not look for other encodings.
#[must_use]
pub fn ansi(bytes: &[u8]) -> Cow<'_, str> {
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// Decodes by byte-order mark (UTF-8, UTF-16, UTF-32, UTF-7), then by the pattern of NUL bytes, then as UTF-8, then as
/// Windows-1252.
#[must_use]
pub fn decode(bytes: &[u8]) -> Text<'_> {
    if let Some(text) = utf32(bytes).or_else(|| marked_utf7(bytes)) {
        return text;
    }
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

/// UTF-32, by its mark or by three NUL bytes in every four of the head.
fn utf32(bytes: &[u8]) -> Option<Text<'_>> {
    let (big, rest) = match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => (false, rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => (true, rest),
        _ => (bytes.starts_with(&[0, 0]), bytes),
    };
    let read = |unit: &[u8]| match unit {
        [a, b, c, d] if big => u32::from_be_bytes([*a, *b, *c, *d]),
        [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
        _ => 0,
    };
    let head = rest.get(..256).unwrap_or(rest).chunks_exact(4);
    let plausible = head.clone().all(|unit| (1..0x11_0000).contains(&read(unit)));
    if !plausible || head.len() < 2 {
        return None;
    }
    let text: String =
        rest.chunks(4).map(|unit| char::from_u32(read(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    let encoding = if big { "UTF-32BE" } else { "UTF-32LE" };
    Some(Text { text: Cow::Owned(text), encoding, unusual: true })
}

/// UTF-7 with its mark, `+/v8-`.
fn marked_utf7(bytes: &[u8]) -> Option<Text<'_>> {
    if !matches!(bytes, [b'+', b'/', b'v', b'8' | b'9' | b'+' | b'/', ..]) {
        return None;
    }
    let text = utf7(std::str::from_utf8(bytes).ok()?)?;
    let text = text.trim_start_matches('\u{feff}').to_owned();
    Some(Text { text: Cow::Owned(text), encoding: "UTF-7", unusual: true })
}

/// Text read as UTF-7 (RFC 2152); none where it has no shifted sequence that stands for something, or where it is not
/// ASCII. A plus sign that begins no such sequence stays as it is.
#[must_use]
pub fn utf7(text: &str) -> Option<String> {
    if !text.is_ascii() || memchr::memchr(b'+', text.as_bytes()).is_none() {
        return None;
    }
    let mut out = String::new();
    let mut shifted = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('+') {
        out.push_str(before);
        if let Some(tail) = after.strip_prefix('-') {
            out.push('+');
            rest = tail;
            continue;
        }
        let length = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
        let (sequence, tail) = after.split_at_checked(length).unwrap_or((after, ""));
        match sequence_text(sequence) {
            Some(decoded) => {
                out.push_str(&decoded);
                shifted = true;
                rest = tail.strip_prefix('-').unwrap_or(tail);
            }
            None => {
                out.push('+');
                out.push_str(sequence);
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    shifted.then_some(out)
}

/// What a shifted sequence stands for: base64 of UTF-16BE without padding; none where bits are left over or units are
/// no text.
fn sequence_text(sequence: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in sequence.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit.wrapping_sub(b'A'),
            b'a'..=b'z' => digit.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => digit.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            _ => 63,
        };
        bits = (bits << 6) | u32::from(value);
        count = count.saturating_add(6);
        if count >= 16 {
            count = count.saturating_sub(16);
            units.push(u16::try_from((bits >> count) & 0xffff).ok()?);
            bits &= (1_u32 << count).saturating_sub(1);
        }
    }
    if units.is_empty() || bits != 0 || count >= 6 {
        return None;
    }
    let text = String::from_utf16(&units).ok()?;
    (!text.chars().any(char::is_control) || text.chars().all(|c| matches!(c, '\t' | '\r' | '\n'))).then_some(text)
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

/// True for the head of bytes that no 8-bit text has: more than one in 25 is a control character without a use in text.
/// Stricter than [`is_text`], which lets stuffed text through: to be asked once nothing was found in the bytes.
#[must_use]
pub fn looks_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let odd = |byte: &&u8| matches!(byte, 1..=8 | 0xb | 0xe..=0x19 | 0x1c..=0x1f | 0x7f);
    let many = head.iter().filter(odd).count().saturating_mul(25) > head.len();
    many && matches!(decode(head).encoding, "UTF-8" | "windows-1252")
}

/// True where decoded text has (nearly) no control characters. NUL is let through, since it is a hiding trick, but many
/// of them beside other control characters are no text.
#[must_use]
pub fn is_text(text: &str) -> bool {
    let special = |byte: u8| {
        (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') | (byte == 0x7f) | (byte == 0xc2)
    };
    // Without branches inside a chunk, so that many bytes are compared at once.
    if !text.as_bytes().chunks(256).any(|chunk| chunk.iter().fold(false, |found, byte| found | special(*byte))) {
        // No control character of either set (those of C1 begin with the byte C2): the usual case, told cheaply.
        return true;
    }
    let (mut total, mut odd, mut nul) = (0_usize, 0_usize, 0_usize);
    let mut before = 0_u8;
    // Over bytes and without branches; a count cannot pass the length.
    for byte in text.bytes() {
        let plain = (byte == 0)
            | (byte == b'\t')
            | (byte == b'\n')
            | (byte == b'\r')
            | (byte == 0xc)
            | (byte == 0x1a)
            | (byte == 0x1b);
        let low = ((byte < 0x20) & !plain) | (byte == 0x7f);
        // The other control characters, U+0080 to U+009F, are written C2 80 to C2 9F.
        let high = (before == 0xc2) & (byte < 0xa0);
        total = total.wrapping_add(usize::from(byte & 0xc0 != 0x80));
        nul = nul.wrapping_add(usize::from(byte == 0));
        odd = odd.wrapping_add(usize::from(low | high));
        before = byte;
    }
    let tenths = |count: usize| count.saturating_mul(10) > total.saturating_mul(3);
    let mostly_nul = nul.saturating_mul(4) > total.saturating_mul(3);
    !(tenths(odd) || mostly_nul || (tenths(nul) && odd > 0))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test's own numbers")]
mod tests {
    use super::{is_text, looks_binary};

    /// Character by character, as the definition says it.
    fn is_text_slowly(text: &str) -> bool {
        let (mut total, mut odd, mut nul) = (0_usize, 0_usize, 0_usize);
        for c in text.chars() {
            total += 1;
            nul += usize::from(c == '\0');
            odd +=
                usize::from(c.is_control() && !matches!(c, '\0' | '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}' | '\u{1b}'));
        }
        let tenths = |count: usize| count * 10 > total * 3;
        !(tenths(odd) || nul * 4 > total * 3 || (tenths(nul) && odd > 0))
    }

    #[test]
    fn noise_is_binary_and_text_is_not() {
        let mut seed = 7_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        };
        let bytes: Vec<u8> = (0..3000).map(|_| noise()).collect();
        assert!(looks_binary(&bytes));
        for text in ["", "a,b\r\n1,2\x1a", "a\0b\0\0c\td\x0c\x1b[0m"] {
            assert!(!looks_binary(text.as_bytes()), "{text:?}");
        }
        let wide: Vec<u8> = "\u{101}\u{202}a,b,c,d,e\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!looks_binary(&[&[0xff, 0xfe][..], &wide].concat()));
    }

    #[test]
    fn bytes_and_characters_agree() {
        let letters: Vec<char> =
            "aé€\u{80}\u{9f}\u{a0}\u{c2}\u{7f}\0\u{1}\t\r\n\u{c}\u{1a}\u{1b}\u{1f}😀".chars().collect();
        let mut seed = 7_u32;
        for length in 0..400 {
            for bias in 1..6 {
                let mut letter = || {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let number = (seed >> 16) as usize;
                    if number % 6 < bias { letters[number / 6 % letters.len()] } else { 'x' }
                };
                let text: String = (0..length).map(|_| letter()).collect();
                assert_eq!(is_text(&text), is_text_slowly(&text), "{text:?}");
            }
        }
    }
}
