//! Logs as text, and packed ones.

use super::{Entry, Sample};
use ddefend_event::{Dialect, Event, Head, Key, Place, Row, Selection, Selector, Value};
use ddefend_guard::stream::{self, Allowance, Packing, Zip};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Reader, Record, Schema, Sink};
use std::io::Read;
use std::sync::{Arc, OnceLock};

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The readers of logs as text, and of what they are packed in.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "text-log", run: text_log, seed: |name| name.ends_with(".csv") || name.ends_with(".xml") },
    Entry {
        name: "packed-log",
        run: packed_log,
        seed: |name| [".gz", ".zip", ".docx", ".zst"].iter().any(|end| name.ends_with(end)),
    },
];

struct Anything(Arc<Selection>);

impl Selector for Anything {
    fn select(&self, _key: &Key) -> Option<Arc<Selection>> {
        Some(Arc::clone(&self.0))
    }
}

impl Sink for Anything {
    fn selector(&self) -> &dyn Selector {
        self
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let event = record.event();
        let whole = Row::of(&event, selection);
        assert_eq!(row.cells.len(), whole.cells.len(), "the row and the record disagree");
        assert_eq!(row.everything.len(), whole.everything.len(), "the row and the record disagree");
    }

    fn skipped(&mut self, _records: u64) {}

    fn diagnostic(&mut self, _diagnostic: Diagnostic) {}
}

/// Reads a log in blocks as the engine cuts them.
fn drive(reader: &dyn Reader, bytes: &[u8]) {
    let wanted = ["Image", "CommandLine", "EventID", "Data"].iter().map(|name| (*name).into()).collect();
    let mut sink = Anything(Arc::new(Selection { plan: 0, wanted, everything: true }));
    let source: Arc<str> = "log".into();
    let (mut at, mut index, mut want) = (0_usize, 0_u64, 1024_usize);
    while at < bytes.len() {
        let end = at.saturating_add(want).min(bytes.len());
        let buffer = bytes.get(at..end).unwrap_or_default();
        match reader.cut(buffer, end == bytes.len()) {
            Cut::More if end < bytes.len() => want = want.saturating_mul(2),
            Cut::More | Cut::Skip(0) | Cut::Block(0) => break,
            Cut::Skip(length) => at = at.saturating_add(length),
            Cut::Block(length) => {
                let block = buffer.get(..length).unwrap_or(buffer);
                let last = at.saturating_add(length) >= bytes.len();
                reader.read(Block { bytes: block, offset: at as u64, index, last, source: &source }, &mut sink);
                at = at.saturating_add(length);
                index = index.saturating_add(1);
                want = 1024;
            }
        }
    }
}

/// A sound log of every schema that can be written.
fn sound() -> &'static Vec<(Schema, Vec<u8>)> {
    static LOGS: OnceLock<Vec<(Schema, Vec<u8>)>> = OnceLock::new();
    LOGS.get_or_init(|| {
        let event = |dialect, channel: &str, action: &str, data: &[(&str, &str)]| Event {
            head: Head {
                place: Place { source: "log".into(), record: 1, offset: 0 },
                key: Key {
                    dialect,
                    channel: channel.into(),
                    provider: "Microsoft-Windows-Sysmon".into(),
                    event_id: 1,
                    action: action.into(),
                },
                time: None,
                host: "pc".into(),
            },
            data: data.iter().map(|(name, text)| ((*name).into(), Value::Text((*text).into()))).collect(),
        };
        let events = [
            event(Dialect::Windows, "Sysmon", "", &[("Image", "C:\\a \"b\".exe"), ("Data", "x"), ("Data", "<&>")]),
            event(
                Dialect::Defender,
                "DeviceProcessEvents",
                "ProcessCreated",
                &[
                    ("Timestamp", "2026-11-21T10:00:00Z"),
                    ("DeviceName", "pc"),
                    ("ActionType", "ProcessCreated"),
                    ("ProcessCommandLine", "calc, \"x\"\r\n"),
                ],
            ),
            event(
                Dialect::Ecs,
                "process",
                "start",
                &[("event.category", "process"), ("process.command_line", "calc"), ("agent.type", "endpoint")],
            ),
        ];
        let events: Vec<Event> = events.iter().flat_map(|event| [event.clone(), event.clone()]).collect();
        let text = ddefend_source::schemas().iter().filter(|(schema, _)| schema.0 != "evtx");
        text.filter_map(|(schema, _)| Some((*schema, ddefend_source::write(*schema, &events)?))).collect()
    })
}

/// Reads the bytes as every schema, and in the middle of a sound log of it.
fn text_log(bytes: &[u8]) {
    if let Ok(reader) = ddefend_source::open(bytes, "log", None) {
        drive(&*reader, bytes);
    }
    let some = bytes.get(..64 << 10).unwrap_or(bytes);
    for (schema, _) in ddefend_source::schemas().iter().filter(|(schema, _)| schema.0 != "evtx") {
        if let Ok(reader) = ddefend_source::open(some, "log", Some(*schema)) {
            drive(&*reader, some);
        }
    }
    let place = bytes.iter().fold(bytes.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let piece = bytes.get(..place % 48).unwrap_or(bytes);
    for (schema, log) in sound() {
        let mut log = log.clone();
        let at = place % log.len().max(1);
        let end = at.saturating_add(place % 7).min(log.len());
        log.splice(at..end, piece.iter().copied());
        if let Ok(reader) = ddefend_source::open(&log, "log", Some(*schema)) {
            drive(&*reader, &log);
        }
    }
}

/// Unpacks the bytes in every way.
fn packed_log(bytes: &[u8]) {
    let allowance = Allowance { total: 8 << 20, grace: 1 << 20, ratio: 100, members: 64 };
    let mut buffer = vec![0; 16 << 10];
    let mut drain = |mut unpacked: stream::Unpack<'_>| {
        while unpacked.read(&mut buffer).is_ok_and(|count| count > 0) {}
        assert!(unpacked.produced() <= allowance.total, "more came out than allowed");
        unpacked.produced()
    };
    for packing in [Packing::Gzip, Packing::Bzip2, Packing::Zstd, Packing::Zip] {
        drain(stream::open(packing, bytes, allowance));
    }
    if let Ok(mut zip) = Zip::new(std::io::Cursor::new(bytes), allowance) {
        for index in 0..zip.members().len() {
            let produced = zip.member(index, allowance).map(&mut drain);
            zip.book(produced.unwrap_or_default());
        }
    }
}
