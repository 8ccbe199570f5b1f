//! Policies of real organisations, read whole. Needs `DDEFEND_DATA`; skips loudly without.
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "tells that it skips")]

mod common;

use common::{read_as, read_detected};
use ddefend_registry::{Data, Fact, Root, backup_name, write};
use std::path::{Path, PathBuf};

fn files(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, name, found);
        } else if path.file_name().is_some_and(|file| file == name) {
            found.push(path);
        }
    }
    found.sort();
}

fn all(name: &str) -> Vec<(String, Vec<u8>)> {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: set DDEFEND_DATA to read the policies of real organisations");
        return Vec::new();
    };
    let mut found = Vec::new();
    files(&Path::new(&data).join("hosts/gpo"), name, &mut found);
    assert!(!found.is_empty(), "no {name}");
    found.iter().map(|path| (path.to_string_lossy().into_owned(), std::fs::read(path).unwrap_or_default())).collect()
}

/// Records of a policy file, counted by nothing but their brackets and sizes: another way than the reader's.
fn naive(bytes: &[u8]) -> usize {
    let (mut at, mut count) = (8, 0);
    while at + 2 <= bytes.len() {
        let mut nuls = 0;
        at += 2;
        while nuls < 2 {
            nuls += usize::from(bytes[at..at + 2] == [0, 0]);
            at += 2;
        }
        let size = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap_or_default()) as usize;
        at += 14 + size + 2;
        count += 1;
    }
    count
}

#[test]
fn policy_files_are_read_whole() {
    let mut total = 0;
    for (path, bytes) in all("registry.pol") {
        let (kept, _) = read_detected(&path, &bytes);
        assert!(kept.diagnostics.is_empty(), "{path}: {:?}", kept.diagnostics);
        assert_eq!(kept.entries.len(), naive(&bytes), "{path}");
        assert!(kept.entries.iter().all(|entry| (entry.root == Root::Machine) == path.contains("/GPO/Machine/")));
        total += kept.entries.len();
        // What the group policy editor wrote, the writer writes again, but for the letters' case of orders.
        let root = if path.contains("/GPO/Machine/") { Root::Machine } else { Root::User };
        let again = write::pol(&kept.entries, &root).unwrap_or_default();
        assert_eq!(read_as(&path, &again, None).0.facts(), kept.facts(), "{path}");
        if path.contains("Office 2016") && root == Root::User && !kept.entries.is_empty() {
            let excel = "software\\policies\\microsoft\\office\\16.0\\excel\\security";
            let removed = Fact::ValueRemoved { name: "webservicefunctionwarnings".into() };
            let is = |entry: &ddefend_registry::Entry| entry.key.eq_ignore_ascii_case(excel) && entry.fact == removed;
            assert!(kept.entries.iter().any(is), "{path}: the policy that is disabled");
            let numbers =
                |entry: &&ddefend_registry::Entry| matches!(entry.fact, Fact::Value { data: Data::Dword(_), .. });
            assert!(kept.entries.iter().filter(numbers).count() > 100);
        }
    }
    println!("{total} settings");
    assert!(total == 0 || total == TOTAL, "{total}");
}

/// Settings of all six files, counted by a Python decoder as well.
const TOTAL: usize = 723;

#[test]
fn reports_and_backups_are_read_whole() {
    for (path, bytes) in all("gpreport.xml") {
        let (kept, about) = read_detected(&path, &bytes);
        assert!(kept.gaps().is_empty(), "{path}: {:?}", kept.diagnostics);
        assert!(about.policy.is_some(), "{path}");
        let told = &kept.diagnostics[0].message;
        let count: usize = told.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default();
        let text = String::from_utf16_lossy(
            &bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>(),
        );
        assert_eq!(count, text.matches(":Policy>").count() / 2, "{path}: {told}");
        let beside = Path::new(&path).with_file_name("bkupInfo.xml");
        let name = backup_name(&std::fs::read(beside).unwrap_or_default());
        assert_eq!(name, about.policy, "{path}");
        let backup = std::fs::read(Path::new(&path).with_file_name("Backup.xml")).unwrap_or_default();
        assert_eq!(backup_name(&backup), about.policy, "{path}");
    }
}
