//! Windows event log files (EVTX) and chunks of them.
//!
//! Format: J. Metz, "Windows XML Event Log (EVTX)" (libevtx documentation); binary XML: [MS-EVEN6] 2.2.12 to 2.2.17 and
//! 3.1.4.7.

mod segment;

use crate::{Block, Cut, Reader, Schema, Sink};

/// The schema's name.
const SCHEMA: Schema = Schema("evtx");

/// A reader for a log with that beginning; none where it is no EVTX file.
#[must_use]
pub fn reader(head: &[u8]) -> Option<Box<dyn Reader>> {
    head.starts_with(segment::FILE).then(|| Box::new(Evtx) as Box<dyn Reader>)
}

/// A reader that finds chunks and lone records in raw bytes: unallocated space, memory and page dumps.
#[must_use]
pub fn carver() -> Box<dyn Reader> {
    Box::new(Evtx)
}

struct Evtx;

impl Reader for Evtx {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        segment::cut(buffer, at_end)
    }

    fn read(&self, block: Block<'_>, _sink: &mut dyn Sink) {
        _ = segment::next(block.bytes, 0, true);
    }
}
