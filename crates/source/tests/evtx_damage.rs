//! Damaged logs: what can be read is read, the rest is told, nothing panics or hangs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

mod common;

use common::{Found, event, read, read_by, text};
use ddefend_event::{Event, Value, native};
use ddefend_model::code;
use ddefend_source::{Cut, evtx};
use std::time::{Duration, Instant};

const CHUNK: usize = 65_536;
const FIRST: usize = 4096;

fn sample(count: u64) -> Vec<Event> {
    let long = Value::Text("C:\\Windows\\System32\\calc.exe /with some /words".into());
    (1..=count)
        .map(|number| {
            let id = Value::Int(i64::try_from(number).unwrap());
            let fields = [("Image", long.clone()), ("ProcessId", id), ("Data", Value::Text("one".into()))];
            event(number, u32::try_from(number % 3).unwrap() + 1, &fields[..usize::try_from(number % 3).unwrap() + 1])
        })
        .collect()
}

fn log(count: u64) -> Vec<u8> {
    evtx::write(&sample(count))
}

fn carve(bytes: &[u8]) -> Found {
    read_by(&*evtx::carver(), bytes, 1 << 20)
}

fn codes(found: &Found) -> Vec<&str> {
    found.diagnostics.iter().map(|diagnostic| &*diagnostic.code).collect()
}

fn recovered(found: &Found) -> usize {
    found.events.iter().filter(|event| event.values(native::RECOVERED).next().is_some()).count()
}

/// Where records begin in a log of one chunk.
fn records(log: &[u8]) -> Vec<usize> {
    (0..log.len() - 4).filter(|at| log[*at..].starts_with(b"**\0\0")).collect()
}

#[test]
fn a_checksum_that_does_not_fit_is_told_and_everything_read() {
    for at in [FIRST + 124, FIRST + 52] {
        let mut bytes = log(50);
        bytes[at] ^= 1;
        let found = read(&bytes);
        assert_eq!(found.events.len(), 50);
        assert!(codes(&found).contains(&code::BROKEN_CHECKSUM));
        assert!(found.diagnostics[0].location.offset >= Some(FIRST as u64));
    }
    let mut bytes = log(50);
    bytes[FIRST + 52] ^= 1;
    bytes[FIRST + 120] = 4;
    assert_eq!(read(&bytes).diagnostics.len(), 0, "no checksums were made");
}

#[test]
fn a_log_cut_off_anywhere_yields_what_is_whole() {
    let bytes = log(500);
    let whole = read(&bytes).events;
    assert_eq!(whole.len(), 500);
    let mut before = 0;
    for length in (0..bytes.len()).step_by(1024) {
        let found = read(&bytes[..length]);
        assert!(found.events.len() >= before, "{length}");
        before = found.events.len();
        assert_eq!(found.events[..], whole[..before], "{length}");
        if length > FIRST && length % CHUNK != FIRST {
            assert!(codes(&found).contains(&code::BROKEN_TRUNCATED), "{length}");
        }
    }
    assert!(before > 490);
}

#[test]
fn a_record_of_no_size_does_not_hold_the_others() {
    let bytes = log(50);
    let starts = records(&bytes);
    for size in [0_u32, 8, 27, 0x10000, u32::MAX] {
        let mut damaged = bytes.clone();
        damaged[starts[20] + 4..starts[20] + 8].copy_from_slice(&size.to_le_bytes());
        let found = read(&damaged);
        assert_eq!(found.events.len(), 49, "{size}");
        assert!(codes(&found).contains(&code::BROKEN_STRUCTURE));
    }
    let mut damaged = bytes.clone();
    damaged[starts[20]..starts[30]].fill(0);
    assert_eq!(read(&damaged).events.len(), 40);
}

#[test]
fn a_chunk_that_lost_its_magic_is_read_and_one_out_of_step_is_found() {
    let mut bytes = log(1000);
    let all = read(&bytes).events.len();
    bytes[FIRST + CHUNK] = 0;
    let found = read(&bytes);
    assert_eq!(found.events.len(), all);
    assert!(codes(&found).contains(&code::BROKEN_STRUCTURE));
    let mut bytes = log(1000);
    bytes.splice(FIRST + CHUNK..FIRST + CHUNK, [0x55; 777]);
    assert_eq!(read(&bytes).events.len(), all);
    for buffer in [1 << 17, 200_000, 1 << 20] {
        assert_eq!(read_by(&*evtx::carver(), &bytes, buffer).events.len(), all, "{buffer}");
    }
}

#[test]
fn chunks_that_are_gone_are_cut_away_as_one() {
    let mut bytes = log(1000);
    let start = FIRST + CHUNK;
    assert!(bytes.len() > start + 3 * CHUNK);
    bytes[start..start + 2 * CHUNK].fill(0xaa);
    let reader = evtx::reader(&bytes).unwrap();
    assert_eq!(reader.cut(&bytes, true), Cut::Block(start));
    assert_eq!(reader.cut(&bytes[start..], true), Cut::Skip(2 * CHUNK));
    assert_eq!(reader.cut(&bytes[start + 2 * CHUNK..], true), Cut::Block(bytes.len() - start - 2 * CHUNK));
    // The carver looks into everything.
    assert_eq!(evtx::carver().cut(&bytes, true), Cut::Block(bytes.len()));
}

#[test]
fn a_chunk_is_believed_where_its_header_says_less() {
    let mut bytes = log(50);
    let starts = records(&bytes);
    // The header as it was when 20 records had been written.
    bytes[FIRST + 48..FIRST + 52].copy_from_slice(&u32::try_from(starts[20] - FIRST).unwrap().to_le_bytes());
    bytes[FIRST + 32..FIRST + 40].copy_from_slice(&20_u64.to_le_bytes());
    let found = read(&bytes);
    assert_eq!((found.events.len(), recovered(&found)), (50, 0));
    // Free space in the middle of nowhere.
    bytes[FIRST + 48..FIRST + 52].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[FIRST + 32..FIRST + 40].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(read(&bytes).events.len(), 50);
}

#[test]
fn slack_is_for_the_carver() {
    let mut bytes = log(50);
    let starts = records(&bytes);
    let free = starts[30] - FIRST;
    bytes[FIRST + 48..FIRST + 52].copy_from_slice(&u32::try_from(free).unwrap().to_le_bytes());
    bytes[FIRST + 32..FIRST + 40].copy_from_slice(&30_u64.to_le_bytes());
    // The next record has lost its head, as when the log was exported.
    bytes[starts[30]..starts[30] + 8].fill(0);
    assert_eq!(read(&bytes).events.len(), 30);
    let found = carve(&bytes);
    assert_eq!((found.events.len(), recovered(&found)), (49, 19));
    let last = found.events.last().unwrap();
    assert_eq!(last.values(native::RECOVERED).next(), Some(&Value::Text("slack".into())));
    assert_eq!(last.head.key.event_id, 50 % 3 + 1);
}

#[test]
fn chunks_and_lone_records_are_found_in_raw_bytes() {
    let good = log(300);
    let starts = records(&good);
    let mut raw = vec![0x5a; 100_003];
    raw.extend_from_slice(&good[FIRST..FIRST + CHUNK]);
    raw.extend_from_slice(&[7; 5000]);
    let chunk = carve(&raw);
    assert!(chunk.events.len() > 100 && recovered(&chunk) == 0);
    // A record without its chunk: its values, without names.
    raw.truncate(100_003);
    raw.extend_from_slice(&good[starts[9]..starts[10]]);
    raw.extend_from_slice(&[7; 5000]);
    let lone = carve(&raw);
    assert_eq!((lone.events.len(), recovered(&lone)), (1, 1));
    assert_eq!(lone.events[0].head.place.record, 10);
    assert!(text(&lone.events[0].data).iter().any(|(_, text)| text.contains("calc.exe")));
}

#[test]
fn a_page_of_a_chunk_tells_where_the_chunk_began() {
    let good = log(300);
    let whole = read(&good).events;
    // Without the chunk's head, at an odd place; and with more than the head gone, from the second record on.
    let starts = records(&good);
    for from in [FIRST + 512, starts[0]] {
        let mut raw = vec![0x5a; 1003];
        raw.extend_from_slice(&good[from..FIRST + 20_000]);
        let found = carve(&raw);
        assert!(found.events.len() > 20 && recovered(&found) == found.events.len());
        for (one, other) in found.events.iter().zip(&whole) {
            assert_eq!(one.head.key, other.head.key);
            assert_eq!(one.data[..other.data.len()], other.data[..]);
            assert_eq!(one.head.place.offset, other.head.place.offset - from as u64 + 1003);
        }
    }
}

#[test]
fn zeros_are_passed_over_quickly() {
    let mut bytes = log(10);
    bytes.resize(64 << 20, 0);
    let last = log(20);
    bytes.extend_from_slice(&last[FIRST..]);
    let started = Instant::now();
    let found = read(&bytes);
    assert_eq!((found.events.len(), found.diagnostics.len()), (30, 0));
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn an_array_is_several_values() {
    let items = "one\0two\0three\0four\0";
    let fields = [("List", Value::Text(items.into())), ("Image", Value::Text("x".into()))];
    let mut bytes = evtx::write(&[event(1, 1, &fields)]);
    let size = u8::try_from(items.len() * 2).unwrap();
    let at = (0..bytes.len()).find(|at| bytes[*at..].starts_with(&[size, 0, 1, 0])).unwrap();
    bytes[at + 2] = 0x81;
    let found = read(&bytes);
    let list: Vec<_> = found.events[0].values("List").map(|value| value.cell().to_text()).collect();
    assert_eq!(list, ["one", "two", "three", "four"]);
    let mut parser = ::evtx::EvtxParser::from_buffer(bytes).unwrap();
    let xml = parser.records().next().unwrap().unwrap().data;
    assert_eq!(xml.matches("<Data Name=\"List\">").count(), 4);
}

/// A chunk with one record of these tokens.
fn tokens(stream: &[u8]) -> Vec<u8> {
    let mut log = log(1);
    let start = records(&log)[0];
    let size = u32::try_from(stream.len() + 28).unwrap();
    log[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
    log[start + 24..start + 24 + stream.len()].copy_from_slice(stream);
    log[start + 24 + stream.len()..start + 28 + stream.len()].copy_from_slice(&size.to_le_bytes());
    log[FIRST + 48..FIRST + 52].copy_from_slice(&(512 + size).to_le_bytes());
    log
}

#[test]
fn nesting_and_counts_have_limits() {
    let name = u32::try_from(65_000).unwrap().to_le_bytes();
    let mut open = vec![0x01];
    open.extend([0; 4]);
    open.extend(name);
    open.push(0x02);
    let mut deep = vec![0x0f, 1, 1, 0];
    (0..6000).for_each(|_| deep.extend(&open));
    let found = read(&tokens(&deep));
    assert_eq!(found.events.len(), 1);
    assert!(codes(&found).contains(&code::BROKEN_STRUCTURE));
    // Binary XML in binary XML, 3,000 levels.
    let mut nested: Vec<u8> = vec![0];
    for _ in 0..3000 {
        let size = u16::try_from(nested.len()).unwrap();
        nested.splice(0..0, [0x0f, 1, 1, 0, 0x05, 0x21, size.to_le_bytes()[0], size.to_le_bytes()[1]]);
    }
    let found = read(&tokens(&nested));
    assert!(codes(&found).contains(&code::LIMIT_STRUCTURE));
    // A template that is its own record, with four thousand million values.
    let mut own = vec![0x0f, 1, 1, 0, 0x0c, 1];
    own.extend([1, 0, 0, 0]);
    own.extend(512_u32.to_le_bytes());
    own.extend(u32::MAX.to_le_bytes());
    own.extend([0; 64]);
    let found = read(&tokens(&own));
    assert_eq!(found.events.len(), 1);
    assert!(!found.diagnostics.is_empty());
}

#[test]
fn overlapping_definitions_do_not_cost_the_square() {
    // Every record claims another definition, all of them as long as the chunk.
    let mut chunk = log(1)[..FIRST + 512].to_vec();
    let mut count: u32 = 0;
    while chunk.len() < FIRST + CHUNK - 64 {
        let mut record = b"**\0\0".to_vec();
        record.extend(56_u32.to_le_bytes());
        record.extend([0; 16]);
        record.extend([0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0]);
        record.extend((600 + count).to_le_bytes());
        record.extend(0xffff_u32.to_le_bytes());
        record.resize(52, 0);
        record.extend(56_u32.to_le_bytes());
        chunk.extend(record);
        count += 1;
    }
    chunk.resize(FIRST + CHUNK, 0xff);
    chunk[FIRST + 48..FIRST + 52].copy_from_slice(&0xffff_u32.to_le_bytes());
    chunk[FIRST + 32..FIRST + 40].copy_from_slice(&u64::MAX.to_le_bytes());
    let started = Instant::now();
    let found = read(&chunk);
    assert!(found.events.len() > 1000 && found.diagnostics.len() < 100);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_long_name_that_all_elements_share_is_not_kept_for_each() {
    // One name of 30,000 characters, and some thousand elements that are called so.
    let mut log = log(1)[..FIRST + 512].to_vec();
    let mut stream = vec![0x0f, 1, 1, 0];
    let name = u32::try_from(512 + 24 + 4 + 9).unwrap();
    stream.extend([0x01, 0, 0, 0, 0]);
    stream.extend(name.to_le_bytes());
    stream.extend([0, 0, 0, 0, 0, 0]);
    stream.extend(15_000_u16.to_le_bytes());
    (0..15_000).for_each(|_| stream.extend([b'n', 0]));
    stream.extend([0, 0, 0x02]);
    for _ in 0..2500 {
        stream.extend([0x01, 0, 0, 0, 0]);
        stream.extend(name.to_le_bytes());
        stream.extend([0x03]);
    }
    stream.extend([0x04, 0]);
    let size = u32::try_from(stream.len() + 28).unwrap();
    log.extend(b"**\0\0");
    log.extend(size.to_le_bytes());
    log.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    log.extend(stream);
    log.extend(size.to_le_bytes());
    log[FIRST + 48..FIRST + 52].copy_from_slice(&(512 + size).to_le_bytes());
    log.resize(FIRST + CHUNK, 0);
    let found = read(&log);
    assert_eq!(found.events.len(), 1);
    let kept: usize = found.events[0].data.iter().map(|(name, _)| name.len()).sum();
    assert!(kept < 1 << 19, "{kept}");
    assert!(found.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("names")));
}

/// xorshift64*: small, fast, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

#[test]
fn ten_thousand_mutants_neither_panic_nor_hang() {
    const NASTY: [&[u8]; 8] =
        [&[0xff; 4], &[0; 4], &[0, 0, 0, 0x80], b"**\0\0", &[0x0c, 1], &[0x81, 0], &[0x21, 0], &[0, 2, 0, 0]];
    let mut good = log(9);
    let used = records(&good).last().unwrap() + 600;
    good.truncate(used);
    let mut random = Random(0x1559_0002);
    for round in 0..10_000 {
        let mut bytes = good.clone();
        for _ in 0..=random.below(6) {
            // Heads are hit as often as content.
            let low = if random.below(3) == 0 { FIRST } else { FIRST + 512 };
            let at = low + random.below(bytes.len() - low - 8);
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                2 => {
                    let nasty = NASTY[random.below(NASTY.len())];
                    bytes[at..at + nasty.len()].copy_from_slice(nasty);
                }
                _ => {
                    let from = FIRST + random.below(bytes.len() - FIRST - 64);
                    let part = bytes[from..from + 1 + random.below(63)].to_vec();
                    let end = (at + part.len()).min(bytes.len());
                    bytes[at..end].copy_from_slice(&part[..end - at]);
                }
            }
        }
        let started = Instant::now();
        let found = if round % 2 == 0 { read(&bytes) } else { carve(&bytes) };
        assert!(found.events.len() <= 64 && started.elapsed() < Duration::from_secs(10), "round {round}");
    }
}
