//! Writes the outside of Access databases: a head as Jet keeps it, and pages with some text.

use super::biff_lock::rc4;

const HEAD_KEY: [u8; 4] = [0xc7, 0xda, 0x39, 0x6b];

/// How text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// One byte a character (Access 97, and compressed text of later ones).
    Narrow,
    /// Two bytes a character.
    Wide,
}

/// A database with one text in its third page. `version` is byte 0x14 (0 Access 97, 1 Access 2000, 2 Access 2007), `key`
/// the key of its pages, 0 for pages in the clear.
#[must_use]
pub fn database(version: u8, key: u32, text: &str, store: Store) -> Vec<u8> {
    let size = if version == 0 { 2048 } else { 4096 };
    let mut first = vec![0, 1, 0, 0];
    first.extend(if version < 2 { b"Standard Jet DB\0" } else { b"Standard ACE DB\0" });
    first.push(version);
    first.resize(size, 0);
    first[0x3e..0x42].copy_from_slice(&key.to_le_bytes());
    rc4(&HEAD_KEY, &mut first[0x18..0x18 + 126]);
    let mut out = first;
    for page in 1..4_u32 {
        let mut bytes = vec![1, 1];
        bytes.resize(100, 0);
        if page == 2 {
            match store {
                Store::Narrow => bytes.extend(text.bytes()),
                Store::Wide => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            }
        }
        bytes.resize(size, 0);
        if key != 0 {
            rc4(&(key ^ page).to_le_bytes(), &mut bytes);
        }
        out.extend(bytes);
    }
    out
}

/// A Write document (version with objects) around a text.
#[must_use]
pub fn write(text: &[u8]) -> Vec<u8> {
    let mut out = vec![0x32, 0xbe, 0, 0, 0, 0xab];
    out.resize(0x80, 0);
    out[0x0e..0x12].copy_from_slice(&(0x80 + text.len() as u32).to_le_bytes());
    out[0x60] = 3;
    out.extend(text);
    out.resize(out.len().next_multiple_of(128), 0);
    out
}

/// An OLE 1.0 link as Write keeps it: class, topic, item (MS-OLEDS 2.2.6).
#[must_use]
pub fn ole1_link(class: &str, topic: &str, item: &str) -> Vec<u8> {
    let mut out = vec![1, 5, 0, 0, 1, 0, 0, 0];
    for text in [class, topic, item] {
        out.extend((text.len() as u32 + 1).to_le_bytes());
        out.extend(text.bytes().chain([0]));
    }
    // No network name, reserved, automatic update, no presentation.
    for word in [0_u32, 0, 0, 0x0501, 0] {
        out.extend(word.to_le_bytes());
    }
    out
}
