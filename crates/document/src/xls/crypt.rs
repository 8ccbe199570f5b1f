//! Encrypted record streams: `FILEPASS` (MS-XLS 2.4.117, MS-OFFCRYPTO 2.3.6 and 2.3.7).

use super::records::{HEADER, Record, Records, id};
use crate::xlm::strings::Version;
use ddefend_container::Sink;
use ddefend_container::crypto::stream::{StreamKey, WORKBOOK_BLOCK};
use ddefend_container::crypto::xor::XorKey;
use ddefend_guard::Cursor;
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
    let mut cursor = Cursor::new(pass.data);
    // Before BIFF8 there is no type word: key and verifier stand alone.
    let kind = if version == Version::Biff8 { cursor.u16("type").unwrap_or_default() } else { 0 };
    if kind != 0 {
        let unlocked = StreamKey::unlock(cursor.rest(), sink)?;
        let mut bytes = data.to_vec();
        unlocked.key.apply(&mut bytes, WORKBOOK_BLOCK);
        restore(data, &mut bytes);
        return Some(Opened { tricks: unlocked.tricks(), bytes });
    }
    let (Ok(key), Ok(verifier)) = (cursor.u16("key"), cursor.u16("verifier")) else {
        let place = Location::bytes(pass.offset as u64, pass.data.len() as u64).held_by("FILEPASS");
        sink.report(code::BROKEN_TRUNCATED, place, "the encryption record is cut; the stream was not read".to_owned());
        return None;
    };
    let unlocked = XorKey::unlock(key, verifier, sink)?;
    let mut bytes = data.to_vec();
    for record in Records::new(data, 0) {
        let clear = clear(&record);
        let begin = record.offset.saturating_add(HEADER);
        if let Some(place) = bytes.get_mut(begin.saturating_add(clear)..record.end()) {
            unlocked.key.decrypt_record(place, begin as u64, record.data.len() as u64, clear as u64);
        }
    }
    Some(Opened { tricks: unlocked.tricks(), bytes })
}

/// Puts back what is stored in the clear: headers, some records, and the positions of sheets.
fn restore(data: &[u8], bytes: &mut [u8]) {
    for record in Records::new(data, 0) {
        let end = record.offset.saturating_add(HEADER).saturating_add(clear(&record)).min(record.end());
        if let (Some(from), Some(to)) = (data.get(record.offset..end), bytes.get_mut(record.offset..end)) {
            to.copy_from_slice(from);
        }
    }
}

/// How many bytes at the head of a record's data are not encrypted (MS-XLS 2.2.10).
fn clear(record: &Record<'_>) -> usize {
    const WHOLE: [u16; 6] = [id::FILEPASS, 0x00e1, 0x0138, 0x0194, 0x0195, 0x0196];
    match record.id {
        id::BOUNDSHEET => record.data.len().min(4),
        found if record.is_bof() || WHOLE.contains(&found) => record.data.len(),
        _ => 0,
    }
}
