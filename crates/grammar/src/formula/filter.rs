//! The fast look before a formula is taken apart.

use super::calls;
use memchr::{memchr, memchr_iter, memchr2, memmem};

/// U+FF5C and U+FF08 in UTF-8.
const WIDE_BAR: &[u8] = b"\xef\xbd\x9c";
const WIDE_PARENTHESIS: &[u8] = b"\xef\xbc\x88";

/// False is certain: none of the characters that a request needs is there.
pub(super) fn could_request(bytes: &[u8]) -> bool {
    if bytes.len() < 5 {
        return false;
    }
    let Some(rare) = memchr2(b'|', 0xef, bytes) else { return could_call(bytes) };
    let rest = bytes.get(rare..).unwrap_or_default();
    if memchr_iter(b'|', rest).any(|at| rest.get(at..).is_some_and(leads_to_topic)) {
        return true;
    }
    if memchr(0xef, rest).is_some()
        && (memmem::find(bytes, WIDE_BAR).is_some() || memmem::find(bytes, WIDE_PARENTHESIS).is_some())
    {
        return true;
    }
    could_call(bytes)
}

/// As [`could_request`], for bytes without a bar and without the lead byte of full-width letters.
pub(super) fn could_call(bytes: &[u8]) -> bool {
    bytes.len() >= 5 && memchr_iter(b'(', bytes).any(|at| bytes.get(..at).is_some_and(ends_with_name))
}

/// True where a bar is followed by a quote, or by what may be an unquoted topic and `!`. Looks no further than the next
/// bar, so all bars together cost one pass.
fn leads_to_topic(from_bar: &[u8]) -> bool {
    let (mut gap, mut word) = (false, false);
    for byte in from_bar.get(1..).unwrap_or_default() {
        match byte {
            b'\'' => return !word,
            b'!' => return word,
            0 | 0x80.. => return true,
            b if b.is_ascii_whitespace() || *b == 0x0b => gap = true,
            b if b.is_ascii_alphanumeric() || b"_.\\?$/:~#%".contains(b) => word = true,
            _ => return false,
        }
        // Blanks on one side of a topic ask for quotes.
        if gap && word {
            return false;
        }
    }
    false
}

/// True where bytes end with a name that matters, or with something that may hide one.
fn ends_with_name(before: &[u8]) -> bool {
    let mut trimmed = before;
    while let [rest @ .., last] = trimmed {
        if !(last.is_ascii_whitespace() || *last == 0x0b) {
            break;
        }
        trimmed = rest;
    }
    match trimmed.last() {
        None => false,
        Some(0) => true,
        Some(last) if !last.is_ascii() => true,
        Some(last) if last.is_ascii_alphanumeric() => {
            calls::NAMES.iter().any(|name| ends_with(trimmed, name.as_bytes()))
        }
        Some(_) => false,
    }
}

/// Compares from the end, any letter case; a NUL or a full-width letter on the way may hide anything.
fn ends_with(text: &[u8], name: &[u8]) -> bool {
    let tail = text.get(text.len().saturating_sub(name.len())..).unwrap_or_default();
    for (have, want) in tail.iter().rev().zip(name.iter().rev()) {
        if *have == 0 || !have.is_ascii() {
            return true;
        }
        if !have.eq_ignore_ascii_case(want) {
            return false;
        }
    }
    tail.len() == name.len()
}
