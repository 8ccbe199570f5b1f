//! The fast side: a plan per kind of record, made when that kind is first met.

mod cache;
mod check;
mod compile;
mod evaluate;
mod filter;
mod lower;
mod matcher;
mod plan;
mod required;
mod values;
mod witness;

pub use evaluate::{Hit, Scratch};
pub use matcher::Matcher;
