//! Transfer encodings, read as leniently as mail programs do.

/// Values of base64 digits; [`PADDING`] and [`OTHER`] for what is none.
static DIGITS: [u8; 256] = digits();
const PADDING: u8 = 0x40;
const OTHER: u8 = 0x80;

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler only")]
const fn digits() -> [u8; 256] {
    let mut table = [OTHER; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0_u8;
    while value < 64 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table[b'=' as usize] = PADDING;
    table
}

fn digit(byte: u8) -> u8 {
    DIGITS.get(usize::from(byte)).copied().unwrap_or(OTHER)
}

/// Base64 with whatever stands between its characters passed over; padding in the middle starts anew.
pub(crate) fn base64(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len().saturating_mul(3) / 4);
    let mut state = (0, 0);
    let mut rest = input;
    while !rest.is_empty() {
        // Whole groups of four digits at a time, as long as there are such.
        while let (0, [a, b, c, d, behind @ ..]) = (state.1, rest) {
            let [a, b, c, d] = [*a, *b, *c, *d].map(digit);
            if (a | b | c | d) & (PADDING | OTHER) != 0 {
                break;
            }
            out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
            rest = behind;
        }
        let (odd, behind) = rest.split_at_checked(4).unwrap_or((rest, &[]));
        base64_slowly(odd, &mut state, &mut out);
        rest = behind;
    }
    out
}

/// One character after the other, with the bits and the count of digits of the group that is open.
fn base64_slowly(input: &[u8], state: &mut (u32, u32), out: &mut Vec<u8>) {
    let (mut bits, mut count) = *state;
    for byte in input {
        let value = match digit(*byte) {
            PADDING => {
                count = 0;
                continue;
            }
            OTHER => continue,
            value => value,
        };
        bits = bits << 6 | u32::from(value);
        count = count.wrapping_add(1);
        // The second, third and fourth character each complete a byte.
        if count > 1 {
            let shift = 8_u32.wrapping_sub(count.wrapping_mul(2)) & 7;
            out.push(bits.wrapping_shr(shift).to_le_bytes()[0]);
        }
        count &= 3;
    }
    *state = (bits, count);
}

/// Quoted-printable (RFC 2045 6.7); what is no escape stands as it is.
pub(crate) fn quoted_printable(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some(at) = memchr::memchr(b'=', rest) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at.saturating_add(1)..).unwrap_or_default();
        let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if let [high, low, ..] = tail
            && let Some((high, low)) = hex(high).zip(hex(low))
        {
            out.push(high << 4 | low);
            rest = tail.get(2..).unwrap_or_default();
            continue;
        }
        // A soft break: blanks may stand before the line end.
        let blanks = tail.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        rest = match tail.get(blanks..).unwrap_or_default() {
            [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] | [b'\r', after @ ..] => after,
            [] => &[],
            _ => {
                out.push(b'=');
                tail
            }
        };
    }
    out.extend_from_slice(rest);
    out
}

/// A file inside text (`begin 644 name` to `end`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uuencoded {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The next uuencoded file in some text, and the text behind it.
pub(crate) fn uuencoded(text: &[u8]) -> Option<(Uuencoded, &[u8])> {
    let mut from = 0_usize;
    let finder = memchr::memmem::Finder::new(b"begin ");
    loop {
        let at = from.saturating_add(finder.find(text.get(from..)?)?);
        from = at.saturating_add(6);
        let at_line_start = at == 0 || matches!(text.get(at.saturating_sub(1)), Some(b'\n' | b'\r'));
        let (line, length) = super::header::line(text.get(from..)?);
        let Some((mode, name)) = std::str::from_utf8(line).ok().and_then(|line| line.trim().split_once(' ')) else {
            continue;
        };
        let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| byte.is_ascii_digit());
        if !at_line_start || !is_mode {
            continue;
        }
        let mut rest = text.get(from.saturating_add(length)..)?;
        let mut bytes = Vec::new();
        while !rest.is_empty() {
            let (line, length) = super::header::line(rest);
            rest = rest.get(length..).unwrap_or_default();
            if line.trim_ascii() == b"end" {
                break;
            }
            uu_line(line, &mut bytes);
        }
        return Some((Uuencoded { name: name.trim().to_owned(), bytes }, rest));
    }
}

fn uu_line(line: &[u8], out: &mut Vec<u8>) {
    let value = |byte: u8| byte.wrapping_sub(32) & 63;
    let Some((count, data)) = line.split_first() else { return };
    let end = out.len().saturating_add(usize::from(value(*count)));
    for group in data.chunks(4) {
        let at = |index: usize| value(group.get(index).copied().unwrap_or(b' '));
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::{base64, quoted_printable, uuencoded};

    #[test]
    fn lenient_base64() {
        assert_eq!(base64(b"aGVsbG8="), b"hello");
        assert_eq!(base64(b"aG\r\nVs!bG8"), b"hello");
        assert_eq!(base64(b"aGVsbG8=aGVsbG8="), b"hellohello");
        assert_eq!(base64(b""), b"");
    }

    /// Groups at once and character by character give the same.
    #[test]
    fn base64_both_ways() {
        let mut seed = 1_u32;
        for length in 0..600 {
            let mut noise = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let letters = b"ABCdefgh0123+/-_ABCdefgh0123+/-_AAzzZZ99=\r\n !";
                letters[(seed >> 16) as usize % letters.len()]
            };
            let text: Vec<u8> = (0..length).map(|_| noise()).collect();
            let mut slow = Vec::new();
            super::base64_slowly(&text, &mut (0, 0), &mut slow);
            assert_eq!(base64(&text), slow, "{length}");
        }
    }

    #[test]
    fn lenient_quoted_printable() {
        assert_eq!(quoted_printable(b"a=3Db=\r\nc= \nd=zz="), b"a=bcd=zz");
    }

    #[test]
    fn uuencoded_in_text() {
        let text = b"hello\nbegin 644 a b.doc\n#0V%T\n`\nend\nrest";
        let (file, rest) = uuencoded(text).unwrap();
        assert_eq!((file.name.as_str(), file.bytes.as_slice(), rest), ("a b.doc", &b"Cat"[..], &b"rest"[..]));
        assert!(uuencoded(b"begin at the beginning").is_none());
    }
}
