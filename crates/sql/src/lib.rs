//! SQL (`SELECT ... FROM ... WHERE ...`) to [`ddefend_rule::ir::query::Query`], parsed by `sqlparser`.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
