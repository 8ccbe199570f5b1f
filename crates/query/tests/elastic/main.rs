//! Elastic's languages over events as JSON: vectors for their rules about case and nothing, sequences against a naive
//! oracle, the public rules.

mod corpus;
mod eql;
mod esql;
mod harness;
mod hostile;
mod sequence;
