//! The piece table: which bytes of the stream are the document's text, in which order and encoding.
//! MS-DOC 2.9.38 Clx, 2.8.35 PlcPcd, 2.9.177 Pcd, 2.9.73 FcCompressed.

use ddefend_guard::Cursor;
use memchr::memchr;
use std::ops::Range;

/// A run of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Character positions.
    pub(crate) cps: Range<u32>,
    /// First byte in the stream.
    pub(crate) offset: usize,
    /// Two bytes a character.
    pub(crate) wide: bool,
}

impl Piece {
    fn width(&self) -> usize {
        if self.wide { 2 } else { 1 }
    }

    /// Byte offset of a character position, which should lie inside.
    pub(crate) fn offset_of(&self, cp: u32) -> usize {
        let skipped = (cp.saturating_sub(self.cps.start) as usize).saturating_mul(self.width());
        self.offset.saturating_add(skipped)
    }

    /// The bytes of the character positions that lie in `cps`, as far as they are there, and the first such position.
    pub(crate) fn bytes<'a>(&self, stream: &'a [u8], cps: &Range<u32>) -> (u32, &'a [u8]) {
        let first = self.cps.start.max(cps.start);
        let end = self.cps.end.min(cps.end).max(first);
        let rest = stream.get(self.offset_of(first)..).unwrap_or_default();
        let length = (end.saturating_sub(first) as usize).saturating_mul(self.width());
        (first, rest.get(..length).unwrap_or(rest))
    }
}

/// A document's text as pieces in the order of their character positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    list: Vec<Piece>,
    /// For each piece how many breaks (change of encoding, jump in the stream) stand before it.
    breaks: Vec<u32>,
    /// What is wrong with the table.
    pub(crate) problems: Vec<String>,
}

/// Pieces of one document that are read; Word's own limit is far lower.
const PIECES: usize = 1 << 20;
/// Problems that are told one by one; further ones are counted.
const PROBLEMS: usize = 8;

impl Pieces {
    /// Reads a `Clx`; none where it holds no piece table. `old` for Word 6 and before, whose text is in 8 bits unless
    /// `wide`.
    pub(crate) fn read(clx: &[u8], old: bool, wide: bool, stream: usize) -> Option<Self> {
        let table = piece_table(clx)?;
        let count = table.len().checked_sub(4)? / 12;
        let mut positions = Cursor::new(table);
        let mut places = Cursor::at(table, count.saturating_add(1).saturating_mul(4));
        let mut start = positions.u32("aCP").ok()?;
        let mut made = Self::default();
        if count > PIECES {
            made.problem(format!("there are {count} pieces, the first {PIECES} were read"));
        }
        for index in 0..count.min(PIECES) {
            let Ok(end) = positions.u32("aCP") else { break };
            let Ok(place) = pcd(&mut places) else { break };
            let (offset, wide) = match place {
                place if old => (place, wide),
                place if place & 0x4000_0000 != 0 => ((place & 0x3fff_ffff) / 2, false),
                place => (place & 0x3fff_ffff, true),
            };
            if end <= start {
                made.problem(format!("piece {index} runs from character {start} to {end}"));
                continue;
            }
            let piece = Piece { cps: start..end, offset: offset as usize, wide };
            if piece.offset_of(end) > stream {
                made.problem(format!("piece {index} ends at byte {:#x} of {stream:#x}", piece.offset_of(end)));
            }
            made.push(piece);
            start = end;
        }
        (!made.list.is_empty()).then_some(made)
    }

    /// One piece from `start` to `end` of the stream.
    pub(crate) fn contiguous(start: usize, end: usize, wide: bool) -> Self {
        let length = end.saturating_sub(start);
        let count = u32::try_from(if wide { length / 2 } else { length }).unwrap_or(u32::MAX);
        let mut made = Self::default();
        if count > 0 {
            made.push(Piece { cps: 0..count, offset: start, wide });
        }
        made
    }

    fn push(&mut self, piece: Piece) {
        let jump = self.list.last().is_some_and(|last| {
            last.wide != piece.wide || (last.offset_of(last.cps.end) != piece.offset && last.cps.end == piece.cps.start)
        });
        let before = self.breaks.last().copied().unwrap_or_default();
        self.breaks.push(before.saturating_add(u32::from(jump)));
        self.list.push(piece);
    }

    fn problem(&mut self, text: String) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(text);
        }
    }

    /// All pieces.
    pub(crate) fn list(&self) -> &[Piece] {
        &self.list
    }

    /// One past the last character position.
    pub(crate) fn end(&self) -> u32 {
        self.list.last().map_or(0, |piece| piece.cps.end)
    }

    /// Number of the first piece that ends behind `cp`.
    pub(crate) fn index_of(&self, cp: u32) -> usize {
        self.list.partition_point(|piece| piece.cps.end <= cp)
    }

    /// The pieces that hold any of `cps`.
    pub(crate) fn within(&self, cps: &Range<u32>) -> impl Iterator<Item = &Piece> {
        let end = cps.end;
        self.list.iter().skip(self.index_of(cps.start)).take_while(move |piece| piece.cps.start < end)
    }

    /// Byte offset of a character position.
    pub(crate) fn offset_of(&self, cp: u32) -> Option<usize> {
        self.list.get(self.index_of(cp)).filter(|piece| piece.cps.contains(&cp)).map(|piece| piece.offset_of(cp))
    }

    /// True where the encoding changes or the text jumps in the stream between two positions.
    pub(crate) fn breaks_between(&self, first: u32, last: u32) -> bool {
        let at = |cp| self.breaks.get(self.index_of(cp));
        at(first) != at(last)
    }

    /// Length in bytes from one position to another, where they lie behind each other in the stream.
    pub(crate) fn length(&self, cps: &Range<u32>) -> Option<usize> {
        let last = cps.end.checked_sub(1)?;
        if self.breaks_between(cps.start, last) {
            return None;
        }
        let piece = self.list.get(self.index_of(last))?;
        piece.offset_of(cps.end).checked_sub(self.offset_of(cps.start)?)
    }

    /// The byte ranges that the pieces reach, in order and joined.
    pub(crate) fn reached(&self) -> Vec<Range<usize>> {
        self.list.iter().map(|piece| piece.offset..piece.offset_of(piece.cps.end)).collect()
    }
}

/// The `PlcPcd` inside a `Clx`: behind property runs (`Prc`, tag 1) follows the table (`Pcdt`, tag 2).
fn piece_table(clx: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor::new(clx);
    loop {
        match cursor.u8("clxt").ok()? {
            1 => {
                let length = cursor.u16("cbGrpprl").ok()?;
                cursor.skip(usize::from(length), "GrpPrl").ok()?;
            }
            2 => {
                let length = cursor.u32("lcb").ok()?;
                return Some(cursor.take_up_to(length as usize));
            }
            // Old files pad with zero bytes.
            0 => {}
            _ => return None,
        }
    }
}

fn pcd(cursor: &mut Cursor<'_>) -> Result<u32, ddefend_guard::Short> {
    cursor.skip(2, "Pcd flags")?;
    let place = cursor.u32("Pcd fc")?;
    cursor.skip(2, "Pcd prm")?;
    Ok(place)
}

/// Where in `bytes` a character stands for the first time, in characters.
pub(crate) fn find(bytes: &[u8], wide: bool, wanted: u8) -> Option<usize> {
    let mut from = 0_usize;
    loop {
        let at = memchr(wanted, bytes.get(from..)?)?.saturating_add(from);
        if !wide {
            return Some(at);
        }
        if at.is_multiple_of(2) && bytes.get(at.saturating_add(1)) == Some(&0) {
            return Some(at / 2);
        }
        from = at.saturating_add(1);
    }
}

/// The character that a byte of an 8-bit piece stands for, MS-DOC 2.9.73: Latin-1 with these exceptions.
pub(crate) fn from_byte(byte: u8) -> char {
    const HIGH: [char; 30] = [
        '\u{201a}', '\u{0192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{02c6}', '\u{2030}', '\u{0160}',
        '\u{2039}', '\u{0152}', '\u{8d}', '\u{8e}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}',
        '\u{2022}', '\u{2013}', '\u{2014}', '\u{02dc}', '\u{2122}', '\u{0161}', '\u{203a}', '\u{0153}', '\u{9d}',
        '\u{9e}', '\u{0178}',
    ];
    let high = byte.checked_sub(0x82).and_then(|index| HIGH.get(usize::from(index)));
    high.copied().unwrap_or_else(|| char::from(byte))
}
