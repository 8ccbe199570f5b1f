use super::space::{Head, number};
use crate::hive::{HEAD_SIZE, marvin32};

/// Bytes that are tracked together.
const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// Pages of `after` that are not the same in `before`: offsets in the hive bins and bytes.
fn changed<'a>(before: &[u8], after: &'a [u8]) -> Vec<(usize, &'a [u8])> {
    let pages = after.chunks(PAGE).enumerate().map(|(index, page)| (index.saturating_mul(PAGE), page));
    pages.filter(|(at, page)| before.get(*at..at.saturating_add(page.len())) != Some(page)).collect()
}

/// An entry of a log of the new format that turns one state of the hive bins into another.
pub(super) fn entry(sequence: u32, before: &[u8], after: &[u8]) -> Vec<u8> {
    let pages = changed(before, after);
    let mut body = Vec::new();
    for (at, page) in &pages {
        body.extend(number(*at).to_le_bytes());
        body.extend(number(page.len()).to_le_bytes());
    }
    pages.iter().for_each(|(_, page)| body.extend(*page));
    let size = body.len().saturating_add(40).next_multiple_of(SECTOR);
    body.resize(size.saturating_sub(40), 0);
    let mut entry = b"HvLE".to_vec();
    for number in [number(size), 0, sequence, number(after.len()), number(pages.len())] {
        entry.extend(number.to_le_bytes());
    }
    entry.extend(marvin32(&body).to_le_bytes());
    entry.extend(marvin32(&entry).to_le_bytes());
    entry.extend(body);
    entry
}

/// A log of the new format; its first entry has the sequence number of its head.
pub(super) fn new(head: &Head<'_>, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut log = Head { kind: 6, secondary: head.primary, ..*head }.bytes();
    entries.iter().for_each(|entry| log.extend(entry));
    log
}

/// A log of the old format that turns one state of the hive bins into another.
pub(super) fn old(head: &Head<'_>, before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut log = Head { kind: 1, secondary: head.primary, bins: number(after.len()), ..*head }.bytes();
    log.extend(b"DIRT");
    let pages = changed(before, after);
    for index in 0..after.len().div_euclid(PAGE) {
        let dirty = pages.iter().any(|(at, _)| *at == index.saturating_mul(PAGE));
        log.push(if dirty { 0xff } else { 0 });
    }
    log.resize(log.len().next_multiple_of(SECTOR), 0);
    pages.iter().for_each(|(_, page)| log.extend(*page));
    log
}

/// A primary file.
pub(super) fn file(head: &Head<'_>, bins: &[u8]) -> Vec<u8> {
    let mut file = Head { kind: 0, bins: number(bins.len()), ..*head }.bytes();
    debug_assert_eq!(file.len(), HEAD_SIZE, "a base block is a page");
    file.extend(bins);
    file
}
