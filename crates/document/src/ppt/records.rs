//! The record stream, MS-PPT 2.3.1, walked flat: a container is given, then what it holds.

use ddefend_container::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// A record.
pub(super) struct Record<'r> {
    /// Offset of its header in the stream.
    pub(super) offset: usize,
    pub(super) kind: u16,
    pub(super) instance: u16,
    pub(super) is_container: bool,
    /// Its data; empty for a container.
    pub(super) data: &'r [u8],
}

/// A header: version and instance, type, length.
pub(super) fn header(bytes: &[u8], offset: usize) -> Option<(u16, u16, u16, usize)> {
    let mut cursor = Cursor::at(bytes, offset);
    let first = cursor.u16("record version").ok()?;
    let kind = cursor.u16("record type").ok()?;
    let length = usize::try_from(cursor.u32("record length").ok()?).ok()?;
    Some((first & 0xf, first >> 4, kind, length))
}

/// All records in their order. A record that is longer than its container is cut there, so that one wrong length does
/// not hide what follows.
pub(super) struct Walk<'r> {
    bytes: &'r [u8],
    at: usize,
    /// Ends of the open containers.
    ends: Vec<usize>,
    /// Offsets of the first record that was cut: by the end of the stream, by its container.
    cut: [Option<usize>; 2],
}

impl<'r> Walk<'r> {
    pub(super) fn new(bytes: &'r [u8]) -> Self {
        Self { bytes, at: 0, ends: Vec::new(), cut: [None; 2] }
    }

    /// Tells which records were cut.
    pub(super) fn report(&self, sink: &mut dyn Sink) {
        let size = self.bytes.len();
        let messages = [
            (code::BROKEN_TRUNCATED, format!("a record is longer than the stream, which has {size} bytes")),
            (code::NOTE_ODD, "a record is longer than its container; reading went on behind the container".to_owned()),
        ];
        for (offset, (code, message)) in self.cut.iter().zip(messages) {
            if let Some(offset) = offset {
                sink.report(code, Location::bytes(*offset as u64, 8), message);
            }
        }
    }
}

impl<'r> Iterator for Walk<'r> {
    type Item = Record<'r>;

    fn next(&mut self) -> Option<Record<'r>> {
        while self.ends.last().is_some_and(|end| *end <= self.at) {
            self.ends.pop();
        }
        let offset = self.at;
        let (version, instance, kind, length) = header(self.bytes, offset)?;
        let start = offset.saturating_add(8);
        let limit = self.ends.last().copied().unwrap_or(self.bytes.len());
        let end = start.saturating_add(length);
        if end > limit {
            let slot = self.cut.get_mut(usize::from(limit < self.bytes.len()))?;
            *slot = slot.or(Some(offset));
        }
        // A header that reaches over the end of its container still counts as read.
        let end = end.min(limit).max(start);
        let is_container = version == 0xf;
        let inside = if is_container { 0 } else { end.saturating_sub(start) };
        if is_container {
            self.ends.push(end);
        }
        self.at = start.saturating_add(inside);
        let data = Cursor::at(self.bytes, start).take_up_to(inside);
        Some(Record { offset, kind, instance, is_container, data })
    }
}
