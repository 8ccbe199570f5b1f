//! Comma-separated values (RFC 4180), safe for spreadsheets.

use super::{RowRenderer, RowsMeta, value};
use crate::escape;
use ddefend_model::{Diagnostic, HuntSummary};
use ddefend_rule::ir::query::Datum;

pub(super) fn make(meta: &RowsMeta) -> Box<dyn RowRenderer> {
    Box::new(Csv { columns: meta.columns.clone() })
}

struct Csv {
    columns: Vec<String>,
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| escape::csv(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

impl RowRenderer for Csv {
    fn begin(&mut self) -> String {
        line(self.columns.iter().cloned())
    }

    fn row(&mut self, row: &[Datum]) -> String {
        line(row.iter().map(value::text))
    }

    fn diagnostic(&mut self, _: &Diagnostic) -> String {
        String::new()
    }

    fn end(&mut self, _: u64, _: &HuntSummary) -> String {
        String::new()
    }
}
