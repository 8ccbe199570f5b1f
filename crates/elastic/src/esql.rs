//! ES|QL.

use crate::fail::Fail;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Query, Span};

/// Reads a query.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    (Vec::new(), vec![Fail::unsupported(Span::default(), "ES|QL").problem(name, text)])
}
