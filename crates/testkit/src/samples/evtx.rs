//! Windows event logs as bytes.

use super::{Entry, Sample};
use ddefend_event::{Dialect, Event, Head, Key, Place, Row, Selection, Selector, Value};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Reader, Record, Sink, evtx};
use std::sync::{Arc, OnceLock};

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The reader of event logs and of what is left of them.
pub const ENTRIES: &[Entry] = &[Entry { name: "evtx", run: every_way, seed: |name| name.ends_with(".csv") }];

/// Wants everything.
struct All(Arc<Selection>);

impl Selector for All {
    fn select(&self, _: &Key) -> Option<Arc<Selection>> {
        Some(Arc::clone(&self.0))
    }
}

struct Drop(All);

impl Sink for Drop {
    fn selector(&self) -> &dyn Selector {
        &self.0
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let event = record.event();
        assert_eq!(row.cells.len(), Row::of(&event, selection).cells.len(), "the fast way and the slow one disagree");
    }

    fn skipped(&mut self, _: u64) {}

    fn diagnostic(&mut self, _: Diagnostic) {}
}

/// A small sound log, up to where it is used.
fn sound() -> &'static [u8] {
    static LOG: OnceLock<Vec<u8>> = OnceLock::new();
    LOG.get_or_init(|| {
        let events: Vec<Event> = (1..=6)
            .map(|number| {
                let (channel, provider) = ("Made/Operational".into(), "Maker".into());
                let event_id = u32::try_from(number % 3).unwrap_or_default();
                let key = Key { dialect: Dialect::Windows, channel, provider, event_id, action: "".into() };
                let place = Place { source: "made".into(), record: number, offset: 0 };
                let head = Head { place, key, time: None, host: "desk".into() };
                let data = vec![
                    ("Image".into(), Value::Text("C:\\Windows\\System32\\calc.exe".into())),
                    ("Data".into(), Value::Text("S-1-5-18".into())),
                    ("ProcessId".into(), Value::Int(4)),
                ];
                Event { head, data }
            })
            .collect();
        let mut log = evtx::write(&events);
        log.truncate(4096 + 8192);
        log
    })
}

fn read(reader: &dyn Reader, bytes: &[u8]) {
    let wanted = ["Image", "Data", "EventID"].map(Into::into).to_vec();
    let mut sink = Drop(All(Arc::new(Selection { plan: 0, wanted, everything: true })));
    let source: Arc<str> = "fuzz".into();
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = match reader.cut(rest, true) {
            Cut::Block(length) => {
                let offset = (bytes.len() - rest.len()) as u64;
                let (index, last) = (0, length == rest.len());
                reader.read(Block { bytes: &rest[..length], offset, index, last, source: &source }, &mut sink);
                length
            }
            Cut::Skip(length) => length,
            Cut::More => unreachable!("nothing comes behind"),
        };
        rest = &rest[length..];
    }
}

/// Reads the bytes as they are, as a chunk's records, and as damage to a sound log: each three bytes a place and a value.
fn every_way(bytes: &[u8]) {
    read(&*evtx::carver(), bytes);
    let mut log = sound().to_vec();
    for damage in bytes.chunks_exact(3).take(64) {
        let at = 4096 + usize::from(u16::from_le_bytes([damage[0], damage[1]])) % 8192;
        log[at] = damage[2];
    }
    read(&*evtx::carver(), &log);
    let mut log = sound().to_vec();
    let count = bytes.len().min(4096);
    log[4096 + 512 + 24..][..count].copy_from_slice(&bytes[..count]);
    if let Some(reader) = evtx::reader(&log) {
        read(&*reader, &log);
    }
}
