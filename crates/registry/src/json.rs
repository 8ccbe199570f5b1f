//! JSON objects one by one: a line each, in arrays, one after the other; a broken one does not hide the rest.

use crate::lines::Encoding;
use crate::out::{Out, quote};
use ddefend_guard::Budget;
use ddefend_model::{Location, code};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How deep an object may be nested; below the parser's own limit.
const DEEPEST: usize = 100;
/// Bytes of an object that is held at once; one that is longer is read by the objects in it. In memory it takes up to
/// sixteen times as much.
const LARGEST: usize = 4 << 20;
/// How often reading starts again inside an object that is broken or not closed: what stands in it may be whole.
const RESTARTS: u32 = 32;

/// The text within the limits of one part, and the diagnostic of a cut.
pub(crate) fn decode<'a>(bytes: &'a [u8], budget: &Budget) -> (Cow<'a, str>, Option<String>) {
    let (encoding, mark) = Encoding::of(bytes);
    let bytes = bytes.get(mark..).unwrap_or_default();
    let room = usize::try_from(budget.part_allowance()).unwrap_or(usize::MAX);
    let head = bytes.get(..room).unwrap_or(bytes);
    let cut = (head.len() < bytes.len()).then(|| format!("{}; its head was read", budget.tightest()));
    let (text, _) = encoding.decode(head);
    if matches!(text, Cow::Owned(_)) {
        // Beyond the total only by one part: the next one is refused.
        let _ = budget.produce(text.len() as u64);
    }
    (text, cut)
}

/// Takes an object and its line; false ends the reading.
pub(crate) type Taker<'t> = dyn FnMut(&mut Out<'_>, &Map<String, Value>, u64) -> bool + 't;

/// Hands every outermost object to `on` with its line, until that says no.
pub(crate) fn objects(bytes: &[u8], out: &mut Out<'_>, on: &mut Taker<'_>) {
    let (text, cut) = decode(bytes, out.budget());
    let mut pieces = Pieces::new(&text);
    let mut restarts = 0_u32;
    while let Some(piece) = pieces.next() {
        if !out.step() {
            break;
        }
        if piece.depth > DEEPEST {
            let message = format!("an object of more than {DEEPEST} levels is not read");
            out.tell_line(code::LIMIT_STRUCTURE, piece.line, message);
            continue;
        }
        if piece.text.len() > LARGEST && !piece.open {
            let message = format!("an object of more than {LARGEST} bytes is read by the objects in it");
            out.tell_line(code::NOTE_ODD, piece.line, message);
        } else {
            match serde_json::from_str::<Value>(piece.text.get(..LARGEST).unwrap_or(piece.text)) {
                Ok(Value::Object(object)) => {
                    if !on(out, &object, piece.line) {
                        break;
                    }
                    continue;
                }
                Ok(_) => continue,
                Err(error) => {
                    let id = if piece.open { code::BROKEN_TRUNCATED } else { code::BROKEN_STRUCTURE };
                    out.tell_line(id, piece.line, format!("no whole object: {}", quote(&error.to_string())));
                }
            }
        }
        restarts = restarts.saturating_add(1);
        if restarts > RESTARTS {
            out.tell_line(code::LIMIT_STRUCTURE, piece.line, "too much damage; the rest was not read");
            break;
        }
        pieces.again_inside(&piece);
    }
    if pieces.junk {
        out.tell(code::NOTE_ODD, Location::default(), "between the objects stands what is no JSON");
    }
    if let Some(message) = cut {
        out.tell(code::LIMIT_PART_SIZE, Location::default(), message);
    }
}

/// The first few objects, for telling what a file is.
pub(crate) fn first(bytes: &[u8], count: usize) -> Vec<Map<String, Value>> {
    let (encoding, mark) = Encoding::of(bytes);
    let (text, _) = encoding.decode(bytes.get(mark..).unwrap_or_default());
    let mut found = Vec::new();
    let mut pieces = Pieces::new(&text);
    for _ in 0..count {
        let Some(piece) = pieces.next() else { break };
        match serde_json::from_str(piece.text) {
            _ if piece.depth > DEEPEST => {}
            Ok(Value::Object(object)) => found.push(object),
            _ => pieces.again_inside(&piece),
        }
    }
    found
}

/// The text of an object.
struct Piece<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    depth: usize,
    /// The text ended before the object did.
    open: bool,
}

struct Pieces<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    /// Between the objects stands something else.
    junk: bool,
    /// Reading goes on in an object: between those in it stand its names.
    inside: bool,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, junk: false, inside: false }
    }

    fn again_inside(&mut self, piece: &Piece<'_>) {
        self.at = piece.at.saturating_add(1);
        self.line = piece.line;
        self.inside = true;
    }

    /// The end of what begins with a bracket at `from`, and how deep it goes.
    fn end(&self, from: usize) -> (usize, usize, bool) {
        let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
        let bytes = self.text.as_bytes().get(from..).unwrap_or_default();
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    deepest = deepest.max(depth);
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return (from.saturating_add(at).saturating_add(1), deepest, false);
                    }
                }
                _ => {}
            }
        }
        (self.text.len(), deepest, true)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'{' => break,
                b'\n' => self.line = self.line.saturating_add(1),
                b' ' | b'\t' | b'\r' | b',' | b'[' | b']' | b'}' => {}
                _ => self.junk |= !self.inside,
            }
            self.at = self.at.saturating_add(1);
        }
        let (at, line) = (self.at, self.line);
        let (end, depth, open) = self.end(at);
        let text = self.text.get(at..end)?;
        let feeds = text.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(feeds as u64);
        self.at = end;
        Some(Piece { text, at, line, depth, open })
    }
}
