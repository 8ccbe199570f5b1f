//! Word fields: `{ DDEAUTO service topic item }` and all that hides it.
//!
//! A carrier builds a [`Story`] per run of text that shares bookmarks (main text, header, text box ...) and calls
//! [`evaluate`], which resolves nested fields (SET, REF, QUOTE, IF and the like) and gives back every instruction that
//! contacts or loads something.

mod build;
mod emit;
mod eval;
mod functions;
mod token;
mod types;
mod value;

pub use build::{Built, StoryBuilder};
pub use types::{Evaluation, Field, Instruction, Keyword, Piece, Story, VALUE_CAP};

/// Evaluates a story. `nesting` bounds the depth of fields that is followed (deeper ones are passed over); the work is
/// bounded by the length of the story times a constant.
#[must_use]
pub fn examine(story: &Story, nesting: u32) -> Evaluation {
    eval::examine(story, nesting)
}

/// The instructions of [`examine`] alone.
#[must_use]
pub fn evaluate(story: &Story, nesting: u32) -> Vec<Instruction> {
    examine(story, nesting).instructions
}
