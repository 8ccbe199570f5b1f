//! Equation Editor objects: the native data is a header and MTEF version 3 records. The editor copies some of them
//! into buffers without looking at their length (CVE-2017-11882, CVE-2018-0802, CVE-2018-0798).

use super::Origin;
use super::class::ansi;
use crate::Sink;
use ddefend_guard::{Cursor, Short};
use ddefend_model::{Link, LinkKind, Trigger};

/// Bytes that the editor has for a font's name: 40 on its stack, 32 in the description that Windows takes.
const FONT_STACK: usize = 40;
const FONT_FACE: usize = 32;
/// Bytes that it has for the partition lines of a matrix.
const PARTITIONS: usize = 8;
/// Records that are read.
const MAX_RECORDS: usize = 100_000;

/// True for the class names of the editor.
pub(super) fn is_equation(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    class == "equation" || class.starts_with("equation.")
}

/// What stands out in the records.
struct Evidence {
    words: String,
    offset: u64,
    /// Printable text of an over-long name.
    text: Option<String>,
}

/// Reports an equation object; `data` is its native data.
pub(super) fn read(data: &[u8], class: &str, origin: &Origin, sink: &mut dyn Sink) {
    let mut link = Link::new(LinkKind::Equation, origin.carrier, sink.path().clone(), origin.location.clone());
    link.service = Some(class.to_owned());
    link.trigger = origin.trigger;
    link.raw = format!("Equation Editor object, {} bytes", data.len());
    if let Some(evidence) = find_overflow(data) {
        link.raw = format!("{}: {}", link.raw, evidence.words);
        link.effective = evidence.text;
        // The editor reads the records as soon as the object is loaded.
        link.trigger = Trigger::Open;
        link.location = link.location.at_bytes(evidence.offset, 1);
    }
    sink.link(link);
}

fn find_overflow(data: &[u8]) -> Option<Evidence> {
    let start = header_length(data);
    // Five bytes of version, platform and product begin the MTEF data.
    let mut cursor = Cursor::at(data, start.saturating_add(5));
    for _ in 0..MAX_RECORDS {
        if let Some(evidence) = record(&mut cursor).ok()? {
            return Some(evidence);
        }
    }
    None
}

/// The header tells its own length, 28 bytes; without a header the records begin at once.
fn header_length(data: &[u8]) -> usize {
    match Cursor::new(data).u16("header length") {
        Ok(length @ 16..=64) => usize::from(length),
        _ => 0,
    }
}

/// Reads one record; the error ends the walk.
fn record(cursor: &mut Cursor<'_>) -> Result<Option<Evidence>, Short> {
    let offset = cursor.position() as u64;
    let tag = cursor.u8("record tag")?;
    let (kind, options) = (tag & 0x0f, tag >> 4);
    if matches!(kind, 1..=6) && options & 8 != 0 {
        skip_nudge(cursor)?;
    }
    match kind {
        1 => {
            if options & 4 != 0 {
                cursor.skip(1, "line spacing")?;
            }
            if options & 2 != 0 {
                skip_ruler(cursor)?;
            }
        }
        2 => cursor.skip(3, "character")?,
        3 => cursor.skip(3, "template")?,
        4 => {
            cursor.skip(2, "pile")?;
            if options & 2 != 0 {
                skip_ruler(cursor)?;
            }
        }
        5 => return matrix(cursor, offset),
        6 => cursor.skip(1, "embellishment")?,
        7 => skip_stops(cursor)?,
        8 => return font(cursor, offset),
        9 => skip_size(cursor)?,
        // 0 ends a list, 10 to 14 are fixed sizes: nothing follows.
        0 | 10..=14 => {}
        _ => return Err(Short { what: "known record", offset: cursor.position(), need: 1, have: 0 }),
    }
    Ok(None)
}

fn font(cursor: &mut Cursor<'_>, offset: u64) -> Result<Option<Evidence>, Short> {
    cursor.skip(2, "typeface and style")?;
    let rest = cursor.rest();
    let length = memchr::memchr(0, rest).unwrap_or(rest.len());
    let name = cursor.take(length, "font name")?;
    if length < FONT_FACE {
        cursor.skip(1, "end of the font name")?;
        return Ok(None);
    }
    let room = if length >= FONT_STACK { FONT_STACK } else { FONT_FACE };
    let words = format!("FONT record with a name of {length} bytes, the editor has room for {room}");
    let printable = name.iter().take_while(|byte| (0x20..0x7f).contains(*byte)).count();
    let text = (printable >= 4).then(|| ansi(name.get(..printable).unwrap_or_default()));
    Ok(Some(Evidence { words, offset, text }))
}

fn matrix(cursor: &mut Cursor<'_>, offset: u64) -> Result<Option<Evidence>, Short> {
    cursor.skip(3, "alignment")?;
    let (rows, columns) = (cursor.u8("rows")?, cursor.u8("columns")?);
    // Two bits for each partition line, one more than rows or columns.
    let bytes = |count: u8| usize::from(count).saturating_add(1).saturating_mul(2).div_ceil(8);
    let largest = bytes(rows).max(bytes(columns));
    if largest > PARTITIONS {
        let words = format!(
            "MATRIX record of {rows} rows and {columns} columns needs {largest} bytes for partition lines, the editor \
             has room for {PARTITIONS}"
        );
        return Ok(Some(Evidence { words, offset, text: None }));
    }
    cursor.skip(bytes(rows).saturating_add(bytes(columns)), "partition lines")?;
    Ok(None)
}

/// Two bytes, or six where both are 128.
fn skip_nudge(cursor: &mut Cursor<'_>) -> Result<(), Short> {
    if cursor.array::<2>("nudge")? == [128, 128] { cursor.skip(4, "long nudge") } else { Ok(()) }
}

fn skip_ruler(cursor: &mut Cursor<'_>) -> Result<(), Short> {
    cursor.skip(1, "ruler tag")?;
    skip_stops(cursor)
}

fn skip_stops(cursor: &mut Cursor<'_>) -> Result<(), Short> {
    let stops = cursor.u8("tab stops")?;
    cursor.skip(usize::from(stops).saturating_mul(3), "tab stops")
}

fn skip_size(cursor: &mut Cursor<'_>) -> Result<(), Short> {
    match cursor.u8("size")? {
        100 => cursor.skip(3, "size"),
        101 => cursor.skip(2, "size"),
        _ => cursor.skip(1, "size"),
    }
}
