use super::base::{self, Base};
use super::marvin::marvin32;
use super::out::Out;
use ddefend_guard::{Cursor, Short};
use ddefend_model::code;

/// Log entries and dirty vectors begin behind the first sector.
const SECTOR: usize = 512;
/// Bytes of a log entry before its page references.
const HEAD: usize = 40;

/// A hive with its logs applied.
pub(super) struct Replayed {
    /// The file as it would be.
    pub(super) bytes: Vec<u8>,
    /// Its base block: the log's copy where its own is torn.
    pub(super) base: Base,
}

/// An entry of a log of the new format whose hashes fit.
struct Entry<'a> {
    sequence: u32,
    bins: u32,
    /// Offset in the hive bins, and what stands there.
    pages: Vec<(u32, &'a [u8])>,
}

/// A transaction log that can be read.
struct Log<'a> {
    base: Base,
    bytes: &'a [u8],
    entries: Vec<Entry<'a>>,
}

/// Applies what the logs hold and the hive does not. None where the hive is whole, or nothing can be applied; a dirty
/// hive to which nothing could be applied is told.
pub(super) fn replay(file: &[u8], base: &Base, logs: &[&[u8]], out: &mut Out<'_>) -> Option<Replayed> {
    if !base.is_dirty() {
        return None;
    }
    let logs: Vec<Log<'_>> = logs.iter().filter_map(|bytes| open(bytes, out)).collect();
    let room = logs.iter().fold(file.len(), |room, log| room.saturating_add(log.bytes.len()));
    let (new, old): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| !log.entries.is_empty());
    let done =
        if new.is_empty() { apply_old(file, base, &old, room, out) } else { apply_new(file, base, new, room, out) };
    if done.is_none() {
        let what = if base.sound { "the hive's last write did not end" } else { "the hive's base block is torn" };
        let message = format!("{what} and no transaction log could be applied: the last changes may be missing");
        out.tell_at(code::BROKEN_UNFLUSHED, Some(4), message);
    }
    done
}

/// Reads a log's head and, of the new format, its entries up to the first that is not sound.
fn open<'a>(bytes: &'a [u8], out: &mut Out<'_>) -> Option<Log<'a>> {
    if bytes.iter().take(SECTOR).all(|byte| *byte == 0) {
        return None;
    }
    let base = match Base::read(bytes) {
        Ok(base) if bytes.starts_with(b"regf") => base,
        _ => {
            out.tell_at(code::BROKEN_LOG, None, "what was given as a transaction log is none");
            return None;
        }
    };
    let mut log = Log { base, bytes, entries: Vec::new() };
    let kind = bytes.get(SECTOR..).and_then(|rest| rest.get(..4)).unwrap_or_default();
    match kind {
        b"HvLE" => log.entries = entries(&log, out),
        b"DIRT" if log.base.sound => {}
        b"DIRT" => {
            out.tell_at(code::BROKEN_LOG, None, "a transaction log whose base block is torn was not applied");
            return None;
        }
        _ => {
            // A log that was never used has a base block and nothing else.
            if bytes.iter().skip(SECTOR).take(1 << 16).any(|byte| *byte != 0) {
                out.tell_at(code::BROKEN_LOG, None, "a transaction log holds neither entries nor a list of pages");
            }
            return None;
        }
    }
    Some(log)
}

fn entries<'a>(log: &Log<'a>, out: &mut Out<'_>) -> Vec<Entry<'a>> {
    let mut found: Vec<Entry<'a>> = Vec::new();
    let mut at = SECTOR;
    let mut expected = log.base.sound.then_some(log.base.primary);
    while log.bytes.get(at..).is_some_and(|rest| rest.starts_with(b"HvLE")) && out.goes_on() {
        let sequence = Cursor::at(log.bytes, at.saturating_add(12)).u32("sequence number").unwrap_or_default();
        // What stands behind the newest entry is left from an earlier round.
        if expected.is_some_and(|expected| expected != sequence) {
            if found.is_empty() {
                let expected = expected.unwrap_or_default();
                let message = format!("a transaction log begins with entry {sequence} where {expected} should be");
                out.tell_at(code::BROKEN_LOG, Some(at as u64), message);
            }
            break;
        }
        match entry(log.bytes, at) {
            Ok((entry, size)) => {
                expected = Some(entry.sequence.wrapping_add(1));
                found.push(entry);
                at = at.saturating_add(size);
            }
            Err(why) => {
                let message =
                    format!("entry {sequence} of a transaction log {why}; it and what follows were not applied");
                out.tell_at(code::BROKEN_LOG, Some(at as u64), message);
                break;
            }
        }
    }
    found
}

/// One entry and its size (regf specification, "Log entries").
fn entry(log: &[u8], at: usize) -> Result<(Entry<'_>, usize), &'static str> {
    let short = |_: Short| "is cut off";
    let mut head = Cursor::at(log, at);
    head.skip(4, "signature").map_err(short)?;
    let size = usize::try_from(head.u32("size").map_err(short)?).unwrap_or(usize::MAX);
    head.skip(4, "flags").map_err(short)?;
    let (sequence, bins) = (head.u32("sequence number").map_err(short)?, head.u32("bins").map_err(short)?);
    let count = head.u32("dirty pages").map_err(short)?;
    let (first, second) = (head.u64("hash 1").map_err(short)?, head.u64("hash 2").map_err(short)?);
    if size < HEAD || !size.is_multiple_of(SECTOR) {
        return Err("has a size that it cannot have");
    }
    let whole = Cursor::at(log, at).take(size, "log entry").map_err(short)?;
    let (front, body) = (whole.get(..32).unwrap_or_default(), whole.get(HEAD..).unwrap_or_default());
    if marvin32(front) != second || marvin32(body) != first {
        return Err("has a wrong hash");
    }
    if !bins.is_multiple_of(4096) {
        return Err("has a hive size that it cannot have");
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let references = count.checked_mul(8).and_then(|bytes| body.get(..bytes)).ok_or("has more pages than room")?;
    let mut data = Cursor::at(body, references.len());
    let mut pages = Vec::new();
    for reference in references.chunks_exact(8) {
        let mut reference = Cursor::new(reference);
        let offset = reference.u32("page offset").map_err(short)?;
        let size = usize::try_from(reference.u32("page size").map_err(short)?).unwrap_or(usize::MAX);
        pages.push((offset, data.take(size, "page").map_err(|_| "has more pages than room")?));
    }
    Ok((Entry { sequence, bins, pages }, size))
}

/// The file as it is, to be written over. None where the budget is spent.
fn image(file: &[u8], out: &mut Out<'_>) -> Option<Vec<u8>> {
    if let Err(exceeded) = out.budget().produce(file.len() as u64) {
        out.exceeded(&exceeded);
        return None;
    }
    Some(file.to_vec())
}

/// Lengthens the file to a size of hive bins; false where that is more than file and logs together have.
fn grow(bytes: &mut Vec<u8>, bins: u32, room: usize) -> bool {
    let size = usize::try_from(bins).unwrap_or(usize::MAX).saturating_add(base::SIZE);
    if size > bytes.len() && size <= room {
        bytes.resize(size, 0);
    }
    size <= room
}

fn put(bytes: &mut [u8], offset: usize, page: &[u8]) -> bool {
    let start = offset.saturating_add(base::SIZE);
    let target = start.checked_add(page.len()).and_then(|end| bytes.get_mut(start..end));
    target.is_some_and(|target| {
        target.copy_from_slice(page);
        true
    })
}

/// Applies logs of the new format: entries in the order of their numbers, over both logs, up to the first gap.
fn apply_new(file: &[u8], base: &Base, mut logs: Vec<Log<'_>>, room: usize, out: &mut Out<'_>) -> Option<Replayed> {
    let first = |log: &Log<'_>| log.entries.first().map_or(0, |entry| entry.sequence);
    logs.sort_by_key(first);
    if !base.sound {
        // The state of the file is unknown: only the newest log is sure to follow it.
        logs = logs.split_off(logs.len().saturating_sub(1));
    }
    let mut now = base.clone();
    if !base.sound {
        let copy = logs.first().filter(|log| log.base.sound)?;
        now = copy.base.clone();
        out.tell_at(code::BROKEN_CHECKSUM, Some(0), "the hive's base block is torn; the copy in its log was taken");
    }
    let mut bytes = image(file, out)?;
    let mut next: Option<u32> = None;
    let mut applied = 0_u32;
    'logs: for log in &logs {
        for entry in &log.entries {
            let old = match next {
                Some(next) => entry.sequence < next,
                None => base.sound && entry.sequence < base.secondary,
            };
            if old {
                continue;
            }
            let wanted = next.or_else(|| base.sound.then_some(base.secondary));
            if wanted.is_some_and(|wanted| wanted != entry.sequence) {
                let wanted = wanted.unwrap_or_default();
                let message = format!("log entries from {wanted} to before {} are missing", entry.sequence);
                out.tell_at(code::BROKEN_LOG, None, message);
                // Windows begins anywhere behind the hive's own state, but never leaps afterwards.
                if next.is_some() {
                    break 'logs;
                }
            }
            if !grow(&mut bytes, entry.bins, room) {
                out.tell_at(
                    code::BROKEN_LOG,
                    None,
                    format!("log entry {} makes the hive impossibly large", entry.sequence),
                );
                break 'logs;
            }
            for (offset, page) in &entry.pages {
                if !put(&mut bytes, usize::try_from(*offset).unwrap_or(usize::MAX), page) {
                    let message = format!("log entry {} has a page outside of the hive", entry.sequence);
                    out.tell_at(code::BROKEN_LOG, None, message);
                }
            }
            next = Some(entry.sequence.saturating_add(1));
            now.bins = entry.bins;
            applied = applied.saturating_add(1);
        }
    }
    let (last, _) = next.map(|next| (next.saturating_sub(1), ())).or_else(|| {
        let message = "the transaction logs hold only what the hive already has";
        out.tell_at(code::BROKEN_LOG, None, message);
        None
    })?;
    out.tell_at(code::NOTE_HIVE, None, format!("{applied} entries of transaction logs were applied, up to {last}"));
    Some(Replayed { bytes, base: now })
}

/// Applies a log of the old format: the newest that belongs to the hive (by the time in both base blocks).
fn apply_old(file: &[u8], base: &Base, logs: &[Log<'_>], room: usize, out: &mut Out<'_>) -> Option<Replayed> {
    let first_bin = || Cursor::at(file, base::SIZE.saturating_add(20)).u64("timestamp").unwrap_or_default();
    let time = if base.sound { base.written } else { first_bin() };
    let mut newest: Option<&Log<'_>> = None;
    for log in logs {
        if log.base.primary != log.base.secondary || log.base.written < time {
            out.tell_at(
                code::BROKEN_LOG,
                None,
                "a transaction log belongs to another state of the hive; it was not applied",
            );
        } else if newest.is_none_or(|newest| newest.base.written < log.base.written) {
            newest = Some(log);
        }
    }
    let log = newest?;
    let mut bytes = image(file, out)?;
    if !grow(&mut bytes, log.base.bins, room) {
        out.tell_at(code::BROKEN_LOG, Some(40), "a transaction log makes the hive impossibly large");
        return None;
    }
    let length = usize::try_from(log.base.bins).unwrap_or(usize::MAX).div_euclid(4096);
    let mut at = Cursor::at(log.bytes, SECTOR.saturating_add(4));
    let bitmap = at.take_up_to(length);
    let from = SECTOR.saturating_add(4).saturating_add(length).next_multiple_of(SECTOR);
    at.seek(from);
    let mut applied = 0_u32;
    let bits = bitmap.iter().flat_map(|byte| (0..8).map(move |bit| byte & (1 << bit) != 0));
    for (number, _) in bits.enumerate().filter(|(_, dirty)| *dirty) {
        let Ok(page) = at.take(SECTOR, "dirty page") else {
            let message = "a transaction log is cut off; the pages that are there were applied";
            out.tell_at(code::BROKEN_LOG, Some(log.bytes.len() as u64), message);
            break;
        };
        if put(&mut bytes, number.saturating_mul(SECTOR), page) {
            applied = applied.saturating_add(1);
        }
    }
    if applied == 0 {
        return None;
    }
    let mut now = if base.sound { base.clone() } else { log.base.clone() };
    if !base.sound {
        out.tell_at(code::BROKEN_CHECKSUM, Some(0), "the hive's base block is torn; the copy in its log was taken");
    }
    now.bins = log.base.bins;
    out.tell_at(code::NOTE_HIVE, None, format!("{applied} pages of a transaction log were applied"));
    Some(Replayed { bytes, base: now })
}
