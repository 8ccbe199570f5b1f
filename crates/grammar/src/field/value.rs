//! Values of fields, and the small tools that make them.

use super::token::Segment;
use super::types::{Field, Piece, VALUE_CAP};

/// The value of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub(super) text: String,
    /// The text where a condition that cannot be decided turns out false.
    pub(super) other: Option<String>,
    /// Only the cached result or nothing is known.
    pub(super) guessed: bool,
    pub(super) tricks: Vec<&'static str>,
}

impl Value {
    pub(super) fn of(text: &str, trick: &'static str) -> Self {
        Self { text: head(text, VALUE_CAP).to_owned(), tricks: vec![trick], ..Self::default() }
    }
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    pub(super) depth: u32,
    pub(super) in_result: bool,
    pub(super) in_instruction: bool,
    pub(super) conditional: bool,
    pub(super) unclosed: bool,
}

/// A field's instruction with the values of its nested fields in place.
pub(super) struct Expanded<'f> {
    pub(super) segments: Vec<Segment<'f>>,
    pub(super) cut: bool,
}

/// A value carries the tricks of its field and of the fields in it.
pub(super) fn inherit(tricks: &mut Vec<&'static str>, field: &Field, nested: &[Value]) {
    for trick in field.tricks.iter().chain(nested.iter().flat_map(|value| &value.tricks)) {
        note(tricks, trick);
    }
}

/// Notes a trick once.
pub(super) fn note(tricks: &mut Vec<&'static str>, trick: &'static str) {
    if !tricks.contains(&trick) {
        tricks.push(trick);
    }
}

/// The first `cap` bytes of a text, or a few less where that would cut a character.
pub(super) fn head(text: &str, cap: usize) -> &str {
    if text.len() <= cap {
        return text;
    }
    let mut end = cap;
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// Text as it is shown: of nested fields only their results. Stops at `cap` bytes.
pub(super) fn flatten(pieces: &[Piece], cap: usize, nesting: u32, out: &mut String) {
    for piece in pieces {
        let room = cap.saturating_sub(out.len());
        if room == 0 {
            return;
        }
        match piece {
            Piece::Text(text) => out.push_str(head(text, room)),
            Piece::Field(field) if nesting > 0 => flatten(&field.result, cap, nesting.saturating_sub(1), out),
            Piece::Field(_) => {}
        }
    }
}
