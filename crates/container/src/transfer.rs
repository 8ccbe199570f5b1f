//! Transfer encodings, read as leniently as mail programs do.

/// Base64 with whatever stands between its characters passed over; padding in the middle starts anew.
pub(crate) fn base64(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len().saturating_mul(3) / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in input {
        let value = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                count = 0;
                continue;
            }
            _ => continue,
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
    out
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

    #[test]
    fn lenient_quoted_printable() {
        assert_eq!(quoted_printable(b"a=3Db=\r\nc= \nd=zz="), b"a=bcd=zz");
    }
}
