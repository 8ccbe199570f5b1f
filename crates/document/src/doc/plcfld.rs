//! The field tables, MS-DOC 2.8.25 PlcFld and 2.9.89 Fld: where the field characters stand and which type Word stored.

use ddefend_guard::Cursor;

/// Field begins.
pub(crate) const BEGIN: u8 = 0x13;
/// The instruction ends, the result begins.
pub(crate) const SEPARATOR: u8 = 0x14;
/// Field ends.
pub(crate) const END: u8 = 0x15;
/// `flt` of DDE and DDEAUTO.
const DDE: [u8; 2] = [0x2d, 0x2e];
/// Flag of the end: the field is locked.
const LOCKED: u8 = 0x10;

/// Entries of one table that are read.
const ENTRIES: usize = 1 << 20;

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Character position in its story.
    pub(crate) cp: u32,
    /// Which field character stands there.
    pub(crate) character: u8,
    /// Field type (`flt`) of a begin, flags of an end.
    pub(crate) detail: u8,
}

impl Entry {
    /// True for the begin of a DDE or DDEAUTO field.
    pub(crate) fn is_dde(&self) -> bool {
        self.character == BEGIN && DDE.contains(&self.detail)
    }

    /// True for the end of a locked field.
    pub(crate) fn is_locked(&self) -> bool {
        self.character == END && self.detail & LOCKED != 0
    }
}

/// The field table of one story, in the order of the positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldTable {
    entries: Vec<Entry>,
    /// False where the length is not one that a table can have, or the positions do not rise.
    pub(crate) sound: bool,
}

impl FieldTable {
    /// A table without entries: where there is none, no field is listed.
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new(), sound: true }
    }

    /// Reads a table: all positions, then all entries of two bytes.
    pub(crate) fn read(table: &[u8]) -> Self {
        let count = table.len().saturating_sub(4) / 6;
        let mut positions = Cursor::new(table);
        let mut details = Cursor::at(table, count.saturating_add(1).saturating_mul(4));
        let mut entries = Vec::new();
        for _ in 0..count.min(ENTRIES) {
            let (Ok(cp), Ok(character), Ok(detail)) = (positions.u32("aCP"), details.u8("fldch"), details.u8("flt"))
            else {
                break;
            };
            entries.push(Entry { cp, character: character & 0x1f, detail });
        }
        let rises = entries.is_sorted_by_key(|entry| entry.cp);
        let sound = rises && count <= ENTRIES && table.len().saturating_sub(4).is_multiple_of(6);
        if !rises {
            entries.sort_by_key(|entry| entry.cp);
        }
        Self { entries, sound }
    }

    /// The entry at a position.
    pub(crate) fn at(&self, cp: u32) -> Option<&Entry> {
        let index = self.entries.partition_point(|entry| entry.cp < cp);
        self.entries.get(index).filter(|entry| entry.cp == cp)
    }

    /// All entries.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}
