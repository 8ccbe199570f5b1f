//! Writes workbook record streams, BIFF2 to BIFF8, by hand from the specification.

/// A record: id, length, data.
#[must_use]
pub fn record(id: u16, data: &[u8]) -> Vec<u8> {
    let mut out = id.to_le_bytes().to_vec();
    out.extend((data.len() as u16).to_le_bytes());
    out.extend(data);
    out
}

/// Characters with a flags byte: 8-bit where Latin-1 holds them all.
#[must_use]
pub fn characters(text: &str) -> Vec<u8> {
    if text.chars().all(|c| u32::from(c) < 256) {
        let mut out = vec![0];
        out.extend(text.chars().map(|c| u32::from(c) as u8));
        out
    } else {
        let mut out = vec![1];
        out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        out
    }
}

/// `SUPBOOK` with a virtual path: `cmd\u{3}/c calc`.
#[must_use]
pub fn supbook(path: &str) -> Vec<u8> {
    let mut data = vec![0, 0];
    data.extend((path.encode_utf16().count() as u16).to_le_bytes());
    data.extend(characters(path));
    record(0x01ae, &data)
}

/// `EXTERNNAME` of BIFF8 with a cached text.
#[must_use]
pub fn extern_name(flags: u16, name: &str, cached: &str) -> Vec<u8> {
    let mut data = flags.to_le_bytes().to_vec();
    data.extend([0; 4]);
    data.push(name.encode_utf16().count() as u8);
    data.extend(characters(name));
    if flags & 0x18 == 0 {
        data.extend([0, 0, 0, 2]);
        data.extend((cached.encode_utf16().count() as u16).to_le_bytes());
        data.extend(characters(cached));
    }
    record(0x0023, &data)
}

/// `EXTERNNAME` of BIFF5.
#[must_use]
pub fn extern_name5(flags: u16, name: &[u8]) -> Vec<u8> {
    let mut data = flags.to_le_bytes().to_vec();
    data.extend([0; 4]);
    data.push(name.len() as u8);
    data.extend(name);
    record(0x0023, &data)
}

/// `EXTERNSHEET` before BIFF8.
#[must_use]
pub fn extern_sheet5(name: &[u8]) -> Vec<u8> {
    let mut data = vec![name.len() as u8];
    data.extend(name);
    record(0x0017, &data)
}

/// `EXTERNSHEET` of BIFF8: references to the external books by number.
#[must_use]
pub fn extern_sheet(books: &[u16]) -> Vec<u8> {
    let mut data = (books.len() as u16).to_le_bytes().to_vec();
    for book in books {
        data.extend(book.to_le_bytes());
        data.extend([0xfe, 0xff, 0xfe, 0xff]);
    }
    record(0x0017, &data)
}

/// `NAME` of BIFF8. A built-in name is one character: 1 runs at open.
#[must_use]
pub fn name(name: &str, built_in: bool, tokens: &[u8]) -> Vec<u8> {
    let flags: u16 = if built_in { 0x20 } else { 0 };
    let mut data = flags.to_le_bytes().to_vec();
    data.extend([0, name.encode_utf16().count() as u8]);
    data.extend((tokens.len() as u16).to_le_bytes());
    data.extend([0; 8]);
    data.extend(characters(name));
    data.extend(tokens);
    record(0x0018, &data)
}

/// `FORMULA` of BIFF5 and BIFF8 with the cached number 0.
#[must_use]
pub fn formula(row: u16, column: u16, tokens: &[u8]) -> Vec<u8> {
    let mut data = row.to_le_bytes().to_vec();
    data.extend(column.to_le_bytes());
    data.extend([0; 16]);
    data.extend((tokens.len() as u16).to_le_bytes());
    data.extend(tokens);
    record(0x0006, &data)
}

/// `LABEL`: a text constant in a cell, BIFF8.
#[must_use]
pub fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let mut data = row.to_le_bytes().to_vec();
    data.extend(column.to_le_bytes());
    data.extend([0, 0]);
    data.extend((text.encode_utf16().count() as u16).to_le_bytes());
    data.extend(characters(text));
    record(0x0204, &data)
}

/// `SST` and its strings.
#[must_use]
pub fn shared_strings(texts: &[&str]) -> Vec<u8> {
    let mut data = (texts.len() as u32).to_le_bytes().repeat(2);
    for text in texts {
        data.extend((text.encode_utf16().count() as u16).to_le_bytes());
        data.extend(characters(text));
    }
    record(0x00fc, &data)
}

/// `LABELSST`: a cell with a shared string.
#[must_use]
pub fn label_shared(row: u16, column: u16, index: u32) -> Vec<u8> {
    let mut data = row.to_le_bytes().to_vec();
    data.extend(column.to_le_bytes());
    data.extend([0, 0]);
    data.extend(index.to_le_bytes());
    record(0x00fd, &data)
}

/// Formula tokens of BIFF8.
pub mod ptg {
    /// A text.
    #[must_use]
    pub fn text(value: &str) -> Vec<u8> {
        let mut out = vec![0x17, value.encode_utf16().count() as u8];
        out.extend(super::characters(value));
        out
    }

    /// A whole number.
    #[must_use]
    pub fn int(value: u16) -> Vec<u8> {
        let mut out = vec![0x1e];
        out.extend(value.to_le_bytes());
        out
    }

    /// A cell of the own sheet.
    #[must_use]
    pub fn cell(row: u16, column: u16) -> Vec<u8> {
        let mut out = vec![0x44];
        out.extend(row.to_le_bytes());
        out.extend(column.to_le_bytes());
        out
    }

    /// A function with a fixed number of arguments.
    #[must_use]
    pub fn function(number: u16) -> Vec<u8> {
        let mut out = vec![0x41];
        out.extend(number.to_le_bytes());
        out
    }

    /// A function with `count` arguments.
    #[must_use]
    pub fn call(number: u16, count: u8) -> Vec<u8> {
        let mut out = vec![0x42, count];
        out.extend(number.to_le_bytes());
        out
    }

    /// The operator `&`.
    pub const JOIN: [u8; 1] = [0x08];

    /// An external name: number of the sheet reference, number of the name from 1.
    #[must_use]
    pub fn external(reference: u16, number: u16) -> Vec<u8> {
        let mut out = vec![0x59];
        out.extend(reference.to_le_bytes());
        out.extend(number.to_le_bytes());
        out.extend([0, 0]);
        out
    }

    /// The same in BIFF5.
    #[must_use]
    pub fn external5(reference: u16, number: u16) -> Vec<u8> {
        let mut out = vec![0x59];
        out.extend(reference.to_le_bytes());
        out.extend([0; 8]);
        out.extend(number.to_le_bytes());
        out.extend([0; 12]);
        out
    }
}

/// A sheet to be written.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Name.
    pub name: String,
    /// True for a macro sheet.
    pub is_macro: bool,
    /// 0 visible, 1 hidden, 2 very hidden.
    pub state: u8,
    /// Its records.
    pub records: Vec<u8>,
}

/// A workbook to be written.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// True for BIFF5.
    pub old: bool,
    /// Records of the globals behind the sheets' list.
    pub globals: Vec<u8>,
    /// Its sheets.
    pub sheets: Vec<Sheet>,
    /// `FILEPASS`, empty for none.
    pub pass: Vec<u8>,
}

impl Workbook {
    /// One sheet named `Sheet1`.
    #[must_use]
    pub fn simple(globals: &[Vec<u8>], records: &[Vec<u8>]) -> Self {
        let sheet = Sheet { name: "Sheet1".to_owned(), records: records.concat(), ..Sheet::default() };
        Self { globals: globals.concat(), sheets: vec![sheet], ..Self::default() }
    }

    /// The record stream.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let list = |positions: &[u32]| -> Vec<u8> {
            let each = self.sheets.iter().zip(positions).map(|(sheet, position)| self.listed(sheet, *position));
            each.collect::<Vec<_>>().concat()
        };
        let mut head = self.bof(5);
        if !self.pass.is_empty() {
            head.extend(record(0x002f, &self.pass));
        }
        head.extend(record(0x0042, &if self.old { 1252_u16 } else { 1200 }.to_le_bytes()));
        let zero = vec![0; self.sheets.len()];
        let mut at = (head.len() + list(&zero).len() + self.globals.len() + 4) as u32;
        let (mut positions, mut tail) = (Vec::new(), Vec::new());
        for sheet in &self.sheets {
            positions.push(at);
            let body = [self.bof(if sheet.is_macro { 0x40 } else { 0x10 }), sheet.records.clone(), record(10, &[])];
            let body = body.concat();
            at += body.len() as u32;
            tail.extend(body);
        }
        [head, list(&positions), self.globals.clone(), record(10, &[]), tail].concat()
    }

    fn bof(&self, kind: u16) -> Vec<u8> {
        let version: u16 = if self.old { 0x0500 } else { 0x0600 };
        let mut data = [version.to_le_bytes(), kind.to_le_bytes()].concat();
        data.resize(if self.old { 8 } else { 16 }, 0);
        record(0x0809, &data)
    }

    fn listed(&self, sheet: &Sheet, position: u32) -> Vec<u8> {
        let mut data = position.to_le_bytes().to_vec();
        data.extend([sheet.state, u8::from(sheet.is_macro), sheet.name.len() as u8]);
        if !self.old {
            data.push(0);
        }
        data.extend(sheet.name.as_bytes());
        record(0x0085, &data)
    }
}
