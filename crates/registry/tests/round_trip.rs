//! What the writers write, the readers read back as the same facts.

mod common;

use common::{entry, read_as};
use ddefend_registry::{Data, Entry, Fact, Format, Root, write};
use proptest::prelude::*;

fn word() -> impl Strategy<Value = String> {
    "[ -~äß€𝄞]{0,12}".prop_filter("no name begins like an order", |word| !word.starts_with("**"))
}

fn key() -> impl Strategy<Value = String> {
    let part = "[A-Za-z0-9.;\\[\\]\"=_-][A-Za-z0-9 .;\\[\\]\"=_-]{0,6}[A-Za-z0-9ü]";
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("\\"))
}

fn data() -> impl Strategy<Value = Data> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..80);
    let text = || "[ -~äß€𝄞\r\n\t]{0,60}";
    prop_oneof![
        bytes().prop_filter("stands for the key alone", |bytes| !bytes.is_empty()).prop_map(Data::None),
        text().prop_map(Data::Sz),
        text().prop_map(Data::ExpandSz),
        bytes().prop_map(Data::Binary),
        any::<u32>().prop_map(Data::Dword),
        any::<u32>().prop_map(Data::DwordBe),
        text().prop_map(Data::Link),
        prop::collection::vec("[ -~ä]{1,9}", 0..4).prop_map(Data::MultiSz),
        any::<u64>().prop_map(Data::Qword),
        (12u32.., bytes()).prop_map(|(kind, bytes)| Data::Other { kind, bytes }),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| Data::Other { kind: 4, bytes }),
    ]
}

fn fact(values: bool) -> impl Strategy<Value = Fact> {
    let all = if values { 1 } else { 0 };
    prop_oneof![
        6 => (word(), data()).prop_map(|(name, data)| Fact::Value { name, data }),
        2 => word().prop_map(|name| Fact::ValueRemoved { name }),
        1 => Just(Fact::KeyRemoved),
        all => Just(Fact::ValuesRemoved),
    ]
}

fn root() -> impl Strategy<Value = Root> {
    prop_oneof![Just(Root::Machine), Just(Root::User), Just(Root::Users("S-1-5-21-7".into()))]
}

fn entries(values: bool) -> impl Strategy<Value = Vec<Entry>> {
    let one = (root(), key(), fact(values)).prop_map(|(root, key, fact)| entry(root, &key, fact));
    prop::collection::vec(one, 0..12)
}

fn facts(entries: &[Entry]) -> Vec<(Root, String, Fact)> {
    entries.iter().map(|entry| (entry.root.clone(), entry.key.clone(), entry.fact.clone())).collect()
}

proptest! {
    #[test]
    fn reg(entries in entries(false), comment in "[ -~\n\\[\\]]{0,80}") {
        let bytes = write::reg(&entries, &comment).unwrap();
        let (kept, _) = read_as("", &bytes, None);
        prop_assert_eq!(kept.facts(), facts(&entries));
        prop_assert!(kept.gaps().is_empty(), "{:?}", kept.diagnostics);
        prop_assert_eq!(write::reg(&entries, &comment).unwrap(), bytes);
    }

    #[test]
    fn pol(entries in entries(true)) {
        let entries: Vec<Entry> =
            entries.into_iter().filter(|entry| !matches!(entry.root, Root::Users(_))).collect();
        for (root, name) in [(Root::Machine, "Machine/registry.pol"), (Root::User, "User/registry.pol")] {
            let Ok(bytes) = write::pol(&entries, &root) else { continue };
            let (kept, about) = read_as(name, &bytes, None);
            let mut wanted = facts(&entries);
            wanted.retain(|(found, ..)| *found == root);
            prop_assert_eq!(kept.facts(), wanted);
            prop_assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
            prop_assert_eq!(about.format, Format::Pol);
        }
    }
}

proptest! {
    #[test]
    fn lgpo(entries in entries(true), comment in "[ -~\n]{0,80}") {
        // What cannot be said is refused, fact by fact.
        let said = |entry: &Entry| write::lgpo(std::slice::from_ref(entry), "").is_ok();
        let entries: Vec<Entry> = entries.into_iter().filter(said).collect();
        let bytes = write::lgpo(&entries, &comment).unwrap();
        let (kept, _) = read_as("", &bytes, Some(Format::Lgpo));
        prop_assert_eq!(kept.facts(), facts(&entries));
        prop_assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
        prop_assert!(entries.is_empty() || read_as("", &bytes, None).1.format == Format::Lgpo);
    }

    #[test]
    fn gpp(entries in entries(true)) {
        let said = |entry: &Entry| write::gpp(std::slice::from_ref(entry), &entry.root).is_ok();
        let entries: Vec<Entry> = entries.into_iter().filter(said).collect();
        for (root, name) in [(Root::Machine, "Machine/Preferences/x.xml"), (Root::User, "User/x.xml")] {
            let bytes = write::gpp(&entries, &root).unwrap();
            let (kept, about) = read_as(name, &bytes, None);
            let mut wanted = facts(&entries);
            wanted.retain(|(found, ..)| *found == root);
            prop_assert_eq!(kept.facts(), wanted);
            prop_assert!(kept.diagnostics.is_empty(), "{:?}", kept.diagnostics);
            prop_assert_eq!(about.format, Format::Gpp);
        }
    }
}

#[test]
fn what_a_format_cannot_say_is_refused() {
    let value = |key: &str, name: &str| entry(Root::User, key, Fact::Value { name: name.into(), data: Data::Dword(1) });
    let reg = |entry: Entry| write::reg(&[entry], "").is_err();
    assert!(reg(value("a", "x\"\r\n[HKEY_CURRENT_USER\\b]")));
    assert!(reg(value("a]\r\n[-HKEY_CURRENT_USER", "x")));
    assert!(reg(value("a\\", "x")));
    assert!(reg(entry(Root::Files, "a", Fact::Key)));
    assert!(reg(entry(Root::Users("a\\b".into()), "c", Fact::Key)));
    assert!(reg(entry(Root::User, "a", Fact::ValuesRemoved)));
    let pol = |entry: Entry| write::pol(&[entry], &Root::User).is_err();
    assert!(pol(value("a", "**del.x")));
    assert!(pol(value("a\0", "x")));
    assert!(pol(entry(Root::Users("S-1".into()), "c", Fact::Key)));
    assert!(pol(entry(Root::User, "a", Fact::KeyRemoved)));
    assert!(pol(entry(Root::User, "a\\b;c", Fact::KeyRemoved)));
    let lgpo = |entry: Entry| write::lgpo(&[entry], "").is_err();
    assert!(lgpo(value("a", "*")));
    assert!(lgpo(value("a", "")));
    assert!(lgpo(value("a", "; x")));
    assert!(lgpo(entry(Root::User, "a\\b", Fact::KeyRemoved)));
    let gpp = |entry: Entry| write::gpp(&[entry], &Root::User).is_err();
    assert!(gpp(value("a", "\u{1}")));
    assert!(gpp(entry(Root::User, "a\\b", Fact::ValuesRemoved)));
}
