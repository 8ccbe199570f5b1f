//! SPL over rows: the seed documents' searches, vectors for commands and functions, the corpus over empty tables.

mod commands;
mod corpus;
mod functions;
mod harness;
mod seeds;
