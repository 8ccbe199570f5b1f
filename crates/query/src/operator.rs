//! Operators at work. Each holds no more than it needs and counts what it holds.

mod group;
mod join;
mod rows;
mod sort;

pub(crate) use group::{Aggregated, Distinct, Summarise};
pub(crate) use join::{Join, Side};
pub(crate) use rows::{Collect, Count, Filter, Gate, Made, Map, Pass, Scan, Tail, Take};
pub(crate) use sort::{Key, Sort, Top};
