//! Cells: their places, cached values and the external names that their formulas use.

use super::book::Book;
use super::records::{Record, Records, id};
use crate::xlm::LIST_CAP;
use crate::xlm::formula::{a1, show};
use crate::xlm::ptg::{Layout, Tokens, external_name};
use crate::xlm::strings::{Version, long};
use ddefend_container::Sink;
use ddefend_guard::Cursor;
use std::collections::BTreeMap;

/// The token layout of a version.
pub(crate) fn layout(version: Version) -> Layout {
    match version {
        Version::Biff2 => Layout::Biff2,
        Version::Biff3 => Layout::Biff3,
        Version::Biff4 => Layout::Biff4,
        Version::Biff5 => Layout::Biff5,
        Version::Biff8 => Layout::Biff8,
    }
}

/// A formula cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormulaCell<'a> {
    /// Row, from 0.
    pub(crate) row: u32,
    /// Column, from 0.
    pub(crate) column: u32,
    /// Cached value as stored.
    pub(crate) value: [u8; 8],
    /// Tokens, and the constants of arrays behind them.
    pub(crate) tokens: &'a [u8],
}

/// Takes a formula record apart (MS-XLS 2.4.127; shorter heads before BIFF5).
pub(crate) fn formula<'a>(record: &Record<'a>, version: Version) -> Option<FormulaCell<'a>> {
    let mut cursor = Cursor::new(record.data);
    let known = matches!(record.id, id::FORMULA | id::FORMULA_3 | id::FORMULA_4);
    if !known {
        return None;
    }
    let (row, column) = (cursor.u16("row").ok()?, cursor.u16("column").ok()?);
    cursor.skip(if version == Version::Biff2 { 3 } else { 2 }, "format").ok()?;
    let value = cursor.array("value").ok()?;
    let length = match version {
        Version::Biff2 => {
            cursor.skip(1, "flags").ok()?;
            usize::from(cursor.u8("formula length").ok()?)
        }
        Version::Biff3 | Version::Biff4 => {
            cursor.skip(2, "flags").ok()?;
            usize::from(cursor.u16("formula length").ok()?)
        }
        Version::Biff5 | Version::Biff8 => {
            cursor.skip(6, "flags").ok()?;
            usize::from(cursor.u16("formula length").ok()?)
        }
    };
    let tokens = cursor.take_up_to(length);
    Some(FormulaCell { row: u32::from(row), column: u32::from(column), value, tokens })
}

/// Where an external name is used first.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// Sheet name.
    pub(crate) sheet: Option<String>,
    /// Cell, or the defined name that uses it.
    pub(crate) cell: String,
    /// Cached value of the cell.
    pub(crate) shown: Option<String>,
}

/// First uses of every external name: by external reference and number of the name from 1.
pub(crate) fn uses(data: &[u8], book: &Book, sink: &mut dyn Sink) -> BTreeMap<(usize, u32), Use> {
    let mut found = BTreeMap::new();
    for (index, substream) in book.substreams.iter().enumerate() {
        let sheet = book.sheet_at(substream.start).map(|sheet| sheet.name.clone());
        let mut records = Records::new(data, substream.start);
        while let Some(record) = records.next().filter(|record| record.offset < substream.end) {
            if let Some(cell) = formula(&record, book.version) {
                let shown = || shown(&cell, records.peek(), book);
                note(cell.tokens, book, index, &mut found, &|| Use {
                    sheet: sheet.clone(),
                    cell: a1(cell.row, cell.column),
                    shown: shown(),
                });
            }
        }
        if sink.budget().check_time().is_err() {
            return found;
        }
    }
    for name in &book.names {
        let place = || Use { sheet: None, cell: name.name.clone(), shown: None };
        note(&name.tokens, book, 0, &mut found, &place);
    }
    found
}

fn note(
    tokens: &[u8],
    book: &Book,
    substream: usize,
    found: &mut BTreeMap<(usize, u32), Use>,
    place: &dyn Fn() -> Use,
) {
    let layout = layout(book.version);
    for token in Tokens::new(tokens, layout) {
        if let Some((reference, number)) = external_name(&token, layout)
            && let Some(external) = book.external(reference, substream)
            && found.len() < LIST_CAP
        {
            found.entry((external, number)).or_insert_with(place);
        }
    }
}

/// The cached value of a formula cell (FormulaValue, MS-XLS 2.5.133): a number, or a string in the next record.
fn shown(cell: &FormulaCell<'_>, next: Option<Record<'_>>, book: &Book) -> Option<String> {
    let [kind, .., 0xff, 0xff] = cell.value else {
        return Some(show(f64::from_le_bytes(cell.value)));
    };
    let next = next.filter(|record| record.id == id::STRING && kind == 0)?;
    long(&mut Cursor::new(next.data), book.version, book.encoding)
}
