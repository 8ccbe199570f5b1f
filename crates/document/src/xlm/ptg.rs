//! Parsed-expression tokens of formulas (MS-XLS 2.5.198, MS-XLSB 2.5.97): how long each is in each version.

use ddefend_guard::{Cursor, Short};

/// Which version's token sizes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    /// Excel 2.
    Biff2,
    /// Excel 3.
    Biff3,
    /// Excel 4.
    Biff4,
    /// Excel 5 and 95.
    Biff5,
    /// Excel 97 to 2003.
    Biff8,
    /// xlsb.
    Biff12,
}

/// Token numbers with their class bits removed.
pub(crate) mod op {
    pub(crate) const EXP: u8 = 0x01;
    pub(crate) const TBL: u8 = 0x02;
    pub(crate) const ADD: u8 = 0x03;
    pub(crate) const CONCAT: u8 = 0x08;
    pub(crate) const RANGE: u8 = 0x11;
    pub(crate) const UPLUS: u8 = 0x12;
    pub(crate) const UMINUS: u8 = 0x13;
    pub(crate) const PERCENT: u8 = 0x14;
    pub(crate) const PAREN: u8 = 0x15;
    pub(crate) const MISSING: u8 = 0x16;
    pub(crate) const STR: u8 = 0x17;
    pub(crate) const ELF: u8 = 0x18;
    pub(crate) const ATTR: u8 = 0x19;
    pub(crate) const SHEET: u8 = 0x1a;
    pub(crate) const END_SHEET: u8 = 0x1b;
    pub(crate) const ERR: u8 = 0x1c;
    pub(crate) const BOOL: u8 = 0x1d;
    pub(crate) const INT: u8 = 0x1e;
    pub(crate) const NUM: u8 = 0x1f;
    pub(crate) const ARRAY: u8 = 0x20;
    pub(crate) const FUNC: u8 = 0x21;
    pub(crate) const FUNC_VAR: u8 = 0x22;
    pub(crate) const NAME: u8 = 0x23;
    pub(crate) const REF: u8 = 0x24;
    pub(crate) const AREA: u8 = 0x25;
    pub(crate) const MEM_AREA: u8 = 0x26;
    pub(crate) const MEM_NO_MEM: u8 = 0x28;
    pub(crate) const MEM_FUNC: u8 = 0x29;
    pub(crate) const REF_ERR: u8 = 0x2a;
    pub(crate) const AREA_ERR: u8 = 0x2b;
    pub(crate) const REF_N: u8 = 0x2c;
    pub(crate) const AREA_N: u8 = 0x2d;
    pub(crate) const NAME_X: u8 = 0x39;
    pub(crate) const REF_3D: u8 = 0x3a;
    pub(crate) const AREA_3D: u8 = 0x3b;
    pub(crate) const REF_ERR_3D: u8 = 0x3c;
    pub(crate) const AREA_ERR_3D: u8 = 0x3d;
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    /// One of [`op`].
    pub(crate) op: u8,
    /// What follows it.
    pub(crate) data: &'a [u8],
}

/// The tokens of a formula. Ends at the first unknown or cut token; [`Tokens::whole`] tells.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    cursor: Cursor<'a>,
    layout: Layout,
    /// False once a token could not be read.
    pub(crate) whole: bool,
}

impl<'a> Tokens<'a> {
    /// The tokens in `bytes`.
    pub(crate) fn new(bytes: &'a [u8], layout: Layout) -> Self {
        Self { cursor: Cursor::new(bytes), layout, whole: true }
    }

    fn read(&mut self) -> Result<Option<Token<'a>>, Short> {
        let first = self.cursor.u8("token")?;
        let op = base(first);
        if op == op::ATTR {
            return self.attribute();
        }
        let length = match op {
            op::STR => {
                let mut ahead = self.cursor;
                match self.layout {
                    Layout::Biff12 => {
                        2_usize.saturating_add(usize::from(ahead.u16("string length")?).saturating_mul(2))
                    }
                    Layout::Biff8 => {
                        let count = usize::from(ahead.u8("string length")?);
                        let width = usize::from(ahead.u8("string flags")? & 1).saturating_add(1);
                        2_usize.saturating_add(count.saturating_mul(width))
                    }
                    _ => 1_usize.saturating_add(usize::from(ahead.u8("string length")?)),
                }
            }
            op::ELF if self.layout == Layout::Biff12 => {
                let mut ahead = self.cursor;
                if ahead.u8("extended token")? == 0x19 { 13 } else { 5 }
            }
            _ => match length(op, self.layout) {
                Some(length) => length,
                None => return Ok(None),
            },
        };
        Ok(Some(Token { op, data: self.cursor.take(length, "token data")? }))
    }

    /// `PtgAttr*`, MS-XLS 2.5.198.25 and following; CHOOSE brings a jump table.
    fn attribute(&mut self) -> Result<Option<Token<'a>>, Short> {
        let start = self.cursor;
        let kind = self.cursor.u8("attribute kind")?;
        let word = match self.layout {
            Layout::Biff2 => u16::from(self.cursor.u8("attribute data")?),
            _ => self.cursor.u16("attribute data")?,
        };
        if kind & 0x04 != 0 {
            let entry = if self.layout == Layout::Biff2 { 1 } else { 2 };
            self.cursor.skip(usize::from(word).saturating_add(1).saturating_mul(entry), "jump table")?;
        }
        let length = self.cursor.position().saturating_sub(start.position());
        Ok(Some(Token { op: op::ATTR, data: start.rest().get(..length).unwrap_or_default() }))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.cursor.is_empty() || !self.whole {
            return None;
        }
        let token = self.read().ok().flatten();
        self.whole = token.is_some();
        token
    }
}

/// The token number without its class (MS-XLS 2.5.198.2: bits 5 and 6).
fn base(first: u8) -> u8 {
    let first = first & 0x7f;
    if first >= 0x40 { (first & 0x1f) | 0x20 } else { first }
}

/// Bytes behind tokens of fixed length.
fn length(op: u8, layout: Layout) -> Option<usize> {
    use Layout::{Biff2, Biff3, Biff4, Biff5, Biff8, Biff12};
    Some(match op {
        op::ADD..=op::PAREN | op::MISSING => 0,
        op::EXP | op::TBL => {
            if layout == Biff2 {
                3
            } else {
                4
            }
        }
        op::ELF => 5,
        op::SHEET => {
            if layout == Biff2 {
                7
            } else {
                10
            }
        }
        op::END_SHEET => {
            if layout == Biff2 {
                3
            } else {
                4
            }
        }
        op::ERR | op::BOOL => 1,
        op::INT => 2,
        op::NUM => 8,
        op::ARRAY => match layout {
            Biff2 => 6,
            Biff12 => 14,
            _ => 7,
        },
        op::FUNC => {
            if matches!(layout, Biff2 | Biff3) {
                1
            } else {
                2
            }
        }
        op::FUNC_VAR => {
            if matches!(layout, Biff2 | Biff3) {
                2
            } else {
                3
            }
        }
        op::NAME => match layout {
            Biff2 => 7,
            Biff3 | Biff4 => 10,
            Biff5 => 14,
            Biff8 | Biff12 => 4,
        },
        op::REF | op::REF_ERR | op::REF_N => match layout {
            Biff12 => 6,
            Biff8 => 4,
            _ => 3,
        },
        op::AREA | op::AREA_ERR | op::AREA_N => match layout {
            Biff12 => 12,
            Biff8 => 8,
            _ => 6,
        },
        op::MEM_AREA..=op::MEM_NO_MEM => {
            if layout == Biff2 {
                4
            } else {
                6
            }
        }
        op::MEM_FUNC | 0x2e | 0x2f => {
            if layout == Biff2 {
                1
            } else {
                2
            }
        }
        op::NAME_X => {
            if layout == Biff5 {
                24
            } else {
                6
            }
        }
        op::REF_3D | op::REF_ERR_3D => match layout {
            Biff12 => 8,
            Biff8 => 6,
            _ => 17,
        },
        op::AREA_3D | op::AREA_ERR_3D => match layout {
            Biff12 => 14,
            Biff8 => 10,
            _ => 20,
        },
        _ => return None,
    })
}

/// A use of an external name (`PtgNameX`): index of the sheet reference and number of the name, counted from 1
/// (MS-XLS 2.5.198.77).
pub(crate) fn external_name(token: &Token<'_>, layout: Layout) -> Option<(u16, u32)> {
    if token.op != op::NAME_X {
        return None;
    }
    let mut cursor = Cursor::new(token.data);
    let sheet = cursor.u16("sheet reference").ok()?;
    if layout == Layout::Biff5 {
        cursor.skip(8, "reserved").ok()?;
        return Some((sheet, u32::from(cursor.u16("name number").ok()?)));
    }
    Some((sheet, cursor.u32("name number").ok()?))
}
