use super::order::Order;
use super::pool;
use crate::input::Input;
use ddefend_event::{Dialect, Head, Key, Selection, Selector, Time};
use ddefend_guard::stream::Allowance;
use ddefend_hunt::Hunt;
use ddefend_matcher::Matcher;
use ddefend_model::{Detection, Diagnostic, HuntSummary};
use ddefend_query::Feed;
use ddefend_rule::ir::query::Datum;
use ddefend_source::{Reader, Schema};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Kinds of records that are remembered, for the rules that could not fire.
const KINDS: usize = 100_000;
/// Bytes of names that such a kind may have.
const NAMES: usize = 4096;

/// The schema that has slack to carve.
const CARVED: &str = "evtx";

/// What a hunt works with.
pub struct HuntSettings<'h> {
    /// All rules.
    pub matcher: &'h Matcher,
    /// The same, remembering what it was asked.
    pub selector: &'h Asked<'h>,
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
    /// What is told of records beside detections: for each of the matcher's `always` entries behind the first (which is
    /// for process lineage) the event ids that are wanted; an empty list wants all.
    pub extras: &'h [Vec<u32>],
    /// Rows for a query are made of the records, in place of asking the rules; the selector asks for what it needs.
    pub rows: Option<&'h Feed>,
}

impl HuntSettings<'_> {
    /// The reader for a log with that beginning.
    pub(crate) fn reader(&self, head: &[u8], name: &str) -> Result<Box<dyn Reader>, Box<Diagnostic>> {
        match ddefend_source::open(head, name, self.schema) {
            Ok(reader) if !self.carve || reader.schema().0 != CARVED => Ok(reader),
            Ok(_) => Ok(ddefend_source::evtx::carver()),
            Err(_) if self.carve && !head.is_empty() => Ok(ddefend_source::evtx::carver()),
            Err(diagnostic) => Err(diagnostic),
        }
    }
}

/// Remembers which kinds of records were met.
pub struct Asked<'m> {
    inner: &'m dyn Selector,
    keys: Mutex<Option<BTreeSet<Key>>>,
}

impl<'m> Asked<'m> {
    /// Asks `inner`.
    #[must_use]
    pub fn new(inner: &'m dyn Selector) -> Self {
        Self { inner, keys: Mutex::new(Some(BTreeSet::new())) }
    }

    /// The kinds that were met so far; none where there were too many to remember.
    #[must_use]
    pub fn keys(&self) -> Option<BTreeSet<Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Selector for Asked<'_> {
    fn select(&self, key: &Key) -> Option<Arc<Selection>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = keys.as_mut().filter(|known| !known.contains(key)) {
            let names = key.channel.len() + key.provider.len() + key.action.len();
            if known.len() < KINDS && names <= NAMES {
                known.insert(key.clone());
            } else {
                *keys = None;
            }
        }
        drop(keys);
        self.inner.select(key)
    }
}

/// Told as work goes on.
pub trait HuntProgress: Sync {
    /// So many more bytes of the inputs were read.
    fn read(&self, bytes: u64);
}

/// Values of a record that were wanted beside the rules.
#[derive(Clone, Debug)]
pub struct Extra {
    /// Index into [`HuntSettings::extras`].
    pub entry: usize,
    /// What the record says of itself.
    pub head: Head,
    /// Values of the fields of the matcher's `always` entry.
    pub values: Vec<Option<String>>,
    /// Schema of the log.
    pub schema: &'static str,
}

/// What time the logs of a host and kind cover: of the records that somebody wanted, first and last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The computer, as records write it.
    pub host: Box<str>,
    /// Whose names they speak.
    pub dialect: Dialect,
    /// Channel, table or category.
    pub channel: Box<str>,
    /// Provider.
    pub provider: Box<str>,
    /// Records.
    pub records: u64,
    /// First and last; none where none has a time.
    pub span: Option<(Time, Time)>,
}

impl Covered {
    /// One more record.
    pub(super) fn add(&mut self, time: Option<Time>) {
        self.records += 1;
        self.widen(time.map(|time| (time, time)));
    }

    /// More records of the same.
    pub(super) fn widen(&mut self, span: Option<(Time, Time)>) {
        let Some((first, last)) = span else { return };
        let (earliest, latest) = self.span.unwrap_or((first, last));
        let least = if first.ticks < earliest.ticks { first } else { earliest };
        let most = if last.ticks > latest.ticks { last } else { latest };
        self.span = Some((least, most));
    }
}

/// What a hunt tells, in the order of the inputs.
#[derive(Debug)]
pub enum Told {
    /// A rule matched.
    Detection(Box<Detection>),
    /// Values of a record that were asked for by [`HuntSettings::extras`].
    Extra(Box<Extra>),
    /// What the logs cover, at the end, by host and channel; only where [`HuntSettings::extras`] are asked for.
    Covered(Vec<Covered>),
    /// Rows for [`HuntSettings::rows`]: the number of the scan, values of its columns.
    Rows(Vec<(usize, Vec<Datum>)>),
    /// Something could not be read.
    Diagnostic(Box<Diagnostic>),
}

/// Hunts through all inputs and hands on what is found, as soon as it is.
///
/// # Errors
/// The first error of `emit`; the rest is not read.
pub fn hunt_inputs<E>(
    inputs: &[Input],
    settings: &HuntSettings<'_>,
    hunt: &mut Hunt,
    progress: &dyn HuntProgress,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<HuntSummary, E> {
    let mut order = Order::new(hunt);
    pool::run(inputs, settings, progress, &mut order, emit)?;
    order.finish(emit)
}
