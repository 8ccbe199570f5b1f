//! Dumps that are damaged or lie: nothing panics, nothing is allocated from what they claim, what is readable is told.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

mod common;

use common::{Kit, WORD, kit, word};
use ddefend_memory::write::{DumpPlan, PlannedRegion, utf16, write};
use ddefend_model::Level;
use ddefend_model::memory::MemoryImage;
use proptest::prelude::*;
use std::sync::OnceLock;

fn shared() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(kit)
}

fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn get32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"))
}

/// Offset of the directory's entry of a type, and where the stream begins.
fn stream(bytes: &[u8], kind: u32) -> (usize, usize) {
    let count = get32(bytes, 8) as usize;
    let entry = (0..count).map(|index| 32 + 12 * index).find(|at| get32(bytes, *at) == kind).expect("there");
    (entry, get32(bytes, entry + 8) as usize)
}

fn told(image: &MemoryImage) {
    assert!(!image.complete, "nothing said");
    assert!(image.diagnostics.iter().any(|one| one.is_gap()));
    assert!(image.diagnostics.iter().all(|one| one.artifact == "test.dmp" && !one.message.is_empty()));
}

#[test]
fn cut_anywhere() {
    let bytes = write(&word());
    let whole = shared().read(&bytes);
    assert_eq!(whole.hits[0].level, Some(Level::Critical));
    for end in (0..bytes.len()).step_by(64) {
        let image = shared().read(&bytes[..end]);
        assert!(image.module_count <= whole.module_count);
        if end >= 4 {
            assert_eq!(image.format, "minidump");
            told(&image);
        }
    }
    // Without its end the dump still tells of its head.
    let image = shared().read(&bytes[..bytes.len() - 300]);
    assert_eq!(image.process.expect("a process").image, WORD);
}

#[test]
fn counts_that_lie() {
    let good = write(&word());
    for kind in [3, 4, 5, 9, 14, 16] {
        let plan = DumpPlan { small: kind == 5, ..word() };
        let good = write(&plan);
        let (entry, at) = stream(&good, kind);
        let count_at = match kind {
            14 => at + 8,
            _ => at,
        };
        for (place, value) in
            [(count_at, u32::MAX), (count_at, 1 << 20), (entry + 4, u32::MAX), (entry + 8, u32::MAX - 3)]
        {
            let mut bytes = good.clone();
            put32(&mut bytes, place, value);
            let image = shared().read(&bytes);
            // A list of 16 bytes a region has its count in eight; its upper half stays zero here.
            assert!(!image.complete, "nothing said of stream {kind} with {value:#x} at {place:#x}");
            told(&image);
            assert_eq!(image.process.as_ref().map(|process| process.pid), Some(4242));
        }
    }
    let mut bytes = good.clone();
    put32(&mut bytes, 8, u32::MAX);
    told(&shared().read(&bytes));
    let mut bytes = good;
    put32(&mut bytes, 12, u32::MAX - 5);
    told(&shared().read(&bytes));
}

#[test]
fn entries_of_odd_sizes() {
    for (kind, value) in [(14, 0), (14, 1), (14, 4_097), (16, 0), (16, 47), (16, u32::MAX)] {
        let mut bytes = write(&word());
        let (_, at) = stream(&bytes, kind);
        put32(&mut bytes, at + 4, value);
        told(&shared().read(&bytes));
    }
}

#[test]
fn streams_that_are_there_twice() {
    let mut bytes = write(&word());
    let (entry, _) = stream(&bytes, 14);
    put32(&mut bytes, entry, 4);
    let image = shared().read(&bytes);
    told(&image);
    assert_eq!(image.module_count, 3);
}

/// Pointers in a circle: TEB, PEB and parameters that are each other.
#[test]
fn blocks_that_point_at_each_other() {
    let mut plan = DumpPlan { command: String::new(), ..word() };
    let address = 0x00e1_f2a0_1000_u64;
    let mut page = Vec::new();
    while page.len() < 0x400 {
        page.extend(address.to_le_bytes());
    }
    plan.regions.push(PlannedRegion { address, bytes: page, ..PlannedRegion::default() });
    let mut bytes = write(&plan);
    let (_, threads) = stream(&bytes, 3);
    bytes[threads + 4 + 16..threads + 4 + 24].copy_from_slice(&address.to_le_bytes());
    let image = shared().read(&bytes);
    assert!(image.process.expect("a process").command.chars().count() < 70_000);
}

#[test]
fn memory_that_overlaps() {
    let text = utf16("\u{13}DDEAUTO cmd \"/c whoami\"\u{15}");
    let region = PlannedRegion::heap(0x1000, &[text]);
    for small in [false, true] {
        let mut plan = DumpPlan { small, ..word() };
        plan.regions = vec![region.clone(), region.clone(), PlannedRegion { address: 0x1010, ..region.clone() }];
        let image = shared().read(&write(&plan));
        let fields: Vec<u64> = image.hits.iter().filter(|hit| hit.kind == "dde-field").map(|hit| hit.count).collect();
        assert_eq!(fields, [3]);
    }
    // The same bytes of the file under many addresses are looked through once.
    let mut bytes = write(&DumpPlan { small: true, ..word() });
    let (_, at) = stream(&bytes, 5);
    let first = get32(&bytes, at + 4 + 12);
    let size = bytes.len() as u32;
    for index in 0..get32(&bytes, at) as usize {
        put32(&mut bytes, at + 4 + 16 * index + 12, first);
        put32(&mut bytes, at + 4 + 16 * index + 8, size);
    }
    let image = shared().read(&bytes);
    told(&image);
    assert_eq!(image.hits.iter().filter(|hit| hit.kind == "dde-field").map(|hit| hit.count).sum::<u64>(), 1);
}

/// A name of four gigabytes, one beyond the end, one that is not UTF-16.
#[test]
fn names_that_lie() {
    for value in [u32::MAX, 0, 31] {
        let mut bytes = write(&word());
        let (_, at) = stream(&bytes, 4);
        put32(&mut bytes, at + 4 + 20, value);
        let image = shared().read(&bytes);
        assert_eq!(image.module_count, 3);
    }
    let mut bytes = write(&word());
    let (_, at) = stream(&bytes, 4);
    let name = get32(&bytes, at + 4 + 20) as usize;
    put32(&mut bytes, name, u32::MAX);
    let image = shared().read(&bytes);
    assert!(image.process.expect("a process").image.starts_with(WORD));
}

#[test]
fn whatever_comes_first() {
    for head in [&b"PAGEDU64"[..], b"EMiL", b"\x7fELF", b"MDM", b""] {
        let mut bytes = head.to_vec();
        bytes.extend([0; 64]);
        bytes.extend(b"=cmd|'/c whoami'!A0\0");
        let image = shared().read(&bytes);
        assert_eq!(image.format, "raw");
        assert_eq!(image.hits.len(), 1, "{head:?}");
        assert!(image.complete);
        assert_eq!(image.diagnostics.len(), usize::from(head.len() >= 4));
    }
    assert_eq!(shared().read(b"").hits, []);
}

/// Texts that would cost much if each word in them were judged alone.
#[test]
fn texts_of_nothing_but_words() {
    for word in [
        "dde",
        "DDE ",
        "DDEAUTO ",
        "|'",
        "|'!",
        "'!|'",
        "dde(",
        "cmd ",
        "cmd /c ",
        "=cmd|'",
        "\u{13}",
        "\u{13}DDE ",
        "{DDE ",
        "http://",
    ] {
        for text in [word.as_bytes().repeat(8_000), utf16(&word.repeat(4_000))] {
            let started = std::time::Instant::now();
            shared().read(&text);
            // Far beyond what it takes, far below what a quadratic one would take; this is a debug build.
            assert!(started.elapsed().as_secs() < 60, "{word:?} took {:?}", started.elapsed());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn mutants(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), small in any::<bool>(), narrow in any::<bool>()) {
        let mut bytes = write(&DumpPlan { small, narrow, ..word() });
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let image = shared().read(&bytes);
        prop_assert!(image.hits.len() <= 500);
    }
}
