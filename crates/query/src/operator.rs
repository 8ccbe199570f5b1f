//! Operators at work. Each holds no more than it needs and counts what it holds.

mod expand;
mod extract;
mod group;
mod join;
mod rows;
mod serial;
mod sort;
mod window;

pub(crate) use expand::{Apply, Column as Expanded, Expand, From, Partition};
pub(crate) use extract::{Groups, Parse, Path, Replace};
pub(crate) use group::{Aggregated, Distinct, Summarise};
pub(crate) use join::{Join, Side};
pub(crate) use rows::{Collect, Count, Filter, Gate, Made, Map, Pass, Scan, Tail, Take};
pub(crate) use serial::{Numbered, Serial};
pub(crate) use sort::{Key, Sort, Top};
pub(crate) use window::{Dedup, Fill, Window};
