//! Reading a log whole, checking on the way that the fast way and the slow one agree.
#![allow(dead_code, reason = "each test takes what it needs")]

use ddefend_event::{Cell, Dialect, Event, Head, Key, Place, Row, Selection, Selector, Time, Value};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Reader, Record, Sink, evtx};
use std::sync::Arc;

pub(crate) struct All(Arc<Selection>);

impl Selector for All {
    fn select(&self, _: &Key) -> Option<Arc<Selection>> {
        Some(self.0.clone())
    }
}

/// What a log holds.
pub(crate) struct Found {
    all: All,
    pub(crate) events: Vec<Event>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Sink for Found {
    fn selector(&self) -> &dyn Selector {
        &self.all
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let event = record.event();
        let whole = Row::of(&event, selection);
        assert_eq!(shown(row, selection), shown(&whole, selection), "fast and slow way, {:?}", event.head);
        self.events.push(event);
    }

    fn skipped(&mut self, records: u64) {
        assert_eq!(records, 0);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// A row as text: each wanted name's values in order, then everything, sorted.
fn shown(row: &Row<'_>, selection: &Selection) -> Vec<String> {
    let mut shown = Vec::new();
    for (index, name) in selection.wanted.iter().enumerate() {
        let cells = row.cells.iter().filter(|(known, _)| usize::from(*known) == index);
        shown.extend(cells.map(|(_, cell)| format!("{name}={}", cell.to_text())));
    }
    // System stands before the data on the fast way, whatever the document's order.
    let mut everything: Vec<String> = row.everything.iter().map(Cell::to_text).collect();
    everything.sort();
    shown.extend(everything);
    shown
}

pub(crate) fn read(bytes: &[u8]) -> Found {
    match evtx::reader(bytes) {
        Some(reader) => read_by(&*reader, bytes, 1 << 20),
        None => read_by(&*evtx::carver(), &[], 1 << 20),
    }
}

pub(crate) fn read_by(reader: &dyn Reader, bytes: &[u8], buffer: usize) -> Found {
    let names = ["eventid", "Channel", "Image", "CommandLine", "Data", "ScriptBlockText", "Provider_Name", "UserID"];
    let wanted = names.map(Into::into).to_vec();
    let all = All(Arc::new(Selection { plan: 1, wanted, everything: true }));
    let mut found = Found { all, events: Vec::new(), diagnostics: Vec::new() };
    let source: Arc<str> = "log".into();
    let (mut at, mut index) = (0, 0);
    while at < bytes.len() {
        let mut end = (at + buffer).min(bytes.len());
        let length = loop {
            match reader.cut(&bytes[at..end], end == bytes.len()) {
                Cut::Block(length) => break length,
                Cut::More => {
                    assert!(end < bytes.len(), "more is asked for at the end");
                    end = (end + buffer).min(bytes.len());
                }
                Cut::Skip(length) => {
                    at += length;
                    if at == bytes.len() {
                        return found;
                    }
                    end = (at + buffer).min(bytes.len());
                }
            }
        };
        assert!(length > 0);
        let last = at + length == bytes.len();
        let block = Block { bytes: &bytes[at..at + length], offset: at as u64, index, last, source: &source };
        reader.read(block, &mut found);
        at += length;
        index += 1;
    }
    found
}

/// A record with that number, event id and data.
pub(crate) fn event(number: u64, event_id: u32, data: &[(&str, Value)]) -> Event {
    let key = Key {
        dialect: Dialect::Windows,
        channel: "Made/Operational".into(),
        provider: "Maker".into(),
        event_id,
        action: "".into(),
    };
    let place = Place { source: "made".into(), record: number, offset: 0 };
    let head = Head { place, key, time: Time::parse("2026-11-21T10:00:00.5Z"), host: "desk.example".into() };
    Event { head, data: data.iter().map(|(name, value)| ((*name).into(), value.clone())).collect() }
}

/// Names and values as text.
pub(crate) fn text(data: &[(Box<str>, Value)]) -> Vec<(String, String)> {
    data.iter().map(|(name, value)| (name.to_string(), value.cell().to_text())).collect()
}
