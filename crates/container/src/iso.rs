//! ISO 9660 images (ECMA-119) with Joliet and Rock Ridge names, and the UDF file system beside or instead of it.

use crate::{Claim, Format, Part, Probe, Reader, Sink, members, udf};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};
use std::collections::{BTreeSet, VecDeque};

/// Any optical disc image of 2,048-byte sectors.
pub static READER: Reader =
    Reader { format: Format { id: "iso", title: "disc image", extensions: &["iso", "img", "udf"] }, sniff, read };

/// Bytes of a sector.
pub(crate) const SECTOR: usize = 2048;
/// First volume descriptor, sector.
const FIRST: usize = 16;

fn sniff(probe: &Probe<'_>) -> Claim {
    let at = |sector: usize| probe.bytes().get(sector.saturating_mul(SECTOR).saturating_add(1)..);
    let starts = |sector: usize, id: &[u8]| at(sector).is_some_and(|bytes| bytes.starts_with(id));
    let marks: [&[u8]; 3] = [b"CD001", b"BEA01", b"NSR0"];
    let found = (FIRST..FIRST.saturating_add(4)).any(|sector| marks.iter().any(|mark| starts(sector, mark)));
    if found { Claim::Magic } else { Claim::No }
}

/// A directory tree to walk.
struct Tree {
    root: (u32, u32),
    joliet: bool,
}

fn read(part: &Part<'_>, sink: &mut dyn Sink) {
    let bytes = part.bytes;
    let mut seen = BTreeSet::new();
    let mut trees = trees(bytes);
    // Joliet first: its names are the ones that Windows shows.
    trees.sort_by_key(|tree| !tree.joliet);
    for tree in &trees {
        walk(bytes, tree, &mut seen, sink);
    }
    let is_udf = bytes
        .get(SECTOR.saturating_mul(FIRST)..SECTOR.saturating_mul(64))
        .is_some_and(|head| memchr::memmem::find(head, b"NSR0").is_some());
    if is_udf {
        udf::read(bytes, &mut seen, sink);
    } else if trees.is_empty() {
        let message = "no volume descriptor that is known; nothing was read".to_owned();
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
    }
}

/// Volume descriptors, ECMA-119 section 8: primary (1) and Joliet's supplementary (2).
fn trees(bytes: &[u8]) -> Vec<Tree> {
    let mut trees = Vec::new();
    for sector in FIRST..FIRST.saturating_add(64) {
        let start = sector.saturating_mul(SECTOR);
        let Some(descriptor) = bytes.get(start..start.saturating_add(SECTOR)) else { break };
        if descriptor.get(1..6) != Some(b"CD001") {
            break;
        }
        let kind = descriptor.first().copied().unwrap_or(255);
        let joliet = kind == 2 && descriptor.get(88..90) == Some(b"%/");
        if kind == 255 {
            break;
        }
        let mut cursor = Cursor::at(descriptor, 158);
        if let (1 | 2, Ok(at)) = (kind, cursor.u32("root extent")) {
            cursor.seek(166);
            trees.push(Tree { root: (at, cursor.u32("root length").unwrap_or(0)), joliet });
        }
    }
    trees
}

/// A directory record, ECMA-119 section 9.1.
struct Record {
    extent: (u32, u32),
    flags: u8,
    name: String,
}

fn walk(bytes: &[u8], tree: &Tree, seen: &mut BTreeSet<(u64, u64)>, sink: &mut dyn Sink) {
    let mut queue = VecDeque::from([(tree.root, String::new())]);
    let mut folders = BTreeSet::from([tree.root.0]);
    let limit = usize::try_from(sink.budget().limits().parts).unwrap_or(usize::MAX);
    while let Some((extent, path)) = queue.pop_front() {
        if let Err(exceeded) = sink.budget().check_time() {
            return sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest was not read"));
        }
        let mut pieces: Vec<u8> = Vec::new();
        for record in records(slice(bytes, extent), tree.joliet, limit) {
            let full = format!("{path}{}", record.name);
            if record.flags & 2 != 0 {
                if folders.insert(record.extent.0) && folders.len() < limit {
                    queue.push_back((record.extent, format!("{full}/")));
                }
                continue;
            }
            file(bytes, &record, &full, &mut pieces, seen, sink);
        }
    }
}

/// One file; one of several extents is gathered over its records (flag 0x80 on all but the last).
fn file(
    bytes: &[u8],
    record: &Record,
    name: &str,
    pieces: &mut Vec<u8>,
    seen: &mut BTreeSet<(u64, u64)>,
    sink: &mut dyn Sink,
) {
    let more = record.flags & 0x80 != 0;
    let data = slice(bytes, record.extent);
    let (at, length) = (u64::from(record.extent.0).saturating_mul(SECTOR as u64), u64::from(record.extent.1));
    if !more && pieces.is_empty() && !seen.insert((at, length)) {
        return;
    }
    if (data.len() as u64) < length {
        let message = format!("{name}: {} of {length} bytes are there", data.len());
        sink.report(code::BROKEN_TRUNCATED, Location::bytes(at, length), message);
    }
    if more || !pieces.is_empty() {
        let allowance = usize::try_from(sink.budget().part_allowance()).unwrap_or(usize::MAX);
        pieces.extend_from_slice(data.get(..allowance.saturating_sub(pieces.len())).unwrap_or(data));
        if !more {
            members::walk(name, &std::mem::take(pieces), &[], sink);
        }
        return;
    }
    members::walk(name, data, &[], sink);
}

fn slice(bytes: &[u8], extent: (u32, u32)) -> &[u8] {
    let start = usize::try_from(extent.0).unwrap_or(usize::MAX).saturating_mul(SECTOR);
    let rest = bytes.get(start..).unwrap_or_default();
    rest.get(..usize::try_from(extent.1).unwrap_or(usize::MAX)).unwrap_or(rest)
}

fn records(folder: &[u8], joliet: bool, limit: usize) -> Vec<Record> {
    let mut records = Vec::new();
    let mut at = 0_usize;
    while let Some(length) = folder.get(at).copied() {
        if records.len() >= limit {
            break;
        }
        if length == 0 {
            // Records do not cross sectors: the next begins with the next sector.
            at = at.saturating_div(SECTOR).saturating_add(1).saturating_mul(SECTOR);
            continue;
        }
        let end = at.saturating_add(usize::from(length));
        if let Some(record) = folder.get(at..end).and_then(|bytes| record(bytes, joliet)) {
            records.push(record);
        }
        at = end;
    }
    records
}

fn record(bytes: &[u8], joliet: bool) -> Option<Record> {
    let mut cursor = Cursor::at(bytes, 2);
    let at = cursor.u32("extent").ok()?;
    cursor.seek(10);
    let size = cursor.u32("length").ok()?;
    cursor.seek(25);
    let flags = cursor.u8("flags").ok()?;
    cursor.seek(32);
    let length = usize::from(cursor.u8("name length").ok()?);
    let id = cursor.take(length, "name").ok()?;
    // The folder itself and its parent.
    if matches!(id, [0 | 1]) {
        return None;
    }
    let padded = if length % 2 == 0 { 34_usize.saturating_add(length) } else { 33_usize.saturating_add(length) };
    let name = if joliet {
        let units = id.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(*pair.first_chunk()?)));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        rock_ridge(bytes.get(padded..).unwrap_or_default()).unwrap_or_else(|| String::from_utf8_lossy(id).into_owned())
    };
    let name = name.split(';').next().unwrap_or_default().to_owned();
    Some(Record { extent: (at, size), flags, name })
}

/// The alternate name of the system use area (IEEE P1282 section 4.1.4).
fn rock_ridge(mut area: &[u8]) -> Option<String> {
    let mut name = String::new();
    while let Some((entry, rest)) = area.get(2).and_then(|length| area.split_at_checked(usize::from(*length))) {
        if entry.len() < 4 {
            break;
        }
        if entry.starts_with(b"NM") {
            name.push_str(&String::from_utf8_lossy(entry.get(5..).unwrap_or_default()));
        }
        area = rest;
    }
    (!name.is_empty()).then_some(name)
}
