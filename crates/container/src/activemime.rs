//! ActiveMime (`editdata.mso`, `oledata.mso`): a short header whose layout is not published, then a zlib stream that
//! holds a compound file.

use crate::{Claim, Format, Part, Probe, Reader, Sink, cfb};
use ddefend_guard::decode;
use ddefend_model::{Location, code};

const MAGIC: &[u8] = b"ActiveMime";
/// The zlib stream begins in the first bytes, usually at 0x32.
const SEARCH: usize = 512;
/// Beginnings that are tried.
const TRIES: usize = 8;

/// ActiveMime files.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "activemime", title: "ActiveMime object store", extensions: &["mso"] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(MAGIC) { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let head = part.bytes.get(..SEARCH).unwrap_or(part.bytes);
    let starts = (MAGIC.len()..head.len()).filter(|at| is_zlib(head.get(*at..).unwrap_or_default()));
    for start in starts.take(TRIES) {
        let decoded = decode::zlib(part.bytes.get(start..).unwrap_or_default(), sink.budget());
        if decoded.bytes.starts_with(&cfb::SIGNATURE) || decoded.bytes.len() > SEARCH {
            sink.report_stop(decoded.stopped, "the ActiveMime stream");
            sink.child(Part::below(sink.path(), "oledata", &decoded.bytes));
            return;
        }
    }
    let message = "no compressed stream was found in the ActiveMime file".to_owned();
    sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
}

/// RFC 1950 2.2: method 8 with a window of 32 KiB, and a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, flags, ..] if u16::from_be_bytes([0x78, *flags]).is_multiple_of(31) && flags & 0x20 == 0)
}
