//! A minidump's streams: what the process was, its modules, where its memory stands in the file.
//!
//! [MINIDUMP_HEADER and its kin](https://learn.microsoft.com/windows/win32/api/minidumpapiset/). Every list is read in
//! pieces, as far as its stream and the file go; counts are believed only as an upper bound.

mod lists;
mod memory;
mod reader;

pub(crate) use lists::utf16;
pub(crate) use memory::{Info, Memory, Range};
pub(crate) use reader::Reader;

use crate::format::{stream, units};
use crate::lists::Limits;
use ddefend_event::Time;
use ddefend_guard::{Cursor, Short};
use ddefend_model::{Diagnostic, Location, code};
use std::collections::BTreeSet;

/// `MDMP`.
pub(crate) const MAGIC: &[u8] = b"MDMP";
/// Streams that are looked at; real dumps have about twenty.
const STREAMS: u32 = 1_024;

/// A module as the dump names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RawModule {
    pub(crate) path: String,
    pub(crate) base: u64,
    pub(crate) size: u64,
    pub(crate) version: String,
    pub(crate) unloaded: bool,
}

/// What the streams say.
#[derive(Debug, Default)]
pub(crate) struct Dump {
    pub(crate) taken: String,
    pub(crate) system: String,
    pub(crate) narrow: bool,
    pub(crate) pid: u64,
    pub(crate) started: String,
    pub(crate) modules: Vec<RawModule>,
    pub(crate) unloaded: Vec<RawModule>,
    pub(crate) memory: Memory,
    pub(crate) tebs: Vec<u64>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A stream's place.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    size: u64,
}

/// RFC 3339 of seconds since 1970; empty for 0.
fn moment(seconds: u32) -> String {
    if seconds == 0 {
        return String::new();
    }
    let ticks = u64::from(seconds).saturating_add(11_644_473_600).saturating_mul(10_000_000);
    Time::from_filetime(ticks).to_string()
}

impl Dump {
    /// Reads header, directory and streams.
    pub(crate) fn read(reader: &mut Reader<'_>, limits: &Limits) -> Self {
        let mut dump = Self::default();
        let header = reader.bytes(0, 32);
        match dump.header(&header) {
            Ok((count, directory)) => dump.directory(reader, count, directory, limits),
            Err(short) => dump.note(code::BROKEN_TRUNCATED, 0, short.to_string()),
        }
        if let Some(error) = reader.error.take() {
            dump.note(code::UNREADABLE_IO, 0, error);
        }
        dump.memory.sort();
        dump
    }

    fn note(&mut self, code: &'static str, at: u64, message: impl Into<String>) {
        const MOST: usize = 100;
        if self.diagnostics.len() < MOST {
            let location = Location { offset: Some(at), ..Location::default() };
            self.diagnostics.push(Diagnostic::about(code, "", location, message));
        }
    }

    fn header(&mut self, header: &[u8]) -> Result<(u32, u64), Short> {
        let mut cursor = Cursor::new(header);
        cursor.skip(8, "signature and version")?;
        let count = cursor.u32("number of streams")?;
        let directory = cursor.u32("place of the directory")?;
        cursor.skip(4, "checksum")?;
        self.taken = moment(cursor.u32("time")?);
        Ok((count, u64::from(directory)))
    }

    fn directory(&mut self, reader: &mut Reader<'_>, count: u32, at: u64, limits: &Limits) {
        if count > STREAMS {
            let message = format!("the header counts {count} streams; the first {STREAMS} were looked at");
            self.note(code::BROKEN_STRUCTURE, 8, message);
        }
        let count = count.min(STREAMS);
        let table = reader.bytes(at, u64::from(count).saturating_mul(12));
        let mut seen = BTreeSet::new();
        let mut cursor = Cursor::new(&table);
        let mut read = 0_u32;
        while let (Ok(kind), Ok(size), Ok(rva)) = (cursor.u32("type"), cursor.u32("size"), cursor.u32("place")) {
            read = read.saturating_add(1);
            let place = Place { at: u64::from(rva), size: u64::from(size) };
            // Type 0 stands for an unused entry.
            if kind == 0 {
                continue;
            }
            if !seen.insert(kind) {
                let message = format!("stream type {kind} is there twice; the first was read");
                self.note(code::BROKEN_STRUCTURE, at, message);
                continue;
            }
            if place.at.saturating_add(place.size) > reader.size() {
                let message = format!("stream type {kind} reaches beyond the end of the file");
                self.note(code::BROKEN_TRUNCATED, place.at, message);
            }
            self.stream(kind, place, reader, limits);
        }
        if read < count {
            let message = format!("the directory ends after {read} of {count} streams");
            self.note(code::BROKEN_TRUNCATED, at, message);
        }
    }

    fn stream(&mut self, kind: u32, place: Place, reader: &mut Reader<'_>, limits: &Limits) {
        let outcome = match kind {
            stream::SYSTEM_INFO => self.system(&reader.bytes(place.at, place.size.min(56))),
            stream::MISC_INFO => self.misc(&reader.bytes(place.at, place.size.min(24))),
            stream::MODULE_LIST => self.module_list(place, reader, limits),
            stream::UNLOADED_MODULE_LIST => self.unloaded_list(place, reader, limits),
            stream::MEMORY_LIST => self.memory_list(place, reader, limits),
            stream::MEMORY64_LIST => self.memory64_list(place, reader, limits),
            stream::MEMORY_INFO_LIST => self.info_list(place, reader, limits),
            stream::THREAD_LIST => self.thread_list(place, reader),
            _ => Ok(()),
        };
        if let Err(short) = outcome {
            self.note(code::BROKEN_TRUNCATED, place.at, format!("stream type {kind}: {short}"));
        }
    }

    /// MINIDUMP_SYSTEM_INFO.
    fn system(&mut self, bytes: &[u8]) -> Result<(), Short> {
        let mut cursor = Cursor::new(bytes);
        let architecture = cursor.u16("processor architecture")?;
        cursor.skip(6, "processor")?;
        let (major, minor) = (cursor.u32("major version")?, cursor.u32("minor version")?);
        let build = cursor.u32("build")?;
        self.narrow = matches!(architecture, units::X86 | units::ARM);
        let processor = match architecture {
            units::X86 => "x86",
            units::ARM => "ARM",
            units::AMD64 => "x64",
            units::ARM64 => "ARM64",
            _ => "an unknown processor",
        };
        self.system = format!("Windows {major}.{minor}.{build}, {processor}");
        Ok(())
    }

    /// MINIDUMP_MISC_INFO.
    fn misc(&mut self, bytes: &[u8]) -> Result<(), Short> {
        let mut cursor = Cursor::new(bytes);
        cursor.skip(4, "size")?;
        let flags = cursor.u32("flags")?;
        let pid = cursor.u32("process id")?;
        if flags & 1 != 0 {
            self.pid = u64::from(pid);
        }
        if flags & 2 != 0 {
            self.started = moment(cursor.u32("start time")?);
        }
        Ok(())
    }
}

impl Dump {
    /// The name of the module that an address stands in; empty where in none.
    pub(crate) fn module_at(&self, address: u64) -> String {
        let inside = |module: &&RawModule| module.base <= address && address.saturating_sub(module.base) < module.size;
        self.modules.iter().find(inside).map_or_else(String::new, |module| module.path.clone())
    }
}
