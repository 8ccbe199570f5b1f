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
#[must_use]
pub fn base64(input: &[u8]) -> Vec<u8> {
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

/// `%hh` (RFC 3986 section 2.1); a `%` without two digits stays.
pub(crate) fn percent_decode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let value = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (first, value) {
            (b'%', Some(byte)) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, quoted_printable};

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
}
