//! `query`: rows of tables out of logs, through a compiled query. Logs are read as `hunt` reads them, on all workers;
//! rows reach the query in the order of the inputs, so that the output does not depend on the number of threads.

use crate::hunt::{Asked, HuntProgress, HuntSettings, Told, hunt_inputs};
use crate::input::Input;
use ddefend_event::{Mapping, Time};
use ddefend_guard::stream::Allowance;
use ddefend_hunt::{Hunt, Settings, Wording};
use ddefend_matcher::Matcher;
use ddefend_model::{Diagnostic, HuntSummary};
use ddefend_query::{Feed, Program, RunError, Scan};
use ddefend_rule::RuleSet;
use ddefend_rule::ir::query::Datum;
use ddefend_source::Schema;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

/// How logs are read for a query.
pub struct QuerySettings {
    /// Which records are rows of which tables.
    pub mapping: Arc<Mapping>,
    /// As for `hunt`.
    pub wording: Wording,
    /// Worker threads, at least one.
    pub threads: usize,
    /// Seconds for one log; none: as long as it takes.
    pub seconds: Option<u64>,
    /// Inputs that were named, not found in a folder: one that is no log is an error.
    pub named: Vec<PathBuf>,
    /// Read every log as that, whatever its content shows.
    pub schema: Option<Schema>,
    /// What a packed log may give.
    pub allowance: Allowance,
    /// Look for records in slack and raw bytes as well.
    pub carve: bool,
}

/// What a query tells.
#[derive(Debug)]
pub enum Answer<'a> {
    /// A row of the result.
    Row(&'a [Datum]),
    /// Something could not be read.
    Diagnostic(Box<Diagnostic>),
    /// The query had to stop: what follows is missing.
    Stopped(RunError),
}

/// Runs a query over all inputs and hands on its rows as soon as they are certain.
///
/// # Errors
/// The first error of `emit`; the rest is not read.
pub fn query_inputs<E>(
    inputs: &[Input],
    program: &Program,
    settings: &QuerySettings,
    progress: &dyn HuntProgress,
    emit: &mut dyn FnMut(Answer<'_>) -> Result<(), E>,
) -> Result<HuntSummary, E> {
    let feed = Feed::new(Arc::clone(&settings.mapping), program.scans().to_vec());
    let mut run = Some(program.start());
    let mut failed = None;
    let summary = read(inputs, &feed, settings, progress, &mut |told| {
        let rows = match told {
            Told::Rows(rows) => rows,
            Told::Diagnostic(diagnostic) => return emit(Answer::Diagnostic(diagnostic)),
            Told::Detection(_) | Told::Extra(_) | Told::Covered(_) => return Ok(()),
        };
        let Some(at_work) = &mut run else { return Ok(()) };
        let mut stopped = None;
        for (scan, row) in rows {
            let mut told = |row: &[Datum]| tell(row, &mut failed, emit);
            if let Err(error) = at_work.push(scan, row, &mut told) {
                stopped = Some(error);
                break;
            }
        }
        if let Some(error) = failed.take() {
            return Err(error);
        }
        match stopped {
            None => Ok(()),
            Some(error) => {
                run = None;
                emit(Answer::Stopped(error))
            }
        }
    })?;
    if let Some(run) = run
        && let Err(error) = run.finish(&mut |row: &[Datum]| tell(row, &mut failed, emit))
    {
        emit(Answer::Stopped(error))?;
    }
    failed.map_or(Ok(summary), Err)
}

/// Hands on a row; after an error nothing more.
fn tell<E>(row: &[Datum], failed: &mut Option<E>, emit: &mut dyn FnMut(Answer<'_>) -> Result<(), E>) {
    if failed.is_none() {
        *failed = emit(Answer::Row(row)).err();
    }
}

/// The time of the newest record of the tables that are scanned; none where no record has a time. Reads everything.
#[must_use]
pub fn newest(inputs: &[Input], scans: &[Scan], settings: &QuerySettings, progress: &dyn HuntProgress) -> Option<Time> {
    let bare = |scan: &Scan| Scan { columns: Vec::new(), whole: false, ..scan.clone() };
    let feed = Feed::new(Arc::clone(&settings.mapping), scans.iter().map(bare).collect());
    let Ok(summary) = read(inputs, &feed, settings, progress, &mut |_| Ok::<(), Infallible>(()));
    summary.span.and_then(|(_, last)| Time::parse(&last))
}

fn read<E>(
    inputs: &[Input],
    feed: &Feed,
    settings: &QuerySettings,
    progress: &dyn HuntProgress,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<HuntSummary, E> {
    let none = RuleSet::default();
    let mapping = &settings.mapping;
    let mut hunt = Hunt::new(none, Arc::clone(mapping), settings.wording.clone(), Settings::default());
    let matcher = Matcher::new(hunt.rules(), Arc::clone(mapping), &[], &[]);
    let asked = Asked::new(feed);
    let hunting = HuntSettings {
        matcher: &matcher,
        selector: &asked,
        threads: settings.threads,
        seconds: settings.seconds,
        named: settings.named.clone(),
        schema: settings.schema,
        allowance: settings.allowance,
        carve: settings.carve,
        extras: &[],
        rows: Some(feed),
    };
    hunt_inputs(inputs, &hunting, &mut hunt, progress, emit)
}
