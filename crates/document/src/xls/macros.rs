//! Macro sheets of a workbook stream: constants, shared strings and formulas.

use super::book::{Book, Substream};
use super::cells::{formula, layout};
use super::records::{Record, Records, id};
use crate::xlm::formula::{Formula, Lookup, decode, rk, show};
use crate::xlm::ptg::Layout;
use crate::xlm::strings::{long, wide};
use crate::xlm::{CONSTANT_CAP, FORMULA_CAP, MacroSheet, report, runs_at_open};
use ddefend_container::Sink;
use ddefend_guard::Cursor;
use ddefend_model::{Location, PartPath, Trigger, code};
use encoding_rs::Encoding;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Most cells whose constants are kept.
const CELL_CAP: usize = 200_000;
/// Document type of a macro sheet's `BOF` (MS-XLS 2.4.21).
const MACRO_SHEET: u16 = 0x0040;

/// Constants by sheet (its substream's start), row and column.
type Constants = BTreeMap<(usize, u32, u32), String>;

/// Reports what the macro sheets do.
pub(crate) fn read(data: &[u8], book: &Book, part: &PartPath, carrier: &'static str, sink: &mut dyn Sink) {
    let sheets: Vec<&Substream> = book.substreams.iter().filter(|substream| is_macro(book, substream)).collect();
    let trigger = if book.names.iter().any(|name| runs_at_open(&name.name)) { Trigger::Open } else { Trigger::Click };
    let names = named(book, sink);
    if !names.is_empty() {
        let (name, formulas, part) = (None, Vec::new(), part.clone());
        report(&MacroSheet { name, formulas, names, hidden: false, carrier, holder: "NAME", trigger, part }, sink);
    }
    if sheets.is_empty() {
        return;
    }
    let strings = book.strings.map(|offset| shared_strings(data, offset)).unwrap_or_default();
    let constants = RefCell::new(Constants::new());
    for substream in &book.substreams {
        gather(data, book, substream, &strings, &mut constants.borrow_mut());
    }
    // Twice: the first pass gives cells their values, so that a reference forward is known in the second.
    for pass in 0..2 {
        for substream in &sheets {
            let listed = book.sheet_at(substream.start);
            let (name, hidden) = (listed.map(|sheet| sheet.name.clone()), listed.is_some_and(|sheet| sheet.hidden));
            let formulas = formulas(data, book, substream, &constants, sink);
            let sheet = MacroSheet {
                name,
                formulas,
                names: Vec::new(),
                hidden,
                carrier,
                holder: "FORMULA",
                trigger,
                part: part.clone(),
            };
            if pass == 1 {
                report(&sheet, sink);
            }
        }
    }
}

/// Defined names whose formulas call something that matters: a cell or a macro may use them.
fn named(book: &Book, sink: &mut dyn Sink) -> Vec<(String, Formula)> {
    let constants = RefCell::new(Constants::new());
    let view = View { book, constants: &constants, own: 0 };
    let mut found = Vec::new();
    for name in book.names.iter().filter(|name| !name.tokens.is_empty()) {
        if found.len() >= FORMULA_CAP || sink.budget().check_time().is_err() {
            break;
        }
        let formula = decode(&name.tokens, &view);
        if !formula.calls.is_empty() {
            found.push((name.name.clone(), formula));
        }
    }
    found
}

fn is_macro(book: &Book, substream: &Substream) -> bool {
    substream.kind == MACRO_SHEET || book.sheet_at(substream.start).is_some_and(|sheet| sheet.kind == 1)
}

fn formulas(
    data: &[u8],
    book: &Book,
    substream: &Substream,
    constants: &RefCell<Constants>,
    sink: &mut dyn Sink,
) -> Vec<(u32, u32, Formula)> {
    let view = View { book, constants, own: substream.start };
    let mut found = Vec::new();
    let mut last = (0, 0);
    for record in Records::new(data, substream.start).take_while(|record| record.offset < substream.end) {
        let (cell, tokens) = match formula(&record, book.version) {
            Some(cell) => ((cell.row, cell.column), cell.tokens),
            None => match shared(&record) {
                Some(tokens) => (last, tokens),
                None => continue,
            },
        };
        last = cell;
        if sink.budget().check_time().is_err() {
            break;
        }
        let formula = decode(tokens, &view);
        if !formula.whole {
            let place = Location::bytes(record.offset as u64, 0).held_by("FORMULA");
            sink.report(code::BROKEN_STRUCTURE, place, "a macro formula has an unknown token".to_owned());
        }
        if let Some(value) = &formula.value
            && constants.borrow().len() < CELL_CAP
            && value.len() <= CONSTANT_CAP
        {
            constants.borrow_mut().insert((substream.start, cell.0, cell.1), value.clone());
        }
        if !formula.calls.is_empty() {
            if found.len() >= FORMULA_CAP {
                let place = Location::bytes(record.offset as u64, 0);
                sink.report(code::LIMIT_RESULTS, place, format!("{FORMULA_CAP} macro calls; the rest were not read"));
                break;
            }
            found.push((cell.0, cell.1, formula));
        }
    }
    found
}

/// Tokens of a shared or array formula, which stands behind the first cell that uses it (MS-XLS 2.4.260, 2.4.4).
fn shared<'a>(record: &Record<'a>) -> Option<&'a [u8]> {
    let skip = match record.id {
        id::SHRFMLA => 8,
        id::ARRAY => 12,
        _ => return None,
    };
    let mut cursor = Cursor::at(record.data, skip);
    let length = usize::from(cursor.u16("formula length").ok()?);
    Some(cursor.take_up_to(length))
}

/// Constants of one substream.
fn gather(data: &[u8], book: &Book, substream: &Substream, strings: &[String], constants: &mut Constants) {
    for record in Records::new(data, substream.start).take_while(|record| record.offset < substream.end) {
        if constants.len() >= CELL_CAP {
            return;
        }
        if let Some((row, column, value)) = constant(&record, book, strings).filter(|cell| cell.2.len() <= CONSTANT_CAP)
        {
            constants.insert((substream.start, row, column), value);
        }
    }
}

fn constant(record: &Record<'_>, book: &Book, strings: &[String]) -> Option<(u32, u32, String)> {
    if !matches!(record.id, id::LABELSST | id::LABEL | id::RSTRING | id::NUMBER | id::RK | id::MULRK) {
        return None;
    }
    let mut cursor = Cursor::new(record.data);
    let (row, column) = (cursor.u16("row").ok()?, cursor.u16("column").ok()?);
    cursor.skip(2, "format").ok()?;
    let value = match record.id {
        id::LABELSST => strings.get(usize::try_from(cursor.u32("string").ok()?).ok()?)?.clone(),
        id::LABEL | id::RSTRING => long(&mut cursor, book.version, book.encoding)?,
        id::NUMBER => show(f64::from_bits(cursor.u64("number").ok()?)),
        _ => show(rk(cursor.u32("number").ok()?)),
    };
    Some((u32::from(row), u32::from(column), value))
}

/// The shared strings (MS-XLS 2.4.265). A string may be cut by a `CONTINUE` record, which then begins with a new
/// flags byte.
fn shared_strings(data: &[u8], offset: usize) -> Vec<String> {
    let mut pieces: Vec<&[u8]> = Vec::new();
    for (index, record) in Records::new(data, offset).enumerate() {
        if index > 0 && record.id != id::CONTINUE {
            break;
        }
        pieces.push(record.data);
    }
    let mut reader =
        Pieces { at: Cursor::new(pieces.first().copied().unwrap_or_default()), rest: pieces.iter().skip(1) };
    let _ = reader.at.skip(8, "counts");
    let mut strings = Vec::new();
    while let Some(text) = reader.string() {
        strings.push(text);
        if strings.len() >= CELL_CAP {
            break;
        }
    }
    strings
}

struct Pieces<'a, 'p> {
    at: Cursor<'a>,
    rest: std::iter::Skip<std::slice::Iter<'p, &'a [u8]>>,
}

impl Pieces<'_, '_> {
    /// Moves to the next record where this one is used up; false at the end.
    fn refill(&mut self) -> bool {
        while self.at.is_empty() {
            match self.rest.next() {
                Some(next) => self.at = Cursor::new(next),
                None => return false,
            }
        }
        true
    }

    /// XLUnicodeRichExtendedString, MS-XLS 2.5.293.
    fn string(&mut self) -> Option<String> {
        self.refill().then_some(())?;
        let mut left = usize::from(self.at.u16("length").ok()?);
        let mut flags = self.at.u8("flags").ok()?;
        let runs = if flags & 8 != 0 { usize::from(self.at.u16("runs").ok()?) } else { 0 };
        let extra = if flags & 4 != 0 { usize::try_from(self.at.u32("extension").ok()?).ok()? } else { 0 };
        let mut text = String::new();
        while left > 0 {
            if self.at.is_empty() {
                self.refill().then_some(())?;
                flags = self.at.u8("flags").ok()?;
            }
            let width = if flags & 1 != 0 { 2 } else { 1 };
            let bytes = self.at.take_up_to(left.saturating_mul(width));
            if bytes.is_empty() {
                return None;
            }
            left = left.saturating_sub(bytes.len().div_ceil(width));
            match width {
                2 => text.push_str(&wide(bytes)),
                _ => text.extend(bytes.iter().map(|byte| char::from(*byte))),
            }
        }
        let mut skip = runs.saturating_mul(4).saturating_add(extra);
        while skip > 0 && self.refill() {
            let skipped = self.at.take_up_to(skip).len();
            skip = skip.saturating_sub(skipped);
        }
        Some(text)
    }
}

/// The workbook as formulas of one sheet see it.
struct View<'b> {
    book: &'b Book,
    constants: &'b RefCell<Constants>,
    /// Start of the own sheet's substream.
    own: usize,
}

impl Lookup for View<'_> {
    fn layout(&self) -> Layout {
        layout(self.book.version)
    }

    fn encoding(&self) -> &'static Encoding {
        self.book.encoding
    }

    fn cell(&self, sheet: Option<u16>, row: u32, column: u32) -> Option<String> {
        let start = match sheet {
            None => self.own,
            Some(reference) => {
                let (_, first) = self.book.references.get(usize::from(reference))?;
                self.book.sheets.get(usize::from(*first))?.start
            }
        };
        self.constants.borrow().get(&(start, row, column)).cloned()
    }

    fn sheet(&self, reference: u16) -> Option<String> {
        let (_, first) = self.book.references.get(usize::from(reference))?;
        self.book.sheets.get(usize::from(*first)).map(|sheet| sheet.name.clone())
    }

    fn name(&self, number: u32) -> Option<String> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.book.names.get(index).map(|name| name.name.clone())
    }

    fn external(&self, reference: u16, number: u32) -> Option<String> {
        let external = self.book.externals.get(self.book.external(reference, 0)?)?;
        external.items.get(usize::try_from(number).ok()?.checked_sub(1)?).map(|item| item.name.clone())
    }
}
