//! registry.pol.

mod common;

use common::{read_detected, value};
use ddefend_registry::{Coverage, Data, Fact, Format, Intent, Root};

fn record(key: &str, name: &str, kind: u32, size: u32, data: &[u8]) -> Vec<u8> {
    let text = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut bytes = text(&format!("[{key}\0;{name}\0;"));
    bytes.extend(kind.to_le_bytes());
    bytes.extend(text(";"));
    bytes.extend(size.to_le_bytes());
    bytes.extend(text(";"));
    bytes.extend(data);
    bytes.extend(text("]"));
    bytes
}

fn file(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"PReg\x01\0\0\0".to_vec();
    bytes.extend(records.concat());
    bytes
}

const BLANK: &[u8] = &[b' ', 0, 0, 0];

#[test]
fn orders_are_understood() {
    let list = "a;b c\0".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let bytes = file(&[
        record("Software\\k", "AllowDDE", 4, 4, &[0, 0, 0, 0]),
        record("Software\\k", "**del.webservicefunctionwarnings", 1, 4, BLANK),
        record("Software\\k", "**delvals.", 1, 4, BLANK),
        record("Software\\k", "**DeleteValues", 1, 12, &list),
        record("Software\\k", "**DeleteKeys", 1, 12, &list),
        record("Software\\k", "**soft.x", 4, 4, &[7, 0, 0, 0]),
        record("Software\\k", "**SecureKey", 4, 4, &[1, 0, 0, 0]),
        record("Software\\k", "**Comment:words", 1, 4, BLANK),
        record("Software\\k", "", 0, 0, &[]),
        record("Software\\k", "", 1, 4, BLANK),
        record("Software\\k;[]", "y", 1, 4, BLANK),
    ]);
    let (kept, about) = read_detected("GPO/Machine/registry.pol", &bytes);
    assert_eq!((about.format, about.intent, about.coverage), (Format::Pol, Intent::Policy, Coverage::Changes));
    let key = |key: &str, fact| (Root::Machine, key.to_owned(), fact);
    let gone = |name: &str| key("Software\\k", Fact::ValueRemoved { name: name.into() });
    let wanted = [
        value(Root::Machine, "Software\\k", "AllowDDE", Data::Dword(0)),
        gone("webservicefunctionwarnings"),
        key("Software\\k", Fact::ValuesRemoved),
        gone("a"),
        gone("b c"),
        key("Software\\k\\a", Fact::KeyRemoved),
        key("Software\\k\\b c", Fact::KeyRemoved),
        value(Root::Machine, "Software\\k", "x", Data::Dword(7)),
        value(Root::Machine, "Software\\k", "", Data::Sz(" ".into())),
        value(Root::Machine, "Software\\k;[]", "y", Data::Sz(" ".into())),
    ];
    assert_eq!(kept.facts(), wanted);
    assert!(kept.entries.iter().any(|entry| entry.fact == Fact::Key));
    assert!(kept.gaps().is_empty(), "{:?}", kept.diagnostics);
}

#[test]
fn whose_it_is_stands_in_the_path() {
    let bytes = file(&[record("k", "n", 4, 4, &[1, 0, 0, 0])]);
    let root = |name: &str| {
        let (kept, about) = read_detected(name, &bytes);
        (kept.entries[0].root.clone(), kept.diagnostics.len(), about.user)
    };
    assert_eq!(root(r"x\User\{1}\DomainSysvol\GPO\Machine\registry.pol"), (Root::Machine, 0, None));
    assert_eq!(root("Machine/User/registry.pol"), (Root::User, 0, None));
    assert_eq!(root(r"C:\Users\bob\ntuser.pol"), (Root::User, 0, None));
    assert_eq!(root(r"C:\ProgramData\ntuser.pol"), (Root::Machine, 0, None));
    assert_eq!(root("machine.pol"), (Root::Machine, 0, None));
    assert_eq!(root("Users/registry.pol"), (Root::User, 1, None));
    let local = r"C:\Windows\System32\GroupPolicyUsers\S-1-5-32-545\User\registry.pol";
    assert_eq!(root(local), (Root::User, 0, Some("S-1-5-32-545".into())));
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    let good = || record("k", "good", 4, 4, &[1, 0, 0, 0]);
    let codes = |records: &[Vec<u8>]| {
        let (kept, _) = read_detected("User/registry.pol", &file(records));
        let codes: Vec<String> = kept.codes().into_iter().map(|(code, _)| code).collect();
        (kept.facts().len(), codes)
    };
    let too_much = record("k", "x", 4, u32::MAX, &[1, 0, 0, 0]);
    let too_little = record("k", "x", 4, 2, &[1, 0, 0, 0]);
    assert_eq!(codes(&[too_much, good()]), (2, vec!["broken.checksum".into()]));
    assert_eq!(codes(&[too_little, good()]), (2, vec!["broken.checksum".into()]));
    assert_eq!(codes(&[b"junk".to_vec(), good()]), (1, vec!["broken.structure".into()]));
    assert_eq!(codes(&[]), (0, vec![]));
    let mut cut = good();
    cut.truncate(cut.len() - 3);
    assert_eq!(codes(&[good(), cut]), (1, vec!["broken.truncated".into()]));
    let lone = record("k", "x", 4, 4, &[1, 0, 0, 0]);
    let mut lone = lone;
    lone[2..4].copy_from_slice(&[0x00, 0xd8]);
    assert_eq!(codes(&[lone]), (1, vec!["broken.structure".into()]));
    let (kept, _) = read_detected("User/registry.pol", b"PReg\x02\0\0\0");
    assert_eq!(kept.codes(), [("broken.structure".to_owned(), 0)]);
    let (kept, _) = read_detected("User/registry.pol", b"PReg");
    assert_eq!(kept.codes(), [("broken.truncated".to_owned(), 0)]);
}

#[test]
fn hostile_files_end_in_time() {
    let bytes = file(&["[".repeat(4_000_000).into_bytes()]);
    let (kept, _) = read_detected("User/registry.pol", &bytes);
    assert!(!kept.diagnostics.is_empty());
    let opens: Vec<u8> = [b'[', 0].repeat(2_000_000);
    let (kept, _) = read_detected("User/registry.pol", &file(&[opens]));
    assert!(kept.diagnostics.len() < 300);
}
