//! Compiles rules to one matcher and runs it over records. [`naive`] says what is right; [`Matcher`] says the same, fast.

mod fast;
pub mod naive;

pub use fast::{Hit, Matcher, Scratch};
