//! Writes record streams of xlsb parts by hand from the specification.

/// A record: id and length in seven-bit bytes, data.
#[must_use]
pub fn record(id: u16, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if id < 128 {
        out.push(id as u8);
    } else {
        out.extend([(id & 0x7f) as u8 | 0x80, (id >> 7) as u8]);
    }
    let mut length = data.len();
    loop {
        let byte = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            out.push(byte);
            break;
        }
        out.push(byte | 0x80);
    }
    out.extend(data);
    out
}

/// A counted UTF-16 text.
#[must_use]
pub fn wide(text: &str) -> Vec<u8> {
    let mut out = (text.encode_utf16().count() as u32).to_le_bytes().to_vec();
    out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    out
}

/// An external link part: sort (0 workbook, 1 DDE, 2 OLE), two texts, items with flags.
#[must_use]
pub fn external_link(sort: u16, first: &str, second: &str, items: &[(&str, u16)]) -> Vec<u8> {
    let mut out = record(360, &[sort.to_le_bytes().to_vec(), wide(first), wide(second)].concat());
    for (name, flags) in items {
        out.extend(record(577, &wide(name)));
        let [low, high] = flags.to_le_bytes();
        out.extend(record(586, &[low, high, 0, 0, 0, 0, sort as u8]));
        out.extend(record(587, &[]));
    }
    out.extend(record(588, &[]));
    out
}

/// A workbook part with one sheet (relationship `rId1`) and external books by relationship id.
#[must_use]
pub fn workbook(sheet: &str, books: &[&str]) -> Vec<u8> {
    let mut out = record(131, &[]);
    out.extend(record(156, &[vec![0; 8], wide("rId1"), wide(sheet)].concat()));
    for book in books {
        out.extend(record(355, &wide(book)));
    }
    let mut references = (books.len() as u32).to_le_bytes().to_vec();
    for number in 0..books.len() as u32 {
        references.extend([number.to_le_bytes(), [0xfe, 0xff, 0xff, 0xff], [0xfe, 0xff, 0xff, 0xff]].concat());
    }
    out.extend(record(362, &references));
    out.extend(record(132, &[]));
    out
}

/// A sheet part with formulas: row, column, tokens.
#[must_use]
pub fn sheet(formulas: &[(u32, u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = record(129, &[]);
    for (row, column, tokens) in formulas {
        out.extend(record(0, &row.to_le_bytes()));
        let mut data = column.to_le_bytes().to_vec();
        data.extend([0; 4]);
        data.extend(wide("cached"));
        data.extend([0, 0]);
        data.extend((tokens.len() as u32).to_le_bytes());
        data.extend(tokens);
        data.extend([0; 4]);
        out.extend(record(8, &data));
    }
    out.extend(record(130, &[]));
    out
}
