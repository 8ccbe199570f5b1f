//! Files that are one compressed stream: gzip, bzip2, xz, Zstandard.

use crate::{Claim, Format, Part, Probe, Reader, Sink, members};
use ddefend_guard::decode::{self, Decoded, Stopped};
use ddefend_guard::{Budget, Exceeded};
use ddefend_model::{Location, code, trick};

/// gzip, RFC 1952.
pub static GZIP: Reader = Reader {
    format: Format { id: "gz", title: "gzip file", extensions: &["gz", "tgz", "emz", "wmz", "svgz", "gzip"] },
    sniff: |probe| magic(probe, b"\x1f\x8b\x08"),
    read: read_gzip,
};

/// bzip2.
pub static BZIP2: Reader = Reader {
    format: Format { id: "bz2", title: "bzip2 file", extensions: &["bz2", "tbz", "tbz2"] },
    sniff: |probe| {
        let block = probe.bytes().get(4..10);
        let marks = [Some(&b"\x31\x41\x59\x26\x53\x59"[..]), Some(b"\x17\x72\x45\x38\x50\x90")];
        if marks.contains(&block) { magic(probe, b"BZh") } else { Claim::No }
    },
    read: |part, sink| single(part, decode::bzip2, sink),
};

/// xz.
pub static XZ: Reader = Reader {
    format: Format { id: "xz", title: "xz file", extensions: &["xz", "txz"] },
    sniff: |probe| magic(probe, b"\xfd7zXZ\0"),
    read: |part, sink| single(part, decode::xz, sink),
};

/// Zstandard, RFC 8878.
pub static ZSTD: Reader = Reader {
    format: Format { id: "zst", title: "Zstandard file", extensions: &["zst", "tzst"] },
    sniff: |probe| magic(probe, b"\x28\xb5\x2f\xfd"),
    read: |part, sink| single(part, decode::zstd, sink),
};

fn magic(probe: &Probe<'_>, magic: &[u8]) -> Claim {
    if probe.starts_with(magic) { Claim::Magic } else { Claim::No }
}

fn single(part: &Part<'_>, decoder: fn(&[u8], &Budget) -> Decoded, sink: &mut dyn Sink) {
    let decoded = decoder(part.bytes, sink.budget());
    members::walk_single(part, &decoded, &[], sink);
}

/// All members one after the other make one file (RFC 1952 section 2.2).
fn read_gzip(part: &Part<'_>, sink: &mut dyn Sink) {
    let mut whole = Decoded::default();
    let mut tricks: Vec<&'static str> = Vec::new();
    let limit = sink.budget().limits().part_size;
    while whole.stopped.is_none() {
        let rest = part.bytes.get(whole.consumed..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        if whole.consumed > 0 && !rest.starts_with(b"\x1f\x8b") {
            // Some tools pad with zero bytes; anything else was put there.
            if rest.iter().any(|byte| *byte != 0) {
                tricks.push(trick::TRAILING_BYTES);
                let place = Location::bytes(whole.consumed as u64, rest.len() as u64);
                sink.report(
                    code::NOTE_ODD,
                    place,
                    "bytes stand behind the compressed data; they were walked".to_owned(),
                );
                members::walk("trailer", rest, &tricks, sink);
            }
            break;
        }
        let member = decode::gzip(rest, sink.budget());
        check(rest, &member, whole.consumed, sink);
        whole.consumed = whole.consumed.saturating_add(member.consumed.max(1));
        whole.stopped = member.stopped;
        if whole.bytes.is_empty() {
            whole.bytes = member.bytes;
        } else {
            whole.bytes.extend(member.bytes);
        }
        if whole.bytes.len() as u64 > limit {
            whole.bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            whole.stopped = Some(Stopped::Limit(Exceeded { code: code::LIMIT_PART_SIZE, limit }));
        }
    }
    members::walk_single(part, &whole, &tricks, sink);
}

/// Compares the checksum behind a member.
fn check(input: &[u8], member: &Decoded, base: usize, sink: &mut dyn Sink) {
    let at = member.consumed.checked_sub(8);
    let stored = at.and_then(|at| input.get(at..)).and_then(<[u8]>::first_chunk::<4>);
    if member.stopped.is_none() && stored.is_some_and(|crc| u32::from_le_bytes(*crc) != decode::crc32(&member.bytes)) {
        let place = Location::bytes(base as u64, member.consumed as u64);
        sink.report(code::BROKEN_CHECKSUM, place, "the checksum does not fit; it was read as it is".to_owned());
    }
}
