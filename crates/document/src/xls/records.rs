//! The record stream of BIFF2 to BIFF8: `id u16, length u16, data` (MS-XLS 2.1.4).

use std::borrow::Cow;

/// Record ids that are read (MS-XLS 2.3; the BIFF2 to BIFF4 forms after the older documentation).
pub(crate) mod id {
    pub(crate) const BOF_2: u16 = 0x0009;
    pub(crate) const BOF_3: u16 = 0x0209;
    pub(crate) const BOF_4: u16 = 0x0409;
    pub(crate) const BOF_5: u16 = 0x0809;
    pub(crate) const EOF: u16 = 0x000a;
    pub(crate) const FORMULA: u16 = 0x0006;
    pub(crate) const FORMULA_3: u16 = 0x0206;
    pub(crate) const FORMULA_4: u16 = 0x0406;
    pub(crate) const EXTERNSHEET: u16 = 0x0017;
    pub(crate) const NAME: u16 = 0x0018;
    pub(crate) const NAME_3: u16 = 0x0218;
    pub(crate) const EXTERNNAME: u16 = 0x0023;
    pub(crate) const EXTERNNAME_3: u16 = 0x0223;
    pub(crate) const FILEPASS: u16 = 0x002f;
    pub(crate) const CONTINUE: u16 = 0x003c;
    pub(crate) const CODEPAGE: u16 = 0x0042;
    pub(crate) const BOUNDSHEET: u16 = 0x0085;
    pub(crate) const MULRK: u16 = 0x00bd;
    pub(crate) const SXSTRING: u16 = 0x00cd;
    pub(crate) const RSTRING: u16 = 0x00d6;
    pub(crate) const DBQUERY: u16 = 0x00dc;
    pub(crate) const SST: u16 = 0x00fc;
    pub(crate) const LABELSST: u16 = 0x00fd;
    pub(crate) const SUPBOOK: u16 = 0x01ae;
    pub(crate) const NUMBER: u16 = 0x0203;
    pub(crate) const LABEL: u16 = 0x0204;
    pub(crate) const STRING: u16 = 0x0207;
    pub(crate) const ARRAY: u16 = 0x0221;
    pub(crate) const RK: u16 = 0x027e;
    pub(crate) const SHRFMLA: u16 = 0x04bc;
}

/// Record header length, bytes.
pub(crate) const HEADER: usize = 4;

/// One record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    /// Offset of its header in the stream.
    pub(crate) offset: usize,
    /// Its id.
    pub(crate) id: u16,
    /// Its data, possibly cut short by the end of the stream.
    pub(crate) data: &'a [u8],
    /// Its declared length where the stream ends before it does.
    pub(crate) short_of: Option<usize>,
}

impl Record<'_> {
    /// Offset behind the record.
    pub(crate) fn end(&self) -> usize {
        self.offset.saturating_add(HEADER).saturating_add(self.data.len())
    }

    /// True for the records that begin a substream.
    pub(crate) fn is_bof(&self) -> bool {
        matches!(self.id, id::BOF_2 | id::BOF_3 | id::BOF_4 | id::BOF_5)
    }
}

/// A walk over records from an offset; it ends with the data.
#[derive(Clone, Debug)]
pub(crate) struct Records<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    /// A walk that starts at `offset`.
    pub(crate) fn new(data: &'a [u8], offset: usize) -> Self {
        Self { data, at: offset }
    }

    /// Offset of the next header.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The data of `record` with that of the `CONTINUE` records that follow it. The walk moves behind them.
    pub(crate) fn continued(&mut self, record: &Record<'a>) -> Cow<'a, [u8]> {
        let mut whole = Cow::Borrowed(record.data);
        while let Some(next) = self.peek().filter(|next| next.id == id::CONTINUE) {
            whole.to_mut().extend_from_slice(next.data);
            self.at = next.end();
        }
        whole
    }

    /// The next record without moving.
    pub(crate) fn peek(&self) -> Option<Record<'a>> {
        let header = self.data.get(self.at..self.at.checked_add(HEADER)?)?;
        let (low, high) = header.split_first_chunk::<2>()?;
        let declared = usize::from(u16::from_le_bytes(high.try_into().ok()?));
        let start = self.at.checked_add(HEADER)?;
        let rest = self.data.get(start..)?;
        let data = rest.get(..declared).unwrap_or(rest);
        let short_of = (data.len() < declared).then_some(declared);
        Some(Record { offset: self.at, id: u16::from_le_bytes(*low), data, short_of })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let record = self.peek()?;
        self.at = record.end();
        Some(record)
    }
}
