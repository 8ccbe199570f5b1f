use crate::source::ReadAt;

/// Most that is read at once.
const PIECE: u64 = 64 << 10;

/// Reads pieces of the dump; what cannot be read is as if the file ended there, and told once.
pub(crate) struct Reader<'s> {
    source: &'s mut dyn ReadAt,
    size: u64,
    /// The first error.
    pub(crate) error: Option<String>,
}

impl<'s> Reader<'s> {
    /// A reader of a source of that size.
    pub(crate) fn new(source: &'s mut dyn ReadAt, size: u64) -> Self {
        Self { source, size, error: None }
    }

    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes, at most 64 KiB; fewer where the file ends.
    pub(crate) fn bytes(&mut self, at: u64, length: u64) -> Vec<u8> {
        let length = length.min(self.size.saturating_sub(at)).min(PIECE);
        let mut buffer = vec![0; usize::try_from(length).unwrap_or(0)];
        let count = match self.source.read_at(at, &mut buffer) {
            Ok(count) => count,
            Err(error) => {
                self.error.get_or_insert_with(|| error.to_string());
                0
            }
        };
        buffer.truncate(count);
        buffer
    }

    /// Hands over entries of `entry` bytes, as many as `count` says and the stream and the file have; tells how many.
    pub(crate) fn entries(&mut self, at: u64, entry: u64, count: u64, mut each: impl FnMut(&[u8])) -> u64 {
        let entry = entry.clamp(1, PIECE);
        let whole = PIECE.checked_div(entry).unwrap_or(1).max(1);
        let (mut at, mut done) = (at, 0_u64);
        while done < count {
            let wanted = whole.min(count.saturating_sub(done));
            let bytes = self.bytes(at, wanted.saturating_mul(entry));
            let mut found = 0_u64;
            for piece in bytes.chunks_exact(usize::try_from(entry).unwrap_or(1)) {
                each(piece);
                found = found.saturating_add(1);
            }
            done = done.saturating_add(found);
            at = at.saturating_add(found.saturating_mul(entry));
            if found < wanted {
                break;
            }
        }
        done
    }
}
