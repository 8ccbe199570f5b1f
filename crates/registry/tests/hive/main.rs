//! Hives: what is written is read again; logs, deleted cells, damage and lies; real hives of other people's making.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::panic)]
#![allow(clippy::print_stdout, missing_docs)]

mod deleted;
mod hostile;
mod logs;
mod mounts;
mod mutants;
mod real;
mod round;
mod support;
