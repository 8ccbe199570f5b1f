//! Runs queries of the intermediate form over rows, with the exact semantics of the language that they were written in:
//! streaming where the operators allow, within bounded memory. It is the oracle of every faster way.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod context;
pub mod functions;
mod settings;
pub mod text;

pub use settings::{Rows, Scan, Settings, Tables};
