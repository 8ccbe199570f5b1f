//! Written, then read: the same keys and values.

use crate::support::{USER, all, tree};
use ddefend_event::{Time, Zone};
use ddefend_registry::write::hive;
use ddefend_registry::{Data, Key, Root, Tree, fold};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What comes back: every key on the way exists too.
fn with_parents(tree: &Tree) -> Tree {
    let mut whole = tree.clone();
    for ((root, _), key) in &tree.keys {
        let parts: Vec<&str> = key.path.split('\\').collect();
        for end in 1..parts.len() {
            let path = parts[..end].join("\\");
            let new = || Key { path: path.clone(), ..Key::default() };
            whole.keys.entry((root.clone(), fold(&path))).or_insert_with(new);
        }
    }
    whole
}

/// Names are compared without regard to case, and a path takes its spelling from whoever came first.
fn folded(tree: &Tree) -> Vec<(String, Option<Time>, BTreeMap<String, Data>)> {
    let values = |key: &Key| key.values.iter().map(|(name, (_, data))| (name.clone(), data.clone())).collect();
    tree.keys.iter().map(|((_, path), key)| (path.clone(), key.written, values(key))).collect()
}

fn check(tree: &Tree) {
    let bytes = hive(tree, &USER).unwrap();
    assert_eq!(bytes, hive(tree, &USER).unwrap(), "the same tree gives the same bytes");
    let found = all(&bytes);
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    assert_eq!(folded(&found.tree()), folded(&with_parents(tree)));
}

#[test]
fn every_type_and_size_comes_back() {
    let values = [
        ("none", Data::None(vec![1, 2, 3])),
        ("sz", Data::Sz("text".into())),
        ("", Data::Sz("the default value".into())),
        ("expand", Data::ExpandSz("%TEMP%\\x".into())),
        ("binary", Data::Binary(vec![9; 5])),
        ("empty", Data::Binary(Vec::new())),
        ("one", Data::Binary(vec![1])),
        ("four", Data::Binary(vec![1, 2, 3, 4])),
        ("dword", Data::Dword(0x1234_5678)),
        ("big endian", Data::DwordBe(0x1234_5678)),
        ("link", Data::Link("\\Registry\\User".into())),
        ("multi", Data::MultiSz(vec!["a".into(), "b".into()])),
        ("qword", Data::Qword(u64::MAX)),
        ("other", Data::Other { kind: 9, bytes: vec![1; 40] }),
        ("dword of three", Data::Other { kind: 4, bytes: vec![1, 2, 3] }),
        ("largest plain", Data::Binary(vec![3; 16_344])),
        ("smallest big", Data::Binary((0..16_345_u32).map(|n| n as u8).collect())),
        ("big", Data::Binary((0..200_000_u32).map(|n| (n / 7) as u8).collect())),
        ("ÄÖ", Data::Dword(1)),
        ("日本", Data::Dword(2)),
        ("\u{1f600}", Data::Dword(3)),
    ];
    check(&tree(&[(r"Software\Ünï\日本", &values), (r"Software\a", &[])]));
}

#[test]
fn ten_thousand_keys_stand_below_index_roots() {
    let names: Vec<String> = (0..10_000).map(|number| format!(r"Software\Many\Key{number}")).collect();
    let values = [("v", Data::Dword(1))];
    let keys: Vec<(&str, &[(&str, Data)])> = names.iter().map(|name| (name.as_str(), &values[..])).collect();
    check(&tree(&keys));
}

#[test]
fn last_writes_come_back() {
    let mut tree = tree(&[(r"Software\a", &[])]);
    let written = Time { ticks: 17_000_000_000_000_000, zone: Zone::Utc };
    tree.keys.values_mut().for_each(|key| key.written = Some(written));
    check(&tree);
}

#[test]
fn names_that_are_too_long_are_refused() {
    let long = "k".repeat(256);
    assert!(hive(&tree(&[(&format!("Software\\{long}"), &[])]), &USER).is_err());
    assert!(hive(&tree(&[("Software\\a", &[(&"v".repeat(20_000), Data::Dword(1))])]), &USER).is_err());
}

fn data() -> impl Strategy<Value = Data> {
    prop_oneof![
        any::<u32>().prop_map(Data::Dword),
        any::<u32>().prop_map(Data::DwordBe),
        any::<u64>().prop_map(Data::Qword),
        "[^\0]{0,40}".prop_map(Data::Sz),
        prop::collection::vec("[^\0]{1,9}", 0..4).prop_map(Data::MultiSz),
        prop::collection::vec(any::<u8>(), 0..70).prop_map(Data::Binary),
        (16_000_usize..40_000, any::<u8>()).prop_map(|(size, byte)| Data::Binary(vec![byte; size])),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 ._{}-]{1,20}", "[^\\\\\0]{1,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_tree_comes_back(
        keys in prop::collection::vec(
            (prop::collection::vec(name(), 0..4), prop::collection::vec((name(), data()), 0..5)), 0..12)
    ) {
        let mut whole = Tree::default();
        for (parts, values) in keys {
            let mut path = "Software".to_owned();
            for part in parts {
                path.push('\\');
                path.push_str(&part);
            }
            let at = (Root::User, fold(&path));
            let key = whole.keys.entry(at).or_insert_with(|| Key { path, ..Key::default() });
            for (name, data) in values {
                key.values.insert(fold(&name), (name, data));
            }
        }
        check(&whole);
    }
}
