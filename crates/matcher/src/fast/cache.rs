//! Values come again and again in logs: what a filter found in a value is kept with the value's own bytes, so that the
//! next time it costs a hash and a comparison.

use ddefend_event::Cell;

/// Sets of two entries.
const SETS: usize = 1 << 12;
/// Longest value kept, in bytes.
const LONGEST: usize = 2048;

/// Values with what was found in them. Bounded; new values drive out old ones.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Vec<Entry>,
}

#[derive(Debug, Default)]
struct Entry {
    hash: u64,
    filter: u32,
    tag: u8,
    value: Vec<u8>,
    found: Vec<u32>,
}

/// A place in the cache for a value.
pub(super) enum Slot<'c> {
    /// It was there.
    Known(&'c [u32]),
    /// It was not: what is found is to be put here.
    New(&'c mut Vec<u32>),
    /// It is too long to keep.
    Long,
}

impl Cache {
    /// Looks a value up, and makes room for it where it is not there.
    pub(super) fn find(&mut self, filter: u32, tag: u8, value: &[u8]) -> Slot<'_> {
        if value.len() > LONGEST {
            return Slot::Long;
        }
        if self.entries.is_empty() {
            self.entries.resize_with(SETS * 2, Entry::default);
        }
        let hash = hash(filter, tag, value);
        let set = (hash >> 20) as usize % SETS * 2;
        let Some([first, second]) = self.entries.get_mut(set..set + 2) else { return Slot::Long };
        let fits =
            |entry: &Entry| entry.hash == hash && entry.filter == filter && entry.tag == tag && entry.value == value;
        if fits(first) {
            return Slot::Known(&first.found);
        }
        std::mem::swap(first, second);
        if fits(first) {
            return Slot::Known(&first.found);
        }
        first.hash = hash;
        first.filter = filter;
        first.tag = tag;
        first.value.clear();
        first.value.extend_from_slice(value);
        Slot::New(&mut first.found)
    }
}

/// The bytes that make a cell, and a mark of their type. Numbers use the buffer.
pub(super) fn raw<'b>(cell: &Cell<'b>, buffer: &'b mut [u8; 9]) -> (u8, &'b [u8]) {
    let (tag, number) = match cell {
        Cell::Null => return (0, &[]),
        Cell::Utf16(bytes) => return (1, bytes),
        Cell::Str(text) => return (2, text.as_bytes()),
        Cell::Guid(guid) => return (3, *guid),
        Cell::Sid(bytes) => return (4, bytes),
        Cell::Bytes(bytes) => return (5, bytes),
        Cell::Uint(value) => (6, *value),
        Cell::Int(value) => (7, value.cast_unsigned()),
        Cell::Hex(value) => (8, *value),
        Cell::Float(value) => (9, value.to_bits()),
        Cell::Bool(value) => (10, u64::from(*value)),
        Cell::Time(time) => (if time.zone == ddefend_event::Zone::Utc { 11 } else { 12 }, time.ticks.cast_unsigned()),
    };
    buffer[..8].copy_from_slice(&number.to_le_bytes());
    (tag, &buffer[..8])
}

/// Multiply and fold, eight bytes at a time. Only speed hangs on its quality: entries are compared whole.
fn hash(filter: u32, tag: u8, value: &[u8]) -> u64 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let word = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
    let mut state = fold(u64::from(filter) << 8 | u64::from(tag), MIX) ^ value.len() as u64;
    let (pairs, rest) = value.as_chunks::<16>();
    for pair in pairs {
        state = fold(word(&pair[..8]) ^ MIX, word(&pair[8..]) ^ state.rotate_left(29) ^ 0xD6E8_FEB8_6659_FD93);
    }
    let mut tail = [0; 16];
    tail[..rest.len()].copy_from_slice(rest);
    fold(word(&tail[..8]) ^ MIX, word(&tail[8..]) ^ state.rotate_left(29) ^ 0xA5A3_564E_27F8_9D1B)
}
