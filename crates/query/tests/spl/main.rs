//! SPL over rows: the seed documents' searches, vectors for commands and functions, the corpus over empty tables.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

mod commands;
mod corpus;
mod functions;
mod harness;
mod seeds;
