//! Real files: nothing panics, counts are sane, and some values are those that an independent program finds
//! (`scripts/mail-peer`).
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::provenance::Provenance;
use ddefend_provenance::{Settings, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn data() -> Option<PathBuf> {
    let data = std::env::var_os("DDEFEND_DATA").map(PathBuf::from);
    if data.is_none() {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
    }
    data
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files(&entry, found);
        } else {
            found.push(entry);
        }
    }
}

fn look(path: &Path) -> Provenance {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let budget = Budget::new(Limits::default(), Stop::default());
    let (found, _) = read(&name, &bytes, &budget, &Settings::default());
    found
}

#[test]
fn every_document_at_hand() {
    let Some(data) = data() else { return };
    let mut all = Vec::new();
    files(&data.join("documents"), &mut all);
    files(&data.join("hostile/documents"), &mut all);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let dump = std::env::var_os("DDEFEND_DUMP").is_some();
    let started = std::time::Instant::now();
    for path in &all {
        let found = look(path);
        if dump {
            println!("{}\t{}", path.display(), serde_json::to_string(&found).unwrap());
        }
        let mut count = |what, number| *counts.entry(what).or_default() += number;
        count("mails", usize::from(found.mail.is_some()));
        count("documents with metadata", found.documents.len());
        count("contained", found.contained.len());
        count("marks", found.marks.len());
        if let Some(mail) = &found.mail {
            count("hops", mail.received.len());
            count("results", mail.results.len());
            count("signatures", mail.dkim.len());
            count("with From", usize::from(!mail.from.is_empty()));
            count("with Date", usize::from(!mail.date.is_empty()));
        }
    }
    eprintln!("{} files in {:?}: {counts:#?}", all.len(), started.elapsed());
    // Lower bounds: the collection may grow.
    for (what, least) in [
        ("mails", 90),
        ("documents with metadata", 900),
        ("contained", 1_200),
        ("hops", 60),
        ("results", 5),
        ("signatures", 5),
    ] {
        assert!(counts.get(what).copied().unwrap_or(0) >= least, "{what}: {counts:?}");
    }
}

/// Values that other programs find (`scripts/mail-peer` holds all of them against those).
#[test]
fn known_values() {
    let Some(data) = data() else { return };
    let folder = data.join("documents/benign");
    let mail = look(&folder.join("rspamd__rspamd/ed25519.eml")).mail.unwrap();
    assert_eq!(mail.from[0].address, "joe@football.example.com");
    assert_eq!(mail.date, "2003-07-12T04:00:37.0000000Z");
    assert_eq!(mail.message_id, "20030712040037.46341.5F8J@football.example.com");
    let kinds: Vec<&str> = mail.dkim.iter().map(|dkim| dkim.algorithm.as_str()).collect();
    assert_eq!(kinds, ["ed25519-sha256", "rsa-sha256"]);
    let document = look(&folder.join("apache__poi/OPCCompliance_CoreProperties_AlternateTimezones.docx"));
    let created = document.documents[0].values.iter().find(|(name, _)| name == "created").unwrap();
    assert_eq!(created.1, "2006-10-13T15:06:00.1230000Z");
}

/// The records of the hives at hand, as regipy reads them (`scripts/mail-peer`).
#[test]
fn trust_records_of_real_hives() {
    let Some(data) = data() else { return };
    let mut seen = Vec::new();
    for name in ["plaso_NTUSER-WIN7.DAT", "regipy_NTUSER_BAGMRU.DAT", "regipy_NTUSER_with_winscp.DAT"] {
        let bytes = std::fs::read(data.join("hosts").join(name)).unwrap();
        let budget = Budget::new(Limits::default(), Stop::default());
        let input = ddefend_registry::Input { name, bytes: &bytes, logs: &[] };
        let (found, told) = ddefend_provenance::trust::read_trust(&input, "", "PC1", &budget).unwrap();
        assert!(told.iter().all(|told| told.code == "broken.unflushed"), "{told:?}");
        seen.extend(found.into_iter().map(|it| (it.user, it.application, it.version, it.time, it.created, it.choice)));
    }
    let row = |user: &str, application: &str, version: &str, time: &str, created: &str| {
        let created = format!("{created}Z");
        let time = format!("{time}:00.0000000Z");
        (user.to_owned(), application.to_owned(), version.to_owned(), time, created, "enabled editing".to_owned())
    };
    let mut wanted = vec![
        row("nfury", "Word", "14.0", "2012-03-12T20:52", "2012-03-12T23:50:22.0000000"),
        row("nfury", "Word", "14.0", "2012-03-12T20:53", "2012-03-12T20:52:00.0000000"),
        row("nfury", "Word", "14.0", "2012-03-12T21:23", "2012-03-12T20:52:00.0000000"),
        row("tony", "Excel", "16.0", "2022-02-23T18:58", "2022-02-23T18:58:04.4939639"),
        row("tony", "Word", "16.0", "2022-02-23T09:09", "2022-02-23T09:05:06.6800262"),
        row("tony", "Word", "16.0", "2022-05-23T08:52", "2022-02-28T09:25:55.6623695"),
    ];
    seen.sort();
    wanted.sort();
    assert_eq!(seen, wanted);
}
