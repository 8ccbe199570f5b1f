use crate::formulas::cell_name;
use ddefend_model::Location;

/// Which cell is being read. Repeat counts are added, never unrolled.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// Tables that are open: name, row and column, both counted from 1, and how far the next ones are.
    tables: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    name: Option<String>,
    row: u32,
    next_row: u32,
    column: u32,
    next_column: u32,
}

/// A repeat count: at least one, capped at what a `u32` holds.
fn repeat(count: Option<String>) -> u32 {
    count.and_then(|count| count.trim().parse().ok()).unwrap_or(1).max(1)
}

impl Position {
    pub(super) fn table(&mut self, name: Option<String>) {
        self.tables.push(Table { name, next_row: 1, next_column: 1, ..Table::default() });
    }

    pub(super) fn end_table(&mut self) {
        self.tables.pop();
    }

    pub(super) fn row(&mut self, count: Option<String>) {
        if let Some(table) = self.tables.last_mut() {
            table.row = table.next_row;
            table.next_row = table.next_row.saturating_add(repeat(count));
            (table.column, table.next_column) = (0, 1);
        }
    }

    pub(super) fn cell(&mut self, count: Option<String>) {
        if let Some(table) = self.tables.last_mut() {
            table.column = table.next_column;
            table.next_column = table.next_column.saturating_add(repeat(count));
        }
    }

    pub(super) fn location(&self) -> Location {
        let Some(table) = self.tables.last() else { return Location::default() };
        let cell = (table.column > 0).then(|| cell_name(table.column, table.row.max(1)));
        Location { sheet: table.name.clone(), cell, ..Location::default() }
    }
}
