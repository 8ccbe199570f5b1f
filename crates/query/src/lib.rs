//! Runs queries of the intermediate form over rows, with the exact semantics of the language that they were written in:
//! streaming where the operators allow, within bounded memory. It is the oracle of every faster way.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod choose;
mod command;
mod compile;
mod dialect;
mod error;
mod expr;
mod feed;
mod given;
mod operator;
mod plan;
mod predicate;
mod program;
mod row;
mod run;
mod sequence;
mod settings;
mod shape;

pub use choose::{Chosen, choose, language_name};
pub use error::{CompileError, RunError};
pub use feed::{Feed, InSchemas, Seen};
pub use given::rows_of_text;
pub use predicate::{Predicate, predicate};
pub use program::{Program, Run};
pub use settings::{Rows, Scan, Settings, Tables};
