//! Rules and queries of the intermediate form as stages with trees of literals.

mod expr;
mod query;
mod scalar;

pub(crate) use expr::{hints, tree};
pub(crate) use query::stages;
