//! Every bomb through the whole engine: no panic, soon done, and told how it ended.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

mod common;

use ddefend_testkit::bombs::{self, Bomb};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Time for one bomb, generous: the test runs without optimisation and beside others.
const TIME: Duration = Duration::from_secs(20);

#[test]
fn every_bomb_ends_soon_and_is_told() {
    let all = bombs::all();
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let work = || {
                while let Some(bomb) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    complaints.lock().unwrap().extend(complaint(bomb));
                }
            };
            std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{} of {} bombs:\n{}", complaints.len(), all.len(), complaints.join("\n"));
}

fn complaint(bomb: &Bomb) -> Option<String> {
    if std::env::var("DDEFEND_BOMB").is_ok_and(|part| !bomb.file.contains(&part)) {
        return None;
    }
    let bytes = (bomb.make)();
    let start = Instant::now();
    let scanned = common::scan(bomb.file, &bytes, &common::settings());
    let took = start.elapsed();
    let codes: Vec<&str> = scanned.diagnostics.iter().map(|diagnostic| &*diagnostic.code).collect();
    let dde = scanned.findings.iter().any(|finding| finding.id.0.starts_with("dde"));
    if std::env::var_os("DDEFEND_SHOW").is_some() {
        let mut told = codes.clone();
        told.sort_unstable();
        told.dedup();
        eprintln!("{:5} ms {:9} bytes {} dde={dde} {told:?}", took.as_millis(), bytes.len(), bomb.file);
    }
    let problem = if codes.iter().any(|code| code.starts_with("internal.")) {
        "a reader failed"
    } else if took > TIME {
        "too slow"
    } else if codes.is_empty() && scanned.findings.is_empty() && bomb.ends != "quiet" {
        "nothing was told"
    } else if bomb.ends == "dde" && !dde || bomb.ends.contains('.') && !codes.contains(&bomb.ends) {
        "ends otherwise"
    } else {
        return None;
    };
    Some(format!("{} (row {}): {problem}: {took:?}, {codes:?}, a DDE link: {dde}", bomb.file, bomb.row))
}

#[test]
fn every_row_has_bombs() {
    for row in (1..=5).chain([6, 8]).chain(10..=16).chain([18, 19]).chain(21..=27) {
        assert!(bombs::all().iter().any(|bomb| bomb.row == row), "no bomb for row {row}");
    }
    let mut names: Vec<&str> = bombs::all().iter().map(|bomb| bomb.file).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two bombs have one name");
}
