use crate::hive::{HEAD_SIZE, checksum};

/// Bytes of a hive bin before its cells.
const HEAD: usize = 32;
/// Hive bins come in steps of this.
const STEP: usize = 4096;

/// Hive bins that are being filled, one cell behind the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    bytes: Vec<u8>,
    /// Where the next cell goes, and where its bin ends.
    next: usize,
    end: usize,
}

impl Space {
    /// Room for a cell that holds `length` bytes; its offset.
    pub(super) fn allocate(&mut self, length: usize, used: bool) -> u32 {
        let size = length.max(4).saturating_add(4).next_multiple_of(8);
        if self.end.saturating_sub(self.next) < size {
            self.close();
            let bin = size.saturating_add(HEAD).next_multiple_of(STEP);
            let start = self.bytes.len();
            self.bytes.resize(start.saturating_add(bin), 0);
            self.put(start, b"hbin");
            self.put(start.saturating_add(4), &number(start).to_le_bytes());
            self.put(start.saturating_add(8), &number(bin).to_le_bytes());
            (self.next, self.end) = (start.saturating_add(HEAD), self.bytes.len());
        }
        let at = self.next;
        let signed = i32::try_from(size).unwrap_or(i32::MAX);
        let signed = if used { signed.checked_neg().unwrap_or(signed) } else { signed };
        self.put(at, &signed.to_le_bytes());
        self.next = at.saturating_add(size);
        number(at)
    }

    /// Writes what a cell holds.
    pub(super) fn fill(&mut self, cell: u32, data: &[u8]) {
        self.put(usize::try_from(cell).unwrap_or(usize::MAX).saturating_add(4), data);
    }

    /// A cell with what it holds.
    pub(super) fn cell(&mut self, data: &[u8], used: bool) -> u32 {
        let cell = self.allocate(data.len(), used);
        self.fill(cell, data);
        cell
    }

    /// The rest of the last bin becomes a free cell.
    fn close(&mut self) {
        let rest = self.end.saturating_sub(self.next);
        if rest > 0 {
            self.put(self.next, &i32::try_from(rest).unwrap_or(i32::MAX).to_le_bytes());
        }
        self.next = self.end;
    }

    fn put(&mut self, at: usize, data: &[u8]) {
        let target = at.checked_add(data.len()).and_then(|end| self.bytes.get_mut(at..end));
        if let Some(target) = target {
            target.copy_from_slice(data);
        }
    }

    /// All hive bins.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }
}

pub(super) fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// What a base block says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) primary: u32,
    pub(super) secondary: u32,
    pub(super) written: u64,
    /// 0 primary file, 1 log of the old format, 6 of the new one.
    pub(super) kind: u32,
    pub(super) root: u32,
    pub(super) bins: u32,
    pub(super) name: &'a str,
}

impl Head<'_> {
    /// The base block, or the first sector of it for a log.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_SIZE);
        bytes.extend(b"regf");
        bytes.extend(self.primary.to_le_bytes());
        bytes.extend(self.secondary.to_le_bytes());
        bytes.extend(self.written.to_le_bytes());
        for number in [1, 5, self.kind, 1, self.root, self.bins, 1] {
            bytes.extend(number.to_le_bytes());
        }
        let units: Vec<u16> = self.name.encode_utf16().collect();
        // The tail of the path, and a NUL.
        let tail = units.get(units.len().saturating_sub(31)..).unwrap_or_default();
        bytes.extend(tail.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.resize(508, 0);
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes.resize(if self.kind == 0 { HEAD_SIZE } else { 512 }, 0);
        bytes
    }
}
