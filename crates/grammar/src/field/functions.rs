//! The fields that compute text: QUOTE, IF, COMPARE.

use super::token::Word;

/// How long operands with wildcards may be to be compared, bytes; longer ones are undecided.
const PATTERN_CAP: usize = 48;

/// Words without the general switches for formats (`\*`, `\#`, `\@`) and the argument of each.
pub(super) fn without_formats(words: &[Word]) -> Vec<Word> {
    let mut words = words.iter().peekable();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        if word.switch && matches!(word.text.as_str(), "\\*" | "\\#" | "\\@") {
            let _ = words.next_if(|next| !next.switch);
        } else {
            kept.push(word.clone());
        }
    }
    kept
}

/// The text of `QUOTE`, and whether character codes spelt some of it. Numbers outside of quotes are character codes,
/// decimal or `0x` and hexadecimal.
pub(super) fn quote(words: &[Word]) -> (String, bool) {
    let mut out = String::new();
    let mut codes = false;
    let mut bare_before = false;
    for word in words.iter().filter(|word| !word.switch) {
        match (!word.quoted).then(|| character(&word.text)).flatten() {
            Some(c) => {
                out.push(c);
                codes = true;
                bare_before = false;
            }
            None => {
                if bare_before && !word.quoted {
                    out.push(' ');
                }
                out.push_str(&word.text);
                bare_before = !word.quoted;
            }
        }
    }
    (out, codes)
}

fn character(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
        None => return None,
    };
    // Codes 128 to 159 are Windows-1252 in Word; as characters of their own they would be invisible controls.
    char::from_u32(code)
}

/// A comparison as `IF` and `COMPARE` have it, and what follows it.
pub(super) struct Comparison<'w> {
    /// Its outcome; none where it cannot be known here.
    pub(super) outcome: Option<bool>,
    /// The words behind it.
    pub(super) rest: &'w [Word],
}

/// Two- before one-character operators, so that `<=` is not read as `<`.
const OPERATORS: [&str; 6] = ["<>", "<=", ">=", "=", "<", ">"];

/// Reads `left operator right` with or without blanks between them.
pub(super) fn comparison(words: &[Word]) -> Option<Comparison<'_>> {
    let (first, mut rest) = words.split_first()?;
    let mut left = first.text.clone();
    let mut guessed = first.guessed;
    let mut glued = "";
    let mut operator = None;
    if !first.quoted
        && let Some((at, found)) = find_operator(&first.text)
    {
        left = first.text.get(..at).unwrap_or_default().to_owned();
        glued = first.text.get(at.saturating_add(found.len())..).unwrap_or_default();
        operator = Some(found);
    }
    if operator.is_none() {
        let (second, tail) = rest.split_first()?;
        let (at, found) = find_operator(&second.text).filter(|_| !second.quoted)?;
        left.push_str(second.text.get(..at).unwrap_or_default());
        glued = second.text.get(at.saturating_add(found.len())..).unwrap_or_default();
        guessed |= second.guessed;
        operator = Some(found);
        rest = tail;
    }
    let right = if glued.is_empty() {
        let (third, tail) = rest.split_first()?;
        rest = tail;
        guessed |= third.guessed;
        third.text.as_str()
    } else {
        glued
    };
    let outcome = if guessed { None } else { compare(&left, operator?, right) };
    Some(Comparison { outcome, rest })
}

fn find_operator(text: &str) -> Option<(usize, &'static str)> {
    let at = text.find(['=', '<', '>'])?;
    let tail = text.get(at..)?;
    OPERATORS.into_iter().find(|operator| tail.starts_with(operator)).map(|operator| (at, operator))
}

fn compare(left: &str, operator: &str, right: &str) -> Option<bool> {
    use std::cmp::Ordering;
    let order = match (left.trim().parse::<f64>(), right.trim().parse::<f64>()) {
        (Ok(left), Ok(right)) => left.partial_cmp(&right)?,
        _ if right.contains(['*', '?']) && matches!(operator, "=" | "<>") => {
            if left.len() > PATTERN_CAP || right.len() > PATTERN_CAP {
                return None;
            }
            if matches(left, right) { Ordering::Equal } else { Ordering::Less }
        }
        _ => left.cmp(right),
    };
    Some(match operator {
        "=" => order.is_eq(),
        "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// `*` for any text, `?` for any character.
fn matches(text: &str, pattern: &str) -> bool {
    let mut states = vec![pattern];
    for c in text.chars() {
        let mut next: Vec<&str> = Vec::new();
        for state in closure(&states) {
            let mut rest = state.chars();
            match rest.next() {
                Some('*') => push_new(&mut next, state),
                Some(p) if p == '?' || p == c => push_new(&mut next, rest.as_str()),
                _ => {}
            }
        }
        states = next;
    }
    closure(&states).iter().any(|state| state.is_empty())
}

fn push_new<'p>(states: &mut Vec<&'p str>, state: &'p str) {
    if !states.iter().any(|known| known.len() == state.len()) {
        states.push(state);
    }
}

/// Every state, and those that an empty `*` leads to.
fn closure<'p>(states: &[&'p str]) -> Vec<&'p str> {
    let mut all: Vec<&str> = Vec::new();
    for state in states {
        let mut state = *state;
        push_new(&mut all, state);
        while let Some(rest) = state.strip_prefix('*') {
            push_new(&mut all, rest);
            state = rest;
        }
    }
    all
}
