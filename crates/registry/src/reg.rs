//! Files of the registry editor: `Windows Registry Editor Version 5.00` and `REGEDIT4`, in any encoding they are saved in.
//!
//! What silence means is told from the shape. The editor's own exports list each key below the exported one, parents
//! first, and take nothing away: such a file is the whole of its topmost keys. A file that takes something away, or that
//! leaves out keys between those it lists, was made to be merged: it says nothing of the rest ([`Coverage::Changes`]).
//! A file of a single key cannot be told from an export of it and counts as one; who knows better says so to the engine.

mod value;

use crate::lines::{Line, Lines};
use crate::out::{Out, about, quote};
use crate::shape::Shape;
use crate::{About, Data, Fact, Format, Intent, Place, Root, path};
use ddefend_model::code;
use encoding_rs::WINDOWS_1252;
use value::{Hex, Quoted};

/// Bytes of one value over several lines, at most.
const LONGEST: usize = 16 << 20;

/// Whether text begins as these files do.
pub(crate) fn is(head: &str) -> bool {
    let first = head.trim_start().lines().next().unwrap_or_default();
    head_of(first).is_some()
}

/// True for version 5, false for version 4 (whose bytes of texts are in a code page).
fn head_of(line: &str) -> Option<bool> {
    let line = line.trim();
    let starts = |word: &str| line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if starts("Windows Registry Editor Version") { Some(true) } else { starts("REGEDIT").then_some(false) }
}

struct Reader<'a, 'o> {
    lines: Lines<'a>,
    out: Out<'o>,
    wide: bool,
    key: Key,
    shape: Shape,
}

/// The key that values are for.
enum Key {
    /// No key came yet, or one that cannot be read: its values are not told one by one.
    None,
    /// Values before the first key were told.
    Told,
    Open(Root, String),
    Removed,
}

pub(crate) fn read(bytes: &[u8], mut out: Out<'_>) -> About {
    let mut lines = Lines::new(bytes);
    if lines.is_ansi() {
        out.tell(code::NOTE_ODD, Default::default(), "no Unicode: letters beyond ASCII are read as Windows-1252");
    }
    let mut ahead = lines;
    let head = ahead.find(|line| !line.text.trim().is_empty());
    let wide = match head.as_ref().and_then(|line| head_of(&line.text)) {
        Some(wide) => {
            lines = ahead;
            wide
        }
        None => {
            out.tell(code::BROKEN_STRUCTURE, Default::default(), "the first line names no version; read as version 5");
            true
        }
    };
    let mut reader = Reader { lines, out, wide, key: Key::None, shape: Shape::default() };
    while let Some(line) = reader.lines.next() {
        if !reader.out.step() {
            break;
        }
        reader.line(&line);
    }
    if !reader.out.is_going() {
        reader.shape.cut();
    }
    if let Some(note) = reader.shape.note() {
        reader.out.tell(code::NOTE_ODD, Default::default(), note);
    }
    let mut about = about(Format::Reg, Intent::State);
    about.coverage = reader.shape.coverage();
    reader.out.finish();
    about
}

impl Reader<'_, '_> {
    fn line(&mut self, line: &Line<'_>) {
        if line.bad {
            self.out.tell_line(code::BROKEN_STRUCTURE, line.number, "letters that are no text in this encoding");
        }
        let text = line.text.trim_start();
        if text.is_empty() || text.starts_with(';') {
            return;
        }
        if let Some(rest) = text.strip_prefix('[') {
            self.section(rest, line.number);
        } else if let Some(rest) = text.strip_prefix('@') {
            self.value("", rest, line.number);
        } else if let Some(rest) = text.strip_prefix('"') {
            match value::quoted(rest) {
                Quoted::Closed(name, rest) => self.value(&name, rest, line.number),
                Quoted::Open => self.junk(line.number, text),
            }
        } else {
            self.junk(line.number, text);
        }
    }

    fn section(&mut self, rest: &str, number: u64) {
        self.key = Key::None;
        let Some(end) = rest.rfind(']') else {
            self.out.tell_line(code::BROKEN_STRUCTURE, number, format!("a key without ]: {}", quote(rest)));
            return;
        };
        let inner = rest.get(..end).unwrap_or_default();
        let (removed, inner) = inner.strip_prefix('-').map_or((false, inner), |inner| (true, inner));
        let Some((root, key)) = path::split(inner) else {
            self.out.tell_line(code::BROKEN_STRUCTURE, number, format!("no root of the registry: {}", quote(inner)));
            return;
        };
        let fact = if removed { Fact::KeyRemoved } else { Fact::Key };
        self.out.fact(&root, &key, fact, Place::Line(number), None);
        if removed {
            self.shape.removal();
            self.key = Key::Removed;
        } else {
            self.shape.key(&root, &key);
            self.key = Key::Open(root, key);
        }
    }

    fn value(&mut self, name: &str, rest: &str, number: u64) {
        let Some(rest) = rest.trim_start().strip_prefix('=') else {
            self.junk(number, rest);
            return;
        };
        let rest = rest.trim_start();
        let Some(fact) = self.data(name, rest, number) else { return };
        if matches!(fact, Fact::ValueRemoved { .. }) {
            self.shape.removal();
        }
        match &self.key {
            Key::Open(root, key) => self.out.fact(root, key, fact, Place::Line(number), None),
            Key::Removed => {
                let message =
                    format!("{}: a value of a key that is taken away; the editor passes it over", quote(name));
                self.out.tell_line(code::NOTE_ODD, number, message);
            }
            Key::None => {
                self.out.tell_line(code::BROKEN_STRUCTURE, number, "values without a key are not read");
                self.key = Key::Told;
            }
            Key::Told => {}
        }
    }

    fn data(&mut self, name: &str, rest: &str, number: u64) -> Option<Fact> {
        let value = |data| Some(Fact::Value { name: name.to_owned(), data });
        if value::ends(rest, "-") {
            return Some(Fact::ValueRemoved { name: name.to_owned() });
        }
        if let Some(text) = rest.strip_prefix('"') {
            let text = self.text(text, number)?;
            return value(Data::Sz(text));
        }
        if let Some(digits) = value::after(rest, "dword:") {
            return match value::dword(digits) {
                Some(data) => value(Data::Dword(data)),
                None => {
                    self.junk(number, rest);
                    None
                }
            };
        }
        let Some((kind, digits)) = value::hex_kind(rest) else {
            self.junk(number, rest);
            return None;
        };
        let bytes = self.bytes(digits, number)?;
        if !self.wide && matches!(kind, 1 | 2 | 6 | 7) {
            return value(ansi(kind, &bytes));
        }
        value(Data::from_raw(kind, &bytes))
    }

    /// A text; the editor writes line ends of a text as they are, so that it may go on behind the line.
    fn text(&mut self, first: &str, number: u64) -> Option<String> {
        if let Quoted::Closed(text, rest) = value::quoted(first) {
            if !value::ends(rest, "") {
                self.out.tell_line(code::NOTE_ODD, number, format!("behind the text: {}", quote(rest)));
            }
            return Some(text);
        }
        let mut ahead = self.lines;
        let mut whole = first.to_owned();
        while let Some(line) = ahead.next() {
            if value::begins_anew(&line.text) || whole.len() > LONGEST || !self.out.step() {
                self.out.tell_line(code::BROKEN_STRUCTURE, number, "a text without its closing quotation mark");
                return None;
            }
            whole.push_str("\r\n");
            whole.push_str(&line.text);
            // Whether this line closes the text depends on it alone: an escape does not reach over a line end.
            if let Quoted::Closed(..) = value::quoted(&line.text) {
                self.lines = ahead;
                return match value::quoted(&whole) {
                    Quoted::Closed(text, _) => Some(text),
                    Quoted::Open => None,
                };
            }
        }
        self.shape.cut();
        self.out.tell_line(code::BROKEN_TRUNCATED, number, "the file ends inside a text");
        None
    }

    fn bytes(&mut self, first: &str, number: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut state = value::hex(first, &mut bytes);
        while state == Hex::More {
            let before = self.lines;
            let Some(line) = self.lines.next() else {
                self.shape.cut();
                self.out.tell_line(code::BROKEN_TRUNCATED, number, "the file ends inside bytes");
                return None;
            };
            let text = line.text.trim();
            if value::begins_anew(text) {
                self.lines = before;
                state = Hex::Broken;
            } else if !text.starts_with(';') {
                state = value::hex(text, &mut bytes);
            }
            if bytes.len() > LONGEST || !self.out.step() {
                state = Hex::Broken;
            }
        }
        if state == Hex::Broken {
            self.out.tell_line(code::BROKEN_STRUCTURE, number, "bytes in hexadecimal that cannot be read");
            return None;
        }
        Some(bytes)
    }

    fn junk(&mut self, number: u64, text: &str) {
        self.out.tell_line(code::BROKEN_STRUCTURE, number, format!("neither a key nor a value: {}", quote(text)));
    }
}

/// Texts of version 4 are in the code page of the machine.
fn ansi(kind: u32, bytes: &[u8]) -> Data {
    let text = |bytes: &[u8]| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    let first = || text(bytes.split(|byte| *byte == 0).next().unwrap_or_default());
    match kind {
        1 => Data::Sz(first()),
        2 => Data::ExpandSz(first()),
        6 => Data::Link(first()),
        _ => Data::MultiSz(bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty()).map(text).collect()),
    }
}
