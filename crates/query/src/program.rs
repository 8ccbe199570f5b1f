use crate::compile::{self, Compiled};
use crate::error::{CompileError, RunError};
use crate::run::{Cx, Graph, Machine};
use crate::settings::{Scan, Settings, Tables};
use ddefend_event::Column;
use ddefend_rule::ir::query::{Datum, Language, Query};
use std::sync::Arc;

/// A query ready to run, as often as wanted.
#[derive(Clone)]
pub struct Program {
    language: Language,
    graph: Arc<Graph>,
    scans: Vec<Scan>,
    columns: Vec<Column>,
    slots: usize,
    warnings: Vec<CompileError>,
    now: i64,
    rows: usize,
    bytes: usize,
}

impl Program {
    /// Compiles a query for the tables that there are.
    ///
    /// # Errors
    /// What of it cannot run, with places in its text ([`CompileError::problem`] makes lines and columns of them).
    pub fn compile(query: &Query, tables: &dyn Tables, settings: &Settings) -> Result<Self, Vec<CompileError>> {
        let Compiled { graph, scans, shape, slots, warnings } = compile::compile(query, tables, settings)?;
        Ok(Self {
            language: query.language,
            graph: Arc::new(graph),
            scans,
            columns: shape.columns,
            slots,
            warnings,
            now: settings.now,
            rows: settings.rows,
            bytes: settings.bytes,
        })
    }

    /// The tables that rows are wanted of. A table that the query uses twice is here twice.
    #[must_use]
    pub fn scans(&self) -> &[Scan] {
        &self.scans
    }

    /// The columns of the result. A column named `*` has the whole record of an open table as a bag.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What to mind: the query runs all the same.
    #[must_use]
    pub fn warnings(&self) -> &[CompileError] {
        &self.warnings
    }

    /// A run from the beginning.
    #[must_use]
    pub fn start(&self) -> Run {
        let machine = Machine::new(Arc::clone(&self.graph));
        Run { machine, cx: Cx::new(self.language, self.now, self.slots, self.rows, self.bytes), started: false }
    }
}

/// A query at work: rows of all tables come in, in any order between tables; rows of the result go out as soon as they are
/// certain.
pub struct Run {
    machine: Machine,
    cx: Cx,
    started: bool,
}

impl Run {
    /// A row of the scan of that number, with a value for each of its columns (and the whole record behind them where
    /// [`Scan::whole`]). Missing values are null.
    ///
    /// # Errors
    /// Where more is held than the settings allow; the run is over then.
    pub fn push(&mut self, scan: usize, row: Vec<Datum>, emit: &mut dyn FnMut(&[Datum])) -> Result<(), RunError> {
        self.begin(emit)?;
        self.machine.push(scan, row, &mut self.cx, emit)
    }

    /// No more rows: the rest of the result.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(mut self, emit: &mut dyn FnMut(&[Datum])) -> Result<(), RunError> {
        self.begin(emit)?;
        self.machine.finish(&mut self.cx, emit)
    }

    fn begin(&mut self, emit: &mut dyn FnMut(&[Datum])) -> Result<(), RunError> {
        if self.started {
            return Ok(());
        }
        self.started = true;
        self.machine.start(&mut self.cx, emit)
    }
}
