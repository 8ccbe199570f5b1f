//! Which bytes of the file are which memory.

use crate::dump::Memory;

/// A stretch of the file that is one stretch of memory, or no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) at: u64,
    pub(crate) end: u64,
    pub(crate) address: Option<u64>,
}

impl Segment {
    /// The address of a byte of the file.
    pub(crate) fn address_of(&self, offset: u64) -> Option<u64> {
        self.address.map(|address| address.saturating_add(offset.saturating_sub(self.at)))
    }
}

/// The whole file in stretches, in order, without gaps. Of ranges that overlap in the file, the one that begins first has
/// the bytes; what follows on in file and memory is one stretch, so that no text is cut between pages.
pub(crate) fn segments(memory: &Memory, size: u64) -> Vec<Segment> {
    let mut ranges = memory.ranges.clone();
    ranges.sort_by_key(|range| (range.at, range.address));
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = 0_u64;
    for range in ranges {
        let (start, end) = (range.at.max(at), range.end().min(size));
        if start >= end {
            continue;
        }
        if start > at {
            segments.push(Segment { at, end: start, address: None });
        }
        let address = range.address.saturating_add(start.saturating_sub(range.at));
        match segments.last_mut() {
            Some(last) if last.end == start && last.address_of(start) == Some(address) => last.end = end,
            _ => segments.push(Segment { at: start, end, address: Some(address) }),
        }
        at = end;
    }
    if at < size || segments.is_empty() {
        segments.push(Segment { at, end: size.max(at), address: None });
    }
    segments
}
