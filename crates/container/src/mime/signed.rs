//! Signed and encrypted mails in one piece (S/MIME, RFC 8551; CMS, RFC 5652): what was signed is a mail again.

use crate::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// S/MIME objects.
pub(crate) static READER: Reader = Reader {
    format: Format { id: "p7m", title: "signed or encrypted mail (S/MIME)", extensions: &["p7m", "p7s", "p7z", "p7c"] },
    sniff,
    read,
};

/// 1.2.840.113549.1.7, the content types of CMS, as a DER object identifier; one byte follows.
const CONTENT_TYPES: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
const DATA: u8 = 1;
const SIGNED: u8 = 2;
const ENVELOPED: u8 = 3;

fn sniff(probe: &Probe<'_>) -> Claim {
    if probe.starts_with(&[0x30]) && outer_type(probe.bytes()).is_some() { Claim::Magic } else { Claim::No }
}

/// The content type right behind the outer SEQUENCE and its length.
fn outer_type(bytes: &[u8]) -> Option<u8> {
    let mut cursor = Cursor::new(bytes);
    cursor.u8("tag").ok()?;
    length(&mut cursor)?;
    let rest = cursor.rest().strip_prefix(CONTENT_TYPES)?;
    rest.first().copied()
}

/// A DER or BER length; the outer none is for damage, the inner for lengths that are open.
fn length(cursor: &mut Cursor<'_>) -> Option<Option<usize>> {
    let first = cursor.u8("length").ok()?;
    match first {
        0x80 => Some(None),
        0..0x80 => Some(Some(usize::from(first))),
        _ => {
            let bytes = cursor.take(usize::from(first & 0x7f).min(8), "long length").ok()?;
            let value = bytes.iter().fold(0_usize, |value, byte| value.wrapping_shl(8) | usize::from(*byte));
            Some(Some(value))
        }
    }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    match outer_type(part.bytes) {
        Some(SIGNED) => {}
        Some(ENVELOPED | 6) => {
            let message = "an encrypted mail (S/MIME); what is in it was not read".to_owned();
            sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
            return;
        }
        _ => return,
    }
    let mut wanted = CONTENT_TYPES.to_vec();
    wanted.push(DATA);
    let Some(at) = memchr::memmem::find(part.bytes, &wanted) else { return };
    let mut cursor = Cursor::at(part.bytes, at.saturating_add(wanted.len()));
    // A detached signature holds no content.
    if cursor.u8("content tag") != Ok(0xa0) || length(&mut cursor).is_none() {
        return;
    }
    let content = octets(&mut cursor);
    if !content.is_empty() {
        let mut child = Part::below(sink.path(), "signed", &content);
        child.name = None;
        sink.child(child);
    }
}

/// An OCTET STRING, whole or in pieces; as much of it as holds together.
fn octets(cursor: &mut Cursor<'_>) -> Vec<u8> {
    let mut content = Vec::new();
    while let Ok(tag) = cursor.u8("octet string") {
        let Some(length) = length(cursor) else { break };
        match (tag, length) {
            // In pieces: they follow.
            (0x24, _) => {}
            (0x04, Some(length)) => content.extend_from_slice(cursor.take_up_to(length)),
            _ => break,
        }
    }
    content
}
