//! Packed logs as streams: gzip, bzip2 and Zstandard, and the members of zip archives. Memory is bounded whatever comes out, a
//! limit ends the stream like its end does, and [`Unpack::stopped`] then says why: a broken tail never hides a good head.

mod zip;
mod zstd;

use crate::Exceeded;
use crate::decode::Stopped;
use ddefend_model::code;
use std::io::{BufReader, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use zip::{Member, Zip};

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packing {
    /// gzip (RFC 1952), any number of members.
    Gzip,
    /// bzip2, any number of streams.
    Bzip2,
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
    /// A zip archive (APPNOTE): see [`Zip`].
    Zip,
}

/// How the bytes that begin with `head` are packed, by their magic numbers; none where they are not.
#[must_use]
pub fn kind(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Some(Packing::Bzip2),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
        // A skippable frame (RFC 8878 section 3.1.2) before the first.
        [magic, 0x2a, 0x4d, 0x18, ..] if magic & 0xf0 == 0x50 => Some(Packing::Zstd),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
        _ => None,
    }
}

/// What one packed log may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Bytes that come out, at most.
    pub total: u64,
    /// Output bytes per input byte, counted after [`Allowance::grace`].
    pub ratio: u64,
    /// Output bytes that are free of the ratio check.
    pub grace: u64,
    /// Members of an archive.
    pub members: usize,
}

impl Default for Allowance {
    /// Logs shrink to a fiftieth at most; much better is the mark of a bomb, or of a sparse file.
    fn default() -> Self {
        Self { total: 1 << 40, ratio: 250, grace: 256 << 20, members: 10_000 }
    }
}

/// Counts bytes that are read from it.
struct Counted<R> {
    inner: R,
    used: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.used.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Unpacked bytes. Never fails: where the packed bytes are damaged or a limit is hit, it ends.
pub struct Unpack<'a> {
    inner: Box<dyn Read + Send + 'a>,
    used: Arc<AtomicU64>,
    produced: u64,
    allowance: Allowance,
    stopped: Option<Stopped>,
}

impl Unpack<'_> {
    /// Why it ended before the packed stream did; none so far, or where it ended as it should.
    #[must_use]
    pub fn stopped(&self) -> Option<Stopped> {
        self.stopped
    }

    /// Bytes that came out so far.
    #[must_use]
    pub fn produced(&self) -> u64 {
        self.produced
    }

    /// Packed bytes that were used so far (some more may be buffered).
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

impl Read for Unpack<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.stopped.is_some() || buffer.is_empty() {
            return Ok(0);
        }
        let left = self.allowance.total.saturating_sub(self.produced);
        let over_ratio =
            self.produced > self.allowance.grace && self.produced > self.used().saturating_mul(self.allowance.ratio);
        if left == 0 || over_ratio {
            let (code, limit) = match left {
                0 => (code::LIMIT_TOTAL_SIZE, self.allowance.total),
                _ => (code::LIMIT_RATIO, self.allowance.ratio),
            };
            self.stopped = Some(Stopped::Limit(Exceeded { code, limit }));
            return Ok(0);
        }
        let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let room = buffer.get_mut(..room).unwrap_or_default();
        loop {
            match self.inner.read(room) {
                Ok(count) => {
                    self.produced = self.produced.saturating_add(count as u64);
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.stopped = Some(reason(&error));
                    return Ok(0);
                }
            }
        }
    }
}

/// A stream of what is packed in `reader`. For a zip archive that cannot be sought in, its first member.
#[must_use]
pub fn open<'a, R: Read + Send + 'a>(packing: Packing, reader: R, allowance: Allowance) -> Unpack<'a> {
    let used = Arc::new(AtomicU64::new(0));
    let source = BufReader::with_capacity(64 << 10, Counted { inner: reader, used: Arc::clone(&used) });
    let inner: Box<dyn Read + Send + 'a> = match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(source)),
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(source)),
        Packing::Zstd => Box::new(zstd::Frames::new(source)),
        Packing::Zip => Box::new(zip::First::new(source)),
    };
    Unpack { inner, used, produced: 0, allowance, stopped: None }
}

/// Why a decoder gave up.
fn reason(error: &std::io::Error) -> Stopped {
    match error.kind() {
        ErrorKind::UnexpectedEof => Stopped::Truncated,
        ErrorKind::OutOfMemory | ErrorKind::Unsupported => Stopped::Unsupported,
        ErrorKind::PermissionDenied => Stopped::Locked,
        _ => Stopped::Damaged,
    }
}
