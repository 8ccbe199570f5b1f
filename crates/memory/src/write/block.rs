//! Bytes that know where they will stand.

/// Bytes that begin at an offset of the file.
pub(super) struct Block {
    start: usize,
    bytes: Vec<u8>,
}

/// A length as a field of 32 bits has it.
pub(super) fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Block {
    pub(super) fn at(start: usize) -> Self {
        Self { start, bytes: Vec::new() }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Fills up to a multiple of eight and tells the offset.
    pub(super) fn aligned(&mut self) -> u32 {
        let at = self.start.saturating_add(self.bytes.len());
        let gap = at.next_multiple_of(8).saturating_sub(at);
        self.bytes(vec![0; gap].as_slice());
        short(at.saturating_add(gap))
    }

    /// MINIDUMP_STRING: length in bytes, UTF-16, NUL. Tells its offset.
    pub(super) fn string(&mut self, text: &str) -> u32 {
        let at = self.aligned();
        let text = super::utf16(text);
        self.u32(short(text.len()));
        self.bytes(&text);
        self.u16(0);
        at
    }
}
