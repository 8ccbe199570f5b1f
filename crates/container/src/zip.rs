//! ZIP archives (APPNOTE 6.3.10), read by their central directory and by their local headers, which may disagree.
//!
//! The `zip` crate reads the central directory only; hidden, renamed and repeated entries need both, hence this
//! walker. Opening is linear in the number of entries: local headers are searched for only in bytes that no entry of
//! the directory covers.

mod crypto;
mod index;
mod names;
mod read;
mod records;

use crate::Sink;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};

/// What tells that bytes are an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Nothing.
    None,
    /// An end record with a directory, or a plausible local header behind junk.
    Inside,
    /// The first bytes.
    Start,
}

/// One entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name as stored, decoded; never used as a path on disk.
    pub name: String,
    /// Compression method, APPNOTE 4.4.5; the inner one where WinZip's AES wraps it.
    pub method: u16,
    /// Offset of the local header.
    pub header_offset: u64,
    /// Offset of the data; `u64::MAX` where there is no local header.
    pub data_offset: u64,
    /// Compressed size in bytes, as far as the archive has it.
    pub compressed_size: u64,
    /// Declared size in bytes; never trusted.
    pub declared_size: u64,
    /// Date (upper half) and time of change in DOS format, APPNOTE 4.4.6; nobody vouches for it.
    pub modified: u32,
    /// True where it is encrypted.
    pub encrypted: bool,
    /// True where its bytes belong to another entry as well.
    pub overlaps: bool,
    /// Hiding tricks that concern it (ids of [`ddefend_model::trick`]).
    pub tricks: Vec<&'static str>,
    /// Declared CRC-32.
    crc: u32,
    /// Values that the last byte of the old encryption's header may have.
    checks: [u8; 2],
    /// WinZip AES.
    aes: Option<records::Aes>,
    /// True where nothing declares the compressed size: it is an upper bound.
    open_ended: bool,
    /// Index in its archive.
    index: usize,
}

impl Entry {
    /// The entry of a header whose data begin at `data_offset`.
    fn new(header: &records::Header<'_>, data_offset: u64) -> Self {
        let [time, ..] = header.time.to_be_bytes();
        let [crc, ..] = header.crc.to_be_bytes();
        // The check byte is the time's where the checksum was not known yet (APPNOTE 6.1.6, Info-ZIP's practice).
        let checks = if header.flags & records::DESCRIPTOR != 0 { [time, crc] } else { [crc, crc] };
        let method = match header.aes {
            Some(aes) if header.method == 99 => aes.method,
            _ => header.method,
        };
        Self {
            name: names::decode(header.name).into_owned(),
            method,
            header_offset: header.offset,
            data_offset,
            compressed_size: header.compressed,
            declared_size: header.size,
            modified: u32::from(header.date) << 16 | u32::from(header.time),
            encrypted: header.flags & records::ENCRYPTED != 0,
            overlaps: false,
            tricks: Vec::new(),
            crc: header.crc,
            checks,
            aes: header.aes.filter(|_| header.method == 99),
            open_ended: false,
            index: 0,
        }
    }

    /// Offset one past its data.
    fn end(&self) -> u64 {
        self.data_offset.saturating_add(self.compressed_size)
    }

    /// Notes a trick once.
    fn saw(&mut self, trick: &'static str) {
        if !self.tricks.contains(&trick) {
            self.tricks.push(trick);
        }
    }

    /// True for folders.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.compressed_size == 0 && self.name.ends_with(['/', '\\'])
    }
}

/// An opened archive.
#[derive(Debug)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
    read: Vec<Cell<bool>>,
    /// The password that opened an entry last.
    password: RefCell<Option<String>>,
    /// Entries that no password opened; after some, no more is tried.
    locked: Cell<u32>,
    /// Bytes that overlapping entries gave so far.
    overlapping: Cell<u64>,
}

impl<'a> Archive<'a> {
    /// Opens an archive; none where there is neither a directory nor a local header. Contradictions are reported.
    #[must_use]
    pub fn open(bytes: &'a [u8], sink: &mut dyn Sink) -> Option<Self> {
        let index = index::build(bytes, sink);
        if index.entries.is_empty() && !index.ended {
            return None;
        }
        Some(Self {
            bytes,
            read: vec![Cell::new(false); index.entries.len()],
            entries: index.entries,
            password: RefCell::new(None),
            locked: Cell::new(0),
            overlapping: Cell::new(0),
        })
    }

    /// All entries, those that only local headers or only the directory name included, in the order of their offsets.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The first entry of that name, letter case, `\` for `/` and a leading `/` ignored.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| same_name(&entry.name, name))
    }

    /// The entry's decompressed bytes (its head where a limit or damage stops it, which is reported); none where it
    /// cannot be read at all, which is reported as well. Encrypted entries are tried with [`Sink::secrets`].
    pub fn read(&self, entry: &Entry, sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
        read::read(self, entry, sink)
    }

    /// At most `count` first bytes of an entry, to look at its type; not booked on the budget, nothing reported.
    /// Empty for encrypted entries and methods other than stored and deflated.
    #[must_use]
    pub fn prefix(&self, entry: &Entry, count: usize) -> Vec<u8> {
        read::prefix(self, entry, count)
    }

    /// Marks an entry as read by a carrier, so that it is not walked once more as a nested part of unknown type.
    pub fn mark_read(&self, entry: &Entry) {
        if let Some(cell) = self.read.get(entry.index) {
            cell.set(true);
        }
    }

    /// True where a carrier has read the entry.
    #[must_use]
    pub fn was_read(&self, entry: &Entry) -> bool {
        self.read.get(entry.index).is_some_and(Cell::get)
    }
}

/// Names that Office takes for the same: letter case, `\` for `/` and leading `/` do not count.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let fold = |byte: u8| if byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() };
    let trim = |name: &str| name.trim_start_matches(['/', '\\']).to_owned();
    let (a, b) = (trim(a), trim(b));
    a.len() == b.len() && a.bytes().map(fold).eq(b.bytes().map(fold))
}

/// How sure it is that bytes are an archive, by the end record and the first header.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Evidence {
    index::sniff(bytes)
}
