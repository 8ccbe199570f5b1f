//! The File Information Block: which streams and places hold the text, its fields and its strings.
//!
//! Word 97 and later: MS-DOC 2.5. Word 6, 95 and 2 have the same tables at other places.

use ddefend_guard::Cursor;

/// Generation of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Word 97 and later: tables in a stream of their own, text in 8 or 16 bits a character.
    Word97,
    /// Word 6 and 95: tables behind the text, 8-bit text.
    Word6,
    /// Word for Windows 2: as Word 6, table lengths in 16 bits, no compound file.
    Word2,
    /// Word for Windows 1: the text alone is read.
    Word1,
}

/// A text of its own inside the document, MS-DOC 2.3.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoryKind {
    /// Its name for people.
    pub(crate) name: &'static str,
    /// Number of its field table (`PlcFld`) among the FIB's pairs of offset and length.
    pub(crate) fields: usize,
}

/// The stories in the order of their character positions, as the lengths stand in the FIB.
pub(crate) const STORIES: [StoryKind; 8] = [
    StoryKind { name: "main text", fields: 16 },
    StoryKind { name: "footnotes", fields: 18 },
    StoryKind { name: "headers and footers", fields: 17 },
    StoryKind { name: "macro text", fields: 20 },
    StoryKind { name: "comments", fields: 19 },
    StoryKind { name: "endnotes", fields: 48 },
    StoryKind { name: "text boxes", fields: 57 },
    StoryKind { name: "text boxes in headers", fields: 59 },
];

/// Number of the pair for bookmark names (`SttbfBkmk`).
pub(crate) const BOOKMARK_NAMES: usize = 21;
/// Number of the pair for bookmark starts (`PlcfBkf`).
pub(crate) const BOOKMARK_STARTS: usize = 22;
/// Number of the pair for bookmark ends (`PlcfBkl`).
pub(crate) const BOOKMARK_ENDS: usize = 23;
/// Number of the pair for associated strings (`SttbfAssoc`).
pub(crate) const ASSOCIATED: usize = 32;
/// Number of the pair for the piece table (`Clx`).
pub(crate) const CLX: usize = 33;

const FAST_SAVED: u16 = 0x0004;
const ENCRYPTED: u16 = 0x0100;
const SECOND_TABLE: u16 = 0x0200;
const OBFUSCATED: u16 = 0x8000;
/// 16-bit characters in Word 95 files from East Asia.
const WIDE_TEXT: u16 = 0x1000;

/// A FIB and where it stands in its stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fib<'a> {
    data: &'a [u8],
    /// Layout.
    pub(crate) version: Version,
    flags: u16,
    /// Page (512 bytes) of the FIB of the AutoText document; 0 where there is none.
    pub(crate) next: u16,
    /// First byte of the text in a file that was not fast-saved.
    pub(crate) text_start: u32,
    /// One past the last byte of the text.
    pub(crate) text_end: u32,
}

impl<'a> Fib<'a> {
    /// Reads the FIB at `offset` of the stream; none where there is no FIB magic number or not even a base.
    pub(crate) fn read(stream: &'a [u8], offset: usize) -> Option<Self> {
        let data = stream.get(offset..)?;
        let mut cursor = Cursor::new(data);
        let magic = cursor.u16("wIdent").ok()?;
        let number = cursor.u16("nFib").ok()?;
        cursor.seek(8);
        let next = cursor.u16("pnNext").ok()?;
        let flags = cursor.u16("flags").ok()?;
        cursor.seek(0x18);
        let text_start = cursor.u32("fcMin").ok()?;
        let text_end = cursor.u32("fcMac").ok()?;
        let version = match (magic, number) {
            (0xa5ec, _) => Version::Word97,
            (0xa5dc | 0xa697..=0xa699, _) => Version::Word6,
            (0xa5db, _) => Version::Word2,
            (0xa59b | 0xa59c, _) => Version::Word1,
            (_, 0xc0..=0x200) => Version::Word97,
            (_, 0x65..=0x69) => Version::Word6,
            _ => return None,
        };
        Some(Self { data, version, flags, next, text_start, text_end })
    }

    /// True where the last save was a fast one: the text stands in pieces.
    pub(crate) fn is_fast_saved(&self) -> bool {
        self.flags & FAST_SAVED != 0
    }

    /// True where text and tables are encrypted or obfuscated.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    /// True where the encryption is no more than XOR obfuscation.
    pub(crate) fn is_obfuscated(&self) -> bool {
        self.flags & OBFUSCATED != 0
    }

    /// Name of the table stream that the FIB selects, and of the other.
    pub(crate) fn table_names(&self) -> (&'static str, &'static str) {
        if self.flags & SECOND_TABLE != 0 { ("1Table", "0Table") } else { ("0Table", "1Table") }
    }

    /// True for Word 95 texts with 16-bit characters.
    pub(crate) fn has_wide_text(&self) -> bool {
        self.version == Version::Word6 && self.flags & WIDE_TEXT != 0
    }

    /// `lKey`: the obfuscation key and verifier, or the length of the encryption header, MS-DOC 2.5.1.
    pub(crate) fn key(&self) -> u32 {
        Cursor::at(self.data, 0x0e).u32("lKey").unwrap_or_default()
    }

    /// Lengths of the stories in characters, in the order of [`STORIES`]; those past the end of the FIB are 0.
    pub(crate) fn lengths(&self) -> [u32; 8] {
        let (start, count) = match self.version {
            Version::Word97 => (0x4c, 8),
            Version::Word6 => (0x34, 8),
            Version::Word2 | Version::Word1 => (0x34, 5),
        };
        let mut cursor = Cursor::at(self.data, start);
        let mut lengths = [0; 8];
        for length in lengths.iter_mut().take(count) {
            *length = cursor.u32("ccp").unwrap_or_default();
        }
        lengths
    }

    /// Offset and length of a table; none where it is absent.
    pub(crate) fn pair(&self, index: usize) -> Option<(usize, usize)> {
        let (base, size) = match (self.version, index) {
            (Version::Word97, _) => (0x9a, 8),
            (Version::Word6, 0..=37) => (0x58, 8),
            // Five 16-bit page numbers stand in between.
            (Version::Word6, _) => (0x62, 8),
            (Version::Word2, 0..=33) => (0x58, 6),
            (Version::Word2 | Version::Word1, _) => return None,
        };
        let mut cursor = Cursor::at(self.data, index.checked_mul(size)?.checked_add(base)?);
        let offset = cursor.u32("fc").ok()?;
        let length = match self.version {
            Version::Word2 => u32::from(cursor.u16("lcb").ok()?),
            _ => cursor.u32("lcb").ok()?,
        };
        (length != 0).then_some((offset as usize, length as usize))
    }

    /// The bytes of a table, as far as they are there; none where it is absent.
    pub(crate) fn table<'t>(&self, tables: &'t [u8], index: usize) -> Option<&'t [u8]> {
        let (offset, length) = self.pair(index)?;
        let rest = tables.get(offset..)?;
        Some(rest.get(..length).unwrap_or(rest))
    }
}
