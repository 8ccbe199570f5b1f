//! One chunk in the making.
use super::typed::{Record, SYSTEM, Typed, USER};
use crate::evtx::segment::{CHUNK, CHUNK_SIZE};
use crate::evtx::value::{self, BINXML};
use ddefend_event::native;
use std::collections::HashMap;

/// Bytes of a chunk's header.
const HEADER: usize = 512;
/// Where the table of names begins, 64 offsets.
const NAMES: usize = 128;
/// Where the table of templates begins, 32 offsets.
const TEMPLATES: usize = 384;
/// What the `System` template with its names takes at most.
const SYSTEM_SIZE: usize = 3072;
/// What is not in a template and not a value: heads, counts, descriptors, padding.
const RECORD_SIZE: usize = 256;
/// The namespace of events.
const NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";
/// No dependency.
const NONE: u16 = u16::MAX;

/// A chunk that records are put into.
pub(super) struct Chunk {
    out: Vec<u8>,
    /// Where a name stands in this chunk.
    names: HashMap<Box<str>, u32>,
    /// Where a template stands in this chunk, by the names of its data; `System`'s by none.
    templates: HashMap<Vec<Box<str>>, u32>,
    first: u64,
    last: u64,
    last_at: usize,
}

impl Default for Chunk {
    fn default() -> Self {
        let out = vec![0; HEADER];
        Self { out, names: HashMap::new(), templates: HashMap::new(), first: 0, last: 0, last_at: HEADER }
    }
}

/// Names of a record's data: what its template is known by.
fn kind(record: &Record) -> Vec<Box<str>> {
    let names = record.data.iter().map(|(name, _)| name.clone());
    std::iter::once("EventData".into()).chain(names).collect()
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A GUID for a template, from what it is known by.
fn guid(kind: &[Box<str>]) -> [u8; 16] {
    let mut hash = 0xcbf2_9ce4_8422_2325_6c62_272e_07bb_0142_u128;
    for byte in kind.iter().flat_map(|name| name.bytes().chain([0])) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    hash.to_le_bytes()
}

impl Chunk {
    pub(super) fn is_empty(&self) -> bool {
        self.last == 0
    }

    /// True where the record fits; it always fits an empty chunk.
    pub(super) fn takes(&self, record: &Record) -> bool {
        let values = record.system.iter().chain(record.data.iter().map(|(_, value)| value));
        let mut size = values.fold(RECORD_SIZE, |size, value| size.saturating_add(value.bytes.len()).saturating_add(4));
        if !self.templates.contains_key(&Vec::new()) {
            size = size.saturating_add(SYSTEM_SIZE);
        }
        if !self.templates.contains_key(&kind(record)) {
            let names = record.data.iter().map(|(name, _)| name.len().saturating_mul(4).saturating_add(48));
            size = names.fold(size.saturating_add(256), usize::saturating_add);
        }
        self.is_empty() || self.out.len().saturating_add(size) <= CHUNK_SIZE
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn u16(&mut self, value: u16) {
        self.put(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.put(&value.to_le_bytes());
    }

    fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.out.get_mut(at..at.saturating_add(bytes.len())) {
            place.copy_from_slice(bytes);
        }
    }

    /// Reserves a size that is known later.
    fn open_size(&mut self) -> usize {
        self.u32(0);
        self.out.len()
    }

    /// Writes the number of bytes since then.
    fn close_size(&mut self, since: usize) {
        let size = as_u32(self.out.len().saturating_sub(since));
        self.patch(since.saturating_sub(4), &size.to_le_bytes());
    }

    /// Hangs something at `at` into a table of chains, in front.
    fn chain(&mut self, table: usize, bucket: usize, at: u32) -> u32 {
        let place = table.saturating_add(bucket.saturating_mul(4));
        let before = self.out.get(place..).and_then(<[u8]>::first_chunk).map_or(0, |raw| u32::from_le_bytes(*raw));
        self.patch(place, &at.to_le_bytes());
        before
    }

    /// Refers to a name; where it is new in this chunk it stands right here.
    fn name(&mut self, name: &str) {
        if let Some(at) = self.names.get(name) {
            return self.u32(*at);
        }
        let at = as_u32(self.out.len().saturating_add(4));
        self.u32(at);
        self.names.insert(name.into(), at);
        let units: Vec<u16> = name.encode_utf16().collect();
        let hash = units.iter().fold(0_u32, |hash, unit| hash.wrapping_mul(65_599).wrapping_add(u32::from(*unit)));
        let hash = u16::try_from(hash & 0xffff).unwrap_or_default();
        let next = self.chain(NAMES, usize::from(hash % 64), at);
        self.u32(next);
        self.u16(hash);
        self.u16(u16::try_from(units.len()).unwrap_or(u16::MAX));
        units.iter().for_each(|unit| self.u16(*unit));
        self.u16(0);
    }

    fn literal(&mut self, text: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.put(&[0x05, value::STRING]);
        self.u16(u16::try_from(units.len()).unwrap_or(u16::MAX));
        units.iter().for_each(|unit| self.u16(*unit));
    }

    /// Begins an element; its size's place.
    fn open(&mut self, name: &str, depends: u16, attributes: bool) -> usize {
        self.put(&[if attributes { 0x41 } else { 0x01 }]);
        self.u16(depends);
        let size = self.open_size();
        self.name(name);
        size
    }

    fn slot(&mut self, index: usize, kind: u8, optional: bool) {
        self.put(&[if optional { 0x0e } else { 0x0d }]);
        self.u16(u16::try_from(index).unwrap_or(u16::MAX));
        self.put(&[kind]);
    }

    /// Writes a template's definition, whose body `body` makes.
    fn template(&mut self, kind: Vec<Box<str>>, body: impl FnOnce(&mut Self)) {
        let guid = guid(&kind);
        let at = as_u32(self.out.len());
        self.templates.insert(kind, at);
        let [first, ..] = guid;
        let next = self.chain(TEMPLATES, usize::from(first % 32), at);
        self.u32(next);
        self.put(&guid);
        let size = self.open_size();
        self.put(&[0x0f, 1, 1, 0]);
        body(self);
        self.put(&[0]);
        self.close_size(size);
    }

    fn system(&mut self) {
        let event = self.open("Event", NONE, true);
        let list = self.open_size();
        self.put(&[0x06]);
        self.name("xmlns");
        self.literal(NAMESPACE);
        self.close_size(list);
        self.put(&[0x02]);
        let system = self.open("System", NONE, false);
        self.put(&[0x02]);
        let all: Vec<_> = SYSTEM.iter().chain([&USER]).enumerate().collect();
        for group in all.chunk_by(|(_, one), (_, other)| one.0 == other.0) {
            let Some((_, (element, ..))) = group.first() else { continue };
            let text = group.iter().find(|(_, (_, attribute, ..))| attribute.is_empty());
            // An element goes with its text; one of attributes only stays.
            let depends = text.and_then(|(index, _)| u16::try_from(*index).ok()).unwrap_or(NONE);
            let attributes: Vec<_> = group.iter().filter(|(_, (_, attribute, ..))| !attribute.is_empty()).collect();
            let size = self.open(element, depends, !attributes.is_empty());
            if !attributes.is_empty() {
                let list = self.open_size();
                for (place, (index, (_, attribute, _, kind))) in attributes.iter().enumerate() {
                    let more = place.saturating_add(1) < attributes.len();
                    self.put(&[if more { 0x46 } else { 0x06 }]);
                    self.name(attribute);
                    self.slot(*index, *kind, true);
                }
                self.close_size(list);
            }
            match text {
                Some((index, (.., kind))) => {
                    self.put(&[0x02]);
                    self.slot(*index, *kind, false);
                    self.put(&[0x04]);
                }
                None => self.put(&[0x03]),
            }
            self.close_size(size);
        }
        self.put(&[0x04]);
        self.close_size(system);
        self.slot(all.len(), BINXML, true);
        self.put(&[0x04]);
        self.close_size(event);
    }

    fn event_data(&mut self, record: &Record) {
        let frame = self.open("EventData", NONE, false);
        self.put(&[0x02]);
        for (index, (name, value)) in record.data.iter().enumerate() {
            let named = !name.is_empty() && **name != *native::DATA;
            let size = self.open(native::DATA, NONE, named);
            if named {
                let list = self.open_size();
                self.put(&[0x06]);
                self.name("Name");
                self.literal(name);
                self.close_size(list);
            }
            self.put(&[0x02]);
            self.slot(index, value.kind, false);
            self.put(&[0x04]);
            self.close_size(size);
        }
        self.put(&[0x04]);
        self.close_size(frame);
    }

    /// An instance's beginning; the definition follows where this chunk has none yet.
    fn instance(&mut self, kind: Vec<Box<str>>, body: impl FnOnce(&mut Self)) {
        let [a, b, c, d, ..] = guid(&kind);
        self.put(&[0x0f, 1, 1, 0, 0x0c, 1, a, b, c, d]);
        match self.templates.get(&kind) {
            Some(at) => self.u32(*at),
            None => {
                self.u32(as_u32(self.out.len().saturating_add(4)));
                self.template(kind, body);
            }
        }
    }

    fn descriptor(&mut self, size: usize, kind: u8) {
        self.u16(u16::try_from(size).unwrap_or(u16::MAX));
        self.put(&[kind, 0]);
    }

    fn table<'v>(&mut self, values: impl Iterator<Item = &'v Typed> + Clone) {
        values.for_each(|value| self.descriptor(value.bytes.len(), value.kind));
    }

    /// Puts a record in.
    pub(super) fn push(&mut self, record: &Record) {
        let start = self.out.len();
        self.put(super::super::record::RECORD);
        self.u32(0);
        self.put(&record.number.to_le_bytes());
        self.put(&record.written.to_le_bytes());
        self.instance(Vec::new(), Self::system);
        self.u32(as_u32(record.system.len().saturating_add(1)));
        self.table(record.system.iter());
        let nested = self.out.len();
        self.descriptor(0, if record.data.is_empty() { value::NULL } else { BINXML });
        record.system.iter().for_each(|value| self.put(&value.bytes));
        if !record.data.is_empty() {
            let from = self.out.len();
            self.instance(kind(record), |chunk| chunk.event_data(record));
            self.u32(as_u32(record.data.len()));
            self.table(record.data.iter().map(|(_, value)| value));
            record.data.iter().for_each(|(_, value)| self.put(&value.bytes));
            self.put(&[0]);
            let size = u16::try_from(self.out.len().saturating_sub(from)).unwrap_or(u16::MAX);
            self.patch(nested, &size.to_le_bytes());
        }
        self.put(&[0]);
        // Records begin at multiples of eight.
        let end = self.out.len().saturating_add(4).next_multiple_of(8);
        self.out.resize(end.saturating_sub(4), 0);
        let size = as_u32(end.saturating_sub(start));
        self.u32(size);
        self.patch(start.saturating_add(4), &size.to_le_bytes());
        if self.is_empty() {
            self.first = record.number;
        }
        self.last = record.number;
        self.last_at = start;
    }

    /// The chunk's bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let free = self.out.len();
        let records = crc32fast::hash(self.out.get(HEADER..).unwrap_or_default());
        let mut head = CHUNK.to_vec();
        for number in [self.first, self.last, self.first, self.last] {
            head.extend(number.to_le_bytes());
        }
        for number in [128, as_u32(self.last_at), as_u32(free), records] {
            head.extend(number.to_le_bytes());
        }
        self.patch(0, &head);
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.out.get(..120).unwrap_or_default());
        hasher.update(self.out.get(128..HEADER).unwrap_or_default());
        self.patch(124, &hasher.finalize().to_le_bytes());
        self.out.resize(CHUNK_SIZE, 0);
        self.out
    }
}
