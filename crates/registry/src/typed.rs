//! Data that dumps and policy texts write as words: a type's name and the data in letters.

use crate::Data;

/// The number of a type by any of the names that dumps use (`REG_DWORD`, `DWORD`, `RegDword`, `DWord`, `4`).
pub(crate) fn kind(word: &str) -> Option<u32> {
    let mut word: String =
        word.trim().chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    if let Some(rest) = word.strip_prefix("REG").filter(|rest| !rest.is_empty()) {
        word = rest.to_owned();
    }
    Some(match word.as_str() {
        "NONE" => 0,
        "SZ" | "STRING" => 1,
        "EXPANDSZ" | "EXPANDSTRING" | "EXSZ" => 2,
        "BINARY" => 3,
        "DWORD" | "DWORDLITTLEENDIAN" => 4,
        "DWORDBIGENDIAN" => 5,
        "LINK" => 6,
        "MULTISZ" | "MULTISTRING" => 7,
        "RESOURCELIST" => 8,
        "FULLRESOURCEDESCRIPTOR" => 9,
        "RESOURCEREQUIREMENTSLIST" => 10,
        "QWORD" | "QWORDLITTLEENDIAN" => 11,
        number => {
            return match number.strip_prefix("0X") {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            };
        }
    })
}

/// A number in decimal, or in hexadecimal behind `0x`.
pub(crate) fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if text.starts_with('+') => None,
        None => text.parse().ok(),
    }
}

/// A 32-bit number; a negative one is what a signed view of it shows.
pub(crate) fn dword(text: &str) -> Option<u32> {
    match number(text) {
        Some(number) => u32::try_from(number).ok(),
        None => text.trim().parse::<i32>().ok().map(i32::cast_unsigned),
    }
}

/// Bytes in hexadecimal, with blanks, commas or hyphens between or without.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: Vec<u8> =
        text.bytes().filter(|byte| !matches!(byte, b' ' | b',' | b'-' | b'\r' | b'\n' | b'\t')).collect();
    let (pairs, odd) = digits.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    let byte = |[high, low]: &[u8; 2]| {
        let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        Some(digit(high)?.checked_mul(16)?.saturating_add(digit(low)?))
    };
    pairs.iter().map(byte).collect()
}

/// Data of a type from its letters; `between` is what stands between the texts of a list. None where the letters do not
/// fit the type.
pub(crate) fn data(kind: u32, text: &str, between: &[&str]) -> Option<Data> {
    Some(match kind {
        1 => Data::Sz(text.to_owned()),
        2 => Data::ExpandSz(text.to_owned()),
        4 => Data::Dword(dword(text)?),
        5 => Data::DwordBe(dword(text)?),
        6 => Data::Link(text.to_owned()),
        7 => {
            let mut parts = vec![text];
            for mark in between {
                parts = parts.into_iter().flat_map(|part| part.split(mark)).collect();
            }
            Data::MultiSz(parts.into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }
        11 => Data::Qword(number(text).or_else(|| text.trim().parse::<i64>().ok().map(i64::cast_unsigned))?),
        kind => Data::from_raw(kind, &bytes(text)?),
    })
}
