//! The engine's own promises: order, limits, time, what cannot be read.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_container::Secrets;
use ddefend_content::Content;
use ddefend_engine::{Input, Progress, Settings, find_inputs, scan_bytes, scan_inputs};
use ddefend_guard::{Limits, Stop};
use ddefend_model::{Scanned, Summary};
use std::path::PathBuf;

struct Silent;

impl Progress for Silent {
    fn done(&self, _: u64) {}
}

fn settings(content: &Content, limits: Limits) -> Settings<'_> {
    Settings { limits, secrets: Secrets::default(), knowledge: content.knowledge(), threads: 3 }
}

fn run(inputs: &[Input], settings: &Settings<'_>) -> (Vec<Scanned>, Summary) {
    let mut all = Vec::new();
    let summary = scan_inputs::<()>(inputs, settings, &Silent, &mut |scanned| {
        all.push(scanned);
        Ok(())
    });
    (all, summary.unwrap())
}

fn codes(scanned: &Scanned) -> Vec<&str> {
    scanned.diagnostics.iter().map(|diagnostic| diagnostic.code.as_ref()).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ddefend-engine-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn time_that_is_up_is_told_and_never_clean() {
    let content = Content::load().unwrap();
    let stop = Stop::default();
    stop.raise();
    let scanned = scan_bytes("a.csv", b"=cmd|'/c calc'!A0", &settings(&content, Limits::default()), stop);
    assert!(codes(&scanned).contains(&"limit.time"), "{scanned:?}");
    assert!(!scanned.artifact.complete);
    assert!(scanned.findings.iter().any(|finding| finding.id.0 == "scan.incomplete"));
}

#[test]
fn the_head_of_a_large_file_is_read_and_the_digest_is_of_all_of_it() {
    let content = Content::load().unwrap();
    let folder = folder("large");
    let path = folder.join("a.csv");
    let mut bytes = b"=cmd|'/c calc'!A0\r\n".to_vec();
    bytes.resize(3 << 20, b' ');
    std::fs::write(&path, &bytes).unwrap();
    let whole = scan_bytes("a.csv", &bytes, &settings(&content, Limits::default()), Stop::default());
    let limits = Limits { artifact_size: 1 << 20, ..Limits::default() };
    let (scanned, summary) = run(&[Input::File(path)], &settings(&content, limits));
    assert_eq!(scanned[0].artifact.sha256, whole.artifact.sha256);
    assert_eq!(scanned[0].artifact.size, bytes.len() as u64);
    assert!(codes(&scanned[0]).contains(&"limit.artifact-size"));
    assert!(scanned[0].findings.iter().any(|finding| finding.id.0 == "dde.launch"), "what was read is reported");
    assert_eq!(summary.incomplete, 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_unreadable_input_does_not_stop_the_others() {
    let content = Content::load().unwrap();
    let folder = folder("others");
    std::fs::write(folder.join("b.csv"), "=cmd|'/c calc'!A0").unwrap();
    let inputs = [Input::File(folder.join("a-missing")), Input::File(folder.join("b.csv"))];
    let (scanned, summary) = run(&inputs, &settings(&content, Limits::default()));
    assert_eq!(codes(&scanned[0]), ["unreadable.io"]);
    assert!(!scanned[1].findings.is_empty());
    assert_eq!((summary.artifacts, summary.incomplete), (2, 1));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn results_come_in_the_order_of_the_inputs_and_stop_when_nobody_takes_them() {
    let content = Content::load().unwrap();
    let folder = folder("order");
    for index in 0..200 {
        std::fs::write(folder.join(format!("{index:03}.csv")), "x".repeat(index * 37)).unwrap();
    }
    let inputs = find_inputs(std::slice::from_ref(&folder), "stdin");
    assert_eq!(inputs.len(), 200);
    let settings = settings(&content, Limits::default());
    let (scanned, _) = run(&inputs, &settings);
    let paths: Vec<&str> = scanned.iter().map(|scanned| scanned.artifact.path.as_str()).collect();
    assert!(paths.is_sorted());
    let stopped = scan_inputs(&inputs, &settings, &Silent, &mut |_| Err("enough"));
    assert_eq!(stopped.unwrap_err(), "enough");
    std::fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_what_is_not_entered_is_told() {
    let content = Content::load().unwrap();
    let folder = folder("links");
    let outside = folder.join("outside.csv");
    std::fs::write(&outside, "=cmd|'/c calc'!A0").unwrap();
    let inside = folder.join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::os::unix::fs::symlink(&outside, inside.join("a.csv")).unwrap();
    std::os::unix::fs::symlink(&folder, inside.join("b")).unwrap();
    std::os::unix::fs::symlink("nowhere", inside.join("c")).unwrap();
    let inputs = find_inputs(std::slice::from_ref(&inside), "stdin");
    let (scanned, summary) = run(&inputs, &settings(&content, Limits::default()));
    assert!(!scanned[0].findings.is_empty());
    assert_eq!((codes(&scanned[1]), codes(&scanned[2])), (vec!["unreadable.io"], vec!["unreadable.io"]));
    assert_eq!((summary.artifacts, summary.incomplete), (3, 2));
    std::fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn a_stream_without_end_is_cut_and_has_no_digest() {
    let content = Content::load().unwrap();
    let limits = Limits { artifact_size: 1 << 20, ..Limits::default() };
    let (scanned, _) = run(&[Input::File("/dev/zero".into())], &settings(&content, limits));
    assert!(codes(&scanned[0]).contains(&"limit.artifact-size"));
    assert_eq!(scanned[0].artifact.sha256, "");
}
