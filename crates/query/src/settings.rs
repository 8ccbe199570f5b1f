use ddefend_event::{Column, Table};
use ddefend_rule::ir::query::{Datum, Language};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which table a name means.
pub trait Tables: Sync {
    /// The table that a query in that language calls so; none where no schema that is in use has one.
    fn table(&self, language: Language, name: &str) -> Option<Arc<Table>>;
}

/// Rows that are there already.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Their columns.
    pub columns: Vec<Column>,
    /// A value per column, row by row.
    pub rows: Vec<Vec<Datum>>,
}

/// What a query runs with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What `now()` is: 100 ns ticks since 1970 in UTC.
    pub now: i64,
    /// Rows that may be held at once, all operators together.
    pub rows: usize,
    /// Bytes that may be held at once.
    pub bytes: usize,
    /// Rows for [`ddefend_rule::ir::query::Source::External`], by location as written.
    pub external: BTreeMap<Box<str>, Rows>,
}

/// Rows that a query wants of one table.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The table.
    pub table: Arc<Table>,
    /// The columns whose values are wanted, in the order of the values that are pushed.
    pub columns: Vec<Column>,
    /// True where the whole record is wanted as well, as a bag behind the columns (open tables, all columns asked for).
    pub whole: bool,
}
