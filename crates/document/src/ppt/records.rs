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

/// All records in their order. A container's end is not kept: what lies behind a wrong length is read all the same.
pub(super) struct Walk<'r> {
    bytes: &'r [u8],
    at: usize,
}

impl<'r> Walk<'r> {
    pub(super) fn new(bytes: &'r [u8], sink: &mut dyn Sink) -> Self {
        let walk = Self { bytes, at: 0 };
        walk.check(sink);
        walk
    }

    /// Tells where the stream does not end with a record.
    fn check(&self, sink: &mut dyn Sink) {
        let mut probe = Self { bytes: self.bytes, at: 0 };
        let mut last = 0;
        while let Some((offset, _, length)) = probe.step() {
            last = offset;
            if self.bytes.len() < offset.saturating_add(8).saturating_add(length) {
                break;
            }
        }
        if probe.at > self.bytes.len() {
            let message = format!("a record is longer than the stream, which has {} bytes", self.bytes.len());
            sink.report(code::BROKEN_TRUNCATED, Location::bytes(last as u64, 8), message);
        }
    }

    /// Goes over one record; gives its offset, its first words and its length.
    fn step(&mut self) -> Option<(usize, (u16, u16, u16), usize)> {
        let offset = self.at;
        let (version, instance, kind, length) = header(self.bytes, offset)?;
        let inside = if version == 0xf { 0 } else { length };
        self.at = offset.saturating_add(8).saturating_add(inside);
        Some((offset, (version, instance, kind), inside))
    }
}

impl<'r> Iterator for Walk<'r> {
    type Item = Record<'r>;

    fn next(&mut self) -> Option<Record<'r>> {
        let (offset, (version, instance, kind), length) = self.step()?;
        let data = Cursor::at(self.bytes, offset.saturating_add(8)).take_up_to(length);
        Some(Record { offset, kind, instance, is_container: version == 0xf, data })
    }
}
