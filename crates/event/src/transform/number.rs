//! Numbers in the notations of logs.

/// Reads decimal digits or `0x` and hexadecimal ones, blanks around them allowed.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => u64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        None => None,
    }
}

/// Decimal; what is no number stays as it is.
pub(super) fn decimal(text: &str) -> String {
    parse(text).map_or_else(|| text.to_owned(), |number| number.to_string())
}

/// Sysmon's hexadecimal; what is no number stays as it is.
pub(super) fn hexadecimal(text: &str) -> String {
    parse(text).map_or_else(|| text.to_owned(), |number| format!("0x{number:x}"))
}
