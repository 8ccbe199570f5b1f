//! Compiles rules to one matcher and runs it over records. [`naive`] says what is right; [`Matcher`] says the same, fast.
//!
//! Case: where it does not count, both sides are folded character by character with [`fold`].

mod fast;
mod fold;
pub mod naive;
mod regexes;
mod scalar;

pub use fast::{Hit, Matcher, Scratch};
pub use fold::fold;
