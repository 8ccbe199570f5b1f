//! Compound files (MS-CFB), read leniently: damaged allocation tables, cycles and unreachable streams are met in the
//! wild and used to hide. Nothing is allocated from a declared size, and a chain is followed for at most as many
//! sectors as the file has.

mod directory;
mod header;
mod table;

use crate::Sink;
use ddefend_model::{Diagnostic, Location, code};
use directory::{Directory, Entry, ORPHANS};
use header::Header;
use std::borrow::Cow;
use std::cell::Cell;
use table::{Problem, Space};

pub use header::SIGNATURE;

/// How many times its own length (and [`HANDED_GRACE`] bytes) a compound file hands out: a thousand streams may share
/// one chain, and each would be read in full.
const HANDED_FACTOR: u64 = 8;
/// Bytes that are handed out before [`HANDED_FACTOR`] counts.
const HANDED_GRACE: u64 = 64 << 20;

/// An opened compound file.
#[derive(Debug)]
pub struct Compound<'a> {
    bytes: &'a [u8],
    header: Header,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    /// The stream that holds the small streams, MS-CFB 2.7.
    mini_stream: Cow<'a, [u8]>,
    directory: Directory,
    /// One set of flags per directory entry.
    flags: Vec<Cell<u8>>,
    /// Bytes handed out by [`Stream::read`].
    handed: Cell<u64>,
}

/// The stream was read.
const READ: u8 = 1;
/// What is wrong with the stream was told.
const TOLD: u8 = 2;

/// A storage of a compound file.
#[derive(Clone, Copy, Debug)]
pub struct Storage<'c> {
    compound: &'c Compound<'c>,
    /// Directory entry number, or [`ORPHANS`].
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
        let header = Header::read(bytes, sink)?;
        let fat = table::read_fat(bytes, &header, sink);
        let space = Space::sectors(bytes, &fat, &header);
        let listing = table::read_directory(&space, &header, sink);
        let directory = Directory::read(&listing, &header, sink);
        let mini_fat = table::read_mini_fat(&space, &header, sink);
        let mini_stream = match directory.entry(0) {
            Some(root) if !mini_fat.is_empty() => {
                let (data, problem) = space.chain(root.start, root.size.min(sink.budget().part_allowance()));
                tell(sink, problem, "the stream of small streams");
                data
            }
            _ => Cow::Borrowed(<&[u8]>::default()),
        };
        let flags = vec![Cell::new(0); directory.len()];
        Some(Self { bytes, header, fat, mini_fat, mini_stream, directory, flags, handed: Cell::new(0) })
    }

    /// The root storage.
    #[must_use]
    pub fn root(&self) -> Storage<'_> {
        Storage { compound: self, entry: 0 }
    }

    /// A storage that stands for all streams and storages that the directory lists and no storage reaches; none where
    /// there are none.
    #[must_use]
    pub fn orphans(&self) -> Option<Storage<'_>> {
        let orphans = Storage { compound: self, entry: ORPHANS };
        self.directory.children(ORPHANS).next().map(|_| orphans)
    }

    /// Bytes after the last sector that a chain or table uses are not looked at; this is how many the file has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    fn entry(&self, index: u32) -> Option<&Entry> {
        self.directory.entry(index)
    }

    fn flag(&self, index: u32, flag: u8) -> bool {
        self.flags.get(index as usize).is_some_and(|flags| flags.get() & flag != 0)
    }

    fn set_flag(&self, index: u32, flag: u8) {
        if let Some(flags) = self.flags.get(index as usize) {
            flags.set(flags.get() | flag);
        }
    }
}

impl<'c> Storage<'c> {
    /// Its name; control characters (`\u{1}Ole`) are kept.
    #[must_use]
    pub fn name(&self) -> &'c str {
        self.compound.entry(self.entry).map_or("", |entry| &entry.name)
    }

    /// The way to it from the root: `ObjectPool/_123`; empty for the root, `orphans` for what no storage reaches.
    /// Control characters are written as `\1`.
    #[must_use]
    pub fn path(&self) -> String {
        self.compound.directory.path(self.entry)
    }

    /// Class id as stored, MS-CFB 2.6.1: little-endian fields.
    #[must_use]
    pub fn class_id(&self) -> [u8; 16] {
        self.compound.entry(self.entry).map_or([0; 16], |entry| entry.class_id)
    }

    /// True for the root storage.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.entry == 0
    }

    /// Its streams.
    #[must_use]
    pub fn streams(&self) -> Vec<Stream<'c>> {
        self.children(false).map(|entry| Stream { compound: self.compound, entry }).collect()
    }

    /// Its storages.
    #[must_use]
    pub fn storages(&self) -> Vec<Storage<'c>> {
        self.children(true).map(|entry| Storage { compound: self.compound, entry }).collect()
    }

    /// The stream of that name, letter case ignored.
    #[must_use]
    pub fn stream(&self, name: &str) -> Option<Stream<'c>> {
        let entry = self.child(false, name)?;
        Some(Stream { compound: self.compound, entry })
    }

    /// The storage of that name, letter case ignored.
    #[must_use]
    pub fn storage(&self, name: &str) -> Option<Storage<'c>> {
        let entry = self.child(true, name)?;
        Some(Storage { compound: self.compound, entry })
    }

    fn children(&self, storages: bool) -> impl Iterator<Item = u32> + use<'c> {
        let compound = self.compound;
        compound
            .directory
            .children(self.entry)
            .filter(move |index| compound.entry(*index).is_some_and(|entry| entry.is_storage() == storages))
    }

    fn child(&self, storages: bool, name: &str) -> Option<u32> {
        let compound = self.compound;
        self.children(storages)
            .find(|index| compound.entry(*index).is_some_and(|entry| directory::same_name(&entry.name, name)))
    }
}

impl<'c> Stream<'c> {
    /// Its name; control characters are kept.
    #[must_use]
    pub fn name(&self) -> &'c str {
        self.compound.entry(self.entry).map_or("", |entry| &entry.name)
    }

    /// The way to it from the root: `ObjectPool/_123/\1Ole`.
    #[must_use]
    pub fn path(&self) -> String {
        self.compound.directory.path(self.entry)
    }

    /// Its name as it is shown in part paths: control characters written as `\1`.
    #[must_use]
    pub fn step(&self) -> String {
        directory::shown(self.name())
    }

    /// Declared size in bytes; never trusted.
    #[must_use]
    pub fn declared_size(&self) -> u64 {
        self.compound.entry(self.entry).map_or(0, |entry| entry.size)
    }

    /// True once [`Self::read`] was called for it.
    #[must_use]
    pub fn was_read(&self) -> bool {
        self.compound.flag(self.entry, READ)
    }

    /// Its bytes as far as its chain holds and the budget allows; what stops it is reported, once. Borrowed where its
    /// sectors lie one behind the other.
    pub fn read(&self, sink: &mut dyn Sink) -> Cow<'c, [u8]> {
        self.compound.set_flag(self.entry, READ);
        let allowance = self.allowance(sink.budget().part_allowance());
        let declared = self.declared_size();
        let (data, problem) = self.take(declared.min(allowance));
        let size = data.len() as u64;
        self.compound.handed.set(self.compound.handed.get().saturating_add(size));
        if !self.compound.flag(self.entry, TOLD) {
            self.tell(problem, declared, size, allowance, sink);
        }
        if matches!(data, Cow::Owned(_))
            && let Err(exceeded) = sink.budget().produce(size)
        {
            self.compound.set_flag(self.entry, TOLD);
            report(sink, exceeded.code, &self.step(), format!("{exceeded}; only its head was read"));
        }
        data
    }

    /// At most `count` first bytes, to look at its type. Nothing is reported, and it does not count as read.
    #[must_use]
    pub fn prefix(&self, count: usize) -> Cow<'c, [u8]> {
        self.take(self.declared_size().min(count as u64)).0
    }

    fn take(&self, want: u64) -> (Cow<'c, [u8]>, Option<Problem>) {
        let compound = self.compound;
        let Some(entry) = compound.entry(self.entry) else { return (Cow::default(), None) };
        let space = if entry.size < u64::from(compound.header.mini_cutoff) {
            Space::mini(&compound.mini_stream, &compound.mini_fat, &compound.header)
        } else {
            Space::sectors(compound.bytes, &compound.fat, &compound.header)
        };
        space.chain(entry.start, want)
    }

    /// How many bytes may still be handed out for one stream.
    fn allowance(&self, part: u64) -> u64 {
        let total = (self.compound.bytes.len() as u64).saturating_mul(HANDED_FACTOR).saturating_add(HANDED_GRACE);
        part.min(total.saturating_sub(self.compound.handed.get()))
    }

    fn tell(&self, problem: Option<Problem>, declared: u64, size: u64, allowance: u64, sink: &mut dyn Sink) {
        let step = self.step();
        if let Some(problem) = problem {
            self.compound.set_flag(self.entry, TOLD);
            let message = format!("{problem}; {size} of {declared} bytes were read");
            report(sink, problem.code(), &step, message);
        } else if size < declared {
            self.compound.set_flag(self.entry, TOLD);
            let shared = allowance < sink.budget().part_allowance();
            let code = if shared { code::LIMIT_TOTAL_SIZE } else { code::LIMIT_PART_SIZE };
            let message = format!("limit {code}: only the first {size} of {declared} bytes were read");
            report(sink, code, &step, message);
        }
    }
}

/// Reports a diagnostic about a stream in the part that is being read.
fn report(sink: &mut dyn Sink, code: &'static str, step: &str, message: String) {
    let part = sink.path().join(step);
    sink.diagnostic(Diagnostic::new(code, part, Location::default(), message));
}

/// Reports what is wrong with one of the file's own structures.
fn tell(sink: &mut dyn Sink, problem: Option<Problem>, what: &'static str) {
    if let Some(problem) = problem {
        sink.report(problem.code(), Location::default().held_by(what), format!("{what}: {problem}"));
    }
}
