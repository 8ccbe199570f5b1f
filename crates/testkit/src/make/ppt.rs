//! PowerPoint 97-2003 records (MS-PPT 2.3.1) and presentations of a few of them.

use super::cfb::Cfb;
use super::ole::zlib;

/// A record.
#[must_use]
pub fn record(version: u16, instance: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut out = (instance << 4 | version).to_le_bytes().to_vec();
    out.extend(kind.to_le_bytes());
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}

/// A container of records.
#[must_use]
pub fn container(instance: u16, kind: u16, records: &[Vec<u8>]) -> Vec<u8> {
    record(0xf, instance, kind, &records.concat())
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn text(instance: u16, text: &str) -> Vec<u8> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    record(0, instance, 0x0fba, &wide)
}

/// An `ExHyperlink` with its number, name and target.
#[must_use]
pub fn hyperlink(number: u32, name: &str, target: &str) -> Vec<u8> {
    container(0, 0x0fd7, &[record(0, 0, 0x0fd3, &words(&[number])), text(0, name), text(1, target)])
}

/// An `InteractiveInfo` (0 click, 1 hover) with an action number and the hyperlink that it uses.
#[must_use]
pub fn action(instance: u16, action: u8, hyperlink: u32) -> Vec<u8> {
    let mut data = words(&[0, hyperlink]);
    data.extend([action, 0, 0, 0, 8, 0, 0, 0]);
    container(instance, 0x0ff2, &[record(0, 0, 0x0ff3, &data)])
}

/// An `ExOleLink` with its update mode and program id.
#[must_use]
pub fn ole_link(mode: u32, program: &str) -> Vec<u8> {
    let link = record(0, 0, 0x0fd1, &words(&[0, mode, 0]));
    container(0, 0x0fce, &[link, record(1, 0, 0x0fc3, &words(&[1, 1, 1, 0, 2, 0])), text(2, program)])
}

/// An `ExOleObjStg`, compressed.
#[must_use]
pub fn stored(object: &[u8]) -> Vec<u8> {
    let mut data = words(&[object.len() as u32]);
    data.extend(zlib(object));
    record(0, 1, 0x1011, &data)
}

/// A presentation of these records.
#[must_use]
pub fn presentation(records: &[Vec<u8>]) -> Vec<u8> {
    let document = container(0, 0x03e8, records);
    let mut user = words(&[0, 20, 0xe391_c05f, 0]);
    user.extend([0; 8]);
    let user = [record(0, 0, 0x0ff6, &[]), user].concat();
    Cfb::new().stream("Current User", &user).stream("PowerPoint Document", &document).bytes()
}
