//! 7z archives.

use crate::{Claim, Format, Reader, members};
use ddefend_guard::decode;

/// Any 7z archive.
pub static READER: Reader = Reader {
    format: Format { id: "7z", title: "7z archive", extensions: &["7z"] },
    sniff: |probe| if probe.starts_with(b"7z\xbc\xaf\x27\x1c") { Claim::Magic } else { Claim::No },
    read: |part, sink| members::unpack(part.bytes, decode::sevenzip, sink),
};
