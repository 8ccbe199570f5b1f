//! Splunk's search processing language: text and macros to [`ddefend_rule::ir::query::Query`].
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
