//! Bombs: files made to crash, hang or fill a reader, one folder file an area. Each stands for a row of a table of past
//! faults in parsers:
//!
//! | row | fault |
//! |---|---|
//! | 1, 2, 3 | compound files: sizes that lie, names without end, a sector in two chains |
//! | 4, 5, 6 | PDF: large nested objects; HTML: bad UTF-8; mails: hostile attachment names |
//! | 8, 10 | chains in a circle, a folder that is its own parent; size fields larger than the file |
//! | 11, 12, 19 | XML: external entities, entities that multiply |
//! | 13, 14 | record lengths of nothing and of four gigabytes; TNEF attributes of two gigabytes |
//! | 15, 16, 26, 27 | ZIP: repeated names, headers that disagree, hostile names, overlaps |
//! | 18 | archives in archives, ratios |
//! | 21, 22, 23 | XML: attributes and namespaces by the hundred thousand; nesting; CDATA sections |
//! | 24, 25 | cells with very many bars or quotes; repeat counts and dimensions that lie |

mod archives;
mod compound;
mod mails;
mod sheets;
mod texts;
mod xml;
mod zips;

/// A file that is made to hurt.
#[derive(Clone, Copy, Debug)]
pub struct Bomb {
    /// Row of the table above.
    pub row: u8,
    /// File name, unique.
    pub file: &'static str,
    /// How its scan must end: with this diagnostic; `dde`: with a finding of a DDE link; nothing: with any of both;
    /// `quiet`: it may also be read to its end with nothing to tell.
    pub ends: &'static str,
    /// Makes its bytes.
    pub make: fn() -> Vec<u8>,
}

const fn bomb(row: u8, file: &'static str, ends: &'static str, make: fn() -> Vec<u8>) -> Bomb {
    Bomb { row, file, ends, make }
}

/// All bombs.
#[must_use]
pub fn all() -> Vec<Bomb> {
    [zips::BOMBS, archives::BOMBS, xml::BOMBS, compound::BOMBS, sheets::BOMBS, texts::BOMBS, mails::BOMBS].concat()
}

/// The bytes of one of the project's samples; nothing where there is none of that name.
fn sample(name: &str) -> Vec<u8> {
    crate::samples::all().into_iter().find(|sample| sample.name == name).map(|sample| sample.bytes).unwrap_or_default()
}

/// Replaces every `from` by `to` of the same length.
fn replace(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.windows(from.len()).position(|window| window == from))
    {
        bytes[at + found..at + found + to.len()].copy_from_slice(to);
        at += found + to.len();
    }
    bytes
}
