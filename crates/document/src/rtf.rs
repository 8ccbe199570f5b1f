//! Rich Text Format: fields, linked and embedded objects, templates and mail merges (rows R1 to R4 and W9), and the HTML
//! that mail programs wrap in it.

mod collect;
mod field;
mod link;
mod merge;
mod names;
mod object;
mod words;

use collect::Collector;
use ddefend_container::rtf::{find_header, wrapped_html};
use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_model::{Location, code, trick};
use std::borrow::Cow;

/// Rich Text Format.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "rtf", title: "Rich Text Format document", extensions: &["rtf"] }, sniff, read };

fn sniff(probe: &Probe<'_>) -> Claim {
    match find_header(probe.bytes()) {
        Some(header) if header.offset == 0 => Claim::Magic,
        Some(header) if header.blanks_only => Claim::Structure,
        Some(_) => Claim::Likely,
        None => Claim::No,
    }
}

/// Control words without which nothing of interest can stand in a document. A control word cannot be broken up: its
/// letters stand side by side in the bytes (RTF 1.9.1, "Control Word"; a line end or any escape ends it).
const NEEDLES: [&[u8]; 5] = [b"\\fldinst", b"\\obj", b"\\template", b"\\mailmerge", b"\\subdocument"];

/// True where the document may hold something; false means that [`read_all`] finds nothing.
fn worth_reading(bytes: &[u8]) -> bool {
    NEEDLES.iter().any(|needle| memchr::memmem::find(bytes, needle).is_some())
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let Some(header) = find_header(part.bytes) else { return };
    let wrapped = wrapped_html(part.bytes, header.offset, sink.budget());
    if let Some(wrapped) = wrapped {
        if wrapped.cut {
            let message = "the wrapped HTML is larger than the limit; its head was read".to_owned();
            sink.report(code::LIMIT_PART_SIZE, Location::default(), message);
        }
        let mut child = Part::below(sink.path(), "html", wrapped.html.as_bytes());
        child.declared = Some(Cow::Borrowed("text/html"));
        child.tricks.push(trick::STORED_BODY);
        sink.child(child);
    }
    if worth_reading(part.bytes) {
        read_all(part, header.offset, !header.usual, sink);
    }
}

/// The plain slow path: reads the whole document.
fn read_all(part: &Part<'_>, offset: usize, odd_header: bool, sink: &mut dyn Sink) {
    let mut collector = Collector::new(part.bytes, offset);
    if odd_header {
        collector.tricks.push(trick::RTF_HEADER);
    }
    collector.run(sink);
    collector.finish(sink);
}
