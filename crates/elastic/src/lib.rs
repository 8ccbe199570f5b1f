//! Elastic's languages to [`ddefend_rule::ir::query::Query`]: EQL, ES|QL, kuery (Kibana query language) and Lucene query
//! strings.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
