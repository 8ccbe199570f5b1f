//! Functions of Kusto.

use super::{Aggregate, Function};

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] = &[];

/// By subject.
pub(crate) const AGGREGATES: &[&[Aggregate]] = &[];
