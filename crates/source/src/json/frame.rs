//! Where records of JSON logs begin and end.

use super::scan::{Item, Scan};
use crate::Cut;
use memchr::{memchr, memrchr};

/// Bytes of a record, at most.
pub(crate) const LARGEST: usize = 16 << 20;
/// Bytes that are given up at once where a record has no end.
const STRIDE: usize = 1 << 20;
/// Members that hold the records of a whole export.
pub(super) const ENVELOPES: &[&str] =
    &["Results", "results", "records", "Records", "value", "hits", "Events", "events", "data"];

/// How records follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// One or more to a line, none over several.
    Lines,
    /// Anyhow; the file begins with an envelope of so many bytes.
    Stream(Vec<u8>),
    /// Arrays, after so many bytes.
    Rows(Vec<u8>),
}

impl Framing {
    /// By the first bytes of a log.
    pub(super) fn of(head: &str) -> Self {
        if let Some(length) = envelope(head) {
            return Self::Stream(head.as_bytes().get(..length).unwrap_or_default().to_vec());
        }
        let mut scan = Scan::new(head, 0);
        while matches!(scan.next(), Some(b'[' | b',')) {
            scan.take();
        }
        let start = scan.at();
        let first = head.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        let whole = scan.skip().is_ok() && scan.at() <= start.saturating_add(first.len());
        let rest = head.get(scan.at()..).unwrap_or_default().trim_start_matches([' ', '\t', ',', ']']);
        let ends = rest.starts_with(['\n', '\r']) && first.starts_with('{');
        if whole && ends { Self::Lines } else { Self::Stream(Vec::new()) }
    }

    /// Where the buffer can be cut.
    pub(super) fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        if at_end {
            return Cut::Block(buffer.len().max(1));
        }
        let end = match self {
            Self::Lines => memrchr(b'\n', buffer).map(|at| at.saturating_add(1)),
            Self::Stream(prefix) => last_end(buffer, prefix, false),
            Self::Rows(prefix) => last_end(buffer, prefix, true),
        };
        match end {
            Some(end) if end > 0 => Cut::Block(end),
            _ if buffer.len() < LARGEST => Cut::More,
            _ => Cut::Skip(next_line(buffer)),
        }
    }
}

/// So many bytes that are given up for a record without an end: up to a line that looks like a beginning.
fn next_line(buffer: &[u8]) -> usize {
    let mut at = STRIDE.min(buffer.len());
    while let Some(found) = memchr(b'\n', buffer.get(at..).unwrap_or_default()) {
        at = at.saturating_add(found).saturating_add(1);
        if buffer.get(at) == Some(&b'{') {
            return at;
        }
    }
    buffer.len().max(1)
}

/// End of the last whole element.
fn last_end(buffer: &[u8], prefix: &[u8], rows: bool) -> Option<usize> {
    let valid = match std::str::from_utf8(buffer) {
        Ok(text) => text,
        // A letter that is cut at the end is no matter; bytes that are no UTF-8 are replaced when they are read.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(buffer.get(..error.valid_up_to())?).unwrap_or_default()
        }
        Err(_) => return last_line(buffer),
    };
    let start = if !prefix.is_empty() && buffer.starts_with(prefix) { prefix.len() } else { 0 };
    let mut scan = Scan::new(valid, start);
    let mut end = None;
    loop {
        while matches!(scan.next(), Some(b'[' | b',' | b']')) && !(rows && matches!(scan.next(), Some(b'[' | b']'))) {
            scan.take();
        }
        if rows && scan.next() == Some(b']') {
            // The table's end: what follows goes with it.
            return Some(valid.len());
        }
        if scan.is_end() {
            return Some(valid.len()).filter(|_| end.is_some());
        }
        if scan.skip().is_err() {
            return end;
        }
        // A number or word at the very end may go on.
        if scan.is_end() && !valid.ends_with(['}', ']']) {
            return end;
        }
        end = Some(scan.at());
    }
}

/// Behind the last line that a bracket begins or ends: good enough for bytes that are no text.
fn last_line(buffer: &[u8]) -> Option<usize> {
    let mut rest = buffer;
    while let Some(at) = memrchr(b'\n', rest) {
        if matches!(buffer.get(at.saturating_add(1)), Some(b'{')) {
            return Some(at.saturating_add(1));
        }
        rest = rest.get(..at)?;
    }
    None
}

/// Length of what stands before the first record of an export that is one object: `{"Schema":[],"Results":[`.
pub(super) fn envelope(head: &str) -> Option<usize> {
    let mut scan = Scan::new(head, 0);
    if scan.next()? != b'{' {
        return None;
    }
    scan.take();
    enter(&mut scan, 0)
}

fn enter(scan: &mut Scan<'_>, depth: u32) -> Option<usize> {
    for _ in 0..64 {
        let (name, _) = scan.member().ok()??;
        let item = scan.item().ok()?;
        if ENVELOPES.contains(&name) {
            match item {
                Item::Array => {
                    let at = scan.at();
                    return (scan.next() == Some(b'{')).then_some(at);
                }
                Item::Object if name == "hits" && depth == 0 => return enter(scan, 1),
                _ => {}
            }
        }
        scan.finish(item).ok()?;
    }
    None
}
