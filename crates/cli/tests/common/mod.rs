//! What the tests share: settings as the command line would make them.
#![allow(dead_code, missing_docs, clippy::print_stderr, clippy::unwrap_used)]

use ddefend_container::Secrets;
use ddefend_content::Content;
use ddefend_engine::{Settings, scan_bytes};
use ddefend_guard::{Limits, Stop};
use ddefend_model::{Level, Scanned, Summary};
use ddefend_report::{Meta, renderer};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static CONTENT: LazyLock<Content> = LazyLock::new(|| Content::load().unwrap());

pub(crate) fn settings() -> Settings<'static> {
    let content = &*CONTENT;
    let passwords = content.passwords();
    Settings {
        limits: Limits::default(),
        secrets: Secrets {
            office_defaults: passwords.office_defaults.clone(),
            archive_defaults: passwords.archive_defaults.clone(),
            user: Vec::new(),
        },
        knowledge: content.knowledge(),
        threads: 2,
    }
}

pub(crate) fn scan(name: &str, bytes: &[u8], settings: &Settings<'_>) -> Scanned {
    scan_bytes(name, bytes, settings, Stop::default())
}

/// The artifact as `--format jsonl` prints it.
pub(crate) fn jsonl(scanned: &Scanned) -> String {
    renderer("jsonl", &Meta::default()).unwrap().artifact(scanned)
}

pub(crate) fn summary_of(scanned: &[Scanned]) -> Summary {
    let mut summary = Summary::default();
    for one in scanned {
        summary.artifacts += 1;
        for finding in &one.findings {
            *summary.findings.entry(finding.level.to_string()).or_default() += 1;
        }
    }
    summary
}

pub(crate) fn above_info(scanned: &Scanned) -> bool {
    scanned.worst().is_some_and(|worst| worst > Level::Info)
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// True where golden files are to be written anew.
pub(crate) fn updating() -> bool {
    std::env::var_os("DDEFEND_UPDATE").is_some()
}

/// Compares a generated file with the committed one, or writes it. Gives the difference in words.
pub(crate) fn check(path: &Path, now: &[u8]) -> Result<(), String> {
    if updating() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, now).unwrap();
        return Ok(());
    }
    let before = std::fs::read(path).unwrap_or_default();
    if before == now {
        return Ok(());
    }
    Err(format!("{} is not what the code makes now; DDEFEND_UPDATE=1 writes it anew", path.display()))
}

/// The folder of real files, or none, which is said aloud.
pub(crate) fn real_files() -> Option<PathBuf> {
    let folder = std::env::var_os("DDEFEND_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: DDEFEND_DATA is not set, so there are no real files to test on");
    }
    folder
}
