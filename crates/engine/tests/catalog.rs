//! The catalog over real corpora: `DDEFEND_DATA` names the folder with them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_catalog::{Catalog, Coverage, Kind, Literal, Standing};
use ddefend_content::Content;
use std::path::PathBuf;

fn data(inner: &str) -> Option<PathBuf> {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return None;
    };
    Some(PathBuf::from(data).join("rules").join(inner))
}

fn catalog(paths: &[PathBuf]) -> Catalog {
    let knowledge = Content::load().unwrap().catalog_knowledge().unwrap();
    let corpus = ddefend_engine::catalog::corpus(paths, &knowledge).unwrap();
    Catalog::new(corpus, knowledge)
}

/// The table of the page that a public catalog shows for T1559.002, over the pinned corpus. That page says 38, 37, 9 for
/// its own corpus of several vendors; counting Sigma's Windows rules alone gives 36, 36, 9.
#[test]
fn the_page_of_dde_over_sigma() {
    let Some(sigma) = data("sigma") else { return };
    let catalog = catalog(&[sigma]);
    let active = catalog.entries().iter().filter(|entry| entry.standing == Standing::Active).count();
    let unread: Vec<&str> = catalog
        .entries()
        .iter()
        .filter(|entry| entry.standing == Standing::Active && entry.stages.is_empty())
        .map(|entry| entry.path.as_str())
        .collect();
    println!("{active} active, unread {unread:?}");
    let page = catalog.technique("T1559.002").unwrap();
    let rows: Vec<(&str, &str, &str, usize, usize)> = page
        .indicators
        .iter()
        .map(|row| {
            (row.field.as_str(), row.kind.as_str(), row.value.as_str(), row.rules, row.reach.unwrap_or(row.rules))
        })
        .collect();
    let want = [
        ("TargetObject", "ends_with", "\\Word\\Security\\AllowDDE", 1, 1),
        ("Details", "eq", "DWORD (0x00000001)", 1, 36),
        ("Details", "eq", "DWORD (0x00000002)", 1, 9),
        ("TargetObject", "ends_with", "\\Excel\\Security\\DisableDDEServerLaunch", 1, 1),
        ("TargetObject", "ends_with", "\\Excel\\Security\\DisableDDEServerLookup", 1, 1),
        ("Details", "eq", "DWORD (0x00000000)", 1, 36),
    ];
    let mut sorted = rows.clone();
    sorted.sort_unstable();
    let mut wanted = want.to_vec();
    wanted.sort_unstable();
    assert_eq!(sorted, wanted);
    let fields: Vec<(&str, usize)> = page.fields.iter().map(|row| (row.field.as_str(), row.rules)).collect();
    assert_eq!(fields, [("Details", 1), ("TargetObject", 1)]);
    assert_eq!(page.about.strategies, ["DET0504"]);
    assert_eq!(page.about.analytics, ["AN1393"]);
    assert!(page.formerly.contains(&"T1173".to_owned()));
    let own: Vec<(&str, &str, &str)> = page
        .events
        .iter()
        .filter(|event| event.own > 0)
        .map(|event| (event.provider.as_str(), event.id.as_str(), event.title.as_str()))
        .collect();
    assert_eq!(own, [("Sysmon", "13", "RegistryEvent (Value Set)")]);
    // What no tag says: rules on Office's children.
    let inferred: Vec<&str> = page.inferred.iter().map(|row| row.rule.title.as_str()).collect();
    println!("{inferred:#?}");
    assert!(inferred.contains(&"Suspicious Microsoft Office Child Process"), "{inferred:?}");
    let covered = catalog.covered().get("T1559.002").unwrap();
    assert!(covered.values().any(|by| matches!(by, Coverage::Signature { .. })));
    assert_eq!(catalog.reach(&Literal::new("details", Kind::Eq, "dword (0x00000000)")), 36);
    let neighbours: usize = catalog.neighbours().iter().map(|of| of.broader.len()).sum();
    let near: usize = catalog.neighbours().iter().map(|of| of.near.len()).sum();
    println!("{neighbours} implications, {near} near");
}
