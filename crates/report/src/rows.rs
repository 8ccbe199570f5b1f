//! What `ddefend query` prints: one small renderer per output.

mod csv;
mod json;
mod text;
mod value;

use ddefend_model::{Diagnostic, HuntSummary};
use ddefend_rule::ir::query::Datum;

/// What a renderer of rows may need to know beside them.
#[derive(Clone, Debug, Default)]
pub struct RowsMeta {
    /// Names of the columns, as many as each row has values. The whole record of an open table is called `*`.
    pub columns: Vec<String>,
    /// Width of the terminal in columns, for text; 0 means 100.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// The query in use, for documents.
    pub query: String,
}

/// Gives text at the start, per row, and at the end; put together it is one whole document.
pub trait RowRenderer {
    /// What stands before the first row.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// One row; nothing where it is printed with later ones.
    fn row(&mut self, row: &[Datum]) -> String;

    /// Something that could not be read.
    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String;

    /// What stands behind the last row.
    fn end(&mut self, rows: u64, summary: &HuntSummary) -> String;
}

type Make = fn(&RowsMeta) -> Box<dyn RowRenderer>;

/// Every output: name, constructor. One line each.
const OUTPUTS: &[(&str, Make)] =
    &[("text", text::make), ("json", json::document), ("jsonl", json::lines), ("csv", csv::make)];

/// Names of the outputs, for `--format`.
pub fn row_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The renderer of that name.
#[must_use]
pub fn row_renderer(name: &str, meta: &RowsMeta) -> Option<Box<dyn RowRenderer>> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(meta))
}
