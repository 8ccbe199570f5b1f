//! Parts to links, one folder per carrier. Reads and reports facts; never judges.
//!
//! [`walk`] takes an artifact apart: every reader that claims a part reads it, nested parts at once.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod access;
mod compound;
mod csv;
mod dif;
mod doc;
mod docx;
mod excelhtml;
mod fields;
mod flatopc;
mod formulas;
mod legacy;
mod odd;
mod odf;
mod other;
mod package;
mod plain;
mod ppt;
mod pptx;
mod queries;
mod registry;
mod relations;
mod rtf;
mod slk;
mod spreadsheetml;
mod walk;
mod word2;
mod wordhtml;
mod wordxml;
mod write;
mod xlm;
mod xls;
mod xlsb;
mod xlsx;

pub use walk::{Walked, claims, formats, walk};
