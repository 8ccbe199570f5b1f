//! Parts to links, one folder per carrier. Reads and reports facts; never judges.
//!
//! [`walk`] takes an artifact apart: every reader that claims a part reads it, nested parts at once.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod compound;
mod doc;
mod docx;
mod fields;
mod flatopc;
#[allow(dead_code, reason = "the carriers that hold formulas land one by one")]
mod formulas;
mod package;
mod pptx;
mod registry;
mod relations;
mod rtf;
mod walk;
mod wordhtml;
mod wordxml;
mod xlm;
mod xls;
mod xlsb;
mod xlsx;

pub use walk::{Walked, formats, walk};
