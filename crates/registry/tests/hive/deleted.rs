//! Deleted cells: what is found, under which key, and what is left alone.

use crate::support::{USER, WORD, look, tree};
use ddefend_registry::write::hive_with_deleted;
use ddefend_registry::{Data, Interest, Origin, Root, UNKNOWN_KEY};

fn office() -> Interest {
    let mut interest = Interest::default();
    interest.add(&Root::User, r"Software\Microsoft\Office\*\*\Security\**");
    interest
}

#[test]
fn deleted_keys_come_back_with_their_path_and_values() {
    let live = tree(&[(r"Software\Microsoft\Office", &[])]);
    let long = Data::Sz("longer than four bytes".into());
    let gone = tree(&[
        (WORD, &[("AllowDDE", Data::Dword(2)), ("Text", long.clone())]),
        (r"Software\Elsewhere", &[("AllowDDE", Data::Dword(1))]),
    ]);
    let bytes = hive_with_deleted(&live, &gone, &USER).unwrap();
    let found = look("x", &bytes, &[], &office());
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    assert_eq!(found.key(WORD), [Origin::Deleted]);
    assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(2), Origin::Deleted)]);
    assert_eq!(found.value(WORD, "Text"), [(long, Origin::Deleted)]);
    assert!(found.entries.iter().all(|entry| entry.key == WORD), "nothing that is not wanted");
}

#[test]
fn a_value_behind_the_end_of_a_list_belongs_to_that_key() {
    let live = tree(&[(WORD, &[("Kept", Data::Dword(1))])]);
    let gone = tree(&[(WORD, &[("AllowDDE", Data::Dword(2))])]);
    let bytes = hive_with_deleted(&live, &gone, &USER).unwrap();
    let found = look("x", &bytes, &[], &office());
    assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(2), Origin::Deleted)]);
    assert_eq!(found.key(WORD), [Origin::Written]);
}

#[test]
fn former_data_of_a_value_is_told_and_a_mere_copy_is_not() {
    let live = tree(&[(WORD, &[("AllowDDE", Data::Dword(0)), ("Same", Data::Dword(1))])]);
    let gone = tree(&[(WORD, &[("AllowDDE", Data::Dword(2)), ("Same", Data::Dword(1))])]);
    let bytes = hive_with_deleted(&live, &gone, &USER).unwrap();
    let found = look("x", &bytes, &[], &office());
    let word = found.value(WORD, "AllowDDE");
    assert_eq!(word, [(Data::Dword(0), Origin::Written), (Data::Dword(2), Origin::Deleted)]);
    assert_eq!(found.value(WORD, "Same"), [(Data::Dword(1), Origin::Written)]);
}

#[test]
fn values_without_a_key_are_told_only_where_their_name_is_asked_for() {
    // The only value of its key: its list is free as well, and nothing leads to it.
    let live = tree(&[(WORD, &[])]);
    let gone = tree(&[(WORD, &[("AllowDDE", Data::Dword(2))])]);
    let bytes = hive_with_deleted(&live, &gone, &USER).unwrap();
    let mut interest = office();
    let found = look("x", &bytes, &[], &interest);
    assert!(found.value(UNKNOWN_KEY, "AllowDDE").is_empty());
    interest.add_orphan("allowdde");
    let found = look("x", &bytes, &[], &interest);
    assert_eq!(found.value(UNKNOWN_KEY, "AllowDDE"), [(Data::Dword(2), Origin::Deleted)]);
    assert_eq!(found.codes(), ["note.hive"]);
    assert_eq!(found.diagnostics[0].message, "a deleted value whose key is not known: AllowDDE = 2");
}

#[test]
fn joined_free_cells_keep_what_they_held() {
    let live = tree(&[(r"Software\Microsoft\Office", &[])]);
    let gone = tree(&[(WORD, &[("AllowDDE", Data::Dword(2))])]);
    let mut bytes = hive_with_deleted(&live, &gone, &USER).unwrap();
    // Each free cell swallows the free cells behind it, as Windows does.
    let mut at = 4096 + 32;
    let mut begin = None;
    while at < bytes.len() {
        let size = i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        match begin {
            Some(begin) if size > 0 => {
                let joined = (at - begin) as i32 + size;
                bytes[begin..begin + 4].copy_from_slice(&joined.to_le_bytes());
            }
            _ => begin = (size > 0).then_some(at),
        }
        at += size.unsigned_abs() as usize;
    }
    let found = look("x", &bytes, &[], &office());
    assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(2), Origin::Deleted)]);
}

#[test]
fn a_key_whose_parents_lead_in_a_circle_has_no_path() {
    let live = tree(&[(r"Software\Microsoft\Office", &[])]);
    let gone = tree(&[(WORD, &[("AllowDDE", Data::Dword(2))])]);
    let mut bytes = hive_with_deleted(&live, &gone, &USER).unwrap();
    // Every deleted key becomes its own parent.
    let mut at = 4096 + 32;
    while at < bytes.len() {
        let size = i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        if size > 0 && bytes[at + 4..].starts_with(b"nk") {
            let own = (at - 4096) as u32;
            bytes[at + 20..at + 24].copy_from_slice(&own.to_le_bytes());
        }
        at += size.unsigned_abs() as usize;
    }
    let found = look("x", &bytes, &[], &office());
    assert!(found.entries.is_empty(), "{:?}", found.entries);
}
