//! A record where it lies, and what it becomes on its own.
use super::bytes::{u32_at, u64_at};
use super::decode::{self, Decoded};
use super::names::Role;
use super::plan::bytes_of;
use super::program::{Piece, What};
use super::slots::Slot;
use super::templates::{Template, Templates};
use super::value;
use crate::Record;
use ddefend_event::{Cell, Dialect, Event, Head, Key, Place, Time, Value, native};
use ddefend_model::{Diagnostic, Location, PartPath};
use std::sync::Arc;

/// First bytes of a record.
pub(super) const RECORD: &[u8; 4] = b"**\0\0";
/// Bytes before a record's binary XML: magic, size, number, time.
pub(super) const HEAD: usize = 24;
/// Fewest bytes of a record: its head, and its size once more.
pub(super) const LEAST: usize = 28;

/// A record as it lies in its chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'c> {
    /// Its chunk, to which all offsets in it count.
    pub(super) chunk: &'c [u8],
    /// Where the chunk stands in the log; before its beginning where the chunk's head is not there, so it may wrap.
    pub(super) offset: u64,
    /// Where the record stands in the chunk.
    pub(super) start: usize,
    /// Where its binary XML begins.
    pub(super) body: usize,
    /// Where that ends.
    pub(super) end: usize,
    /// One past its last byte.
    pub(super) next: usize,
    /// Its number.
    pub(super) id: u64,
    /// When it was written, a FILETIME.
    pub(super) written: u64,
    /// Where it was recovered from; none for a record that its chunk says it has.
    pub(super) recovered: Option<&'static str>,
    /// The log's name.
    pub(super) source: &'c Arc<str>,
}

impl<'c> Raw<'c> {
    /// The record at `start`; none where there is none, or its size leads out of the chunk.
    pub(super) fn at(chunk: &'c [u8], start: usize, offset: u64, source: &'c Arc<str>) -> Option<Self> {
        let bytes = chunk.get(start..)?;
        if !bytes.starts_with(RECORD) {
            return None;
        }
        let size = usize::try_from(u32_at(bytes, 4)?).ok().filter(|size| *size >= LEAST && *size <= bytes.len())?;
        let (id, written) = (u64_at(bytes, 8)?, u64_at(bytes, 16)?);
        let (body, next) = (start.saturating_add(HEAD), start.saturating_add(size));
        let end = next.saturating_sub(4);
        Some(Self { chunk, offset, start, body, end, next, id, written, recovered: None, source })
    }

    /// True where its size stands behind it, too.
    pub(super) fn is_closed(&self) -> bool {
        u32_at(self.chunk, self.end)
            .is_some_and(|size| usize::try_from(size).is_ok_and(|size| size == self.next.saturating_sub(self.start)))
    }

    /// Something that is wrong with it.
    pub(super) fn diagnostic(&self, code: &'static str, words: &str) -> Diagnostic {
        let length = self.next.saturating_sub(self.start);
        let place = Location::bytes(self.place(), u64::try_from(length).unwrap_or(u64::MAX));
        let holder = place.held_by(format!("event record {}", self.id));
        Diagnostic::new(code, PartPath::root(&**self.source), holder, words)
    }

    fn place(&self) -> u64 {
        self.offset.wrapping_add(u64::try_from(self.start).unwrap_or_default())
    }

    /// The owned record of what was decoded.
    pub(super) fn event(&self, decoded: Decoded) -> Event {
        let mut data = decoded.data;
        if let Some(how) = self.recovered {
            data.push((native::RECOVERED.into(), Value::Text(how.into())));
        }
        let time = decoded.time.or_else(|| (self.written != 0).then(|| Time::from_filetime(self.written)));
        let key = Key {
            dialect: Dialect::Windows,
            channel: decoded.channel,
            provider: decoded.provider,
            event_id: decoded.event_id,
            action: "".into(),
        };
        let place = Place { source: Arc::clone(self.source), record: self.id, offset: self.place() };
        Event { head: Head { place, key, time, host: decoded.computer }, data }
    }
}

/// A record that is decoded when somebody asks.
pub(super) struct Lazy<'c> {
    pub(super) raw: Raw<'c>,
    /// The template of its outermost instance, and the values that go into it.
    pub(super) template: &'c Template,
    pub(super) slots: &'c [Slot],
}

/// 9999-12-31T23:59:59Z in seconds: later years are not written with four digits.
const LATEST: i64 = 253_402_300_799;

impl Lazy<'_> {
    /// The time where it is a value of the outermost template, as it ordinarily is.
    fn stamp(&self) -> Option<Time> {
        let item = self.template.program.items.iter().find(|item| item.role == Some(Role::Time))?;
        let What::Pieces(pieces) = &item.what else { return None };
        let [Piece::Slot { index, .. }] = pieces.as_slice() else { return None };
        let (bytes, kind) = bytes_of(self.slots, *index, self.raw.chunk, self.raw.end);
        let Cell::Time(time) = value::cell(bytes, kind)? else { return None };
        (0..=LATEST).contains(&time.ticks.div_euclid(Time::SECOND)).then_some(time)
    }
}

impl Record for Lazy<'_> {
    fn head(&self) -> Head {
        self.event().head
    }

    fn time(&self) -> Option<Time> {
        self.stamp().or_else(|| self.head().time)
    }

    fn event(&self) -> Event {
        let mut templates = Templates::default();
        templates.next_chunk();
        let raw = &self.raw;
        let strict = raw.recovered.is_some();
        raw.event(decode::decode(raw.chunk, raw.body, raw.end, &mut templates, decode::MAX_VALUES, strict))
    }
}

/// A record that was decoded already.
pub(super) struct Owned<'e>(pub(super) &'e Event);

impl Record for Owned<'_> {
    fn head(&self) -> Head {
        self.0.head.clone()
    }

    fn event(&self) -> Event {
        self.0.clone()
    }
}
