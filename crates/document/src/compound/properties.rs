//! The property sets of a compound file (title, author, ...; MS-OLEPS 2.21): they carry no links, but one that
//! contradicts itself tells that the file was tampered with.

use ddefend_container::Sink;
use ddefend_container::cfb::Storage;
use ddefend_guard::Cursor;
use ddefend_model::{Diagnostic, Location, code};

/// Streams that hold property sets.
const STREAMS: [&str; 2] = ["\u{5}SummaryInformation", "\u{5}DocumentSummaryInformation"];
/// Bytes of one that are looked at; thumbnails make them larger, behind what is checked.
const HEAD: usize = 8 << 10;
/// Properties of one section that are looked at.
const PROPERTIES: u32 = 64;
/// Bytes that a section may count beyond the stream: some writers count padding that they leave out.
const PADDING: u64 = 16;
/// Largest property type, MS-OLEPS 2.2; vectors and arrays have one of the bits of [`MANY`] besides.
const LARGEST_TYPE: u32 = 0x48;
const MANY: u32 = 0x3000;

/// Reports what contradicts the format in the property sets of `root`.
pub(super) fn tell(root: &Storage<'_>, sink: &mut dyn Sink) {
    for stream in STREAMS.iter().filter_map(|name| root.stream(name)) {
        let head = stream.prefix(HEAD);
        if let Some(problem) = problem(&head, stream.declared_size()) {
            let part = sink.path().join(&stream.step());
            let message = format!("the document properties are damaged: {problem}; they carry no links");
            sink.diagnostic(Diagnostic::new(code::NOTE_ODD, part, Location::default(), message));
        }
    }
}

/// The first contradiction; none where all is well or the stream is no property set.
fn problem(head: &[u8], size: u64) -> Option<String> {
    let mut cursor = Cursor::new(head);
    if cursor.u16("byte order").ok()? != 0xfffe {
        return None;
    }
    cursor.seek(24);
    let sections = cursor.u32("sections").ok()?;
    if !(1..=2).contains(&sections) {
        return Some(format!("{sections} sections, where there are one or two"));
    }
    (0..sections).find_map(|number| {
        cursor.skip(16, "format id").ok()?;
        let offset = cursor.u32("section offset").ok()?;
        section(head, number, offset, size)
    })
}

fn section(head: &[u8], number: u32, offset: u32, size: u64) -> Option<String> {
    let start = usize::try_from(offset).ok()?;
    if u64::from(offset).saturating_add(8) > size {
        return Some(format!("section {number} begins at {offset:#x}, the stream has {size:#x} bytes"));
    }
    let mut cursor = Cursor::at(head, start);
    let (length, count) = (cursor.u32("section size").ok()?, cursor.u32("properties").ok()?);
    if u64::from(offset).saturating_add(u64::from(length)) > size.saturating_add(PADDING) {
        return Some(format!("section {number} at {offset:#x} says {length:#x} bytes, the stream has {size:#x}"));
    }
    if u64::from(count).saturating_mul(8).saturating_add(8) > u64::from(length) {
        return Some(format!("section {number} says {count} properties in {length} bytes"));
    }
    (0..count.min(PROPERTIES)).find_map(|_| {
        let id = cursor.u32("property").ok()?;
        let place = cursor.u32("place").ok()?;
        if u64::from(place).saturating_add(4) > u64::from(length) {
            return Some(format!("property {id:#x} of section {number} is behind the section's end"));
        }
        let at = start.checked_add(usize::try_from(place).ok()?)?;
        let kind = Cursor::at(head, at).u32("type").ok()? & 0xffff;
        // The dictionary of names (property 0) has no type.
        let known = id == 0 || kind & !MANY <= LARGEST_TYPE;
        (!known).then(|| format!("property {id:#x} of section {number} has type {kind:#06x}, which does not exist"))
    })
}
