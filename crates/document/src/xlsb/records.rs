//! The record stream of xlsb parts: id in one or two bytes, length in one to four, seven bits each (MS-XLSB 2.1.4).

use ddefend_guard::Cursor;

/// Record ids that are read (MS-XLSB 2.3.2).
pub(super) mod id {
    pub(crate) const ROW: u16 = 0;
    pub(crate) const CELL_RK: u16 = 2;
    pub(crate) const CELL_REAL: u16 = 5;
    pub(crate) const CELL_ST: u16 = 6;
    pub(crate) const CELL_ISST: u16 = 7;
    pub(crate) const FMLA_STRING: u16 = 8;
    pub(crate) const FMLA_NUM: u16 = 9;
    pub(crate) const FMLA_BOOL: u16 = 10;
    pub(crate) const FMLA_ERROR: u16 = 11;
    pub(crate) const SST_ITEM: u16 = 19;
    pub(crate) const NAME: u16 = 39;
    pub(crate) const BUNDLE_SHEET: u16 = 156;
    pub(crate) const SUP_BOOK_SRC: u16 = 355;
    pub(crate) const SUP_SELF: u16 = 357;
    pub(crate) const SUP_SAME: u16 = 358;
    pub(crate) const BEGIN_SUP_BOOK: u16 = 360;
    pub(crate) const EXTERN_SHEET: u16 = 362;
    pub(crate) const SUP_NAME_START: u16 = 577;
    pub(crate) const SUP_NAME_NUM: u16 = 580;
    pub(crate) const SUP_NAME_ST: u16 = 582;
    pub(crate) const SUP_NAME_BITS: u16 = 586;
    pub(crate) const SUP_ADDIN: u16 = 667;
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// Offset of its first byte in the part.
    pub(super) offset: usize,
    /// Length with its head.
    pub(super) length: usize,
    pub(super) id: u16,
    pub(super) data: &'a [u8],
    /// Its declared length where the part ends before it does.
    pub(super) short_of: Option<usize>,
}

/// A walk over records.
#[derive(Clone, Debug)]
pub(super) struct Records<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(data) }
    }

    fn read(&mut self) -> Option<Record<'a>> {
        let offset = self.cursor.position();
        let first = self.cursor.u8("record id").ok()?;
        let mut id = u16::from(first & 0x7f);
        if first & 0x80 != 0 {
            id |= u16::from(self.cursor.u8("record id").ok()? & 0x7f) << 7;
        }
        let mut declared = 0_usize;
        for shift in [0, 7, 14, 21] {
            let byte = self.cursor.u8("record length").ok()?;
            declared |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let data = self.cursor.take_up_to(declared);
        let length = self.cursor.position().saturating_sub(offset);
        Some(Record { offset, length, id, data, short_of: (data.len() < declared).then_some(declared) })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        self.read()
    }
}

/// XLWideString and its relatives: a four-byte count, UTF-16 (MS-XLSB 2.5.168). An empty nullable one has the count
/// 0xFFFFFFFF.
pub(super) fn wide(cursor: &mut Cursor<'_>) -> Option<String> {
    let count = cursor.u32("string length").ok()?;
    if count == u32::MAX {
        return Some(String::new());
    }
    let bytes = cursor.take_up_to(usize::try_from(count).ok()?.saturating_mul(2));
    Some(crate::xlm::strings::wide(bytes))
}
