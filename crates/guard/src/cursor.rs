/// The data ended too early: what was wanted, where, how much was needed and how much was there (bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {offset:#x}: need {need} bytes, have {have}")]
pub struct Short {
    /// Name of the structure or field.
    pub what: &'static str,
    /// Offset in the data.
    pub offset: usize,
    /// Bytes needed.
    pub need: usize,
    /// Bytes there.
    pub have: usize,
}

/// A checked reader over borrowed bytes. Every read names what it reads; nothing panics. Integers are little-endian
/// unless the name says `be`.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of `data`.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// A cursor over the same data at `offset`; an offset past the end leaves nothing to read.
    #[must_use]
    pub fn at(data: &'a [u8], offset: usize) -> Self {
        Self { data, at: offset }
    }

    /// Offset of the next read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Moves to `offset`, which may lie past the end.
    pub fn seek(&mut self, offset: usize) {
        self.at = offset;
    }

    /// All the data.
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Bytes left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// True where nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// What is left, without moving.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`Short`] where fewer are left; the cursor stays.
    pub fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], Short> {
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.data.get(self.at..end)) {
            Some(bytes) => {
                self.at = self.at.saturating_add(count);
                Ok(bytes)
            }
            None => Err(Short { what, offset: self.at, need: count, have: self.remaining() }),
        }
    }

    /// At most `count` bytes: what is there.
    pub fn take_up_to(&mut self, count: usize) -> &'a [u8] {
        let bytes = self.rest();
        let bytes = bytes.get(..count).unwrap_or(bytes);
        self.at = self.at.saturating_add(bytes.len());
        bytes
    }

    /// Skips `count` bytes.
    ///
    /// # Errors
    /// [`Short`] where fewer are left; the cursor stays.
    pub fn skip(&mut self, count: usize, what: &'static str) -> Result<(), Short> {
        self.take(count, what).map(|_| ())
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`Short`] where fewer are left.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Short> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, what)?);
        Ok(out)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`Short`] at the end.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Short> {
        Ok(u8::from_le_bytes(self.array(what)?))
    }

    /// Sixteen bits.
    ///
    /// # Errors
    /// [`Short`] at the end.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, Short> {
        Ok(u16::from_le_bytes(self.array(what)?))
    }

    /// Thirty-two bits.
    ///
    /// # Errors
    /// [`Short`] at the end.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, Short> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    /// Sixty-four bits.
    ///
    /// # Errors
    /// [`Short`] at the end.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, Short> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// Sixteen bits, big-endian.
    ///
    /// # Errors
    /// [`Short`] at the end.
    pub fn u16_be(&mut self, what: &'static str) -> Result<u16, Short> {
        Ok(u16::from_be_bytes(self.array(what)?))
    }

    /// Thirty-two bits, big-endian.
    ///
    /// # Errors
    /// [`Short`] at the end.
    pub fn u32_be(&mut self, what: &'static str) -> Result<u32, Short> {
        Ok(u32::from_be_bytes(self.array(what)?))
    }
}
