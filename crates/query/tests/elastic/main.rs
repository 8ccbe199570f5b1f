//! Elastic's languages over events as JSON: vectors for their rules about case and nothing, sequences against a naive
//! oracle, the public rules.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

mod corpus;
mod eql;
mod esql;
mod harness;
mod hostile;
mod sequence;
