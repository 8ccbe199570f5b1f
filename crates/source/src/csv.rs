//! Comma-separated values (RFC 4180) with a header: semicolons and tabs too, quoted line feeds, broken quotes.

use crate::emit::Emitter;
use crate::json;
use crate::layout::{Layout, Node};
use crate::leaf::{Parts, Raw};
use crate::{Block, Cut, Reader, Schema, Sink};
use ddefend_model::code;
use memchr::{memchr, memchr3, memrchr};

/// Bytes of a record, at most.
const LARGEST: usize = 16 << 20;
/// Bytes that are given up at once where a quote is never closed.
const STRIDE: usize = 1 << 20;

/// Reads CSV logs of one schema.
pub(crate) struct Csv {
    schema: Schema,
    layout: &'static Layout,
    separator: u8,
    columns: Vec<(String, Node)>,
}

/// The header: its separator, its columns, and where the first record begins.
pub(crate) fn header(head: &str) -> Option<(u8, Vec<String>, usize)> {
    let mut at = head.len().checked_sub(head.trim_start_matches(['\u{feff}', ' ']).len())?;
    // `Export-Csv` names the type first.
    if head.get(at..)?.starts_with("#TYPE") {
        at = at.checked_add(memchr(b'\n', head.get(at..)?.as_bytes())?)?.checked_add(1)?;
    }
    let line = head.get(at..)?.lines().next()?;
    let count = |separator: u8| line.bytes().filter(|byte| *byte == separator).count();
    let separator =
        [b',', b';', b'\t'].into_iter().max_by_key(|separator| count(*separator)).filter(|it| count(*it) > 0)?;
    let mut fields = Vec::new();
    let end = record(head, at, separator, &mut fields)?;
    let names = fields.iter().map(|raw| raw.text().unwrap_or_default().trim().to_owned());
    Some((separator, names.collect(), end))
}

impl Csv {
    /// A reader for the log with that beginning; none where it has no header.
    pub(crate) fn new(schema: Schema, layout: &'static Layout, head: &str) -> Option<Self> {
        let (separator, names, _) = header(head)?;
        let columns = names.into_iter().map(|name| {
            let (node, short) = layout.root.node(&name);
            (short.to_owned(), node)
        });
        Some(Self { schema, layout, separator, columns: columns.collect() })
    }

    fn row<'a>(&'a self, fields: &mut Vec<Raw<'a>>, parts: &mut Parts<'a>) {
        parts.clear(self.layout.dialect);
        parts.utc = self.layout.utc;
        for ((name, node), raw) in self.columns.iter().zip(fields.drain(..)) {
            match node {
                Node::Json(branch) => json::inner(parts, &raw.text().unwrap_or_default(), self.layout, branch),
                // An empty field says nothing.
                _ if raw == Raw::Text("") => {}
                _ => self.layout.put(parts, name.as_str().into(), *node, raw),
            }
        }
        (self.layout.finish)(parts);
    }
}

impl Reader for Csv {
    fn schema(&self) -> Schema {
        self.schema
    }

    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        if at_end {
            return Cut::Block(buffer.len().max(1));
        }
        match last_end(buffer, self.separator) {
            Some(end) if end > 0 => Cut::Block(end),
            _ if buffer.len() < LARGEST => Cut::More,
            _ => {
                let stride = buffer.get(STRIDE..).and_then(|rest| memchr(b'\n', rest));
                Cut::Skip(stride.map_or(buffer.len(), |at| at.saturating_add(STRIDE).saturating_add(1)))
            }
        }
    }

    fn read(&self, block: Block<'_>, sink: &mut dyn Sink) {
        let mut out = Emitter::new(block, sink);
        let text = String::from_utf8_lossy(block.bytes);
        let mut at = if block.index == 0 { header(&text).map_or(0, |(_, _, end)| end) } else { 0 };
        let (mut fields, mut parts) = (Vec::new(), Parts::default());
        while at < text.len() {
            let start = at;
            fields.clear();
            let length = text.len().saturating_sub(start);
            at = match record(&text, start, self.separator, &mut fields) {
                Some(end) => end,
                None => {
                    out.tell(code::BROKEN_STRUCTURE, start, length, "a quoted field is never closed");
                    let rest = text.as_bytes().get(start..).unwrap_or_default();
                    memchr(b'\n', rest).map_or(text.len(), |line| start.saturating_add(line).saturating_add(1))
                }
            };
            if fields.is_empty() || matches!(fields.as_slice(), [Raw::Text("")]) {
                continue;
            }
            if fields.len() == 1 && self.columns.len() > 1 {
                out.tell(code::BROKEN_STRUCTURE, start, at.saturating_sub(start), "a line that is no record");
                continue;
            }
            self.row(&mut fields, &mut parts);
            out.take(&parts, start);
        }
    }
}

/// The fields of the record at `at`; where the next begins. None where a quoted field has no end; no fields then.
fn record<'a>(text: &'a str, mut at: usize, separator: u8, fields: &mut Vec<Raw<'a>>) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        let quoted = bytes.get(at) == Some(&b'"');
        let (raw, end) = if quoted {
            let start = at.saturating_add(1);
            let Some((stop, doubled)) = closing(bytes, start) else {
                fields.clear();
                return None;
            };
            let inside = text.get(start..stop).unwrap_or_default();
            (if doubled { Raw::Csv(inside) } else { Raw::Text(inside) }, stop.saturating_add(1))
        } else {
            (Raw::Null, at)
        };
        let rest = bytes.get(end..).unwrap_or_default();
        let length = memchr3(separator, b'\n', b'\r', rest).unwrap_or(rest.len());
        let stop = end.saturating_add(length);
        fields.push(if quoted { raw } else { Raw::Text(text.get(at..stop).unwrap_or_default()) });
        at = stop.saturating_add(1);
        match bytes.get(stop) {
            Some(byte) if *byte == separator => {}
            Some(b'\r') if bytes.get(at) == Some(&b'\n') => return Some(at.saturating_add(1)),
            Some(_) => return Some(at),
            None => return Some(text.len()),
        }
    }
}

/// Where a quoted field's closing quote stands, and whether doubled ones stand before it.
fn closing(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    let (mut at, mut doubled) = (start, false);
    loop {
        at = at.checked_add(memchr(b'"', bytes.get(at..)?)?)?;
        if bytes.get(at.checked_add(1)?) != Some(&b'"') {
            return Some((at, doubled));
        }
        doubled = true;
        at = at.checked_add(2)?;
    }
}

/// Behind the last whole record. Only a quote at the start of a field opens one.
fn last_end(bytes: &[u8], separator: u8) -> Option<usize> {
    let (mut at, mut end) = (0_usize, None);
    loop {
        let rest = bytes.get(at..)?;
        let quote = memchr(b'"', rest);
        let plain = rest.get(..quote.unwrap_or(rest.len()))?;
        if let Some(line) = memrchr(b'\n', plain) {
            end = at.checked_add(line)?.checked_add(1);
        }
        let Some(quote) = quote else { return end };
        let place = at.checked_add(quote)?;
        let before = place.checked_sub(1).and_then(|before| bytes.get(before));
        let opens = match before {
            None | Some(b'\n' | b'\r') => true,
            Some(byte) => *byte == separator || (place == 3 && bytes.starts_with(b"\xef\xbb\xbf")),
        };
        at = place.checked_add(1)?;
        if opens {
            let Some((stop, _)) = closing(bytes, at) else { return end };
            at = stop.checked_add(1)?;
            // A quote at the very end may be the first of two.
            if at >= bytes.len() {
                return end;
            }
        }
    }
}
