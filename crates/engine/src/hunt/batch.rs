use super::clocks::Times;
use super::feed::{Buffer, Note, Piece};
use super::run::{Covered, Extra, HuntSettings};
use ddefend_event::{Event, Head, Row, Selection, Selector, Value};
use ddefend_hunt::{Found, Start};
use ddefend_matcher::{Hit, Scratch};
use ddefend_model::{Diagnostic, Location, PartPath, code};
use ddefend_query::{Feed, Seen};
use ddefend_rule::ir::query::Datum;
use ddefend_source::{Block, Record, Sink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Every so many records their order in time is looked at: clocks that jump stay where they jumped to. The span is exact.
const SAMPLE: u64 = 16;
/// The order of so many records of a block is looked at in any case, so that short logs are known from end to end.
const FIRST: u64 = 256;
/// Diagnostics of one block; further ones are counted.
const DIAGNOSTICS: usize = 256;

/// Kinds of logs with hosts of one block that are told apart.
const COVERED: usize = 256;

/// What one block gave.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Told before its results.
    pub(super) notes: Vec<Note>,
    pub(super) schema: &'static str,
    pub(super) found: Vec<Found>,
    /// Which of those have no number of their own, but one that counts the block's records.
    pub(super) counted: Vec<usize>,
    /// Values that were wanted beside the rules.
    pub(super) extras: Vec<Extra>,
    /// The same of those as `counted` of what was found.
    pub(super) extras_counted: Vec<usize>,
    /// Rows for a query.
    pub(super) rows: Vec<(usize, Vec<Datum>)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) records: u64,
    pub(super) times: Times,
    /// Whose logs of which kind cover what time, where extras are wanted.
    pub(super) covered: Vec<Covered>,
    /// Bytes that it holds, roughly.
    pub(super) weight: usize,
}

impl Batch {
    /// Notes that a log of that kind and host holds a record of that time.
    fn cover(&mut self, head: &Head) {
        let is = |known: &&mut Covered| {
            known.host == head.host && known.channel == head.key.channel && known.provider == head.key.provider
        };
        // Records of one host and channel mostly stand together: what was met last is looked at first.
        if let Some(known) = self.covered.iter_mut().rev().find(is) {
            return known.add(head.time);
        }
        if self.covered.len() < COVERED {
            self.weight += 256;
            self.covered.push(Covered {
                host: head.host.clone(),
                dialect: head.key.dialect,
                channel: head.key.channel.clone(),
                provider: head.key.provider.clone(),
                records: 1,
                span: head.time.map(|time| (time, time)),
            });
        }
    }

    /// Numbers the records that have no number of their own, behind so many records of the log's earlier blocks.
    pub(super) fn number(&mut self, before: u64) {
        for index in self.counted.drain(..) {
            if let Some(event) = self.found.get_mut(index).and_then(|found| found.event.as_mut()) {
                event.head.place.record = event.head.place.record.saturating_add(before);
            }
        }
        for index in self.extras_counted.drain(..) {
            if let Some(extra) = self.extras.get_mut(index) {
                extra.head.place.record = extra.head.place.record.saturating_add(before);
            }
        }
    }
}

/// What a worker keeps from block to block.
#[derive(Default)]
pub(super) struct Worker {
    pub(super) buffer: Buffer,
    scratch: Scratch,
    hits: Vec<Hit>,
}

impl Worker {
    /// Reads a block that lies in the worker's buffer.
    pub(super) fn read(&mut self, piece: &Piece, notes: Vec<Note>, settings: &HuntSettings<'_>) -> Batch {
        let batch = Batch { notes, schema: piece.reader.schema().0, ..Batch::default() };
        let mut taker =
            Taker { settings, scratch: &mut self.scratch, hits: &mut self.hits, wanted: 0, dropped: 0, batch };
        let block = Block {
            bytes: self.buffer.get(piece.length),
            offset: piece.offset,
            index: piece.index,
            last: piece.last,
            source: &piece.source,
        };
        // A reader that panics is a defect of ours; the other blocks must not suffer for it.
        let outcome = catch_unwind(AssertUnwindSafe(|| piece.reader.read(block, &mut taker)));
        let Taker { dropped, mut batch, .. } = taker;
        let place = || Location::bytes(piece.offset, piece.length as u64);
        if outcome.is_err() {
            let message = "a reader failed; what it had read of this block was kept. Please report this log's type";
            batch.diagnostics.push(Diagnostic::new(code::INTERNAL, PartPath::default(), place(), message));
        }
        if dropped > 0 {
            let message = format!("{dropped} more places in this block could not be read");
            batch.diagnostics.push(Diagnostic::new(code::LIMIT_RESULTS, PartPath::default(), place(), message));
        }
        for diagnostic in &mut batch.diagnostics {
            diagnostic.artifact = piece.source.to_string();
            diagnostic.part = PartPath::root(&*piece.source);
        }
        batch
    }
}

/// Bytes that a value holds beside itself, roughly.
fn weigh_value(value: &Datum) -> usize {
    match value {
        Datum::Text(text) => text.len() + 16,
        Datum::List(list) => list.len() * 48,
        Datum::Map(map) => map.len() * 96,
        _ => 0,
    }
}

/// Bytes that an event holds, roughly.
fn weigh(event: &Event) -> usize {
    let text = |value: &Value| if let Value::Text(text) = value { text.len() } else { 0 };
    let data = event.data.iter().map(|(name, value)| name.len() + text(value) + 96).sum::<usize>();
    data + event.head.host.len() + event.head.key.channel.len() + event.head.key.provider.len()
}

struct Taker<'t> {
    settings: &'t HuntSettings<'t>,
    scratch: &'t mut Scratch,
    hits: &'t mut Vec<Hit>,
    wanted: u64,
    dropped: u64,
    batch: Batch,
}

impl Taker<'_> {
    /// Keeps the record's rows for a query.
    fn take_rows(&mut self, feed: &Feed, record: &dyn Record, selection: &Selection, row: &Row<'_>) {
        let (head, event) = (|| record.head(), || record.event());
        let seen = Seen { time: record.time(), head: &head, event: &event };
        let batch = &mut self.batch;
        feed.rows(selection, row, &seen, &mut |scan, values| {
            batch.weight += values.len() * size_of::<Datum>() + values.iter().map(weigh_value).sum::<usize>();
            batch.rows.push((scan, values));
        });
    }

    /// Keeps what is wanted of the record beside the rules.
    fn take_extras(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        if !self.settings.extras.is_empty() {
            self.batch.cover(&record.head());
        }
        for (entry, events) in self.settings.extras.iter().enumerate() {
            let Some(values) = self.settings.matcher.extra(entry + 1, selection, row) else { continue };
            let head = record.head();
            if !events.is_empty() && !events.contains(&head.key.event_id) {
                continue;
            }
            self.batch.weight += values.iter().flatten().map(|value| value.len() + 24).sum::<usize>() + 256;
            if record.is_counted() {
                self.batch.extras_counted.push(self.batch.extras.len());
            }
            self.batch.extras.push(Extra { entry, head, values, schema: self.batch.schema });
        }
    }
}

impl Sink for Taker<'_> {
    fn selector(&self) -> &dyn Selector {
        self.settings.selector
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        self.batch.records += 1;
        if let Some(time) = record.time() {
            if self.wanted < FIRST || self.wanted.is_multiple_of(SAMPLE) {
                self.batch.times.add(time);
            } else {
                self.batch.times.include(time);
            }
        }
        self.wanted += 1;
        if let Some(feed) = self.settings.rows {
            return self.take_rows(feed, record, selection, row);
        }
        let matcher = self.settings.matcher;
        self.hits.clear();
        matcher.evaluate(selection, row, self.scratch, self.hits);
        self.take_extras(record, selection, row);
        let values = matcher.extra(0, selection, row);
        if self.hits.is_empty() && values.is_none() {
            return;
        }
        let event = (!self.hits.is_empty()).then(|| record.event());
        let start = values.map(|values| {
            let head = event.as_ref().map_or_else(|| record.head(), |event| event.head.clone());
            Start { host: head.host, time: head.time, values }
        });
        let texts = |start: &Start| start.values.iter().flatten().map(|value| value.len() + 24).sum::<usize>();
        self.batch.weight += start.as_ref().map_or(0, texts) + event.as_ref().map_or(0, weigh) + 128;
        if event.is_some() && record.is_counted() {
            self.batch.counted.push(self.batch.found.len());
        }
        self.batch.found.push(Found { hits: self.hits.clone(), event, start });
    }

    fn skipped(&mut self, records: u64) {
        self.batch.records += records;
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.batch.diagnostics.len() < DIAGNOSTICS {
            self.batch.weight += 256;
            self.batch.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }
}
