//! A disk as one run of bytes, whatever pieces of the image hold it.

use std::borrow::Cow;
use std::rc::Rc;

/// Block size and the offset in the image of each block.
type Blocks = (u64, Vec<Option<u64>>);

/// A disk, or a part of it from some offset on.
#[derive(Clone)]
pub(super) struct View<'a> {
    bytes: &'a [u8],
    /// None for a flat image.
    blocks: Option<Rc<Blocks>>,
    base: u64,
}

impl<'a> View<'a> {
    /// The image is the disk.
    pub(super) fn flat(bytes: &'a [u8]) -> Self {
        Self { bytes, blocks: None, base: 0 }
    }

    /// The disk is made of blocks of `size` bytes (not zero) at these offsets; absent ones are zero.
    pub(super) fn blocks(bytes: &'a [u8], size: u64, offsets: Vec<Option<u64>>) -> Self {
        Self { bytes, blocks: Some(Rc::new((size.max(512), offsets))), base: 0 }
    }

    /// The same disk seen from `offset` on.
    pub(super) fn from(&self, offset: u64) -> Self {
        Self { base: self.base.saturating_add(offset), ..self.clone() }
    }

    /// Bytes from here to the end.
    pub(super) fn len(&self) -> u64 {
        let all = match &self.blocks {
            None => self.bytes.len() as u64,
            Some(blocks) => blocks.0.saturating_mul(blocks.1.len() as u64),
        };
        all.saturating_sub(self.base)
    }

    /// At most `length` bytes from `offset` on; fewer at the end.
    pub(super) fn read(&self, offset: u64, length: usize) -> Cow<'a, [u8]> {
        let mut at = self.base.saturating_add(offset);
        let Some(blocks) = &self.blocks else { return Cow::Borrowed(take(self.bytes, at, length)) };
        let (size, offsets) = (blocks.0, &blocks.1);
        let mut out = Vec::new();
        while out.len() < length {
            let Some(index) = at.checked_div(size).and_then(|index| usize::try_from(index).ok()) else { break };
            let Some(block) = offsets.get(index) else { break };
            let within = at.checked_rem(size).unwrap_or(0);
            let left = usize::try_from(size.saturating_sub(within)).unwrap_or(usize::MAX);
            let count = left.min(length.saturating_sub(out.len()));
            match block {
                Some(start) => {
                    let piece = take(self.bytes, start.saturating_add(within), count);
                    out.extend_from_slice(piece);
                    if piece.len() < count {
                        break;
                    }
                }
                None => out.resize(out.len().saturating_add(count), 0),
            }
            at = at.saturating_add(count as u64);
        }
        Cow::Owned(out)
    }
}

fn take(bytes: &[u8], at: u64, length: usize) -> &[u8] {
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}
