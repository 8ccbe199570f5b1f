//! Transaction logs: what only they hold, in both formats, whole and damaged.

use crate::support::{Found, USER, WORD, look, tree};
use ddefend_registry::write::{DirtyHive, LogFormat, dirty_hive};
use ddefend_registry::{Data, Interest, Origin, Tree};

const EXCEL: &str = r"Software\Microsoft\Office\16.0\Excel\Security";

/// Five states: a value changes, a key comes, a value goes, a key goes.
fn states() -> Vec<Tree> {
    let launch = ("DisableDDEServerLaunch", Data::Dword(1));
    vec![
        tree(&[(WORD, &[("AllowDDE", Data::Dword(0)), ("Other", Data::Dword(5))]), (r"Software\Gone", &[])]),
        tree(&[(WORD, &[("AllowDDE", Data::Dword(1)), ("Other", Data::Dword(5))]), (r"Software\Gone", &[])]),
        tree(&[
            (WORD, &[("AllowDDE", Data::Dword(2)), ("Other", Data::Dword(5))]),
            (EXCEL, std::slice::from_ref(&launch)),
            (r"Software\Gone", &[]),
        ]),
        tree(&[
            (WORD, &[("AllowDDE", Data::Dword(2))]),
            (EXCEL, std::slice::from_ref(&launch)),
            (r"Software\Gone", &[]),
        ]),
        tree(&[(WORD, &[("AllowDDE", Data::Dword(2))]), (EXCEL, &[launch])]),
    ]
}

fn dirty(format: LogFormat) -> DirtyHive {
    dirty_hive(&states(), &USER, format).unwrap()
}

fn open(hive: &DirtyHive, logs: &[&[u8]]) -> Found {
    look("NTUSER.DAT", &hive.primary, logs, &Interest::everything())
}

/// Everything of the last state is there, and what the logs changed says so.
fn check_last(found: &Found) {
    assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(2), Origin::Log), (Data::Dword(0), Origin::Deleted)]);
    assert_eq!(found.value(EXCEL, "DisableDDEServerLaunch"), [(Data::Dword(1), Origin::Log)]);
    assert_eq!(found.key(EXCEL), [Origin::Log]);
    assert_eq!(found.key(WORD), [Origin::Written]);
    assert_eq!(found.value(WORD, "Other"), [(Data::Dword(5), Origin::Deleted)]);
    assert_eq!(found.key(r"Software\Gone"), [Origin::Deleted]);
}

#[test]
fn entries_of_both_logs_are_applied_in_their_order() {
    let hive = dirty(LogFormat::New);
    let logs: Vec<&[u8]> = hive.logs.iter().map(Vec::as_slice).collect();
    for logs in [[logs[0], logs[1]], [logs[1], logs[0]]] {
        let found = open(&hive, &logs);
        assert_eq!(found.codes(), ["note.hive"], "{:?}", found.diagnostics);
        check_last(&found);
    }
}

#[test]
fn the_old_format_is_applied() {
    let hive = dirty(LogFormat::Old);
    let found = open(&hive, &[&hive.logs[0], &hive.logs[1]]);
    assert_eq!(found.codes(), ["note.hive"], "{:?}", found.diagnostics);
    check_last(&found);
}

#[test]
fn a_dirty_hive_without_logs_is_a_gap() {
    let hive = dirty(LogFormat::New);
    for logs in [&[][..], &[&[][..], &[0; 512]]] {
        let found = open(&hive, logs);
        assert_eq!(found.codes(), ["broken.unflushed"]);
        assert!(found.diagnostics[0].is_gap());
        assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(0), Origin::Written)]);
    }
}

#[test]
fn one_log_gives_what_it_has() {
    let hive = dirty(LogFormat::New);
    let found = open(&hive, &[&hive.logs[0]]);
    assert_eq!(found.codes(), ["note.hive"]);
    assert_eq!(found.value(WORD, "AllowDDE")[0], (Data::Dword(2), Origin::Log));
    assert_eq!(found.value(WORD, "Other"), [(Data::Dword(5), Origin::Written)], "taken away by the second log only");
    // The second alone does not follow the file: entries between are missing, which is told.
    let found = open(&hive, &[&hive.logs[1]]);
    assert_eq!(found.codes(), ["broken.log", "note.hive"]);
}

#[test]
fn a_bad_entry_ends_the_replay() {
    let hive = dirty(LogFormat::New);
    let mut log = hive.logs[0].clone();
    let first = u32::from_le_bytes(log[516..520].try_into().unwrap()) as usize;
    log[512 + first + 100] ^= 1;
    let found = open(&hive, &[&log, &hive.logs[1]]);
    assert_eq!(found.codes(), ["broken.log", "note.hive"]);
    assert_eq!(found.value(WORD, "AllowDDE")[0], (Data::Dword(1), Origin::Log), "the first entry only");
    assert!(found.key(EXCEL).is_empty());
}

#[test]
fn a_log_that_is_cut_off_gives_its_whole_entries() {
    let hive = dirty(LogFormat::New);
    let cut = &hive.logs[0][..hive.logs[0].len() - 512];
    let found = open(&hive, &[cut]);
    assert_eq!(found.codes(), ["broken.log", "note.hive"]);
    assert_eq!(found.value(WORD, "AllowDDE")[0], (Data::Dword(1), Origin::Log));
    let hive = dirty(LogFormat::Old);
    let found = open(&hive, &[&hive.logs[0][..hive.logs[0].len() - 512]]);
    assert!(found.codes().contains(&"broken.log"));
}

#[test]
fn a_foreign_log_is_not_applied() {
    let hive = dirty(LogFormat::New);
    // Another round: all its entries are older than the file.
    let mut later = hive.primary.clone();
    later[4..8].copy_from_slice(&100_u32.to_le_bytes());
    later[8..12].copy_from_slice(&99_u32.to_le_bytes());
    sum(&mut later);
    let found = look("x", &later, &[&hive.logs[0], &hive.logs[1]], &Interest::everything());
    assert_eq!(found.codes(), ["broken.log", "broken.unflushed"]);
    let found = open(&hive, &[b"SQLite format 3\0 and more of that, which no hive would have begun with"]);
    assert_eq!(found.codes(), ["broken.log", "broken.unflushed"]);
    let old = dirty(LogFormat::Old);
    let mut newer = old.primary.clone();
    newer[12..20].copy_from_slice(&5_u64.to_le_bytes());
    sum(&mut newer);
    let found = look("x", &newer, &[&old.logs[0]], &Interest::everything());
    assert_eq!(found.codes(), ["broken.log", "broken.unflushed"]);
}

#[test]
fn a_torn_base_block_is_taken_from_the_log() {
    for format in [LogFormat::New, LogFormat::Old] {
        let hive = dirty(format);
        let mut torn = hive.primary.clone();
        torn[36..40].copy_from_slice(&0x7777_0000_u32.to_le_bytes());
        let found = look("x", &torn, &[&hive.logs[0]], &Interest::everything());
        assert_eq!(found.codes(), ["broken.checksum", "note.hive"], "{:?}", found.diagnostics);
        assert_eq!(found.value(WORD, "AllowDDE")[0].0, Data::Dword(2));
    }
}

#[test]
fn a_clean_hive_ignores_its_logs() {
    let hive = dirty(LogFormat::New);
    let mut clean = hive.primary.clone();
    clean[4..8].copy_from_slice(&7_u32.to_le_bytes());
    sum(&mut clean);
    let found = look("x", &clean, &[&hive.logs[0], &hive.logs[1]], &Interest::everything());
    assert!(found.codes().is_empty());
    assert_eq!(found.value(WORD, "AllowDDE"), [(Data::Dword(0), Origin::Written)]);
}

/// Makes a base block's checksum fit.
pub(crate) fn sum(bytes: &mut [u8]) {
    let words = bytes[..508].chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap()));
    let sum = words.fold(0, |sum, word| sum ^ word);
    bytes[508..512].copy_from_slice(&sum.to_le_bytes());
}
