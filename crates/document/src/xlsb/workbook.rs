//! The workbook part: sheets, external references and defined names.

use super::bytes;
use super::records::{Records, id, wide};
use crate::xlm::{LIST_CAP, runs_at_open, tell_full};
use ddefend_container::Sink;
use ddefend_container::opc::{Package, PackagePart};
use ddefend_guard::Cursor;
use std::collections::BTreeMap;

/// What the other parts need to know.
#[derive(Debug, Default)]
pub(super) struct Workbook {
    /// Sheet names in order.
    pub(super) sheets: Vec<String>,
    /// Sheet name and whether it is hidden, by part name in lower case.
    by_part: BTreeMap<String, (String, bool)>,
    /// How many external references there are, the workbook itself and add-ins included.
    books: usize,
    /// Their numbers by part name in lower case.
    book_parts: BTreeMap<String, usize>,
    /// `BrtExternSheet`: external reference and first sheet.
    pub(super) references: Vec<(usize, i32)>,
    /// Defined names in order.
    pub(super) names: Vec<String>,
    /// True where a macro runs at open.
    pub(super) runs_at_open: bool,
}

impl Workbook {
    /// Name and state of the sheet in a part.
    pub(super) fn sheet(&self, part: &PackagePart) -> Option<(String, bool)> {
        self.by_part.get(&part.name.to_ascii_lowercase()).cloned()
    }

    /// Number of the external reference in a part.
    pub(super) fn book(&self, part: &PackagePart) -> Option<usize> {
        self.book_parts.get(&part.name.to_ascii_lowercase()).copied()
    }
}

/// Reads a workbook part.
pub(super) fn read(package: &Package<'_>, part: &PackagePart, workbook: &mut Workbook, sink: &mut dyn Sink) {
    let Some(data) = bytes(package, part, sink) else { return };
    let targets: BTreeMap<&str, String> = package
        .relations_of(&part.name)
        .filter_map(|relation| Some((relation.id.as_str(), relation.part.as_ref()?.to_ascii_lowercase())))
        .collect();
    let target = |id: Option<String>| id.and_then(|id| targets.get(id.as_str()).cloned()).unwrap_or_default();
    for record in Records::new(&data) {
        let mut cursor = Cursor::new(record.data);
        match record.id {
            id::BUNDLE_SHEET if workbook.sheets.len() < LIST_CAP => {
                let hidden = cursor.u32("state").is_ok_and(|state| state != 0);
                let _tab = cursor.u32("tab");
                let part = target(wide(&mut cursor));
                let name = wide(&mut cursor).unwrap_or_default();
                workbook.by_part.entry(part).or_insert_with(|| (name.clone(), hidden));
                workbook.sheets.push(name);
            }
            id::SUP_BOOK_SRC if workbook.books < LIST_CAP => {
                workbook.book_parts.entry(target(wide(&mut cursor))).or_insert(workbook.books);
                workbook.books = workbook.books.saturating_add(1);
            }
            id::SUP_SELF | id::SUP_SAME | id::SUP_ADDIN => workbook.books = workbook.books.saturating_add(1),
            id::EXTERN_SHEET => {
                let entries = record.data.get(4..).unwrap_or_default().chunks_exact(12);
                workbook.references.extend(entries.take(LIST_CAP).filter_map(reference));
            }
            id::NAME if workbook.names.len() < LIST_CAP => name(&mut cursor, workbook),
            _ => {}
        }
    }
    let most = workbook.sheets.len().max(workbook.names.len()).max(workbook.books);
    tell_full(most, LIST_CAP, "sheets, names or books", sink);
}

fn reference(entry: &[u8]) -> Option<(usize, i32)> {
    let mut cursor = Cursor::new(entry);
    let book = usize::try_from(cursor.u32("book").ok()?).ok()?;
    Some((book, i32::from_le_bytes(cursor.array("sheet").ok()?)))
}

/// `BrtName`, MS-XLSB 2.4.711.
fn name(cursor: &mut Cursor<'_>, workbook: &mut Workbook) {
    let _ = cursor.skip(9, "flags, key, sheet");
    let name = wide(cursor).unwrap_or_default();
    workbook.runs_at_open |= runs_at_open(&name);
    workbook.names.push(name);
}
