//! Joins the central directory and the local headers into one list of entries.

use super::records::{self, DESCRIPTOR, ENCRYPTED, End, Header};
use super::{Entry, Evidence, names};
use crate::Sink;
use ddefend_model::{Location, code, trick};
use memchr::memmem;
use std::collections::BTreeMap;

/// A local header at least fits into this many bytes.
const LOCAL_LENGTH: u64 = 30;

/// What opening an archive found.
pub(super) struct Index {
    /// Entries in the order of their offsets.
    pub(super) entries: Vec<Entry>,
    /// True where there was an end record.
    pub(super) ended: bool,
}

/// Reads both directories and compares them.
pub(super) fn build(bytes: &[u8], sink: &mut dyn Sink) -> Index {
    let mut builder = Builder { bytes, entries: Vec::new(), lost: Vec::new(), notes: Vec::new(), full: false };
    let limit = sink.budget().limits().parts;
    let end = records::find_end(bytes);
    if let Some(end) = end {
        builder.directory(end, limit);
    }
    builder.entries.sort_by(|a, b| (a.header_offset, &a.name, a.method).cmp(&(b.header_offset, &b.name, b.method)));
    builder.entries.dedup();
    let tail = end.map_or(bytes.len() as u64, |end| end.directory_end as u64);
    builder.gaps(tail, limit);
    builder.keep_lost();
    builder.duplicates();
    builder.overlaps();
    builder.edges(end);
    if end.is_none() && !builder.entries.is_empty() {
        let message = "the central directory is missing; entries were found by their local headers".to_owned();
        sink.report(code::BROKEN_TRUNCATED, Location::default(), message);
    }
    if builder.full {
        let message = format!("more than {limit} entries; those behind were not read");
        sink.report(code::LIMIT_PARTS, Location::default(), message);
    }
    for note in builder.notes.into_iter().take(20) {
        sink.report(code::NOTE_ARCHIVE, Location::default(), note);
    }
    for (index, entry) in builder.entries.iter_mut().enumerate() {
        entry.index = index;
    }
    Index { entries: builder.entries, ended: end.is_some() }
}

/// How far behind the start a first local header is looked for, bytes.
const SEARCH: usize = 66 << 10;

/// Heads of formats that hold stored archives inside, where an end record near the end proves nothing.
const HOLDERS: &[&[u8]] = &[
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"MSCF",
    b"%PDF",
    b"\x1f\x8b",
    b"{\\rt",
    b"conectix",
    b"vhdxfile",
    b"\xe4\x52\x5c\x7b",
    b"\x78\x9f\x3e\x22",
    b"\x89PNG",
    b"\xff\xd8\xff",
];

/// How sure it is that bytes are an archive.
pub(super) fn sniff(bytes: &[u8]) -> Evidence {
    if bytes.starts_with(records::LOCAL) || bytes.starts_with(b"PK\x05\x06") {
        return Evidence::Start;
    }
    if let Some(end) = records::find_end_in_tail(bytes) {
        let exact = end.end == bytes.len();
        if (exact || !is_holder(bytes)) && has_directory(bytes, end) {
            return Evidence::Inside;
        }
    }
    if is_holder(bytes) {
        return Evidence::None;
    }
    let head = bytes.get(..SEARCH).unwrap_or(bytes);
    let found = memmem::find_iter(head, records::LOCAL).take(4).any(|at| records::plausible_local(bytes, at));
    if found { Evidence::Inside } else { Evidence::None }
}

fn is_holder(bytes: &[u8]) -> bool {
    let tar = bytes.get(257..262) == Some(b"ustar");
    let iso = bytes.get(0x8001..0x8006) == Some(b"CD001");
    tar || iso || HOLDERS.iter().any(|magic| bytes.starts_with(magic))
}

/// True where a central header, or nothing for an empty archive, stands where the end record says.
fn has_directory(bytes: &[u8], end: End) -> bool {
    let adjacent = end.directory_end.checked_sub(usize::try_from(end.size).unwrap_or(usize::MAX));
    let declared = usize::try_from(end.offset).ok();
    [adjacent, declared].into_iter().flatten().any(|at| records::central(bytes, at).is_some())
}

struct Builder<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
    /// Central headers whose local header is not where they say.
    lost: Vec<Header<'a>>,
    notes: Vec<String>,
    full: bool,
}

impl<'a> Builder<'a> {
    /// Reads the central directory from where the end record says, and from right before the end record where that
    /// is another place (junk before the archive shifts all offsets).
    fn directory(&mut self, end: End, limit: u64) {
        let declared = usize::try_from(end.offset).unwrap_or(usize::MAX);
        let adjacent = end.directory_end.saturating_sub(usize::try_from(end.size).unwrap_or(usize::MAX));
        let shift = (adjacent as u64).saturating_sub(end.offset);
        let mut starts = vec![(declared, 0)];
        if adjacent != declared {
            starts.push((adjacent, shift));
        }
        let mut seen = 0_u64;
        let mut read = Vec::new();
        for (start, shift) in starts {
            let count = self.headers(start, shift, limit);
            if count > 0 {
                read.push(start);
            }
            seen = seen.max(count);
        }
        if read.len() > 1 {
            self.notes.push("two central directories; the entries of both were read".to_owned());
        }
        // A 16-bit count wraps where there are more entries without ZIP64.
        if seen != end.entries && seen & 0xffff != end.entries && !self.full {
            self.notes.push(format!("the end record counts {} entries, the directory has {seen}", end.entries));
        }
    }

    /// Reads central headers one after the other; tells how many there were.
    fn headers(&mut self, start: usize, shift: u64, limit: u64) -> u64 {
        let mut at = start;
        let mut count = 0_u64;
        while let Some(mut header) = records::central(self.bytes, at) {
            if self.entries.len() as u64 >= limit {
                self.full = true;
                break;
            }
            at = usize::try_from(header.end).unwrap_or(usize::MAX);
            count = count.saturating_add(1);
            let shifted = header.offset.saturating_add(shift);
            let local_at = |offset: u64| records::local(self.bytes, usize::try_from(offset).unwrap_or(usize::MAX));
            let local = match local_at(shifted) {
                Some(local) => Some(local),
                None if shift > 0 => local_at(header.offset),
                None => None,
            };
            match local {
                Some(local) => {
                    header.offset = local.offset;
                    self.pair(&header, &local);
                }
                None => self.lost.push(header),
            }
        }
        count
    }

    /// A central header and its local one: one entry where they agree, two where they do not.
    fn pair(&mut self, central: &Header<'_>, local: &Header<'_>) {
        let known = self.entries.iter().rev().take(1).any(|entry| entry.header_offset == local.offset);
        let mut entry = Entry::new(central, local.end);
        let names = central.name != local.name && names::decode(central.name) != names::decode(local.name);
        let method = central.method != local.method || (central.flags ^ local.flags) & ENCRYPTED != 0;
        let declared_later = local.flags & DESCRIPTOR != 0;
        let sizes = !declared_later && local.compressed != 0 && local.compressed != central.compressed;
        let soft = !declared_later && (local.size != central.size || (local.crc != 0 && local.crc != central.crc));
        if !(names || method || sizes || soft) {
            self.entries.push(entry);
            return;
        }
        entry.saw(trick::ARCHIVE_MISMATCH);
        let words = [(names, "name"), (method, "method"), (sizes || soft, "size or checksum")];
        let what: Vec<&str> = words.iter().filter(|(differs, _)| *differs).map(|(_, word)| *word).collect();
        if !known {
            let place = local.offset;
            self.notes.push(format!(
                "{}: directory and local header at byte {place:#x} disagree in {}",
                entry.name,
                what.join(", ")
            ));
        }
        if names || method || sizes {
            let mut other = Entry::new(local, local.end);
            other.saw(trick::ARCHIVE_MISMATCH);
            if declared_later || other.compressed_size == 0 {
                other.compressed_size = central.compressed;
                other.declared_size = central.size;
                other.crc = central.crc;
            }
            self.entries.push(other);
        }
        self.entries.push(entry);
    }

    /// Looks for local headers in the bytes that no entry of the directory covers.
    fn gaps(&mut self, directory: u64, limit: u64) {
        let mut gaps = Vec::new();
        let mut covered = 0_u64;
        for entry in &self.entries {
            if entry.header_offset > covered {
                gaps.push((covered, entry.header_offset));
            }
            covered = covered.max(entry.end());
        }
        if covered < directory {
            gaps.push((covered, directory));
        }
        let complete = !self.entries.is_empty();
        for (from, to) in gaps {
            if to.saturating_sub(from) >= LOCAL_LENGTH {
                self.scan(from, to, complete, limit);
            }
        }
        self.entries.sort_by_key(|entry| entry.header_offset);
    }

    /// Local headers between two offsets.
    fn scan(&mut self, from: u64, to: u64, hidden: bool, limit: u64) {
        let to = usize::try_from(to).unwrap_or(usize::MAX).min(self.bytes.len());
        let mut at = usize::try_from(from).unwrap_or(usize::MAX);
        let finder = memmem::Finder::new(records::LOCAL);
        while let Some(found) = self.bytes.get(at..to).and_then(|gap| finder.find(gap)) {
            let start = at.saturating_add(found);
            at = start.saturating_add(4);
            if !records::plausible_local(self.bytes, start) {
                continue;
            }
            let Some(header) = records::local(self.bytes, start) else { continue };
            if self.entries.len() as u64 >= limit {
                self.full = true;
                return;
            }
            let mut entry = Entry::new(&header, header.end);
            if header.flags & DESCRIPTOR != 0 && header.compressed == 0 {
                entry.compressed_size = self.open_ended(&header, to);
                entry.open_ended = true;
            }
            if hidden {
                entry.saw(trick::ARCHIVE_MISMATCH);
                self.notes.push(format!(
                    "{}: a local header at byte {start:#x} that the directory does not list",
                    entry.name
                ));
            }
            at = at.max(usize::try_from(entry.end()).unwrap_or(usize::MAX));
            self.entries.push(entry);
        }
    }

    /// Where the size stands behind the data: the data ends at the next signature at the latest.
    fn open_ended(&self, header: &Header<'_>, to: usize) -> u64 {
        let start = usize::try_from(header.end).unwrap_or(usize::MAX);
        let rest = self.bytes.get(start..to).unwrap_or_default();
        let mut from = 0_usize;
        while let Some(found) = rest.get(from..).and_then(|rest| memmem::find(rest, b"PK")) {
            let at = from.saturating_add(found);
            let next = rest.get(at.saturating_add(2)..at.saturating_add(4));
            if matches!(next, Some([3, 4] | [1, 2] | [7, 8] | [5, 6])) {
                return at as u64;
            }
            from = at.saturating_add(2);
        }
        rest.len() as u64
    }

    /// Directory entries whose local header is nowhere: kept where no other entry has their name.
    fn keep_lost(&mut self) {
        for header in std::mem::take(&mut self.lost).into_iter().take(1000) {
            let mut entry = Entry::new(&header, u64::MAX);
            entry.saw(trick::ARCHIVE_MISMATCH);
            let elsewhere = self.entries.iter().any(|other| other.name == entry.name);
            self.notes.push(format!(
                "{}: no local header at byte {:#x}, where the directory says it is{}",
                entry.name,
                header.offset,
                if elsewhere { "; one of that name was found elsewhere" } else { "" }
            ));
            if !elsewhere {
                self.entries.push(entry);
            }
        }
    }

    /// Entries of equal names.
    fn duplicates(&mut self) {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for entry in &self.entries {
            let count = counts.entry(entry.name.as_str()).or_default();
            *count = count.saturating_add(1);
        }
        let twice: Vec<String> =
            counts.iter().filter(|(_, count)| **count > 1).map(|(name, _)| (*name).to_owned()).collect();
        if twice.is_empty() {
            return;
        }
        for entry in &mut self.entries {
            if twice.binary_search(&entry.name).is_ok() {
                entry.saw(trick::ARCHIVE_MISMATCH);
            }
        }
        for name in twice.iter().take(5) {
            self.notes.push(format!("{name}: several entries have this name; all were read"));
        }
    }

    /// Entries that share bytes.
    fn overlaps(&mut self) {
        let mut covered = 0_u64;
        let mut header = u64::MAX;
        let mut count = 0_u32;
        for entry in &mut self.entries {
            // Two versions of one header are told by `pair`.
            if entry.header_offset < covered && entry.header_offset != header {
                entry.overlaps = true;
                entry.saw(trick::ARCHIVE_MISMATCH);
                count = count.saturating_add(1);
            }
            header = entry.header_offset;
            if entry.data_offset != u64::MAX {
                covered = covered.max(entry.end());
            }
        }
        if count > 0 {
            self.notes.push(format!("{count} entries overlap others"));
        }
    }

    /// Bytes before the first header and behind the end.
    fn edges(&mut self, end: Option<End>) {
        let first = self.entries.iter().map(|entry| entry.header_offset).min().unwrap_or(0);
        if first > 0 {
            self.notes.push(format!("{first} bytes stand before the first header"));
        }
        let behind = end.map_or(0, |end| self.bytes.len().saturating_sub(end.end));
        if behind > 0 {
            self.notes.push(format!("{behind} bytes stand behind the end of the archive"));
        }
        for entry in &mut self.entries {
            if first > 0 {
                entry.saw(trick::LEADING_JUNK);
            }
            if behind > 0 {
                entry.saw(trick::TRAILING_BYTES);
            }
        }
    }
}
