//! Text and field characters of one story to fields with their places.

use super::fib::Fib;
use super::pieces::{Pieces, find, from_byte};
use super::plcfld::{BEGIN, END, Entry, FieldTable, SEPARATOR};
use ddefend_grammar::field::{Built, Field, Piece as FieldPiece, StoryBuilder};
use ddefend_guard::Budget;
use ddefend_model::{Location, trick};
use std::collections::HashSet;
use std::ops::Range;

/// Characters of text kept for a field that only the field table knows.
const LOST_TEXT: u32 = 512;
/// Fields of one story that are read; each costs memory.
const FIELDS: usize = 50_000;
/// Bytes of text inside the fields of one story that are kept.
const HELD: usize = 4 << 20;
/// Characters between two looks at the clock.
const CLOCK: usize = 1 << 16;

/// The text of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// The stream.
    pub(crate) stream: &'a [u8],
    /// Its pieces.
    pub(crate) pieces: &'a Pieces,
}

impl Text<'_> {
    /// The text of some character positions without its special characters, at most `cap` characters.
    pub(crate) fn plain(&self, cps: &Range<u32>, cap: u32) -> String {
        let cps = cps.start..cps.end.min(cps.start.saturating_add(cap));
        let mut out = Letters::default();
        for piece in self.pieces.within(&cps) {
            let (_, bytes) = piece.bytes(self.stream, &cps);
            units(bytes, piece.wide).for_each(|unit| out.push(unit, piece.wide));
        }
        out.take()
    }
}

/// What is to be read of one story.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Character positions.
    pub(crate) cps: Range<u32>,
    /// Its field table; none where there is none to compare with.
    pub(crate) table: Option<FieldTable>,
    /// Hiding tricks that every field of the story carries.
    pub(crate) tricks: Vec<&'static str>,
}

/// Fields of one story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    /// The fields.
    pub(crate) built: Built,
    /// Character positions of each field by its mark.
    pub(crate) marks: Vec<Range<u32>>,
    /// Field begins in the text that the field table does not list.
    pub(crate) unlisted: u32,
    /// Field begins of the DDE types in the field table where the text has none.
    pub(crate) lost: u32,
    /// The time ran out.
    pub(crate) stopped: bool,
    /// There are more fields, or more text in them, than is kept; the rest of the story was not read.
    pub(crate) full: bool,
    /// Fields stand inside others, so that names may be asked for.
    pub(crate) nested: bool,
}

impl Fields {
    /// True where there is nothing to evaluate.
    pub(crate) fn is_empty(&self) -> bool {
        self.built.story.pieces.is_empty()
    }
}

/// Reads the fields of a story.
pub(crate) fn read(text: Text<'_>, plan: &Plan, budget: &Budget) -> Fields {
    let mut walker = Walker {
        text,
        plan,
        builder: StoryBuilder::new(budget.limits().nesting),
        letters: Letters::default(),
        open: Vec::new(),
        held: 0,
        met: HashSet::new(),
        out: Fields::default(),
    };
    for piece in text.pieces.within(&plan.cps) {
        let (first, bytes) = piece.bytes(text.stream, &plan.cps);
        walker.run(first, bytes, piece.wide, budget);
        if walker.out.stopped || walker.out.full {
            break;
        }
    }
    walker.finish()
}

struct Walker<'a> {
    text: Text<'a>,
    plan: &'a Plan,
    builder: StoryBuilder,
    letters: Letters,
    /// Marks of the open fields.
    open: Vec<usize>,
    /// Bytes of text handed to the builder.
    held: usize,
    /// Positions of DDE entries that the text has a begin for.
    met: HashSet<u32>,
    out: Fields,
}

impl Walker<'_> {
    fn run(&mut self, first: u32, bytes: &[u8], wide: bool, budget: &Budget) {
        let width = if wide { 2 } else { 1 };
        let (mut rest, mut cp) = (bytes, first);
        let mut until_clock = CLOCK;
        while !rest.is_empty() {
            if self.builder.depth() == 0 {
                // Outside of fields only a begin matters.
                let Some(skip) = find(rest, wide, BEGIN) else { return };
                rest = rest.get(skip.saturating_mul(width)..).unwrap_or_default();
                cp = cp.saturating_add(u32::try_from(skip).unwrap_or(u32::MAX));
            }
            let Some((unit, behind)) = next_unit(rest, wide) else { return };
            match u8::try_from(unit) {
                Ok(BEGIN) => self.begin(cp),
                Ok(SEPARATOR) => self.separator(),
                Ok(END) => self.end(cp),
                _ => self.letters.push(unit, wide),
            }
            rest = behind;
            cp = cp.saturating_add(1);
            until_clock = until_clock.saturating_sub(1);
            if until_clock == 0 {
                until_clock = CLOCK;
                self.flush();
                self.out.stopped = budget.check_time().is_err();
            }
            self.out.full = self.out.marks.len() >= FIELDS || self.held >= HELD;
            if self.out.stopped || self.out.full {
                return;
            }
        }
    }

    fn flush(&mut self) {
        if !self.letters.is_empty() {
            let text = self.letters.take();
            self.held = self.held.saturating_add(text.len());
            self.builder.text(&text);
        }
    }

    fn entry(&self, cp: u32) -> Option<Entry> {
        let table = self.plan.table.as_ref()?;
        table.at(cp.saturating_sub(self.plan.cps.start)).copied()
    }

    fn begin(&mut self, cp: u32) {
        self.flush();
        self.out.nested |= !self.open.is_empty();
        let mark = self.out.marks.len();
        self.out.marks.push(cp..self.plan.cps.end);
        self.builder.begin(u32::try_from(mark).unwrap_or(u32::MAX));
        if self.builder.depth() == 1 {
            self.open.clear();
        }
        self.open.push(mark);
        let entry = self.entry(cp).filter(|entry| entry.character == BEGIN);
        let unlisted = entry.is_none() && self.plan.table.is_some();
        if let Some(entry) = entry {
            self.met.insert(entry.cp);
        }
        self.out.unlisted = self.out.unlisted.saturating_add(u32::from(unlisted));
        if let Some(field) = self.builder.current() {
            field.stored_type = entry.map(|entry| entry.detail);
            field.tricks.extend(&self.plan.tricks);
            if unlisted {
                field.tricks.push(trick::FIELD_TYPE_MISMATCH);
            }
        }
    }

    fn separator(&mut self) {
        self.flush();
        self.builder.separator();
    }

    fn end(&mut self, cp: u32) {
        self.flush();
        let locked = self.entry(cp).is_some_and(|entry| entry.is_locked());
        let range = self.open.pop().and_then(|mark| self.out.marks.get_mut(mark));
        if let (Some(range), Some(field)) = (range, self.builder.current()) {
            range.end = cp.saturating_add(1);
            field.locked = locked;
            if self.text.pieces.breaks_between(range.start, cp) {
                field.tricks.push(trick::MIXED_PIECES);
            }
        }
        self.builder.end();
    }

    /// Adds the DDE fields that only the field table knows: the text behind them is all that is left.
    fn add_lost(&mut self) {
        let Some(table) = &self.plan.table else { return };
        let entries = table.entries();
        for (index, entry) in entries.iter().enumerate() {
            if !entry.is_dde() || self.met.contains(&entry.cp) {
                continue;
            }
            if self.out.marks.len() >= FIELDS {
                self.out.full = true;
                return;
            }
            let next = entries.get(index.saturating_add(1)).map_or(u32::MAX, |entry| entry.cp);
            let start = self.plan.cps.start;
            let cps = start.saturating_add(entry.cp)..start.saturating_add(next).min(self.plan.cps.end);
            let mark = u32::try_from(self.out.marks.len()).unwrap_or(u32::MAX);
            let text = self.text.plain(&cps, LOST_TEXT);
            let mut tricks = vec![trick::FIELD_TYPE_MISMATCH];
            tricks.extend(&self.plan.tricks);
            self.builder.field(Field {
                instruction: vec![FieldPiece::Text(text)],
                closed: true,
                stored_type: Some(entry.detail),
                mark,
                tricks,
                ..Field::default()
            });
            self.out.marks.push(cps);
            self.out.lost = self.out.lost.saturating_add(1);
        }
    }

    fn finish(mut self) -> Fields {
        self.flush();
        self.builder.break_story();
        self.add_lost();
        self.out.built = self.builder.finish();
        self.out
    }
}

/// Where a field stands: characters from the start of the document's text, bytes in the stream.
pub(crate) fn place(text: Text<'_>, cps: &Range<u32>, story: &'static str) -> Location {
    let mut location = Location { chars: Some((cps.start, cps.end)), ..Location::default() };
    location.offset = text.pieces.offset_of(cps.start).map(|offset| offset as u64);
    location.length = text.pieces.length(cps).map(|length| length as u64);
    location.held_by(story)
}

/// The field table of a story.
pub(crate) fn table(fib: &Fib<'_>, tables: &[u8], index: usize) -> Option<FieldTable> {
    fib.table(tables, index).map(FieldTable::read)
}

/// Characters on their way to a string: special ones are translated or dropped, surrogates joined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letters {
    text: String,
    high: Option<u16>,
}

impl Letters {
    /// Adds one character or half of one.
    pub(crate) fn push(&mut self, unit: u16, wide: bool) {
        if let Some(high) = self.high.take() {
            let pair = char::decode_utf16([high, unit]).next().and_then(Result::ok);
            if let Some(c) = pair.filter(|c| *c > '\u{ffff}') {
                self.text.push(c);
                return;
            }
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        match unit {
            // Pictures, notes, comments, drawn objects and field marks are no text; a soft hyphen is not part of a word.
            0x01 | 0x02 | 0x05 | 0x08 | 0x13..=0x15 | 0x1f => {}
            // Cell mark, line, page and column breaks part words as a paragraph does.
            0x07 | 0x0b | 0x0c | 0x0e => self.text.push('\n'),
            0x1e => self.text.push('-'),
            0xd800..=0xdbff if wide => self.high = Some(unit),
            _ if wide => self.text.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
            _ => self.text.push(from_byte(u8::try_from(unit).unwrap_or(b'?'))),
        }
    }

    /// True where nothing was added since the last [`Self::take`].
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.high.is_none()
    }

    /// The string so far.
    pub(crate) fn take(&mut self) -> String {
        if self.high.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        std::mem::take(&mut self.text)
    }
}

/// The next character of 8- or 16-bit text, and what is behind it.
pub(crate) fn next_unit(bytes: &[u8], wide: bool) -> Option<(u16, &[u8])> {
    match (wide, bytes) {
        (false, [byte, rest @ ..]) => Some((u16::from(*byte), rest)),
        (true, [low, high, rest @ ..]) => Some((u16::from_le_bytes([*low, *high]), rest)),
        _ => None,
    }
}

/// The characters of 8- or 16-bit text.
pub(crate) fn units(mut bytes: &[u8], wide: bool) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let (unit, rest) = next_unit(bytes, wide)?;
        bytes = rest;
        Some(unit)
    })
}
