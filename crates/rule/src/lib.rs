//! Detection logic in one intermediate form, and the languages that lead to it.
//!
//! Front ends ([`front`]) lower to [`ir`]; evaluators read only [`ir`]. What the form cannot say is a [`Problem`] that
//! points at the source text.

pub mod front;
pub mod ir;
mod problem;
mod set;

pub use problem::Problem;
pub use set::RuleSet;
