//! Sheets: which cells use an external item, and what macro sheets do.

use super::records::{Record, Records, id, wide};
use super::workbook::Workbook;
use super::{CARRIER, bytes};
use crate::xlm::formula::{Formula, Lookup, a1, decode, show};
use crate::xlm::ptg::{Layout, Tokens, external_name};
use crate::xlm::{CONSTANT_CAP, FORMULA_CAP, LIST_CAP, MacroSheet, report, tell_full};
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_guard::Cursor;
use ddefend_model::Trigger;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Most cells whose constants are kept.
const CELL_CAP: usize = 100_000;

/// A cell that uses an item.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) sheet: Option<String>,
    pub(super) cell: String,
    pub(super) shown: Option<String>,
}

/// First uses by external reference and number of the item.
pub(super) type Uses = BTreeMap<(usize, u32), Use>;

/// A formula cell.
struct FormulaCell<'a> {
    column: u32,
    shown: Option<String>,
    tokens: &'a [u8],
}

/// Takes a formula cell apart (MS-XLSB 2.4.672 and following).
fn formula<'a>(record: &Record<'a>) -> Option<FormulaCell<'a>> {
    if !(id::FMLA_STRING..=id::FMLA_ERROR).contains(&record.id) {
        return None;
    }
    let mut cursor = Cursor::new(record.data);
    let column = cursor.u32("column").ok()?;
    cursor.skip(4, "style").ok()?;
    let shown = match record.id {
        id::FMLA_STRING => wide(&mut cursor),
        id::FMLA_NUM => Some(show(f64::from_bits(cursor.u64("number").ok()?))),
        id::FMLA_BOOL => Some(if cursor.u8("value").ok()? == 0 { "FALSE" } else { "TRUE" }.to_owned()),
        _ => {
            cursor.skip(1, "error").ok()?;
            None
        }
    };
    cursor.skip(2, "flags").ok()?;
    let length = usize::try_from(cursor.u32("formula length").ok()?).ok()?;
    Some(FormulaCell { column, shown, tokens: cursor.take_up_to(length) })
}

/// Notes the cells of a sheet that use external items.
pub(super) fn find_uses(
    package: &Package<'_>,
    part: &PackagePart,
    workbook: &Workbook,
    wanted: &[(usize, u32)],
    uses: &mut Uses,
    sink: &mut dyn Sink,
) {
    if uses.len() >= wanted.len() {
        return;
    }
    let Some(data) = bytes(package, part, sink) else { return };
    let sheet = workbook.sheet(part).map(|(name, _)| name);
    let mut row = 0;
    for record in Records::new(&data) {
        if record.id == id::ROW {
            row = Cursor::new(record.data).u32("row").unwrap_or_default();
        }
        let Some(cell) = formula(&record) else { continue };
        for token in Tokens::new(cell.tokens, Layout::Biff12) {
            if let Some((reference, number)) = external_name(&token, Layout::Biff12)
                && let Some((book, _)) = workbook.references.get(usize::from(reference))
                && uses.len() < LIST_CAP
            {
                uses.entry((*book, number)).or_insert_with(|| Use {
                    sheet: sheet.clone(),
                    cell: a1(row, cell.column),
                    shown: cell.shown.clone(),
                });
            }
        }
    }
    tell_full(uses.len(), LIST_CAP, "uses of external names", sink);
}

type Constants = BTreeMap<(u32, u32), String>;

/// Reports what a macro sheet does.
pub(super) fn read_macros(
    package: &Package<'_>,
    part: &PackagePart,
    strings: Option<&PackagePart>,
    workbook: &Workbook,
    sink: &mut dyn Sink,
) {
    let Some(data) = bytes(package, part, sink) else { return };
    let shared = strings.map(|part| shared_strings(package, part, sink)).unwrap_or_default();
    let view = View { workbook, constants: RefCell::new(constants(&data, &shared)) };
    let mut formulas: Vec<(u32, u32, Formula)> = Vec::new();
    // Twice: the first pass gives cells their values, so that a reference forward is known in the second.
    for _ in 0..2 {
        formulas.clear();
        let mut row = 0;
        for record in Records::new(&data) {
            if record.id == id::ROW {
                row = Cursor::new(record.data).u32("row").unwrap_or_default();
            }
            let Some(cell) = formula(&record) else { continue };
            if sink.budget().check_time().is_err() {
                break;
            }
            let read = decode(cell.tokens, &view);
            if let Some(value) = &read.value
                && view.constants.borrow().len() < CELL_CAP
                && value.len() <= CONSTANT_CAP
            {
                view.constants.borrow_mut().insert((row, cell.column), value.clone());
            }
            if !read.calls.is_empty() && formulas.len() < FORMULA_CAP {
                formulas.push((row, cell.column, read));
            }
        }
    }
    tell_full(formulas.len(), FORMULA_CAP, "macro calls of a sheet", sink);
    let (name, hidden) = workbook.sheet(part).unzip();
    let trigger = if workbook.runs_at_open { Trigger::Open } else { Trigger::Click };
    let hidden = hidden.unwrap_or_default();
    let path = sink.path().join(part.name.trim_start_matches('/'));
    report(
        &MacroSheet {
            name,
            formulas,
            names: Vec::new(),
            hidden,
            carrier: CARRIER,
            holder: "BrtFmla",
            trigger,
            part: path,
        },
        sink,
    );
}

/// Shared strings by index (MS-XLSB 2.4.749; rich strings begin with a flags byte, 2.5.121).
fn shared_strings(package: &Package<'_>, part: &PackagePart, sink: &mut dyn Sink) -> Vec<String> {
    let Some(data) = bytes(package, part, sink) else { return Vec::new() };
    let items = Records::new(&data).filter(|record| record.id == id::SST_ITEM).take(CELL_CAP);
    items.map(|record| wide(&mut Cursor::at(record.data, 1)).unwrap_or_default()).collect()
}

fn constants(data: &[u8], shared: &[String]) -> Constants {
    let mut found = Constants::new();
    let mut row = 0;
    for record in Records::new(data) {
        let mut cursor = Cursor::new(record.data);
        if record.id == id::ROW {
            row = cursor.u32("row").unwrap_or_default();
        }
        if let Some((column, value)) = constant(&record, &mut cursor, shared)
            && found.len() < CELL_CAP
            && value.len() <= CONSTANT_CAP
        {
            found.insert((row, column), value);
        }
    }
    found
}

fn constant(record: &Record<'_>, cursor: &mut Cursor<'_>, shared: &[String]) -> Option<(u32, String)> {
    if !matches!(record.id, id::CELL_RK | id::CELL_REAL | id::CELL_ST | id::CELL_ISST) {
        return None;
    }
    let column = cursor.u32("column").ok()?;
    cursor.skip(4, "style").ok()?;
    let value = match record.id {
        id::CELL_RK => show(crate::xlm::formula::rk(cursor.u32("number").ok()?)),
        id::CELL_REAL => show(f64::from_bits(cursor.u64("number").ok()?)),
        id::CELL_ST => wide(cursor)?,
        _ => shared.get(usize::try_from(cursor.u32("string").ok()?).ok()?)?.clone(),
    };
    Some((column, value))
}

/// The workbook as formulas of one sheet see it.
struct View<'b> {
    workbook: &'b Workbook,
    constants: RefCell<Constants>,
}

impl Lookup for View<'_> {
    fn layout(&self) -> Layout {
        Layout::Biff12
    }

    fn cell(&self, sheet: Option<u16>, row: u32, column: u32) -> Option<String> {
        // Constants of other sheets are not kept.
        if sheet.is_some() { None } else { self.constants.borrow().get(&(row, column)).cloned() }
    }

    fn sheet(&self, reference: u16) -> Option<String> {
        let (_, first) = self.workbook.references.get(usize::from(reference))?;
        self.workbook.sheets.get(usize::try_from(*first).ok()?).cloned()
    }

    fn name(&self, number: u32) -> Option<String> {
        self.workbook.names.get(usize::try_from(number).ok()?.checked_sub(1)?).cloned()
    }

    fn external(&self, _: u16, _: u32) -> Option<String> {
        None
    }
}
