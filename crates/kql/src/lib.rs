//! Kusto query language: text to [`ddefend_rule::ir::query::Query`].
//!
//! The lexer and the parser keep everything with its place; lowering resolves `let`, calls of the query's own functions and
//! `toscalar`, and writes out what the syntax leaves open. Schemas are not known here: columns stay names.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
