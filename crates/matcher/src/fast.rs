//! The fast side: a plan per kind of record, made when that kind is first met.

mod check;
mod compile;
mod evaluate;
mod lower;
mod matcher;
mod plan;
mod values;

pub use evaluate::{Hit, Scratch};
pub use matcher::Matcher;
