//! Owned events to a valid event log file, for tests and for laboratories: several chunks, a `System` template, a template
//! for the data of each kind of record, typed values, checksums, tables of names and templates.
//!
//! ```
//! use ddefend_event::{Dialect, Event, Head, Key, Place, Time, Value};
//! let key = Key {
//!     dialect: Dialect::Windows,
//!     channel: "Microsoft-Windows-Sysmon/Operational".into(),
//!     provider: "Microsoft-Windows-Sysmon".into(),
//!     event_id: 1,
//!     action: "".into(),
//! };
//! let place = Place { source: "made".into(), record: 1, offset: 0 };
//! let head = Head { place, key, time: Time::parse("2026-11-21T10:00:00Z"), host: "desk.example".into() };
//! let data = vec![("Image".into(), Value::Text("C:\\Windows\\System32\\calc.exe".into()))];
//! let log = ddefend_source::evtx::write(&[Event { head, data }]);
//! assert!(log.starts_with(b"ElfFile\0"));
//! ```
mod chunk;
mod typed;

use super::segment::{CHUNK_SIZE, FILE};
use chunk::Chunk;
use ddefend_event::{Dialect, Event};

/// Writes events of dialect `windows`; others are left out.
///
/// - Names of `System` go there (see [`super`]); what is missing there is taken from the head: provider, event id, channel,
///   computer, time, record number. Everything else becomes `EventData/Data` by its name, in order; `Data` without one.
/// - Values become the type that they look like (GUID, SID, `0x...`, RFC 3339 time, number, truth), but only where reading
///   them gives the same text; else UTF-16.
/// - Records are numbered by [`ddefend_event::Place::record`] where that grows, else by one more than the record before.
/// - A text ends at its first NUL. Text beyond some 30,000 characters of a record is cut: a record fits a chunk.
#[must_use]
pub fn write(events: &[Event]) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let mut chunk = Chunk::default();
    let mut number: u64 = 0;
    for event in events.iter().filter(|event| event.head.key.dialect == Dialect::Windows) {
        let next = number.saturating_add(1);
        number = if event.head.place.record > number { event.head.place.record } else { next };
        let record = typed::record(event, number);
        if !chunk.takes(&record) {
            chunks.push(std::mem::take(&mut chunk).finish());
        }
        chunk.push(&record);
    }
    if !chunk.is_empty() || chunks.is_empty() {
        chunks.push(chunk.finish());
    }
    let mut file = header(chunks.len(), number.saturating_add(1));
    file.reserve(chunks.len().saturating_mul(CHUNK_SIZE));
    chunks.iter().for_each(|chunk| file.extend_from_slice(chunk));
    file
}

/// A file header with its padding, for that many chunks.
fn header(chunks: usize, next_record: u64) -> Vec<u8> {
    let mut out = FILE.to_vec();
    let last = u64::try_from(chunks).unwrap_or(u64::MAX).saturating_sub(1);
    for number in [0, last, next_record] {
        out.extend(number.to_le_bytes());
    }
    // Sizes of the header and of its block, version 3.1, number of chunks.
    out.extend(128_u32.to_le_bytes());
    for half in [1, 3, 4096, u16::try_from(chunks).unwrap_or(u16::MAX)] {
        out.extend(half.to_le_bytes());
    }
    out.resize(120, 0);
    let checksum = crc32fast::hash(&out);
    out.extend(0_u32.to_le_bytes());
    out.extend(checksum.to_le_bytes());
    out.resize(4096, 0);
    out
}
