//! A sink that keeps everything, and the blocks of a log cut as the engine cuts them.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use ddefend_event::{Event, Key, Row, Selection, Selector};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Reader, Record, Sink, open};
use std::sync::Arc;

/// Wants the named values of every kind, or everything.
pub struct All(pub Arc<Selection>);

impl Selector for All {
    fn select(&self, _key: &Key) -> Option<Arc<Selection>> {
        Some(Arc::clone(&self.0))
    }
}

/// What was read.
pub struct Kept {
    pub selector: All,
    pub events: Vec<Event>,
    pub diagnostics: Vec<Diagnostic>,
    pub skipped: Vec<(u64, usize)>,
}

impl Kept {
    pub fn new(wanted: &[&str], everything: bool) -> Self {
        let wanted = wanted.iter().map(|name| (*name).into()).collect();
        let selection = Selection { plan: 0, wanted, everything };
        Self { selector: All(Arc::new(selection)), events: Vec::new(), diagnostics: Vec::new(), skipped: Vec::new() }
    }
}

impl Sink for Kept {
    fn selector(&self) -> &dyn Selector {
        &self.selector
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let event = record.event();
        let oracle = Row::of(&event, selection);
        let texts = |row: &Row<'_>| {
            let mut cells: Vec<_> = row.cells.iter().map(|(index, cell)| (*index, cell.to_text())).collect();
            cells.sort_by_key(|(index, _)| *index);
            (cells, row.everything.iter().map(ddefend_event::Cell::to_text).collect::<Vec<_>>())
        };
        assert_eq!(texts(row), texts(&oracle), "the row and the owned record disagree");
        assert_eq!(event.head, record.head());
        self.events.push(event);
    }

    fn skipped(&mut self, _records: u64) {}

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// Names that rules often ask for.
pub const WANTED: &[&str] = &[
    "EventID",
    "Channel",
    "Image",
    "image",
    "CommandLine",
    "ParentImage",
    "TargetObject",
    "Details",
    "NewProcessName",
    "ScriptBlockText",
    "Hashes",
    "ProcessGuid",
    "Data",
    "ProcessCommandLine",
    "FolderPath",
    "process.command_line",
];

/// Reads a log in buffers of `size` bytes at first.
pub fn read_by(reader: &dyn Reader, bytes: &[u8], size: usize, kept: &mut Kept) {
    let source: Arc<str> = "log".into();
    let (mut at, mut index, mut want) = (0, 0, size);
    while at < bytes.len() {
        let end = (at + want).min(bytes.len());
        match reader.cut(&bytes[at..end], end == bytes.len()) {
            Cut::More => {
                assert!(end < bytes.len(), "more wanted at the end");
                want *= 2;
            }
            Cut::Skip(length) => {
                assert!(length > 0 && length <= end - at);
                kept.skipped.push((at as u64, length));
                (at, want) = (at + length, size);
            }
            Cut::Block(length) => {
                assert!(length > 0 && length <= end - at);
                let last = at + length == bytes.len();
                let block = Block { bytes: &bytes[at..at + length], offset: at as u64, index, last, source: &source };
                reader.read(block, kept);
                (at, want, index) = (at + length, size, index + 1);
            }
        }
    }
}

/// Opens a log by content and reads it; its schema with it.
pub fn read(bytes: &[u8]) -> (&'static str, Kept) {
    let reader = open(&bytes[..bytes.len().min(64 << 10)], "log", None).unwrap();
    let mut kept = Kept::new(WANTED, true);
    read_by(&*reader, bytes, 1 << 20, &mut kept);
    (reader.schema().0, kept)
}

/// All values under a name, as text.
pub fn values(event: &Event, name: &str) -> Vec<String> {
    event.values(name).map(|value| value.cell().to_text()).collect()
}

/// The first value under a name.
pub fn value(event: &Event, name: &str) -> String {
    values(event, name).into_iter().next().unwrap_or_default()
}
