//! The generated reference under docs/reference/ says what the program says.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{check, root};
use ddefend_content::Content;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

#[test]
fn ids() {
    let content = Content::load().unwrap();
    let mut out = String::from(
        "# Ids: findings, tricks, diagnostics, faults, checks, ways in\n\nWritten by `DDEFEND_UPDATE=1 cargo test -p ddefend-cli --test reference`. \
         `ddefend explain ID` says\nmore about each.\n",
    );
    let mut sorts: BTreeMap<&str, Vec<(&str, &str, String)>> = BTreeMap::new();
    for it in content.explanations() {
        sorts.entry(it.sort).or_default().push((&it.id, &it.title, it.techniques.join(" ")));
    }
    let titled = [
        ("finding", "Findings"),
        ("trick", "Tricks"),
        ("diagnostic", "Diagnostics"),
        ("fault", "Faults"),
        ("way", "Ways in"),
    ];
    for (sort, title) in titled {
        let _ = write!(out, "\n## {title}\n\n| id | meaning | ATT&CK |\n|---|---|---|\n");
        for (id, title, techniques) in &sorts[sort] {
            let _ = writeln!(
                out,
                "| `{id}` | {} | {techniques} |",
                title.trim_start_matches("Hiding trick: ").replace('|', "\\|")
            );
        }
    }
    out.push_str("\n## Checks\n\nThe id of a place is the check's, mostly with the layer after it.\n");
    out.push_str("\n| id | meaning | mitigation | places |\n|---|---|---|---|\n");
    for it in content.posture().unwrap().checks() {
        let short = |id: &str| format!("`{}`", id.strip_prefix(&it.id).filter(|rest| !rest.is_empty()).unwrap_or(id));
        let places: Vec<String> = it.places.iter().map(|place| short(&place.id)).collect();
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", it.id, it.title, it.mitigation, places.join(" "));
    }
    check(&root().join("docs/reference/ids.md"), out.as_bytes()).unwrap();
}

#[test]
fn formats() {
    let mut formats: BTreeMap<&str, (&str, Vec<&str>)> = BTreeMap::new();
    for format in ddefend_document::formats() {
        formats.insert(format.id, (format.title, format.extensions.to_vec()));
    }
    let mut out = String::from(
        "# Formats\n\nWritten by `DDEFEND_UPDATE=1 cargo test -p ddefend-cli --test reference`. What `detected` can say; the type is\n\
         found by content, extensions only tell whether one lies.\n\n| id | format | extensions |\n|---|---|---|\n",
    );
    for (id, (title, extensions)) in formats {
        let _ = writeln!(out, "| `{id}` | {title} | {} |", extensions.join(" "));
    }
    check(&root().join("docs/reference/formats.md"), out.as_bytes()).unwrap();
}

#[test]
fn command_line() {
    let mut out =
        String::from("# Command line\n\nWritten by `DDEFEND_UPDATE=1 cargo test -p ddefend-cli --test reference`.\n");
    let verbs: [&[&str]; 14] = [
        &["--help"],
        &["scan", "--help"],
        &["hunt", "--help"],
        &["query", "--help"],
        &["memory", "--help"],
        &["posture", "--help"],
        &["posture", "audit", "--help"],
        &["posture", "diff", "--help"],
        &["posture", "harden", "--help"],
        &["rules", "--help"],
        &["rules", "test", "--help"],
        &["rules", "list", "--help"],
        &["rules", "explain", "--help"],
        &["explain", "--help"],
    ];
    for verb in verbs {
        let run = Command::new(env!("CARGO_BIN_EXE_ddefend")).args(verb).env("COLUMNS", "100").output().unwrap();
        let _ =
            write!(out, "\n## ddefend {}\n\n```text\n{}```\n", verb.join(" "), String::from_utf8(run.stdout).unwrap());
    }
    check(&root().join("docs/reference/command-line.md"), out.as_bytes()).unwrap();
}
