//! Windows Write: text without fields; objects stand in the text as OLE 1.0 streams.

use ddefend_container::{Claim, Format, Part, Probe, Reader, Sink};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code, trick};
use memchr::memmem;
use std::borrow::Cow;

/// Windows Write.
pub(crate) static READER: Reader =
    Reader { format: Format { id: "wri", title: "Windows Write document", extensions: &["wri"] }, sniff, read };

/// Length of the head; the text begins behind it.
const HEAD: usize = 0x80;
/// OLE version that Write stores before each object, and the two formats that hold something.
const LINKED: &[u8] = &[1, 5, 0, 0, 1, 0, 0, 0];
const EMBEDDED: &[u8] = &[1, 5, 0, 0, 2, 0, 0, 0];
/// Objects that are looked at in one file.
const OBJECTS: usize = 1000;

fn sniff(probe: &Probe<'_>) -> Claim {
    let magic = probe.starts_with(&[0x31, 0xbe, 0, 0, 0, 0xab]) || probe.starts_with(&[0x32, 0xbe, 0, 0, 0, 0xab]);
    // Word for DOS has the same magic number and no count of pages here.
    let pages = Cursor::at(probe.bytes(), 0x60).u16("pnMac").unwrap_or_default();
    if magic && pages != 0 { Claim::Magic } else { Claim::No }
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let end = Cursor::at(part.bytes, 0x0e).u32("fcMac").unwrap_or_default() as usize;
    let mut text = part.bytes.get(HEAD..end).unwrap_or_default();
    if text.is_empty() && end != HEAD {
        let message = format!("the text should end at byte {end:#x}; all {:#x} bytes were searched", part.bytes.len());
        sink.report(code::BROKEN_TRUNCATED, Location::default(), message);
        text = part.bytes.get(HEAD..).unwrap_or_default();
    }
    let mut places: Vec<usize> =
        [LINKED, EMBEDDED].into_iter().flat_map(|magic| memmem::find_iter(text, magic).take(OBJECTS)).collect();
    places.sort_unstable();
    for (index, at) in places.iter().enumerate() {
        let next = places.get(index.saturating_add(1)).copied().unwrap_or(text.len());
        let Some(bytes) = text.get(*at..next) else { continue };
        let step = format!("object[{}]", index.saturating_add(1));
        let mut child = Part::below(sink.path(), &step, bytes);
        child.declared = Some(Cow::Borrowed("application/x-oleobject"));
        child.tricks.push(trick::OLD_FORMAT);
        sink.child(child);
    }
}
