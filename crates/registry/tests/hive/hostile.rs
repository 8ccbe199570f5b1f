//! Hives that lie: each is read to its end, and what is wrong with it is told by its code.

use crate::logs::sum;
use crate::support::{Found, USER, WORD, all, look, sample, tree, user};
use ddefend_registry::write::{LogFormat, dirty_hive};
use ddefend_registry::{Coverage, Data, Interest, Origin, Root};

/// A hive that is changed number by number.
struct Hive(Vec<u8>);

impl Hive {
    fn word() -> Self {
        let long = Data::Sz("long enough for a cell of its own".into());
        Self(user(&[
            (WORD, &[("AllowDDE", Data::Dword(2)), ("Text", long)]),
            (r"Software\Other\Deep", &[("v", Data::Dword(1))]),
            (r"Control Panel", &[]),
        ]))
    }

    fn get(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap())
    }

    fn put(&mut self, at: usize, number: u32) {
        self.0[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }

    /// Where in the file the record of a key or value stands, by its name.
    fn record(&self, kind: &[u8; 2], name: &str) -> usize {
        let from = if kind == b"nk" { 76 } else { 20 };
        let at = (4096..self.0.len())
            .step_by(8)
            .map(|at| at + 4)
            .find(|at| self.0[*at..].starts_with(kind) && self.0[*at + from..].starts_with(name.as_bytes()));
        at.unwrap_or_else(|| panic!("no {name}"))
    }

    fn key(&self, name: &str) -> usize {
        self.record(b"nk", name)
    }

    fn value(&self, name: &str) -> usize {
        self.record(b"vk", name)
    }

    /// The cell of a record, as other cells name it.
    fn cell(record: usize) -> u32 {
        (record - 4 - 4096) as u32
    }

    /// Where the record in a cell stands.
    fn at(cell: u32) -> usize {
        cell as usize + 4096 + 4
    }

    fn read(&self) -> Found {
        all(&self.0)
    }
}

const BROKEN: &[&str] = &["broken.structure"];

fn check(hive: &Hive, codes: &[&str]) -> Found {
    let found = hive.read();
    assert_eq!(found.codes(), codes, "{:?}", found.diagnostics);
    assert!(found.entries.len() < 100);
    found
}

/// Fields of a key's record.
const PARENT_SUBKEYS: usize = 20;
const LIST: usize = 28;
const VALUES: usize = 36;
const VALUE_LIST: usize = 40;

#[test]
fn a_list_that_lists_its_own_parents_is_a_cycle() {
    let mut hive = Hive::word();
    // The list of the deepest key is that of the root: everything is below itself.
    let (deep, root) = (hive.key("Security"), hive.key("ROOT"));
    hive.put(deep + LIST, hive.get(root + LIST));
    hive.put(deep + PARENT_SUBKEYS, 2);
    let found = check(&hive, BROKEN);
    assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(2), Origin::Written)]);
}

#[test]
fn a_key_below_two_others_is_read_once() {
    let mut hive = Hive::word();
    let (deep, other) = (hive.key("Deep"), hive.key("Control Panel"));
    let list = hive.get(hive.key("Other") + LIST);
    hive.put(other + LIST, list);
    hive.put(other + PARENT_SUBKEYS, 1);
    assert_eq!(hive.get(Hive::at(list) + 4), Hive::cell(deep));
    let found = check(&hive, BROKEN);
    assert_eq!(found.entries.iter().filter(|entry| entry.key.ends_with("Deep")).count(), 2, "the key and its value");
}

#[test]
fn an_index_root_that_points_to_itself_ends() {
    let mut hive = Hive::word();
    let list = hive.get(hive.key("Software") + LIST);
    let at = Hive::at(list);
    hive.0[at..at + 4].copy_from_slice(b"ri\x01\0");
    hive.put(at + 4, list);
    check(&hive, BROKEN);
}

#[test]
fn index_roots_are_followed_to_a_depth() {
    // Cells of the values' data become a chain of index roots.
    let texts: Vec<(String, Data)> = (0..12).map(|n| (format!("t{n}"), Data::Binary(vec![0; 12]))).collect();
    let values: Vec<(&str, Data)> = texts.iter().map(|(name, data)| (name.as_str(), data.clone())).collect();
    let mut hive = Hive(user(&[(r"Software\a", &values), (r"Software\b", &[])]));
    let key = hive.key("Software");
    let list = hive.get(key + LIST);
    let cells: Vec<u32> = (0..12).map(|n| hive.get(hive.value(&format!("t{n}")) + 8)).collect();
    for (number, cell) in cells.iter().enumerate() {
        let next = cells.get(number + 1).copied().unwrap_or(list);
        let at = Hive::at(*cell);
        hive.0[at..at + 4].copy_from_slice(b"ri\x01\0");
        hive.put(at + 4, next);
    }
    hive.put(key + LIST, cells[8]);
    let found = hive.read();
    assert_eq!(found.key(r"Software\b"), [Origin::Written], "four levels are read");
    hive.put(key + LIST, cells[0]);
    let found = hive.read();
    assert_eq!(found.codes(), ["limit.structure"]);
    assert!(found.key(r"Software\b").is_empty());
}

#[test]
fn counts_of_four_thousand_million_are_bounded() {
    for (name, field) in [("Software", PARENT_SUBKEYS), ("Security", VALUES), ("Security", PARENT_SUBKEYS)] {
        let mut hive = Hive::word();
        let at = hive.key(name);
        hive.put(at + field, u32::MAX);
        let found = hive.read();
        assert!(found.codes().iter().all(|code| BROKEN.contains(code)), "{name}: {:?}", found.diagnostics);
        assert!(!found.value(WORD, "AllowDDE").is_empty(), "{name} {field}");
    }
    let mut hive = Hive::word();
    let list = Hive::at(hive.get(hive.key("Software") + LIST));
    hive.0[list + 2..list + 4].copy_from_slice(&[0xff, 0xff]);
    let found = check(&hive, BROKEN);
    assert!(!found.value(WORD, "AllowDDE").is_empty());
}

#[test]
fn sizes_that_lie_are_told() {
    for size in [0, 1, 4, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffc] {
        let mut hive = Hive::word();
        let at = hive.value("Text") - 4;
        hive.put(at, size);
        let found = hive.read();
        assert!(found.codes().contains(&"broken.structure"), "{size:#x}: {:?}", found.diagnostics);
        assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(2), Origin::Written)], "{size:#x}");
    }
}

#[test]
fn data_that_is_not_there_is_told() {
    for (size, place) in [(0x7fff_ffff, None), (34, Some(0xffff_ff00)), (34, Some(u32::MAX)), (0x8000_0005, None)] {
        let mut hive = Hive::word();
        let at = hive.value("Text");
        hive.put(at + 4, size);
        if let Some(place) = place {
            hive.put(at + 8, place);
        }
        let found = check(&hive, BROKEN);
        assert_eq!(found.value(WORD, "Text").len(), 1, "the value itself is told");
    }
}

#[test]
fn offsets_into_nothing_are_told() {
    for field in [LIST, VALUE_LIST] {
        for offset in [0, 3, 0x7777_7777, 0xffff_fffe] {
            let mut hive = Hive::word();
            let at = hive.key(if field == LIST { "Word" } else { "Security" });
            hive.put(at + field, offset);
            check(&hive, BROKEN);
        }
    }
}

#[test]
fn a_cell_that_is_free_is_not_in_effect() {
    let mut hive = Hive::word();
    let at = hive.value("AllowDDE") - 4;
    let size = hive.get(at).wrapping_neg();
    hive.put(at, size);
    let found = check(&hive, BROKEN);
    assert!(found.value(WORD, "AllowDDE").is_empty());
    let mut hive = Hive::word();
    let at = hive.key("Security") - 4;
    let size = hive.get(at).wrapping_neg();
    hive.put(at, size);
    let found = check(&hive, BROKEN);
    assert_eq!(found.key(WORD), [Origin::Deleted], "found as what it is");
}

#[test]
fn signatures_that_are_none_are_told() {
    for (at, codes) in [
        (Hive::word().key("Security"), BROKEN),
        (Hive::word().value("AllowDDE"), BROKEN),
        (Hive::at(Hive::word().get(Hive::word().key("Office") + LIST)), BROKEN),
        (4096, BROKEN),
    ] {
        let mut hive = Hive::word();
        hive.0[at..at + 2].copy_from_slice(b"zz");
        check(&hive, codes);
    }
}

#[test]
fn base_blocks_that_lie() {
    let mut hive = Hive::word();
    hive.0[508] ^= 1;
    let found = check(&hive, &["broken.checksum", "broken.unflushed"]);
    assert!(!found.value(WORD, "AllowDDE").is_empty());
    // The root elsewhere: the key that says that it is the root is taken.
    for offset in [0, 8, 0x7777_7770, u32::MAX] {
        let mut hive = Hive::word();
        hive.put(36, offset);
        sum(&mut hive.0);
        let found = check(&hive, BROKEN);
        assert!(!found.value(WORD, "AllowDDE").is_empty());
    }
    let mut hive = Hive::word();
    hive.put(40, u32::MAX);
    sum(&mut hive.0);
    check(&hive, &["broken.truncated"]);
    // No root at all.
    let mut hive = Hive::word();
    hive.0.truncate(4096);
    assert!(hive.read().about.unwrap().is_err());
    assert!(all(b"regf").about.unwrap().is_err());
}

#[test]
fn cut_off_at_every_sector() {
    let whole = sample();
    let expected = all(&whole).entries.len();
    for length in (0..whole.len()).step_by(512) {
        let found = all(&whole[..length]);
        assert!(found.entries.len() <= expected);
        let told = !found.diagnostics.is_empty() || found.about.is_none_or(|about| about.is_err());
        assert!(told, "{length} of {} bytes and nothing is said of it", whole.len());
    }
}

#[test]
fn hive_bins_that_are_missing() {
    let whole = sample();
    for start in (4096..whole.len()).step_by(4096) {
        for byte in [0, 0xff, b'A'] {
            let mut bytes = whole.clone();
            bytes[start..start + 4096].fill(byte);
            let found = all(&bytes);
            assert!(found.entries.len() < 100);
        }
        let mut bytes = whole.clone();
        bytes.drain(start..start + 4096);
        assert!(all(&bytes).codes().contains(&"broken.truncated"), "{start}");
    }
}

#[test]
fn names_that_are_odd() {
    let hive = Hive(user(&[("Software\\a\0b", &[("v\0w", Data::Dword(1))])]));
    let found = check(&hive, &["note.odd"]);
    assert_eq!(found.value("Software\\a\0b", "v\0w").len(), 1, "hidden from programs, not from us");
    let mut hive = Hive(user(&[(r"Software\Policies.Microsoft", &[("v", Data::Dword(1))])]));
    let at = hive.key("Policies.Microsoft");
    hive.0[at + 76 + 8] = b'\\';
    let found = check(&hive, &["note.odd"]);
    assert_eq!(found.key("Software\\Policies\u{fffd}Microsoft").len(), 1, "one key, never two");
    // A name longer than its cell, and none.
    let mut hive = Hive::word();
    let at = hive.key("Deep");
    hive.0[at + 72..at + 74].copy_from_slice(&[0xff, 0xff]);
    assert!(hive.read().codes().contains(&"broken.truncated"));
    hive.0[at + 72..at + 74].copy_from_slice(&[0, 0]);
    check(&hive, &["note.odd"]);
    // UTF-16 with half a pair.
    let mut hive = Hive::word();
    let at = hive.key("Deep");
    hive.0[at + 2] &= !0x20;
    hive.0[at + 76..at + 80].copy_from_slice(&[0x00, 0xd8, 0x41, 0x00]);
    assert_eq!(hive.read().key("Software\\Other\\\u{fffd}A").len(), 1);
}

#[test]
fn big_data_that_lies() {
    let build = || Hive(user(&[(r"Software\a", &[("big", Data::Binary(vec![5; 40_000]))])]));
    let hive = build();
    let db = Hive::at(hive.get(hive.value("big") + 8));
    let list = Hive::at(hive.get(db + 4));
    let first = hive.get(list);
    let lies: [(usize, u32); 5] =
        [(list + 4, first), (list + 8, 0x7777_7770), (db + 4, 0x7777_7770), (db + 4, first), (list, u32::MAX)];
    for (at, number) in lies {
        let mut hive = build();
        hive.put(at, number);
        let found = check(&hive, BROKEN);
        assert_eq!(found.value(r"Software\a", "big").len(), 1);
    }
    let mut hive = build();
    hive.0[db + 2..db + 4].copy_from_slice(&[1, 0]);
    check(&hive, BROKEN);
}

#[test]
fn shared_lists_do_not_multiply() {
    // A thousand keys with one list of a thousand values: a million facts out of a few hundred kilobytes.
    let names: Vec<(String, Data)> = (0..1_000).map(|n| (format!("v{n}"), Data::Binary(vec![1; 400]))).collect();
    let values: Vec<(&str, Data)> = names.iter().map(|(name, data)| (name.as_str(), data.clone())).collect();
    let keys: Vec<String> = (0..1_000).map(|n| format!(r"Software\k{n:04}")).collect();
    let mut rows: Vec<(&str, &[(&str, Data)])> = keys.iter().map(|key| (key.as_str(), &[][..])).collect();
    rows[0].1 = &values;
    let mut hive = Hive(user(&rows));
    let first = hive.key("k0000");
    let (count, list) = (hive.get(first + VALUES), hive.get(first + VALUE_LIST));
    for key in &keys {
        let at = hive.key(&key[9..]);
        hive.put(at + VALUES, count);
        hive.put(at + VALUE_LIST, list);
    }
    let found = hive.read();
    assert!(found.codes().contains(&"limit.structure"));
    assert!(found.entries.len() < 60_000, "{}", found.entries.len());
}

#[test]
fn keys_that_are_nested_too_deeply() {
    let path = |depth: usize| format!("Software{}", "\\k".repeat(depth));
    let found = all(&user(&[(&path(200), &[("v", Data::Dword(1))])]));
    assert_eq!(found.codes(), [""; 0]);
    let found = all(&user(&[(&path(600), &[("v", Data::Dword(1))])]));
    assert_eq!(found.codes(), ["limit.structure"]);
}

#[test]
fn bad_logs_are_told() {
    let states: Vec<_> = (0..3).map(|n| tree(&[(WORD, &[("AllowDDE", Data::Dword(n))])])).collect();
    let hive = dirty_hive(&states, &USER, LogFormat::New).unwrap();
    let good = &hive.logs[0];
    let codes = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut log = good.clone();
        change(&mut log);
        let found = look("NTUSER.DAT", &hive.primary, &[&log], &Interest::everything());
        assert_eq!(found.value(WORD, "AllowDDE").last().unwrap().0, Data::Dword(0), "{:?}", found.entries);
        found.codes().join(" ")
    };
    let gap = "broken.log broken.unflushed";
    assert_eq!(codes(&|log| log[512 + 24] ^= 1), gap, "hash 1");
    assert_eq!(codes(&|log| log[512 + 32] ^= 1), gap, "hash 2");
    assert_eq!(codes(&|log| log[512 + 12] ^= 0x40), gap, "sequence number");
    assert_eq!(codes(&|log| log[512 + 4..512 + 8].fill(0)), gap, "size 0");
    assert_eq!(codes(&|log| log[512 + 4..512 + 8].fill(0xff)), gap, "size of 4 GB");
    assert_eq!(codes(&|log| log[512 + 20..512 + 24].fill(0xff)), gap, "4,294,967,295 pages");
    assert_eq!(codes(&|log| log.truncate(512 + 60)), gap, "cut off");
    assert_eq!(codes(&|log| log[512] = b'X'), gap, "no entry");
    assert_eq!(codes(&|log| log.truncate(512)), "broken.unflushed", "never used");
}

/// What silence of a hive means.
fn covers(hive: &Hive) -> Coverage {
    hive.read().about.unwrap().unwrap().coverage
}

#[test]
fn what_could_not_be_read_may_be_there() {
    let whole = Coverage::Whole(vec![(Root::User, String::new())]);
    assert_eq!(covers(&Hive::word()), whole);
    let damaged = |damage: &dyn Fn(&mut Hive)| {
        let mut hive = Hive::word();
        damage(&mut hive);
        assert_eq!(covers(&hive), Coverage::Changes);
    };
    // A list of keys, a key, a list of values, a value, data.
    damaged(&|hive| hive.put(hive.key("Software") + LIST, 0x00ff_fff0));
    damaged(&|hive| hive.put(hive.key("Software") + LIST, u32::MAX));
    damaged(&|hive| hive.put(hive.key("Software") + PARENT_SUBKEYS, 9));
    damaged(&|hive| hive.put(hive.key("Security") - 4, 1_000_000));
    damaged(&|hive| hive.put(hive.key("Security"), 0));
    damaged(&|hive| hive.put(hive.key("Security") + VALUE_LIST, 0x00ff_fff0));
    damaged(&|hive| hive.put(hive.key("Security") + VALUES, 99));
    damaged(&|hive| hive.put(hive.value("AllowDDE"), 0));
}

#[test]
fn damage_off_the_way_to_what_is_wanted_says_nothing_of_it() {
    let mut hive = Hive::word();
    hive.put(hive.key("Other") + LIST, 0x00ff_fff0);
    let mut interest = Interest::default();
    interest.add(&Root::User, WORD);
    let about = look("NTUSER.DAT", &hive.0, &[], &interest).about.unwrap().unwrap();
    assert_eq!(about.coverage, Coverage::Whole(vec![(Root::User, String::new())]));
}
