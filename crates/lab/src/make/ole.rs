//! OLE objects by hand: version 1 (MS-OLEDS 2.2), link streams with monikers (2.3.3), packages, equations.

/// Class id of Equation Editor 3, as stored.
pub const EQUATION: [u8; 16] = [0x02, 0xce, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// Class id of the Packager, as stored.
pub const PACKAGE: [u8; 16] = [0x0c, 0, 0x03, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

const URL: [u8; 16] = [0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0, 0xaa, 0, 0x4b, 0xa9, 0x0b];
const FILE: [u8; 16] = [3, 3, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
const COMPOSITE: [u8; 16] = [9, 3, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
const ITEM: [u8; 16] = [4, 3, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
const NEW: [u8; 16] = [0xc6, 0xaf, 0xab, 0xec, 0x19, 0x7f, 0xd2, 0x11, 0x97, 0x8e, 0, 0, 0xf8, 0x75, 0x7e, 0x2a];
const SOAP: [u8; 16] = [0xc7, 0xb0, 0xab, 0xec, 0x19, 0x7f, 0xd2, 0x11, 0x97, 0x8e, 0, 0, 0xf8, 0x75, 0x7e, 0x2a];

fn counted(text: &str) -> Vec<u8> {
    if text.is_empty() {
        return vec![0; 4];
    }
    let mut out = (text.len() as u32 + 1).to_le_bytes().to_vec();
    out.extend(text.bytes().chain([0]));
    out
}

fn header(format: u32, class: &str, topic: &str, item: &str) -> Vec<u8> {
    let mut out = 0x501_u32.to_le_bytes().to_vec();
    out.extend(format.to_le_bytes());
    for text in [class, topic, item] {
        out.extend(counted(text));
    }
    out
}

/// An OLE 1.0 link that updates by itself.
#[must_use]
pub fn linked(class: &str, topic: &str, item: &str) -> Vec<u8> {
    let mut out = header(1, class, topic, item);
    out.extend(counted(""));
    out.extend([0; 12]);
    out
}

/// An OLE 1.0 embedded object.
#[must_use]
pub fn embedded(class: &str, native: &[u8]) -> Vec<u8> {
    let mut out = header(2, class, "", "");
    out.extend((native.len() as u32).to_le_bytes());
    out.extend(native);
    out.extend([0; 4]);
    out
}

/// What the Packager stores of a file.
#[must_use]
pub fn packaged(label: &str, path: &str, file: &[u8]) -> Vec<u8> {
    let mut out = vec![2, 0];
    for text in [label, path] {
        out.extend(text.bytes().chain([0]));
    }
    out.extend([0, 0, 3, 0]);
    out.extend(counted(path));
    out.extend((file.len() as u32).to_le_bytes());
    out.extend(file);
    out
}

/// What the Packager stores of a command line.
#[must_use]
pub fn packaged_command(label: &str, command: &str) -> Vec<u8> {
    let mut out = vec![2, 0];
    out.extend(label.bytes().chain([0, 0, 0, 0, 1, 0]));
    out.extend(command.bytes().chain([0]));
    out
}

/// Native data behind its length, a `\1Ole10Native` stream.
#[must_use]
pub fn native_stream(data: &[u8]) -> Vec<u8> {
    let mut out = (data.len() as u32).to_le_bytes().to_vec();
    out.extend(data);
    out
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// A URL moniker.
#[must_use]
pub fn url_moniker(url: &str) -> Vec<u8> {
    let text = wide(url);
    [URL.as_slice(), &(text.len() as u32).to_le_bytes(), &text].concat()
}

/// A file moniker with an 8-bit path.
#[must_use]
pub fn file_moniker(path: &str) -> Vec<u8> {
    [FILE.as_slice(), &[0, 0], &counted(path), &[0xff, 0xff, 0xad, 0xde], &[0; 20], &[0; 4]].concat()
}

/// An item moniker.
#[must_use]
pub fn item_moniker(item: &str) -> Vec<u8> {
    [ITEM.as_slice(), &counted("!"), &counted(item)].concat()
}

/// A file moniker composed with a new moniker, which runs a script component.
#[must_use]
pub fn script_moniker(path: &str) -> Vec<u8> {
    [COMPOSITE.as_slice(), &2_u32.to_le_bytes(), &file_moniker(path), &NEW, &[0; 4]].concat()
}

/// A SOAP moniker.
#[must_use]
pub fn soap_moniker(url: &str) -> Vec<u8> {
    [SOAP.as_slice(), &[1, 0, 0, 0], &wide(url)].concat()
}

/// A `\1Ole` stream of an object that is linked by `moniker`; `automatic` updates at open.
#[must_use]
pub fn link_stream(moniker: &[u8], automatic: bool) -> Vec<u8> {
    let mut out = vec![1, 0, 0, 2, 1, 0, 0, 0, if automatic { 1 } else { 3 }, 0, 0, 0];
    out.extend([0; 8]);
    out.extend([0; 4]);
    out.extend((moniker.len() as u32 + 4).to_le_bytes());
    out.extend(moniker);
    out.extend([0xff; 4]);
    out.extend([0; 40]);
    out
}

/// A `\1Ole` stream of an object that is embedded.
#[must_use]
pub fn embedded_stream() -> Vec<u8> {
    let mut out = vec![1, 0, 0, 2];
    out.extend([0; 16]);
    out
}

/// An `Equation Native` stream with one font record of this name.
#[must_use]
pub fn equation(font: &[u8]) -> Vec<u8> {
    let mut records = vec![3, 1, 1, 3, 10, 10, 8, 1, 1];
    records.extend(font);
    records.extend([0, 1, 2, 0x83, b'x', 0, 0, 0]);
    equation_header(&records)
}

/// An `Equation Native` stream with one matrix of so many rows and columns.
#[must_use]
pub fn equation_matrix(rows: u8, columns: u8) -> Vec<u8> {
    let mut records = vec![3, 1, 1, 3, 10, 10, 1, 5, 1, 1, 1, rows, columns];
    records.extend([0x11; 160]);
    equation_header(&records)
}

fn equation_header(records: &[u8]) -> Vec<u8> {
    let mut out = vec![28, 0, 0, 0, 2, 0, 0x9e, 0xc4];
    out.extend((records.len() as u32).to_le_bytes());
    out.extend([0; 16]);
    out.extend(records);
    out
}

/// A `\1CompObj` stream with a program id.
#[must_use]
pub fn comp_obj(program: &str) -> Vec<u8> {
    let mut out = vec![1, 0, 0xfe, 0xff, 3, 10, 0, 0, 0xff, 0xff, 0xff, 0xff];
    out.extend([0; 16]);
    out.extend(counted("An object"));
    out.extend([0; 4]);
    out.extend(counted(program));
    out.extend([0xf4, 0x39, 0xb2, 0x71]);
    out.extend([0; 12]);
    out
}
