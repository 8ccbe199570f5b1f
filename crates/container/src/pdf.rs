//! PDF files (ISO 32000-1), for the files embedded in them alone. Objects are found by scanning, not through the
//! cross-reference table: damaged and incremental files hide nothing that way.

mod filters;
mod objects;

use crate::{Claim, Format, Part, Probe, Reader, Sink, members};
use ddefend_model::{Location, code};
use memchr::memmem;
use objects::{Reference, Stream};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Any PDF.
pub static READER: Reader =
    Reader { format: Format { id: "pdf", title: "PDF file", extensions: &["pdf", "ai", "fdf"] }, sniff, read };

/// Streams of object dictionaries and embedded files that are decoded at most.
const STREAMS: usize = 4096;

fn sniff(probe: &Probe<'_>) -> Claim {
    let head = probe.bytes().get(..1024).unwrap_or(probe.bytes());
    match memmem::find(head, b"%PDF-") {
        Some(0) => Claim::Magic,
        // Readers take a header anywhere in the first 1,024 bytes (ISO 32000-1 annex H, note 13). Archives that store a
        // PDF have one there too; they have their own magic.
        Some(_) if !head.starts_with(b"PK") => Claim::Structure,
        _ => Claim::No,
    }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let bytes = part.bytes;
    let embeds = memmem::find(bytes, b"Embedded").is_some()
        || memmem::find(bytes, b"ObjStm").is_some()
        || memmem::find(bytes, b"/EF").is_some()
        || memmem::find(bytes, b"#").is_some();
    if !embeds {
        return;
    }
    let streams = objects::streams(bytes, sink);
    let mut names = BTreeMap::new();
    objects::file_references(bytes, &mut names);
    let encrypted = objects::is_encrypted(bytes, &streams);
    let mut left = STREAMS;
    for stream in streams.iter().filter(|stream| stream.has_type("ObjStm")) {
        if left == 0 || encrypted {
            break;
        }
        left = left.saturating_sub(1);
        // What does not decode is told where it matters: an embedded file that is not found is no more than that.
        if let Ok(text) = filters::decode(stream, sink.budget()) {
            sink.report_stop(text.stopped, &format!("object stream {}", stream.number));
            objects::file_references(&text.bytes, &mut names);
        }
    }
    let mut found = false;
    for stream in streams.iter().filter(|stream| is_file(stream, &names)) {
        if left == 0 {
            let message = format!("more than {STREAMS} streams; those behind were not read");
            return sink.report(code::LIMIT_PARTS, Location::default(), message);
        }
        left = left.saturating_sub(1);
        found = true;
        if !encrypted {
            give(stream, &names, sink);
        }
    }
    let hidden = streams.iter().any(|stream| stream.has_type("ObjStm"));
    if encrypted && (found || hidden) {
        let message = "the PDF is encrypted; files embedded in it were not read".to_owned();
        sink.report(code::UNREADABLE_ENCRYPTED, Location::default(), message);
    }
}

fn is_file(stream: &Stream<'_>, names: &BTreeMap<Reference, Option<String>>) -> bool {
    stream.has_type("EmbeddedFile") || names.contains_key(&stream.number)
}

fn give(stream: &Stream<'_>, names: &BTreeMap<Reference, Option<String>>, sink: &mut dyn Sink) {
    let name: Cow<'_, str> = match names.get(&stream.number) {
        Some(Some(name)) => Cow::Borrowed(name),
        _ => Cow::Owned(format!("embedded[{}]", stream.number)),
    };
    match filters::decode(stream, sink.budget()) {
        Ok(decoded) => members::give(&name, &decoded, &[], sink),
        Err(filter) => {
            let place = Location::bytes(stream.offset as u64, stream.data.len() as u64);
            sink.report(code::UNREADABLE_FORMAT, place, format!("{name}: the filter {filter} is not read"));
        }
    }
}
