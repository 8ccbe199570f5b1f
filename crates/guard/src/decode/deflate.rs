use super::{Decoded, Stopped};
use crate::{Budget, Exceeded, Limits};
use ddefend_model::code;
use flate2::{Decompress, FlushDecompress, Status};
use std::cell::Cell;

/// First and later growth steps of the output, bytes. The output grows with what is really there.
const STEP: usize = 64 << 10;

thread_local! {
    /// A decoder that is at rest: its window is large, and documents have many small parts.
    static RESTING: Cell<Option<Decompress>> = const { Cell::new(None) };
}

/// A decoder, new or rested.
fn decoder(zlib_header: bool) -> Decompress {
    match RESTING.take() {
        Some(mut decoder) => {
            decoder.reset(zlib_header);
            decoder
        }
        None => Decompress::new(zlib_header),
    }
}

/// Inflates a raw DEFLATE stream (RFC 1951).
#[must_use]
pub fn inflate(input: &[u8], budget: &Budget) -> Decoded {
    run(input, false, budget)
}

/// Inflates a zlib stream (RFC 1950).
#[must_use]
pub fn zlib(input: &[u8], budget: &Budget) -> Decoded {
    run(input, true, budget)
}

/// Inflates at most `count` bytes of a raw DEFLATE stream, to look at its type. Not booked as produced.
#[must_use]
pub fn inflate_prefix(input: &[u8], count: usize) -> Vec<u8> {
    let mut out = vec![0; count];
    let mut decoder = decoder(false);
    let _ = decoder.decompress(input, &mut out, FlushDecompress::None);
    out.truncate(usize::try_from(decoder.total_out()).unwrap_or(0));
    RESTING.set(Some(decoder));
    out
}

/// Inflates the first member of a gzip file (RFC 1952); `consumed` tells where the next may begin.
#[must_use]
pub fn gzip(input: &[u8], budget: &Budget) -> Decoded {
    let Some(start) = gzip_header_length(input) else {
        return Decoded { stopped: Some(Stopped::Damaged), ..Decoded::default() };
    };
    let mut decoded = inflate(input.get(start..).unwrap_or_default(), budget);
    // Eight bytes of checksum and length follow the stream (RFC 1952 section 2.3).
    decoded.consumed = decoded.consumed.saturating_add(start).saturating_add(8).min(input.len());
    decoded
}

/// Length of the member header, RFC 1952 section 2.3.
fn gzip_header_length(input: &[u8]) -> Option<usize> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const HEADER_CRC: u8 = 2;
    let mut cursor = crate::Cursor::new(input);
    let fixed: [u8; 10] = cursor.array("gzip header").ok()?;
    let [0x1f, 0x8b, 8, flags, ..] = fixed else { return None };
    if flags & EXTRA != 0 {
        let length = cursor.u16("gzip extra length").ok()?;
        cursor.skip(usize::from(length), "gzip extra field").ok()?;
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            while cursor.u8("gzip text field").ok()? != 0 {}
        }
    }
    if flags & HEADER_CRC != 0 {
        cursor.skip(2, "gzip header checksum").ok()?;
    }
    Some(cursor.position())
}

/// Drives a decoder under the part limit, the total, the ratio and the clock.
fn run(input: &[u8], zlib_header: bool, budget: &Budget) -> Decoded {
    let allowance = budget.part_allowance();
    let tightest = budget.tightest();
    let mut decoder = decoder(zlib_header);
    let mut out: Vec<u8> = Vec::new();
    let mut stopped = None;
    // Most parts shrink to a fifth or more; a first guess from the input saves small parts a large buffer.
    let first = input.len().saturating_mul(5).clamp(4 << 10, STEP);
    loop {
        let used = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
        let room = allowance.saturating_sub(decoder.total_out());
        if room == 0 {
            stopped = Some(Stopped::Limit(tightest));
            break;
        }
        // Double with the output, so that large parts cost few steps, and never past the allowance by a step.
        out.reserve(first.max(out.len().min(4 << 20)));
        let before = decoder.total_out();
        let status = decoder.decompress_vec(input.get(used..).unwrap_or_default(), &mut out, FlushDecompress::None);
        if let Err(exceeded) = budget.produce(decoder.total_out().saturating_sub(before)) {
            stopped = Some(Stopped::Limit(exceeded));
            break;
        }
        match status {
            Ok(Status::StreamEnd) => break,
            Err(_) => {
                stopped = Some(Stopped::Damaged);
                break;
            }
            Ok(_) => {}
        }
        let stuck = decoder.total_out() == before && usize::try_from(decoder.total_in()).unwrap_or(0) == used;
        if stuck || (decoder.total_out() == before && used >= input.len()) {
            stopped = Some(Stopped::Truncated);
            break;
        }
        if over_ratio(decoder.total_in(), decoder.total_out(), budget.limits()) {
            stopped = Some(Stopped::Limit(Exceeded { code: code::LIMIT_RATIO, limit: budget.limits().ratio }));
            break;
        }
    }
    out.truncate(usize::try_from(allowance).unwrap_or(usize::MAX));
    let consumed = usize::try_from(decoder.total_in()).unwrap_or(input.len());
    RESTING.set(Some(decoder));
    Decoded { bytes: out, consumed, stopped }
}

/// Which limit the allowance came from.
pub(super) fn part_limit(budget: &Budget) -> Stopped {
    Stopped::Limit(budget.tightest())
}

/// True where the output is larger than the input allows.
pub(super) fn over_ratio(input: u64, output: u64, limits: &Limits) -> bool {
    output > Limits::RATIO_GRACE && output > input.saturating_mul(limits.ratio)
}
