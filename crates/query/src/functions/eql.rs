//! Functions of EQL.

use super::Function;

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] = &[];
