//! Functions and aggregates of SPL (Search Reference, "Evaluation functions", "Statistical and charting functions").
//!
//! Values have no fixed kind: what looks like a number is one where a number is wanted. Times are seconds since 1970.
//! A field that has one of several values is a list; functions of one text work on each of them.
//!
//! Own names that the front end uses: `.` joins texts, `search_ne` is `!=` of `search`, `ctime` is that of `convert`,
//! `bin` that of the command, `sort_key` what `sort` goes by, `top_percent` the share that `top` shows, `mvnonempty` what `makemv` keeps.

mod aggregate;
mod calendar;
mod digest;
mod logic;
mod multi;
mod number;
mod statistic;
mod text;
mod time;
mod value;

use super::{Aggregate, Function};

pub use value::number;

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] =
    &[logic::FUNCTIONS, text::FUNCTIONS, multi::FUNCTIONS, number::FUNCTIONS, time::FUNCTIONS, digest::FUNCTIONS];

/// By subject.
pub(crate) const AGGREGATES: &[&[Aggregate]] = &[aggregate::AGGREGATES, statistic::AGGREGATES];
