//! Decoders that read from a stream, all driven by one loop under the part limit, the total, the ratio and the clock.

use super::deflate::over_ratio;
use super::{Decoded, Stopped};
use crate::{Budget, Exceeded};
use ddefend_model::code;
use std::cell::Cell;
use std::io::{ErrorKind, Read};
use std::rc::Rc;

/// Memory for the dictionary of one LZMA stream, KiB: what the strongest preset of xz asks for, and some.
const LZMA_MEMORY: u32 = 72 << 10;
/// Window of one Zstandard stream, bytes: decoders have to support 8 MiB (RFC 8878 section 3.1.1.1.2).
const ZSTD_WINDOW: u64 = 64 << 20;

/// Input that tells how much of it was used.
struct Counted<'a> {
    rest: &'a [u8],
    used: Rc<Cell<u64>>,
}

impl<'a> Counted<'a> {
    fn new(rest: &'a [u8]) -> (Self, Rc<Cell<u64>>) {
        let used = Rc::new(Cell::new(0));
        (Self { rest, used: Rc::clone(&used) }, used)
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.rest.read(buffer)?;
        self.used.set(self.used.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// Decompresses DEFLATE64 (APPNOTE method 9).
#[must_use]
pub fn deflate64(input: &[u8], budget: &Budget) -> Decoded {
    let (source, used) = Counted::new(input);
    drive(deflate64::Deflate64Decoder::new(source), &used, input.len(), budget)
}

/// Decompresses bzip2, all streams that follow one another.
#[must_use]
pub fn bzip2(input: &[u8], budget: &Budget) -> Decoded {
    let (source, used) = Counted::new(input);
    drive(bzip2::read::MultiBzDecoder::new(source), &used, input.len(), budget)
}

/// Decompresses xz, all streams that follow one another.
#[must_use]
pub fn xz(input: &[u8], budget: &Budget) -> Decoded {
    let (source, used) = Counted::new(input);
    drive(lzma_rust2::XzReader::new_mem_limit(source, true, LZMA_MEMORY), &used, input.len(), budget)
}

/// Decompresses an `.lzma` file (LZMA alone).
#[must_use]
pub fn lzma(input: &[u8], budget: &Budget) -> Decoded {
    let (source, used) = Counted::new(input);
    match lzma_rust2::LzmaReader::new_mem_limit(source, LZMA_MEMORY, None) {
        Ok(reader) => drive(reader, &used, input.len(), budget),
        Err(error) => Decoded { stopped: Some(reason(&error)), ..Decoded::default() },
    }
}

/// Decompresses LZMA as APPNOTE 5.8.8 stores it: version, length of the properties, properties, stream.
#[must_use]
pub fn zip_lzma(input: &[u8], budget: &Budget) -> Decoded {
    let damaged = Decoded { stopped: Some(Stopped::Damaged), ..Decoded::default() };
    let (Some([_, _, 5, 0, properties, d0, d1, d2, d3]), Some(rest)) = (input.first_chunk::<9>(), input.get(9..))
    else {
        return damaged;
    };
    let dictionary = u32::from_le_bytes([*d0, *d1, *d2, *d3]);
    if dictionary / 1024 > LZMA_MEMORY {
        return Decoded { stopped: Some(Stopped::Unsupported), ..Decoded::default() };
    }
    let (source, used) = Counted::new(rest);
    match lzma_rust2::LzmaReader::new_with_props(source, u64::MAX, *properties, dictionary, None) {
        Ok(reader) => drive(reader, &used, rest.len(), budget),
        Err(error) => Decoded { stopped: Some(reason(&error)), ..Decoded::default() },
    }
}

/// Decompresses the first Zstandard frame and those that follow it.
#[must_use]
pub fn zstd(input: &[u8], budget: &Budget) -> Decoded {
    let mut out = Decoded::default();
    while out.consumed < input.len() && out.stopped.is_none() {
        let rest = input.get(out.consumed..).unwrap_or_default();
        let (source, used) = Counted::new(rest);
        let frame = match ruzstd::decoding::StreamingDecoder::new_with_max_window_size(source, ZSTD_WINDOW) {
            Ok(reader) => drive(reader, &used, rest.len(), budget),
            Err(_) if out.consumed > 0 => break,
            Err(_) => Decoded { stopped: Some(Stopped::Damaged), ..Decoded::default() },
        };
        if frame.consumed == 0 && frame.stopped.is_none() {
            break;
        }
        out.bytes.extend(frame.bytes);
        out.consumed = out.consumed.saturating_add(frame.consumed);
        out.stopped = frame.stopped;
    }
    out
}

/// Reads a decoder to its end or to a limit.
pub(super) fn drive(mut reader: impl Read, used: &Cell<u64>, length: usize, budget: &Budget) -> Decoded {
    let (allowance, tightest) = (budget.part_allowance(), budget.tightest());
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    let stopped = loop {
        let count = match reader.read(&mut chunk) {
            Ok(0) => break None,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => break Some(reason(&error)),
        };
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let produced = bytes.len() as u64;
        if let Err(exceeded) = budget.produce(count as u64) {
            break Some(Stopped::Limit(exceeded));
        }
        if produced > allowance {
            break Some(Stopped::Limit(tightest));
        }
        if over_ratio(used.get(), produced, budget.limits()) {
            break Some(Stopped::Limit(Exceeded { code: code::LIMIT_RATIO, limit: budget.limits().ratio }));
        }
    };
    bytes.truncate(usize::try_from(allowance).unwrap_or(usize::MAX));
    Decoded { bytes, consumed: usize::try_from(used.get()).unwrap_or(length).min(length), stopped }
}

/// Why a stream decoder gave up.
fn reason(error: &std::io::Error) -> Stopped {
    match error.kind() {
        ErrorKind::UnexpectedEof => Stopped::Truncated,
        ErrorKind::OutOfMemory | ErrorKind::Unsupported => Stopped::Unsupported,
        _ => Stopped::Damaged,
    }
}
