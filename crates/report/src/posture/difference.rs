//! What `ddefend posture diff` prints: one small renderer per output.

mod csv;
mod html;
mod json;
mod jsonl;
mod shape;
mod text;

use super::PostureMeta;
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Difference, DifferenceSummary};

/// Gives text at the start, per difference and diagnostic, and at the end; put together it is one whole document.
/// Differences come machine by machine and user by user; holds no more than a bounded number of them.
pub trait DifferenceRenderer {
    /// What stands before everything.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// Something that differs.
    fn difference(&mut self, difference: &Difference) -> String;

    /// Something that could not be read, or is worth knowing.
    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String;

    /// What stands behind everything.
    fn end(&mut self, summary: &DifferenceSummary) -> String;
}

type Make = fn(&PostureMeta) -> Box<dyn DifferenceRenderer>;

/// Every output: name, constructor. One line each.
const OUTPUTS: &[(&str, Make)] =
    &[("text", text::make), ("json", json::make), ("jsonl", jsonl::make), ("csv", csv::make), ("html", html::make)];

/// Names of the outputs of `posture diff`, for `--format`.
pub fn difference_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The renderer of differences of that name.
#[must_use]
pub fn difference_renderer(name: &str, meta: &PostureMeta) -> Option<Box<dyn DifferenceRenderer>> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(meta))
}
