//! Windows event log files (EVTX) and chunks of them.
//!
//! Format: J. Metz, "Windows XML Event Log (EVTX)" (libevtx documentation); binary XML: [MS-EVEN6] 2.2.12 to 2.2.17 and
//! 3.1.4.7. Native names: elements of `System` by their own names, their attributes behind an underscore
//! (`Provider_Name`, `Execution_ProcessID`) except `TimeCreated` and `UserID`; `EventData/Data` by `@Name`, or `Data`
//! without one; leaves of `UserData` by element.

mod bytes;
mod carve;
mod chunk;
mod decode;
mod lost;
mod names;
mod plan;
mod program;
mod record;
mod scan;
mod segment;
mod skeleton;
mod slots;
mod templates;
mod value;
mod write;

use crate::{Block, Cut, Growth, Reader, Record, Schema, Sink};
use chunk::Chunk;
use ddefend_event::{Row, Selection, Selector};
use ddefend_model::{Diagnostic, Location, PartPath, code};
use scan::Scratch;
use segment::Kind;
use std::sync::{Arc, Mutex, PoisonError};

pub use write::write;

/// The schema's name.
const SCHEMA: Schema = Schema("evtx");
/// Diagnostics of one block; damaged logs could otherwise have one for each byte.
const MAX_DIAGNOSTICS: u32 = 64;

/// A reader for a log with that beginning; none where it is no EVTX file. It reads the records that the log has; those that
/// it has no longer are for [`carver`]: exported logs hold more of them than records, of any age and of other logs.
#[must_use]
pub fn reader(head: &[u8]) -> Option<Box<dyn Reader>> {
    let ours = head.starts_with(segment::FILE) || head.starts_with(segment::CHUNK);
    ours.then(|| Box::new(Evtx::default()) as Box<dyn Reader>)
}

/// A reader that also finds what no chunk counts: records in the slack of chunks, and chunks and lone records in raw bytes
/// (unallocated space, memory and page dumps). Such records carry [`ddefend_event::native::RECOVERED`]. Whole files are
/// read like by [`reader`]. A record whose template was overwritten has `System`'s values where Windows' own order shows
/// them, and its data without names, as `Data`.
#[must_use]
pub fn carver() -> Box<dyn Reader> {
    Box::new(Evtx { recover: true, ..Evtx::default() })
}

/// Threads take a [`Scratch`] for a block and put it back: what was learnt in one block serves the next.
#[derive(Default)]
struct Evtx {
    recover: bool,
    scratches: Mutex<Vec<Scratch>>,
}

impl Reader for Evtx {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    /// A chunk's header ("chunk header") has its first record number at 8 and checksums of header and records.
    fn growth(&self) -> Growth {
        Growth::Rewritten { header: segment::FILE_SIZE as u64, unit: segment::CHUNK_SIZE, stamp: 512, identity: 8..16 }
    }

    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        // What holds no chunk, not even one without its magic, is for the carver alone.
        let nowhere: Arc<str> = Arc::default();
        let lost = |bytes: &[u8]| !self.recover && !Chunk { bytes, offset: 0, source: &nowhere }.is_headless();
        segment::cut(buffer, at_end, lost)
    }

    fn read(&self, block: Block<'_>, sink: &mut dyn Sink) {
        let mut scratch = self.scratches.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let mut sink = Limited { sink, left: MAX_DIAGNOSTICS, hidden: 0 };
        scratch.ask(sink.selector());
        scratch.recover = self.recover;
        read(block, &mut scratch, &mut sink);
        sink.skipped(std::mem::take(&mut scratch.skipped));
        let Limited { sink, hidden, .. } = sink;
        if hidden > 0 {
            let place = Location::bytes(block.offset, u64::try_from(block.bytes.len()).unwrap_or(u64::MAX));
            let words = format!("{hidden} more diagnostics in these bytes were counted only");
            sink.diagnostic(Diagnostic::new(code::LIMIT_RESULTS, PartPath::root(&**block.source), place, words));
        }
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}

/// Bytes of a log's header.
const HEADER: usize = 4096;

fn read(block: Block<'_>, scratch: &mut Scratch, sink: &mut dyn Sink) {
    let mut at = 0;
    while let Some(segment) = segment::next(block.bytes, at, true) {
        at = segment.end;
        let bytes = block.bytes.get(segment.start..segment.end).unwrap_or_default();
        let offset = block.offset.saturating_add(u64::try_from(segment.start).unwrap_or(u64::MAX));
        let chunk = Chunk { bytes, offset, source: block.source };
        match segment.kind {
            // A header is a block of 4096 bytes ([MS-EVEN6] files, "File Header"): where it ends earlier, so does the log.
            Kind::Header if block.last && bytes.len() < HEADER => {
                let place = Location::bytes(offset, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                let words = format!("the log ends in its header: {} of {HEADER} bytes", bytes.len());
                sink.diagnostic(Diagnostic::new(code::BROKEN_TRUNCATED, PartPath::root(&**block.source), place, words));
            }
            Kind::Header | Kind::Zeros => {}
            Kind::Chunk => chunk.read(scratch, sink),
            Kind::Loose if chunk.is_headless() => chunk.read_headless(scratch, sink),
            Kind::Loose if scratch.recover => carve::read(&chunk, scratch, sink),
            Kind::Loose => {}
        }
    }
}

/// Passes on what a reader finds, but only so many diagnostics.
struct Limited<'s> {
    sink: &'s mut dyn Sink,
    left: u32,
    hidden: u64,
}

impl Sink for Limited<'_> {
    fn selector(&self) -> &dyn Selector {
        self.sink.selector()
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        self.sink.record(record, selection, row);
    }

    fn skipped(&mut self, records: u64) {
        self.sink.skipped(records);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.sink.diagnostic(diagnostic);
            }
            None => self.hidden = self.hidden.saturating_add(1),
        }
    }
}
