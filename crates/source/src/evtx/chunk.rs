//! One chunk: its header, its records one after another, and what its slack still holds.
//!
//! The header's counters are the writer's last word only in a log that was closed well. Where the chunk itself says more,
//! the chunk is believed.
use super::bytes::{offset_at, slice, u32_at, u64_at, window};
use super::record::{LEAST, RECORD, Raw};
use super::scan::Scratch;
use super::segment::CHUNK_SIZE;
use crate::Sink;
use ddefend_model::{Diagnostic, Location, PartPath, code};
use memchr::memmem;
use std::sync::Arc;

/// Bytes of a chunk's header with its tables.
const HEADER: usize = 512;
/// Chunk flag: no checksums were made.
const NO_CHECKSUM: u32 = 4;
/// Chunk flag: it was being written to, its checksums are old.
const DIRTY: u32 = 1;
/// Where a record came from that its chunk does not count any more.
const SLACK: &str = "slack";
/// Where a record came from that stands in no chunk.
pub(super) const RAW: &str = "raw";

/// A chunk under the hand.
pub(super) struct Chunk<'c> {
    /// Its bytes; fewer than [`CHUNK_SIZE`] where the log is cut off.
    pub(super) bytes: &'c [u8],
    /// Where it stands in the log.
    pub(super) offset: u64,
    /// The log's name.
    pub(super) source: &'c Arc<str>,
}

impl<'c> Chunk<'c> {
    fn tell(&self, sink: &mut dyn Sink, code: &'static str, start: usize, end: usize, words: impl Into<String>) {
        let offset = self.offset.wrapping_add(u64::try_from(start).unwrap_or(u64::MAX));
        let length = u64::try_from(end.saturating_sub(start)).unwrap_or(u64::MAX);
        let place = Location::bytes(offset, length).held_by("event log chunk");
        sink.diagnostic(Diagnostic::new(code, PartPath::root(&**self.source), place, words));
    }

    /// Reads it.
    pub(super) fn read(&self, scratch: &mut Scratch, sink: &mut dyn Sink) {
        scratch.next_chunk();
        if self.bytes.len() < CHUNK_SIZE {
            let words = format!("the chunk has {} of {CHUNK_SIZE} bytes", self.bytes.len());
            self.tell(sink, code::BROKEN_TRUNCATED, 0, self.bytes.len(), words);
        }
        let free = offset_at(self.bytes, 48).unwrap_or_default();
        let trusted = self.checksums(free, sink);
        let live_end = if (HEADER..=self.bytes.len()).contains(&free) { free } else { self.bytes.len() };
        let (first, last) = (u64_at(self.bytes, 24).unwrap_or_default(), u64_at(self.bytes, 32).unwrap_or_default());
        let mut before = None;
        let mut at = HEADER;
        while at < live_end {
            if let Some(raw) = self.record(at) {
                scratch.record(&raw, sink);
                before = Some(raw.id);
                at = raw.next;
                if raw.id == last {
                    break;
                }
                continue;
            }
            let mine = |raw: &Raw<'_>| !trusted || (first..=last).contains(&raw.id) && raw.next <= live_end;
            let next = self.search(at.saturating_add(1), live_end).find(mine).map(|raw| raw.start);
            let end = next.unwrap_or(live_end);
            if window(self.bytes, at, end).iter().all(|byte| *byte == 0) && next.is_none() {
                // The free space begins before the header says.
                break;
            }
            let cut = self.bytes.len() < CHUNK_SIZE && next.is_none();
            let code = if cut { code::BROKEN_TRUNCATED } else { code::BROKEN_STRUCTURE };
            self.tell(sink, code, at, end, "no whole record where one should begin; the search goes on behind it");
            self.carve(at.saturating_add(1), end, SLACK, scratch, sink);
            at = end;
        }
        // Records that were written after the header.
        while let Some(raw) = self.record(at).filter(|raw| raw.is_closed()) {
            if before.is_none_or(|id| raw.id != id.wrapping_add(1)) {
                break;
            }
            scratch.record(&raw, sink);
            before = Some(raw.id);
            at = raw.next;
        }
        self.carve(at, self.bytes.len(), SLACK, scratch, sink);
    }

    fn record(&self, at: usize) -> Option<Raw<'c>> {
        Raw::at(self.bytes, at, self.offset, self.source)
    }

    /// Tells of checksums that do not fit; true where the header's does.
    fn checksums(&self, free: usize, sink: &mut dyn Sink) -> bool {
        let flags = u32_at(self.bytes, 120).unwrap_or_default();
        if flags & NO_CHECKSUM != 0 {
            return true;
        }
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(window(self.bytes, 0, 120));
        hasher.update(window(self.bytes, 128, HEADER));
        let header = u32_at(self.bytes, 124) == Some(hasher.finalize());
        if !header && flags & DIRTY == 0 {
            self.tell(sink, code::BROKEN_CHECKSUM, 0, HEADER, "the checksum of the chunk's header does not fit");
        }
        let records = slice(self.bytes, HEADER, free.saturating_sub(HEADER)).unwrap_or_default();
        if u32_at(self.bytes, 52) != Some(crc32fast::hash(records)) && flags & DIRTY == 0 {
            self.tell(sink, code::BROKEN_CHECKSUM, HEADER, free, "the checksum of the chunk's records does not fit");
        }
        header
    }

    /// Whole records whose size stands at both their ends, wherever they begin from `start` to `end`.
    pub(super) fn search(&self, start: usize, end: usize) -> impl Iterator<Item = Raw<'c>> {
        let chunk = self.bytes;
        let (offset, source) = (self.offset, self.source);
        memmem::find_iter(window(chunk, start, end), RECORD)
            .filter_map(move |at| Raw::at(chunk, start.saturating_add(at), offset, source))
            .filter(Raw::is_closed)
    }

    /// Reads the records that nobody counts any more.
    pub(super) fn carve(
        &self,
        start: usize,
        end: usize,
        how: &'static str,
        scratch: &mut Scratch,
        sink: &mut dyn Sink,
    ) {
        if !scratch.recover || end.saturating_sub(start) < LEAST {
            return;
        }
        let mut behind = start;
        for mut raw in self.search(start, end) {
            // A fragment's header begins every record's content.
            if raw.start >= behind && self.bytes.get(raw.body) == Some(&0x0f) {
                behind = raw.next;
                raw.recovered = Some(how);
                scratch.record(&raw, sink);
            }
        }
        let lost = std::mem::take(&mut scratch.lost);
        if lost > 0 {
            let words = format!("{lost} recovered records have lost a template; their values have no names");
            self.tell(sink, code::NOTE_ODD, start, end, words);
        }
    }

    /// True where a chunk stands whose magic is damaged: a whole record where its first should be.
    pub(super) fn is_headless(&self) -> bool {
        self.bytes.len() > HEADER && self.record(HEADER).is_some_and(|raw| raw.is_closed())
    }

    /// Reads a chunk whose magic is damaged.
    pub(super) fn read_headless(&self, scratch: &mut Scratch, sink: &mut dyn Sink) {
        self.tell(sink, code::BROKEN_STRUCTURE, 0, HEADER, "a chunk without its magic");
        self.read(scratch, sink);
    }
}
