//! Logs in UTF-16: read as UTF-8, with offsets and cuts of the bytes that are there.

use crate::{Block, Cut, Reader, Record, Schema, Sink};
use ddefend_event::{Event, Head, Row, Selection, Selector, Time};
use ddefend_model::Diagnostic;
use std::borrow::Cow;
use std::sync::Arc;

/// How text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// By the byte order mark, or by the zeros of the first letters.
    pub(crate) fn of(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Self::Utf16Le,
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    /// The text; what is no text is replaced. No byte order mark.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        let pairs = || bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
            Self::Utf16Le => units(pairs().map(u16::from_le_bytes)).into(),
            Self::Utf16Be => units(pairs().map(u16::from_be_bytes)).into(),
        }
    }
}

/// U+FEFF at the start is blanked, not removed, so that positions stay.
fn units(units: impl Iterator<Item = u16>) -> String {
    let letters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    letters.map(|letter| if letter == '\u{feff}' { ' ' } else { letter }).collect()
}

/// Reads UTF-16 through a reader of UTF-8.
pub(crate) struct Wide {
    pub(crate) encoding: Encoding,
    pub(crate) inner: Box<dyn Reader>,
}

/// Bytes in UTF-16 of that much UTF-8.
fn wide(text: &str, length: usize) -> usize {
    let head = text.get(..length).unwrap_or(text);
    head.chars().map(|letter| letter.len_utf16().saturating_mul(2)).fold(0, usize::saturating_add)
}

impl Reader for Wide {
    fn schema(&self) -> Schema {
        self.inner.schema()
    }

    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        if at_end {
            return Cut::Block(buffer.len().max(1));
        }
        let text = self.encoding.decode(buffer);
        match self.inner.cut(text.as_bytes(), false) {
            Cut::Block(length) => Cut::Block(wide(&text, length).clamp(1, buffer.len().max(1))),
            Cut::Skip(length) => Cut::Skip(wide(&text, length).clamp(1, buffer.len().max(1))),
            Cut::More => Cut::More,
        }
    }

    fn read(&self, block: Block<'_>, sink: &mut dyn Sink) {
        let text = self.encoding.decode(block.bytes);
        let mut sink = Shift { sink, text: &text, offset: block.offset };
        self.inner.read(Block { bytes: text.as_bytes(), ..block }, &mut sink);
    }
}

/// Moves offsets from UTF-8 to UTF-16.
struct Shift<'s> {
    sink: &'s mut dyn Sink,
    text: &'s str,
    offset: u64,
}

impl Shift<'_> {
    fn shift(&self, offset: u64) -> u64 {
        let length = usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        self.offset.saturating_add(wide(self.text, length) as u64)
    }
}

impl Sink for Shift<'_> {
    fn selector(&self) -> &dyn Selector {
        self.sink.selector()
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let moved = Moved { record, text: self.text, start: self.offset };
        self.sink.record(&moved, selection, row);
    }

    fn skipped(&mut self, records: u64) {
        self.sink.skipped(records);
    }

    fn diagnostic(&mut self, mut diagnostic: Diagnostic) {
        if let Some(offset) = diagnostic.location.offset {
            let moved = self.shift(offset);
            let end = self.shift(offset.saturating_add(diagnostic.location.length.unwrap_or_default()));
            diagnostic.location.offset = Some(moved);
            diagnostic.location.length = diagnostic.location.length.map(|_| end.saturating_sub(moved));
        }
        self.sink.diagnostic(diagnostic);
    }
}

struct Moved<'m> {
    record: &'m dyn Record,
    text: &'m str,
    start: u64,
}

impl Record for Moved<'_> {
    fn head(&self) -> Head {
        let mut head = self.record.head();
        let length = usize::try_from(head.place.offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        head.place.offset = self.start.saturating_add(wide(self.text, length) as u64);
        head
    }

    fn event(&self) -> Event {
        Event { head: self.head(), ..self.record.event() }
    }

    fn time(&self) -> Option<Time> {
        self.record.time()
    }

    fn is_counted(&self) -> bool {
        self.record.is_counted()
    }
}
