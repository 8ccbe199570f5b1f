//! JSON: one object to a line, arrays, exports that are one object, records over several lines.

mod frame;
mod rows;
mod scan;
mod walk;

use crate::emit::Emitter;
use crate::layout::{Branch, Layout};
use crate::leaf::Parts;
use crate::{Block, Cut, Reader, Schema, Sink};
use ddefend_model::code;
use frame::Framing;
use memchr::memchr;
use scan::{Item, Scan};
use std::borrow::Cow;
use walk::Walk;

/// Broken records of a block that are looked for one by one.
const ATTEMPTS: u32 = 64;

/// Reads JSON logs of one schema.
pub(crate) struct Json {
    schema: Schema,
    layout: &'static Layout,
    framing: Framing,
    /// Of a table whose rows are arrays.
    columns: Vec<String>,
}

impl Json {
    pub(crate) fn new(schema: Schema, layout: &'static Layout, head: &str) -> Self {
        if let Some((length, columns)) = rows::head(head) {
            let prefix = head.as_bytes().get(..length).unwrap_or_default().to_vec();
            return Self { schema, layout, framing: Framing::Rows(prefix), columns };
        }
        Self { schema, layout, framing: Framing::of(head), columns: Vec::new() }
    }

    /// The rows of a table.
    fn rows<'a>(&'a self, text: &'a str, from: usize, parts: &mut Parts<'a>, out: &mut Emitter<'_, '_>) {
        let mut scan = Scan::new(text, from);
        loop {
            while scan.next() == Some(b',') {
                scan.take();
            }
            let start = scan.at();
            if matches!(scan.next(), None | Some(b']')) {
                return;
            }
            let broken =
                scan.item() != Ok(Item::Array) || rows::row(&mut scan, &self.columns, self.layout, parts).is_err();
            if broken {
                out.tell(
                    code::BROKEN_STRUCTURE,
                    start,
                    text.len().saturating_sub(start),
                    "a row that is no whole array",
                );
                return;
            }
            out.take(parts, start);
        }
    }

    /// The records of one line or block of elements; gives where it broke.
    fn elements<'a>(
        &self,
        text: &'a str,
        from: usize,
        parts: &mut Parts<'a>,
        out: &mut Emitter<'_, '_>,
        base: usize,
    ) -> Option<usize> {
        let walk = Walk { layout: self.layout };
        let line = matches!(self.framing, Framing::Lines);
        let mut scan = if line { Scan::line(text) } else { Scan::new(text, from) };
        loop {
            while matches!(scan.next(), Some(b'[' | b',' | b']' | b'}')) {
                scan.take();
            }
            if scan.is_end() {
                return None;
            }
            let start = scan.at();
            if scan.item() != Ok(Item::Object) {
                return Some(start);
            }
            match walk.record(&mut scan, parts) {
                Ok(()) if parts.is_nameless() => match frame::envelope(text.get(start..).unwrap_or_default()) {
                    // A whole export on one line.
                    Some(length) => scan = Scan::new(text, start.saturating_add(length)),
                    None => out.take(parts, base.saturating_add(start)),
                },
                Ok(()) => out.take(parts, base.saturating_add(start)),
                Err(_) => return Some(start),
            }
        }
    }
}

impl Reader for Json {
    fn schema(&self) -> Schema {
        self.schema
    }

    fn cut(&self, buffer: &[u8], at_end: bool) -> Cut {
        self.framing.cut(buffer, at_end)
    }

    fn read(&self, block: Block<'_>, sink: &mut dyn Sink) {
        let mut out = Emitter::new(block, sink);
        let text = String::from_utf8_lossy(block.bytes);
        if let Cow::Owned(_) = text {
            out.tell(code::BROKEN_STRUCTURE, 0, block.bytes.len(), "bytes that are no UTF-8 were replaced");
        }
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let text: &str = &text;
        let mut parts = Parts::default();
        match &self.framing {
            Framing::Lines => {
                let mut at = mark;
                while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
                    let length = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
                    let line = rest.get(..length).unwrap_or_default();
                    if let Some(broken) = self.elements(line, 0, &mut parts, &mut out, at) {
                        let place = at.saturating_add(broken);
                        out.tell(
                            code::BROKEN_STRUCTURE,
                            place,
                            length.saturating_sub(broken),
                            "a line that is no JSON object",
                        );
                    }
                    at = at.saturating_add(length).saturating_add(1);
                }
            }
            Framing::Rows(prefix) => {
                let first = text.as_bytes().starts_with(prefix);
                self.rows(text, if first { prefix.len() } else { 0 }, &mut parts, &mut out);
            }
            Framing::Stream(prefix) => {
                let whole = !prefix.is_empty() && text.as_bytes().starts_with(prefix);
                let mut at = if whole { prefix.len() } else { mark };
                for attempt in 0..=ATTEMPTS {
                    let Some(broken) = self.elements(text, at, &mut parts, &mut out, 0) else { break };
                    let next = resume(text, broken).filter(|_| attempt < ATTEMPTS);
                    let length = next.unwrap_or(text.len()).saturating_sub(broken);
                    out.tell(code::BROKEN_STRUCTURE, broken, length, "a record that is no whole JSON object");
                    match next {
                        Some(next) => at = next,
                        None => break,
                    }
                }
            }
        }
    }
}

/// The next line that begins an object, behind a place where one broke.
fn resume(text: &str, broken: usize) -> Option<usize> {
    let mut at = broken.checked_add(1)?;
    loop {
        let rest = text.as_bytes().get(at..)?;
        at = at.checked_add(memchr(b'\n', rest)?)?.checked_add(1)?;
        let line = text.as_bytes().get(at..)?;
        if line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b',' | b'[')) == Some(&b'{') {
            return Some(at);
        }
    }
}

/// Members of a log's first objects as dotted paths, with the values of strings: what detection looks at.
pub(crate) fn samples(text: &str, count: usize, out: &mut Vec<Vec<(String, String)>>) {
    let start = frame::envelope(text).unwrap_or_default();
    let mut scan = Scan::new(text, start);
    for _ in 0..count {
        while matches!(scan.next(), Some(b'[' | b',')) {
            scan.take();
        }
        let mut outline = Vec::new();
        let mut next = scan;
        if scan.item() != Ok(Item::Object) {
            return;
        }
        sketch(&mut scan, "", 3, &mut outline);
        out.push(outline);
        if next.skip().is_err() {
            return;
        }
        scan = next;
    }
}

fn sketch(scan: &mut Scan<'_>, path: &str, depth: u32, out: &mut Vec<(String, String)>) {
    while out.len() < 512 {
        let Ok(Some((name, _))) = scan.member() else { return };
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let Ok(item) = scan.item() else { return };
        let text = match item {
            Item::String(text, _) | Item::Number(text) => text.chars().take(64).collect(),
            _ => String::new(),
        };
        out.push((path.clone(), text));
        let done = match item {
            Item::Object if depth > 0 => {
                sketch(scan, &path, depth.saturating_sub(1), out);
                true
            }
            // The first element stands for the others.
            Item::Array if depth > 0 && scan.next() == Some(b'{') => {
                scan.take();
                sketch(scan, &path, depth.saturating_sub(1), out);
                scan.finish(Item::Array).is_ok()
            }
            Item::Array if scan.next() == Some(b'"') => {
                if let Ok(Item::String(text, _)) = scan.item() {
                    out.push((path, text.chars().take(64).collect()));
                }
                scan.finish(Item::Array).is_ok()
            }
            item => scan.finish(item).is_ok(),
        };
        if !done {
            return;
        }
    }
}

/// JSON in a field of another format, by a branch of a layout.
pub(crate) fn inner(parts: &mut Parts<'_>, text: &str, layout: &'static Layout, branch: &'static Branch) {
    Walk { layout }.inner(parts, text, branch, 1);
}
