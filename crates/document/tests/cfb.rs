//! Compound files: whole, damaged and hostile.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use ddefend_container::cfb::{Compound, Storage};
use ddefend_guard::Limits;
use ddefend_testkit::Recorder;
use ddefend_testkit::make::cfb::{Cfb, Damage};
use std::borrow::Cow;

fn small() -> Vec<u8> {
    (0..100).collect()
}

fn large() -> Vec<u8> {
    (0..9_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn file(damage: Damage) -> Vec<u8> {
    Cfb::new()
        .stream("Small", &small())
        .stream("Large", &large())
        .storage("Pool", [7; 16])
        .stream("Pool/_1/\u{1}Ole", b"inner")
        .stream("Pool/_1/Other", &large())
        .damage(damage)
        .bytes()
}

fn stream(storage: Storage<'_>, name: &str) -> (Vec<u8>, Vec<String>) {
    let mut sink = Recorder::default();
    let bytes = storage.stream(name).unwrap().read(&mut sink).into_owned();
    (bytes, sink.codes().into_iter().map(str::to_owned).collect())
}

#[test]
fn reads_a_whole_file() {
    let bytes = file(Damage::default());
    let mut sink = Recorder::default();
    let compound = Compound::open(&bytes, &mut sink).unwrap();
    let root = compound.root();
    assert_eq!(stream(root, "small"), (small(), vec![]));
    assert_eq!(stream(root, "LARGE"), (large(), vec![]));
    let pool = root.storage("Pool").unwrap();
    assert_eq!(pool.class_id(), [7; 16]);
    let inner = pool.storage("_1").unwrap();
    assert_eq!(stream(inner, "\u{1}ole").0, b"inner");
    assert_eq!(inner.path(), "Pool/_1");
    assert_eq!(inner.stream("\u{1}Ole").unwrap().path(), "Pool/_1/\\1Ole");
    assert_eq!(&*root.stream("Large").unwrap().prefix(3), &large()[..3]);
    assert!(matches!(root.stream("Large").unwrap().read(&mut sink), Cow::Borrowed(_)), "neighbours are not copied");
    assert!(compound.orphans().is_none());
    assert_eq!(sink.codes(), Vec::<&str>::new());
}

#[test]
fn a_chain_out_of_order_is_joined() {
    let bytes = file(Damage { reversed: true, trailing: vec![1; 700], ..Damage::default() });
    let compound = Compound::open(&bytes, &mut Recorder::default()).unwrap();
    assert_eq!(stream(compound.root(), "Large"), (large(), vec![]));
}

#[test]
fn a_table_with_further_lists_is_read() {
    let big: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let bytes = Cfb::new().stream("Big", &big).stream("Last", &large()).bytes();
    let compound = Compound::open(&bytes, &mut Recorder::default()).unwrap();
    assert_eq!(stream(compound.root(), "Last"), (large(), vec![]));
}

#[test]
fn a_cycle_is_told_and_the_head_is_there() {
    let bytes = file(Damage { fat_cycle: true, ..Damage::default() });
    let compound = Compound::open(&bytes, &mut Recorder::default()).unwrap();
    let (head, codes) = stream(compound.root(), "Large");
    assert!(head.starts_with(&large()));
    assert_eq!(codes, ["broken.structure"]);
}

#[test]
fn a_missing_table_is_guessed() {
    let bytes = file(Damage { fat_missing: true, ..Damage::default() });
    let compound = Compound::open(&bytes, &mut Recorder::default()).unwrap();
    let (all, codes) = stream(compound.root(), "Large");
    assert_eq!(all, large());
    assert_eq!(codes, ["broken.structure"]);
}

#[test]
fn orphans_are_offered() {
    let damage = Damage { orphans: vec!["Small".to_owned(), "_1".to_owned()], ..Damage::default() };
    let bytes = file(damage);
    let compound = Compound::open(&bytes, &mut Recorder::default()).unwrap();
    assert!(compound.root().stream("Small").is_none());
    let orphans = compound.orphans().unwrap();
    assert_eq!(stream(orphans, "Small").0, small());
    assert_eq!(stream(orphans.storage("_1").unwrap(), "Other").0, large());
    assert_eq!(orphans.storage("_1").unwrap().path(), "orphans/_1");
}

#[test]
fn a_tree_that_bites_its_tail_loses_nothing() {
    let bytes = file(Damage { tree_cycle: true, bad_names: true, ..Damage::default() });
    let mut sink = Recorder::default();
    let compound = Compound::open(&bytes, &mut sink).unwrap();
    assert_eq!(sink.codes(), ["broken.structure"]);
    let orphans = compound.orphans().unwrap();
    assert_eq!(stream(orphans, "Small").0, small());
    assert_eq!(stream(orphans.storage("Pool").unwrap().storage("_1").unwrap(), "\u{1}Ole").0, b"inner");
}

#[test]
fn a_truncated_file_is_told() {
    let whole = Cfb::new().stream("Large", &large()).bytes();
    // The directory is written last, so it is not there.
    let mut sink = Recorder::default();
    let compound = Compound::open(&whole[..20_000], &mut sink).unwrap();
    assert!(compound.root().streams().is_empty());
    assert!(!sink.codes().is_empty());
    assert!(Compound::open(&whole[..300], &mut sink).is_none());
    assert_eq!(sink.codes().last(), Some(&"broken.truncated"));
}

#[test]
fn limits_are_told() {
    let bytes = file(Damage::default());
    let limits = Limits { part_size: 10_000, ..Limits::default() };
    let mut sink = Recorder::with_limits(limits);
    let compound = Compound::open(&bytes, &mut sink).unwrap();
    let large = compound.root().stream("Large").unwrap();
    assert_eq!(large.read(&mut sink).len(), 10_000);
    let _ = large.read(&mut sink);
    assert_eq!(sink.codes(), ["limit.part-size"], "told once");
}

#[test]
fn damaged_copies_never_panic() {
    let bytes = file(Damage::default());
    let drain = |bytes: &[u8]| {
        let mut sink = Recorder::default();
        let Some(compound) = Compound::open(bytes, &mut sink) else { return };
        let mut open = vec![compound.root()];
        open.extend(compound.orphans());
        while let Some(storage) = open.pop() {
            for stream in storage.streams() {
                assert!(stream.read(&mut sink).len() <= bytes.len() * 4);
            }
            open.extend(storage.storages());
        }
    };
    for sixteenth in 0..16 {
        drain(&bytes[..bytes.len() * sixteenth / 16]);
    }
    let mut state = 1_u64;
    for _ in 0..3_000 {
        let mut copy = bytes.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize;
            // Half of the hits go to the header, the tables and the directory.
            let at = if at.is_multiple_of(2) { at % 512 } else { bytes.len() - 1 - at % 4096 };
            copy[at] = [0, 0xff, (state >> 20) as u8][(state >> 10) as usize % 3];
        }
        drain(&copy);
    }
}
