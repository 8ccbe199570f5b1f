//! Elastic's languages to [`ddefend_rule::ir::query::Query`]: EQL, ES|QL, kuery (Kibana query language) and Lucene query
//! strings.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod eql;
pub mod esql;
mod fail;
mod fields;
pub mod kuery;
mod lex;
pub mod lucene;
mod pattern;
