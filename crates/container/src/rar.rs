//! RAR archives, versions 1.5 to 7.

use crate::{Claim, Format, Reader, members};
use ddefend_guard::decode;

/// Any RAR archive.
pub static READER: Reader = Reader {
    format: Format { id: "rar", title: "RAR archive", extensions: &["rar", "cbr", "r00"] },
    sniff: |probe| {
        if probe.starts_with(b"Rar!\x1a\x07\0") || probe.starts_with(b"Rar!\x1a\x07\x01\0") {
            Claim::Magic
        } else {
            Claim::No
        }
    },
    read: |part, sink| members::unpack(part.bytes, decode::rar, sink),
};
