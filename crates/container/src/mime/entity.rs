//! An entity: headers and a body, which may be entities again.

use super::header::{Headers, line, media_type, parameter};
use super::uu::uuencoded;
use super::{WEB_PAGE, words};
use crate::transfer::{base64, quoted_printable};
use crate::{Part, Sink};
use ddefend_model::{Location, PartPath, code};
use encoding_rs::Encoding;
use memchr::memmem;
use std::borrow::Cow;

/// Multiparts inside multiparts; every level looks at its bytes again.
const DEEPEST: u32 = 48;
/// Boundaries that one entity may name; each costs a look at all of its body.
const MOST_BOUNDARIES: usize = 4;
/// Multiparts that are encoded as a whole, one inside another; each holds a copy.
const DEEPEST_ENCODED: u32 = 4;

/// A mail that is being read: counts its parts for their names.
#[derive(Debug, Default)]
pub(super) struct Message {
    bodies: u32,
    attachments: u32,
    is_web_page: bool,
}

impl Message {
    /// Reads an entity at some depth of multiparts.
    pub(super) fn read(&mut self, bytes: &[u8], depth: u32, is_root: bool, sink: &mut dyn Sink) {
        if depth > DEEPEST {
            let message = format!("multiparts nest more than {DEEPEST} deep; the inner ones were not read");
            sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
            return;
        }
        if let Err(exceeded) = sink.budget().check_time() {
            sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest of the mail was not read"));
            return;
        }
        let (headers, body_at) = Headers::parse(bytes);
        let body = bytes.get(body_at..).unwrap_or_default();
        if is_root {
            self.introduce(&headers, sink);
        }
        let boundaries: Vec<String> = headers
            .all("content-type")
            .filter_map(|value| parameter(value, "boundary"))
            .filter(|b| !b.is_empty())
            .take(MOST_BOUNDARIES)
            .collect();
        let is_multipart = headers.all("content-type").any(|value| media_type(value).starts_with("multipart"));
        if is_multipart || !boundaries.is_empty() {
            // Honest multiparts are not encoded; dishonest ones are.
            let is_shallow = depth < DEEPEST_ENCODED;
            let decoded = if is_shallow { self.decode(&headers, body, sink).into_iter().next() } else { None };
            let body = decoded.as_deref().unwrap_or(body);
            if self.multipart(body, &boundaries, depth, sink) {
                return;
            }
        }
        self.leaf(&headers, body, sink);
    }

    /// Facts of the whole mail, and whether it is a saved web page.
    fn introduce(&mut self, headers: &Headers, sink: &mut dyn Sink) {
        let sent = ["to", "received", "message-id", "delivered-to", "return-path", "cc", "bcc"];
        let is_related = headers.content_type().is_some_and(|kind| kind == "multipart/related");
        self.is_web_page = headers.get("snapshot-content-location").is_some()
            || (is_related && !sent.iter().any(|name| headers.get(name).is_some()));
        if self.is_web_page {
            sink.detected(&WEB_PAGE);
            return;
        }
        for (name, title) in [("subject", "subject"), ("from", "sender")] {
            if let Some(value) =
                headers.get(name).map(|value| words::decode(value).trim().to_owned()).filter(|value| !value.is_empty())
            {
                sink.fact(format!("{title}: {value}"));
            }
        }
    }

    /// Splits at boundary lines and reads every piece; false where none is there.
    fn multipart(&mut self, body: &[u8], boundaries: &[String], depth: u32, sink: &mut dyn Sink) -> bool {
        let mut marks = Vec::new();
        for boundary in boundaries {
            delimiters(body, boundary.as_bytes(), &mut marks);
        }
        if marks.is_empty() {
            let Some(guess) = guessed_boundary(body) else { return false };
            let text = String::from_utf8_lossy(guess).into_owned();
            let message = format!("no line holds the boundary that the header names; '{text}' was taken instead");
            sink.report(code::NOTE_ODD, Location::default(), message);
            delimiters(body, guess, &mut marks);
        }
        marks.sort_unstable();
        marks.dedup();
        for (index, mark) in marks.iter().enumerate() {
            let end = marks.get(index.saturating_add(1)).map_or(body.len(), |next| next.start);
            // The line end before a boundary is the boundary's (RFC 2046 5.1.1): digests of attachments rest on that.
            let piece = body.get(mark.end..end).unwrap_or_default();
            let piece = if end < body.len() { without_line_end(piece) } else { piece };
            // What follows the closing boundary is no part, unless it looks like one.
            if mark.closing && !looks_like_part(piece) {
                continue;
            }
            self.read(piece, depth.saturating_add(1), false, sink);
        }
        !marks.is_empty()
    }

    /// The body under each transfer encoding that the headers name; none where it stands as it is.
    fn decode(&self, headers: &Headers, body: &[u8], sink: &mut dyn Sink) -> Vec<Vec<u8>> {
        let mut seen: Vec<String> = Vec::new();
        let mut decoded = Vec::new();
        for value in headers.all("content-transfer-encoding") {
            let name =
                value.split([';', ' ', '(']).next().unwrap_or_default().trim_matches(['"', '\'']).to_ascii_lowercase();
            if seen.contains(&name) {
                continue;
            }
            match name.as_str() {
                "base64" => decoded.push(base64(body)),
                "quoted-printable" => decoded.push(quoted_printable(body)),
                "x-uuencode" | "uuencode" | "x-uue" | "uue" => {
                    decoded.extend(uuencoded(body).map(|(file, _)| file.bytes));
                }
                _ => {}
            }
            seen.push(name);
        }
        let size = decoded.iter().fold(0_u64, |sum, bytes| sum.saturating_add(bytes.len() as u64));
        if let Err(exceeded) = sink.budget().produce(size) {
            sink.report(exceeded.code, Location::default(), format!("{exceeded} while a body was decoded"));
        }
        decoded
    }

    fn leaf(&mut self, headers: &Headers, body: &[u8], sink: &mut dyn Sink) {
        let kind = headers.content_type().unwrap_or_else(|| "text/plain".to_owned());
        let versions = self.decode(headers, body, sink);
        let name = headers.file_name();
        let disposed = headers.get("content-disposition").is_some_and(|value| media_type(value) == "attachment");
        let is_attachment = disposed || name.is_some() || !kind.starts_with("text/");
        self.tell_unread(&kind, sink);
        let path = self.path(is_attachment, name.as_deref(), sink.path());
        // An attached text is for its application, not for the reader of the mail.
        let kind = if disposed && kind == "text/plain" { "application/octet-stream".to_owned() } else { kind };
        if versions.is_empty() {
            self.hand_on(path.clone(), body, &kind, name.as_deref(), headers, sink);
        }
        for bytes in &versions {
            self.hand_on(path.clone(), bytes, &kind, name.as_deref(), headers, sink);
        }
        if kind.starts_with("text/") && versions.is_empty() {
            self.files_in_text(body, sink);
        }
    }

    /// Kinds whose content is not here or not readable.
    fn tell_unread(&self, kind: &str, sink: &mut dyn Sink) {
        let (code, what) = match kind {
            "multipart/encrypted" | "application/pgp-encrypted" => (code::UNREADABLE_ENCRYPTED, "an encrypted mail"),
            "message/partial" => (code::UNREADABLE_FORMAT, "a fragment of a mail that was sent in pieces"),
            "application/mac-binhex40" => (code::UNREADABLE_FORMAT, "a BinHex file"),
            _ => return,
        };
        sink.report(code, Location::default(), format!("{what} ({kind}); what is in it was not read"));
    }

    fn path(&mut self, is_attachment: bool, name: Option<&str>, parent: &PartPath) -> PartPath {
        let count = if is_attachment || self.is_web_page { &mut self.attachments } else { &mut self.bodies };
        *count = count.saturating_add(1);
        let word = match (self.is_web_page, is_attachment) {
            (true, _) => "part",
            (false, true) => "attachment",
            (false, false) => "body",
        };
        let path = parent.join(&format!("{word}[{count}]"));
        name.map_or_else(|| path.clone(), |name| path.join(name))
    }

    fn hand_on(
        &self,
        path: PartPath,
        bytes: &[u8],
        kind: &str,
        name: Option<&str>,
        headers: &Headers,
        sink: &mut dyn Sink,
    ) {
        let bytes = if kind.starts_with("text/") { in_utf8(bytes, headers) } else { Cow::Borrowed(bytes) };
        let name = name.map(Cow::Borrowed);
        sink.child(Part { path, bytes: &bytes, name, declared: Some(Cow::Borrowed(kind)), tricks: Vec::new() });
    }

    /// Uuencoded files that stand in a text body.
    fn files_in_text(&mut self, text: &[u8], sink: &mut dyn Sink) {
        if memmem::find(text, b"-----BEGIN PGP MESSAGE-----").is_some() {
            let message = "an encrypted text (OpenPGP); what is in it was not read".to_owned();
            sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
        }
        let mut rest = text;
        while let Some((file, after)) = uuencoded(rest) {
            let path = self.path(true, Some(&file.name), sink.path());
            let name = Some(Cow::Borrowed(file.name.as_str()));
            sink.child(Part { path, bytes: &file.bytes, name, declared: None, tricks: Vec::new() });
            rest = after;
        }
    }
}

/// Text in an encoding that its bytes do not show (UTF-16 without a mark, ISO-2022) as UTF-8.
fn in_utf8<'b>(bytes: &'b [u8], headers: &Headers) -> Cow<'b, [u8]> {
    let Some(label) = headers.parameter("content-type", "charset") else { return Cow::Borrowed(bytes) };
    match Encoding::for_label(label.trim().as_bytes()) {
        Some(encoding) if !encoding.is_ascii_compatible() || !encoding.is_single_byte() => {
            if encoding == encoding_rs::UTF_8 || encoding == encoding_rs::REPLACEMENT {
                return Cow::Borrowed(bytes);
            }
            Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// Bytes without one line end at their end.
fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// A delimiter line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    start: usize,
    end: usize,
    closing: bool,
}

/// Lines that are `--boundary` or `--boundary--`.
fn delimiters(body: &[u8], boundary: &[u8], marks: &mut Vec<Mark>) {
    let finder = memmem::Finder::new(boundary);
    for at in finder.find_iter(body) {
        let Some(start) = at.checked_sub(2) else { continue };
        let at_line_start = start == 0 || matches!(body.get(start.saturating_sub(1)), Some(b'\n' | b'\r'));
        if !at_line_start || body.get(start..at) != Some(b"--".as_slice()) {
            continue;
        }
        let behind = at.saturating_add(boundary.len());
        let (tail, length) = line(body.get(behind..).unwrap_or_default());
        let tail = tail.trim_ascii();
        if tail.is_empty() || tail == b"--" {
            marks.push(Mark { start, end: behind.saturating_add(length), closing: !tail.is_empty() });
        }
    }
}

/// The boundary of a multipart whose header does not name it: the first `--` line with a header field behind it.
fn guessed_boundary(body: &[u8]) -> Option<&[u8]> {
    let finder = memmem::Finder::new(b"--");
    let mut looked_at = 0_u32;
    for at in finder.find_iter(body) {
        let at_line_start = at == 0 || matches!(body.get(at.saturating_sub(1)), Some(b'\n' | b'\r'));
        if !at_line_start {
            continue;
        }
        looked_at = looked_at.saturating_add(1);
        if looked_at > 1_000 {
            return None;
        }
        let (first, length) = line(body.get(at..)?);
        let (second, _) = line(body.get(at.saturating_add(length)..)?);
        let is_header = second.get(..8).is_some_and(|head| head.eq_ignore_ascii_case(b"Content-"));
        let boundary = first.get(2..)?.trim_ascii_end();
        if is_header && !boundary.is_empty() {
            return Some(boundary);
        }
    }
    None
}

/// True where an epilogue begins like a part.
fn looks_like_part(piece: &[u8]) -> bool {
    let piece = piece.trim_ascii_start();
    piece.get(..8).is_some_and(|head| head.eq_ignore_ascii_case(b"Content-"))
}
