//! Compound files (MS-CFB), read leniently: damaged allocation tables, cycles and unreachable streams are met in the
//! wild and used to hide.

use crate::Sink;

/// An opened compound file.
#[derive(Debug)]
pub struct Compound<'a> {
    bytes: &'a [u8],
}

/// A storage of a compound file.
#[derive(Clone, Copy, Debug)]
pub struct Storage<'c> {
    compound: &'c Compound<'c>,
    /// Directory entry number.
    entry: u32,
}

/// A stream of a compound file.
#[derive(Clone, Copy, Debug)]
pub struct Stream<'c> {
    compound: &'c Compound<'c>,
    /// Directory entry number.
    entry: u32,
}

impl<'a> Compound<'a> {
    /// Opens a compound file; none where its header is no such thing. What is damaged is reported.
    #[must_use]
    pub fn open(bytes: &'a [u8], sink: &mut dyn Sink) -> Option<Self> {
        let _ = sink;
        Some(Self { bytes })
    }

    /// The root storage.
    #[must_use]
    pub fn root(&self) -> Storage<'_> {
        Storage { compound: self, entry: 0 }
    }

    /// Streams that the directory lists and no storage reaches.
    #[must_use]
    pub fn orphans(&self) -> Vec<Stream<'_>> {
        Vec::new()
    }
}

impl<'c> Storage<'c> {
    /// Its name; control characters (`\u{1}Ole`) are kept.
    #[must_use]
    pub fn name(&self) -> &'c str {
        let _ = (self.compound.bytes, self.entry);
        ""
    }

    /// Class id as stored, MS-CFB 2.6.1: little-endian fields.
    #[must_use]
    pub fn class_id(&self) -> [u8; 16] {
        [0; 16]
    }

    /// Its streams.
    #[must_use]
    pub fn streams(&self) -> Vec<Stream<'c>> {
        Vec::new()
    }

    /// Its storages.
    #[must_use]
    pub fn storages(&self) -> Vec<Storage<'c>> {
        Vec::new()
    }

    /// The stream of that name, letter case ignored.
    #[must_use]
    pub fn stream(&self, name: &str) -> Option<Stream<'c>> {
        let _ = name;
        None
    }

    /// The storage of that name, letter case ignored.
    #[must_use]
    pub fn storage(&self, name: &str) -> Option<Storage<'c>> {
        let _ = name;
        None
    }
}

impl Stream<'_> {
    /// Its name; control characters are kept.
    #[must_use]
    pub fn name(&self) -> &str {
        let _ = (self.compound.bytes, self.entry);
        ""
    }

    /// Declared size in bytes; never trusted.
    #[must_use]
    pub fn declared_size(&self) -> u64 {
        0
    }

    /// Its bytes as far as its chain holds and the budget allows; what stops it is reported.
    pub fn read(&self, sink: &mut dyn Sink) -> Vec<u8> {
        let _ = sink;
        Vec::new()
    }
}
