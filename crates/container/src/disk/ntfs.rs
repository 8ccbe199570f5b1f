//! NTFS: every file of the master file table that is in use, resident or not. Compressed and encrypted data are told.

use super::view::View;
use crate::{Sink, members};
use ddefend_guard::Cursor;
use ddefend_model::{Location, code};

/// File records that are read.
const RECORDS: u64 = 200_000;
/// Records below this number are the file system's own.
const OWN: u64 = 16;

/// True for a boot sector.
pub(super) fn is_boot(boot: &[u8]) -> bool {
    boot.get(3..11) == Some(b"NTFS    ")
}

/// A run of clusters: where (none for a hole) and how many bytes.
type Run = (Option<u64>, u64);

/// Walks all files.
pub(super) fn walk(view: &View<'_>, prefix: &str, sink: &mut dyn Sink) {
    if volume(view, prefix, sink).is_none() {
        let message = "the master file table cannot be read; nothing was read".to_owned();
        sink.report(code::BROKEN_STRUCTURE, Location::default(), message);
    }
}

fn volume(view: &View<'_>, prefix: &str, sink: &mut dyn Sink) -> Option<()> {
    let boot = view.read(0, 512);
    let sector = u64::from(Cursor::at(&boot, 11).u16("bytes per sector").ok()?);
    let per_cluster = u64::from(Cursor::at(&boot, 13).u8("sectors per cluster").ok()?);
    let cluster = sector.checked_mul(per_cluster).filter(|size| (512..=1 << 21).contains(size))?;
    let table = Cursor::at(&boot, 48).u64("master file table").ok()?.checked_mul(cluster)?;
    let size = match Cursor::at(&boot, 64).u8("record size").ok()? {
        power @ 0xe0..=0xff => 1_u64.checked_shl(u32::from(power.wrapping_neg()))?,
        clusters => u64::from(clusters).checked_mul(cluster)?,
    };
    let size = usize::try_from(size).ok().filter(|size| (256..=65536).contains(size))?;
    let first = Record::read(view.read(table, size).into_owned())?;
    let (runs, length) = first.data(cluster).and_then(|data| match data {
        Data::Runs(runs, length, _) => Some((runs, length)),
        Data::Here(_) => None,
    })?;
    let count = length.checked_div(size as u64)?;
    if count > RECORDS {
        let message = format!("{count} file records, of which {RECORDS} were read");
        sink.report(code::LIMIT_STRUCTURE, Location::default(), message);
    }
    for number in OWN..count.min(RECORDS) {
        if let Err(exceeded) = sink.budget().check_time() {
            sink.report(exceeded.code, Location::default(), format!("{exceeded}; the rest was not read"));
            break;
        }
        let at = number.saturating_mul(size as u64);
        let bytes = read_runs(view, &runs, at, size as u64);
        if let Some(record) = Record::read(bytes) {
            file(view, &record, number, cluster, prefix, sink);
        }
    }
    Some(())
}

fn file(view: &View<'_>, record: &Record, number: u64, cluster: u64, prefix: &str, sink: &mut dyn Sink) {
    const IN_USE: u16 = 1;
    const FOLDER: u16 = 2;
    if record.flags & (IN_USE | FOLDER) != IN_USE {
        return;
    }
    let name = format!("{prefix}{}", record.name().unwrap_or_else(|| format!("file{number}")));
    let Some(data) = record.data(cluster) else {
        // An attribute list (0x20): the data stand in further records, which are not followed.
        if !record.attributes(0x20).is_empty() {
            let message = format!("{name}: spread over several file records; it was not read");
            sink.report(code::UNREADABLE_FORMAT, Location::default(), message);
        }
        return;
    };
    let allowance = sink.budget().part_allowance();
    let bytes = match data {
        Data::Here(bytes) => bytes,
        Data::Runs(_, _, flags) if flags & 0x40ff != 0 => {
            let how = if flags & 0x4000 == 0 { "compressed" } else { "encrypted" };
            let message = format!("{name}: {how} by the file system; it was not read");
            return sink.report(code::UNREADABLE_FORMAT, Location::default(), message);
        }
        Data::Runs(runs, length, _) => {
            if length > allowance {
                let message = format!("{name}: {length} bytes, of which {allowance} were read");
                sink.report(code::LIMIT_PART_SIZE, Location::default(), message);
            }
            read_runs(view, &runs, 0, length.min(allowance))
        }
    };
    if let Err(exceeded) = sink.budget().produce(bytes.len() as u64) {
        return sink.report(exceeded.code, Location::default(), format!("{exceeded}; {name} was not read"));
    }
    members::walk(&name, &bytes, &[], sink);
}

/// Bytes of runs from `offset` on; holes are zero, within what the runs cover.
fn read_runs(view: &View<'_>, runs: &[Run], offset: u64, length: u64) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut skip = offset;
    for (start, size) in runs {
        let left = length.saturating_sub(out.len() as u64);
        if left == 0 {
            break;
        }
        if skip >= *size {
            skip = skip.saturating_sub(*size);
            continue;
        }
        let count = usize::try_from(size.saturating_sub(skip).min(left)).unwrap_or(usize::MAX);
        match start {
            Some(start) => out.extend_from_slice(&view.read(start.saturating_add(skip), count)),
            // A hole is only as large as the disk: declared sizes are not trusted.
            None if (count as u64) <= view.len() => out.resize(out.len().saturating_add(count), 0),
            None => break,
        }
        skip = 0;
    }
    out
}

/// The data of a file.
enum Data {
    Here(Vec<u8>),
    /// Runs, length in bytes, attribute flags.
    Runs(Vec<Run>, u64, u16),
}

/// A file record with its fix-ups applied.
struct Record {
    bytes: Vec<u8>,
    flags: u16,
    attributes: usize,
}

impl Record {
    fn read(mut bytes: Vec<u8>) -> Option<Self> {
        let mut cursor = Cursor::new(&bytes);
        if cursor.take(4, "record").ok()? != b"FILE" {
            return None;
        }
        let fixes = usize::from(cursor.u16("fix-up offset").ok()?);
        let count = usize::from(cursor.u16("fix-up count").ok()?);
        let attributes = usize::from(Cursor::at(&bytes, 20).u16("first attribute").ok()?);
        let flags = Cursor::at(&bytes, 22).u16("flags").ok()?;
        for index in 1..count.min(129) {
            let fix: [u8; 2] = Cursor::at(&bytes, fixes.checked_add(index.checked_mul(2)?)?).array("fix-up").ok()?;
            let end = index.checked_mul(512)?;
            if let Some(place) = bytes.get_mut(end.checked_sub(2)?..end) {
                place.copy_from_slice(&fix);
            }
        }
        Some(Self { bytes, flags, attributes })
    }

    /// Attributes of a type: their bytes.
    fn attributes(&self, wanted: u32) -> Vec<&[u8]> {
        let mut out = Vec::new();
        let mut at = self.attributes;
        for _ in 0..256 {
            let mut cursor = Cursor::at(&self.bytes, at);
            let (Ok(kind), Ok(length)) = (cursor.u32("attribute"), cursor.u32("length")) else { break };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if kind == u32::MAX || length < 16 {
                break;
            }
            let rest = self.bytes.get(at..).unwrap_or_default();
            if kind == wanted {
                out.push(rest.get(..length).unwrap_or(rest));
            }
            at = at.saturating_add(length);
        }
        out
    }

    /// The longest file name (the DOS one is short).
    fn name(&self) -> Option<String> {
        let names = self.attributes(0x30).into_iter().filter_map(|attribute| {
            let content = usize::from(Cursor::at(attribute, 20).u16("content").ok()?);
            let mut cursor = Cursor::at(attribute, content.checked_add(64)?);
            let length = usize::from(cursor.u8("name length").ok()?);
            cursor.skip(1, "name space").ok()?;
            let raw = cursor.take_up_to(length.checked_mul(2)?);
            let units: Vec<u16> =
                raw.chunks_exact(2).filter_map(|pair| Some(u16::from_le_bytes(*pair.first_chunk()?))).collect();
            Some(String::from_utf16_lossy(&units))
        });
        names.max_by_key(String::len)
    }

    /// The unnamed data attribute.
    fn data(&self, cluster: u64) -> Option<Data> {
        let unnamed = |attribute: &&[u8]| attribute.get(9) == Some(&0);
        let attribute = self.attributes(0x80).into_iter().find(unnamed)?;
        if attribute.get(8) == Some(&0) {
            let length = usize::try_from(Cursor::at(attribute, 16).u32("length").ok()?).ok()?;
            let start = usize::from(Cursor::at(attribute, 20).u16("content").ok()?);
            return Some(Data::Here(Cursor::at(attribute, start).take_up_to(length).to_vec()));
        }
        let flags = Cursor::at(attribute, 12).u16("flags").ok()?;
        let start = usize::from(Cursor::at(attribute, 32).u16("runs").ok()?);
        let length = Cursor::at(attribute, 48).u64("size").ok()?;
        Some(Data::Runs(runs(attribute.get(start..)?, cluster), length, flags))
    }
}

/// Decodes a run list.
fn runs(mut list: &[u8], cluster: u64) -> Vec<Run> {
    let mut out = Vec::new();
    let mut at = 0_i64;
    while let Some((header, rest)) = list.split_first() {
        let (length_size, offset_size) = (usize::from(header & 15), usize::from(header >> 4));
        if *header == 0 || length_size == 0 || length_size > 8 || offset_size > 8 || out.len() > 100_000 {
            break;
        }
        let Some((length, rest)) = rest.split_at_checked(length_size) else { break };
        let Some((offset, rest)) = rest.split_at_checked(offset_size) else { break };
        let length = length.iter().rev().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        let bytes = length.saturating_mul(cluster);
        if offset_size == 0 {
            out.push((None, bytes));
        } else {
            let negative = offset.last().is_some_and(|byte| byte & 0x80 != 0);
            let start = if negative { -1_i64 } else { 0 };
            let delta = offset.iter().rev().fold(start, |value, byte| value.wrapping_shl(8) | i64::from(*byte));
            at = at.wrapping_add(delta);
            let place = u64::try_from(at).unwrap_or(u64::MAX).saturating_mul(cluster);
            out.push((Some(place), bytes));
        }
        list = rest;
    }
    out
}
