use super::Reader;
use crate::format::{protect, units};

/// Memory of the process and where it stands in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) address: u64,
    pub(crate) size: u64,
    pub(crate) at: u64,
}

/// What Windows said of a region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    pub(crate) base: u64,
    pub(crate) size: u64,
    pub(crate) state: u32,
    pub(crate) protection: u32,
    pub(crate) kind: u32,
}

/// All memory of a dump.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// In the order of addresses.
    pub(crate) ranges: Vec<Range>,
    /// In the order of addresses.
    pub(crate) infos: Vec<Info>,
}

impl Memory {
    /// Adds a range as far as the file has it; tells how many (0 or 1) were cut.
    pub(super) fn add(&mut self, address: u64, size: u64, at: u64, file: u64) -> u64 {
        let there = size.min(file.saturating_sub(at)).min(u64::MAX.saturating_sub(address));
        if there > 0 {
            self.ranges.push(Range { address, size: there, at });
        }
        u64::from(there < size)
    }

    pub(super) fn sort(&mut self) {
        self.ranges.sort_by_key(|range| (range.address, range.at));
        self.infos.sort_by_key(|info| info.base);
    }

    /// Up to `length` bytes (at most 64 KiB) at an address, as far as one range goes.
    pub(crate) fn bytes(&self, reader: &mut Reader<'_>, address: u64, length: u64) -> Vec<u8> {
        let after = self.ranges.partition_point(|range| range.address <= address);
        let Some(range) = after.checked_sub(1).and_then(|at| self.ranges.get(at)) else { return Vec::new() };
        let inside = address.saturating_sub(range.address);
        let there = length.min(range.size.saturating_sub(inside));
        reader.bytes(range.at.saturating_add(inside), there)
    }

    /// Protection and type of the region of an address: `rw- private`; empty where it is not known.
    pub(crate) fn region(&self, address: u64) -> String {
        let after = self.infos.partition_point(|info| info.base <= address);
        let info = after.checked_sub(1).and_then(|at| self.infos.get(at));
        let info = info.filter(|info| address.saturating_sub(info.base) < info.size);
        info.map_or_else(String::new, Info::words)
    }
}

impl Info {
    /// `rw- private`.
    pub(crate) fn words(&self) -> String {
        let kind = match self.kind {
            units::MEM_PRIVATE => "private",
            units::MEM_MAPPED => "mapped",
            units::MEM_IMAGE => "image",
            _ => "other",
        };
        let guard = if self.protection & protect::GUARD == 0 { "" } else { " guard" };
        if self.state != units::MEM_COMMIT {
            return format!("not committed {kind}");
        }
        format!("{}{guard} {kind}", self.rights())
    }

    /// `rwx`.
    fn rights(&self) -> &'static str {
        match self.protection & 0xff {
            protect::READONLY => "r--",
            protect::READWRITE | protect::WRITECOPY => "rw-",
            protect::EXECUTE => "--x",
            protect::EXECUTE_READ => "r-x",
            protect::EXECUTE_READWRITE | protect::EXECUTE_WRITECOPY => "rwx",
            _ => "---",
        }
    }
}
