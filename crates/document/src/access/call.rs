//! Calls of DDE functions in the text of a page.

use memchr::memchr2_iter;
use std::ops::Range;

/// The functions, upper case, without the DDE in front: `DDE`, `DDEInitiate` and so on.
const TAILS: [&str; 7] = ["", "SEND", "INITIATE", "EXECUTE", "POKE", "REQUEST", "TERMINATE"];
/// Characters of one call that are read.
const LENGTH: usize = 2048;

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// As written, from the name to the closing bracket.
    pub(super) text: String,
    /// Arguments, unquoted.
    pub(super) arguments: Vec<String>,
    /// Where in the page.
    pub(super) bytes: Range<usize>,
}

/// All calls in a page, in one or two bytes a character.
pub(super) fn find(page: &[u8]) -> Vec<Call> {
    let mut found: Vec<Call> = Vec::new();
    for at in memchr2_iter(b'D', b'd', page) {
        let rest = page.get(at..).unwrap_or_default();
        let wide = match rest {
            [_, b'D' | b'd', b'E' | b'e', ..] => false,
            [_, 0, b'D' | b'd', 0, b'E' | b'e', 0, ..] => true,
            _ => continue,
        };
        let width = if wide { 2 } else { 1 };
        let before = at.checked_sub(width).and_then(|before| page.get(before));
        let inside = found.last().is_some_and(|last| last.bytes.end > at);
        if inside || before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            continue;
        }
        let text = text(rest, wide);
        if let Some((length, arguments)) = parse(&text) {
            let text: String = text.chars().take(length).collect();
            found.push(Call { text, arguments, bytes: at..at.saturating_add(length.saturating_mul(width)) });
        }
    }
    found
}

/// The text at the start of `bytes`, up to a control character; one character for each stored one.
fn text(bytes: &[u8], wide: bool) -> String {
    let width = if wide { 2 } else { 1 };
    let unit = |chunk: &[u8]| match chunk {
        [low, high] => u32::from(u16::from_le_bytes([*low, *high])),
        [byte] => u32::from(*byte),
        _ => 0,
    };
    let units = bytes.chunks_exact(width).take(LENGTH).map(unit);
    let printable = units.take_while(|unit| *unit >= 0x20 || matches!(unit, 9 | 10 | 13));
    printable.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Length of the call in characters and its arguments; none where it is no call that names a conversation.
fn parse(text: &str) -> Option<(usize, Vec<String>)> {
    let (name, _) = text.split_once('(')?;
    let tail = name.trim_end().get(3..)?.to_ascii_uppercase();
    if !TAILS.contains(&tail.as_str()) {
        return None;
    }
    let (mut arguments, mut current) = (Vec::new(), String::new());
    let (mut quote, mut depth, mut literal) = (None, 1_u32, false);
    let mut length = name.chars().count().saturating_add(1);
    let mut letters = text.chars().skip(length).peekable();
    while let Some(c) = letters.next() {
        length = length.saturating_add(1);
        match (quote, c) {
            (Some(open), c) if c == open => {
                // A doubled mark stands for itself.
                if letters.next_if_eq(&open).is_some() {
                    length = length.saturating_add(1);
                    current.push(c);
                } else {
                    quote = None;
                }
            }
            (Some(_), c) => current.push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                literal = true;
            }
            (None, ',' | ';') if depth == 1 => arguments.push(std::mem::take(&mut current).trim().to_owned()),
            (None, ')') if depth == 1 => {
                depth = 0;
                break;
            }
            (None, c) => {
                depth = match c {
                    '(' => depth.saturating_add(1),
                    ')' => depth.saturating_sub(1),
                    _ => depth,
                };
                current.push(c);
            }
        }
    }
    arguments.push(current.trim().to_owned());
    // Prose such as "DDE (Dynamic Data Exchange)" has neither quotes nor commas.
    (literal || (arguments.len() > 1 && depth == 0 && !name.ends_with(' '))).then_some((length, arguments))
}
