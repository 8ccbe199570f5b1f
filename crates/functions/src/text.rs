//! Tests of text: what `has`, `contains`, `in~`, `matches regex` and their like mean, in one place for every executor and
//! back end. [`test`] says what is right; [`Compiled`] says the same, fast, for patterns that are known beforehand.
//!
//! Case: where it does not count, both sides are folded character by character with [`ddefend_matcher::fold`].
//!
//! Terms ("Kusto documentation, 'String operators', What is a term?"): a term is a maximal run of letters and digits.
//! `has` looks for the pattern as it stands, all its characters, with this at its ends: where the pattern begins with a
//! letter or digit, the text may not have one directly before it; where it ends with one, the text may not have one
//! directly behind it. So a pattern of several terms (`cmd.exe`) must stand there with its own separators, and a pattern
//! whose end is none of a term (`-enc`, `iex(`) has no border at that end. `hasprefix` asks for the border at the front
//! only, `hassuffix` at the back only. Letters and digits are those of Unicode; the underscore is none. The empty pattern is
//! in every text.

mod address;
mod compiled;
mod glob;

pub use address::Network;
pub use compiled::{Compiled, Unfit};

use crate::Context;
use ddefend_rule::ir::query::TextOp;
use glob::Glob;

/// A text folded, as [`ddefend_matcher::fold`] folds its characters.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(ddefend_matcher::fold).collect() }
}

/// The terms of a text: its maximal runs of letters and digits.
pub fn terms(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|term| !term.is_empty())
}

/// True where the value passes the test for the pattern. An expression that does not compile and a network that is none fit
/// nothing; [`Compiled::new`] tells them.
#[must_use]
pub fn test(op: TextOp, cased: bool, value: &str, pattern: &str, context: &Context) -> bool {
    match op {
        TextOp::Regex | TextOp::RegexWhole => {
            // Alone first: an unbalanced bracket must not pair with one of those around it.
            let alone = context.regex(&expression(TextOp::Regex, cased, pattern));
            let whole = || context.regex(&expression(op, cased, pattern));
            let asked = if op == TextOp::RegexWhole { alone.and_then(|_| whole()) } else { alone };
            asked.is_some_and(|regex| regex.is_match(value))
        }
        TextOp::Cidr => Network::parse(pattern).is_some_and(|network| network.holds(value)),
        TextOp::Like => Glob::new(pattern, cased).holds(value),
        _ if cased => literal(op, value, pattern),
        _ => literal(op, &folded(value), &folded(pattern)),
    }
}

/// The expression that is asked, with case and ends written into it.
fn expression(op: TextOp, cased: bool, pattern: &str) -> String {
    let case = if cased { "" } else { "(?i)" };
    if op == TextOp::RegexWhole { format!(r"{case}\A(?:{pattern})\z") } else { format!("{case}{pattern}") }
}

/// The tests of text as it stands.
fn literal(op: TextOp, value: &str, pattern: &str) -> bool {
    match op {
        TextOp::Equals => value == pattern,
        TextOp::Contains => value.contains(pattern),
        TextOp::StartsWith => value.starts_with(pattern),
        TextOp::EndsWith => value.ends_with(pattern),
        _ => places(value, pattern).any(|start| bordered(op, value, start, start.saturating_add(pattern.len()))),
    }
}

/// Every place where the part stands in the text, also such that overlap.
fn places<'t>(text: &'t str, part: &'t str) -> impl Iterator<Item = usize> {
    let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.filter(move |at| text.get(*at..).is_some_and(|rest| rest.starts_with(part)))
}

/// True where the part of the text from `start` to `end` has the borders of terms that the test asks for.
fn bordered(op: TextOp, text: &str, start: usize, end: usize) -> bool {
    let part = text.get(start..end).unwrap_or_default();
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let front = || {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        !(inside(part.chars().next()) && inside(before))
    };
    let back = || {
        let behind = text.get(end..).and_then(|behind| behind.chars().next());
        !(inside(part.chars().next_back()) && inside(behind))
    };
    match op {
        TextOp::Has => front() && back(),
        TextOp::HasPrefix => front(),
        TextOp::HasSuffix => back(),
        _ => true,
    }
}
