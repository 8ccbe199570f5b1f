//! Windows' own XML: `wevtutil qe /f:xml`, `.ToXml()`, the event viewer's export. `Event` elements one after another,
//! with or without a root; other text between them does not matter.

mod event;

pub(crate) use event::parse;

use crate::emit::Emitter;
use crate::leaf::Parts;
use crate::{Block, Cut, Reader, Schema, Sink};
use ddefend_model::code;
use memchr::memmem::{find, rfind};

/// Bytes of a record, at most.
const LARGEST: usize = 16 << 20;
const OPEN: &[u8] = b"<Event";
const CLOSE: &[u8] = b"</Event>";

/// Reads events in XML.
pub(crate) struct WinXml {
    pub(crate) schema: Schema,
}

/// Where the next `Event` element begins.
pub(crate) fn start(bytes: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    loop {
        let found = at.checked_add(find(bytes.get(at..)?, OPEN)?)?;
        at = found.checked_add(OPEN.len())?;
        if matches!(bytes.get(at), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n')) {
            return Some(found);
        }
    }
}

impl Reader for WinXml {
    fn schema(&self) -> Schema {
        self.schema
    }

    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        if at_end {
            return Cut::Block(buffer.len().max(1));
        }
        match rfind(buffer, CLOSE).and_then(|at| at.checked_add(CLOSE.len())) {
            Some(end) => Cut::Block(end),
            None if buffer.len() < LARGEST => Cut::More,
            // A beginning may stand in the last bytes.
            None => Cut::Skip(buffer.len().saturating_sub(OPEN.len()).max(1)),
        }
    }

    fn read(&self, block: Block<'_>, sink: &mut dyn Sink) {
        let mut out = Emitter::new(block, sink);
        let text = String::from_utf8_lossy(block.bytes);
        let mut parts = Parts::default();
        let mut at = 0_usize;
        // The next end, looked for once: a million beginnings without an end must not each read to the end.
        let mut close: Option<Option<usize>> = None;
        while let Some(begin) = text.as_bytes().get(at..).and_then(start) {
            let begin = at.saturating_add(begin);
            let inside = begin.saturating_add(OPEN.len());
            let ahead = close.filter(|end| end.is_none_or(|end| end >= inside.saturating_add(CLOSE.len())));
            let next = ahead.unwrap_or_else(|| {
                let found = find(text.as_bytes().get(inside..).unwrap_or_default(), CLOSE);
                found.map(|found| inside.saturating_add(found).saturating_add(CLOSE.len()))
            });
            close = Some(next);
            let end = next.unwrap_or(text.len());
            // Another beginning before the end: the first was cut off.
            let again = text.as_bytes().get(inside..end).and_then(start).map(|again| inside.saturating_add(again));
            let whole = next.is_some() && again.is_none();
            parts.clear(ddefend_event::Dialect::Windows);
            parts.utc = true;
            if whole && parse(text.get(begin..end).unwrap_or_default(), &mut parts) {
                out.take(&parts, begin);
                at = end;
            } else {
                let next = again.unwrap_or(end);
                out.tell(code::BROKEN_XML, begin, next.saturating_sub(begin), "an event that is no whole XML element");
                at = next;
            }
        }
    }
}
