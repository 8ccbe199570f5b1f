//! For people: a table where it fits the terminal, else a block per row.

use super::{RowRenderer, RowsMeta, value};
use crate::escape;
use crate::paint::{Paint, Style};
use ddefend_model::{Diagnostic, HuntSummary};
use ddefend_rule::ir::query::Datum;
use unicode_width::UnicodeWidthStr;

/// Rows that the widths of columns are taken from; later ones are printed as they come.
const LOOKED_AT: usize = 500;
/// Characters of a value that are shown in a block.
const SHOWN: usize = 4000;

pub(super) fn make(meta: &RowsMeta) -> Box<dyn RowRenderer> {
    Box::new(Text {
        columns: meta.columns.iter().map(|name| escape::terminal(name)).collect(),
        width: if meta.width == 0 { 100 } else { meta.width },
        paint: Paint { colour: meta.colour },
        waiting: Vec::new(),
        layout: None,
        rows: 0,
        notes: Vec::new(),
    })
}

struct Text {
    columns: Vec<String>,
    width: usize,
    paint: Paint,
    waiting: Vec<Vec<String>>,
    layout: Option<Layout>,
    rows: u64,
    notes: Vec<String>,
}

#[derive(Clone)]
enum Layout {
    /// Widths of columns.
    Table(Vec<usize>),
    /// Width of the names.
    Blocks(usize),
}

impl Text {
    /// The cells of a row, escaped; an open table's record as its values.
    fn cells(&self, row: &[Datum]) -> Vec<String> {
        row.iter().map(|datum| escape::terminal(&value::text(datum))).collect()
    }

    fn settle(&mut self) -> String {
        let mut widths: Vec<usize> = self.columns.iter().map(|name| name.width()).collect();
        for row in &self.waiting {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let names = self.columns.iter().map(|name| name.width()).max().unwrap_or_default();
        let all = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        let fits = all <= self.width && !self.columns.iter().any(|name| name == "*");
        let layout = if fits { Layout::Table(widths) } else { Layout::Blocks(names) };
        let mut out = String::new();
        if let Layout::Table(widths) = &layout
            && !self.columns.is_empty()
        {
            out.push_str(&self.paint.with(Style::Strong, &line(&self.columns, widths)));
            out.push('\n');
        }
        self.layout = Some(layout);
        for row in std::mem::take(&mut self.waiting) {
            out.push_str(&self.print(&row));
        }
        out
    }

    fn print(&mut self, row: &[String]) -> String {
        self.rows += 1;
        match &self.layout {
            Some(Layout::Table(widths)) => format!("{}\n", line(row, widths)),
            Some(Layout::Blocks(names)) => {
                let mut out = self.paint.with(Style::Dim, &format!("-- {} --", self.rows));
                out.push('\n');
                for (name, cell) in self.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                    let cut: String = cell.chars().take(SHOWN).collect();
                    let more = if cut.len() < cell.len() { "..." } else { "" };
                    let pad = " ".repeat(names.saturating_sub(name.width()));
                    out.push_str(&format!("{}{pad}  {cut}{more}\n", self.paint.with(Style::Strong, name)));
                }
                out
            }
            None => String::new(),
        }
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut out = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        out.push_str(cell);
        out.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
    }
    out.trim_end().to_owned()
}

impl RowRenderer for Text {
    fn row(&mut self, row: &[Datum]) -> String {
        let cells = self.cells(row);
        if self.layout.is_some() {
            return self.print(&cells);
        }
        self.waiting.push(cells);
        if self.waiting.len() < LOOKED_AT { String::new() } else { self.settle() }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        let note = format!("{}: {} [{}]", diagnostic.artifact, diagnostic.message, diagnostic.code);
        self.notes.push(escape::terminal(&note));
        String::new()
    }

    fn end(&mut self, rows: u64, summary: &HuntSummary) -> String {
        let mut out = if self.layout.is_none() { self.settle() } else { String::new() };
        let plural = |count: u64, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        for note in &self.notes {
            out.push_str(&format!("{}\n", self.paint.with(Style::Warn, note)));
        }
        let logs = plural(summary.logs, "log");
        let text = format!("{} from {} in {logs}", plural(rows, "row"), plural(summary.events, "record"));
        out.push_str(&self.paint.with(Style::Dim, &text));
        out.push('\n');
        out
    }
}
