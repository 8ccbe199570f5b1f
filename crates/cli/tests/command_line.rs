//! The command itself: exit codes, streams, formats, bad input.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const ATTACK: &[u8] = b"name,total\r\n=cmd|'/c calc.exe'!A0,1\r\n";
const CLEAN: &[u8] = b"name,total\r\nalice,1\r\nbob,-5\r\n";

fn ddefend(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ddefend"))
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ddefend-test-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, bytes) in files {
        std::fs::write(folder.join(file), bytes).unwrap();
    }
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn exit_codes() {
    assert_eq!(ddefend(&["scan", "-", "--name", "a.csv"], CLEAN).status.code(), Some(0));
    assert_eq!(ddefend(&["scan", "-", "--name", "a.csv"], ATTACK).status.code(), Some(1));
    assert_eq!(ddefend(&["scan", "-", "--exit-zero"], ATTACK).status.code(), Some(0));
    assert_eq!(ddefend(&["scan"], b"").status.code(), Some(2));
    assert_eq!(ddefend(&["scan", "--no-such-option", "-"], b"").status.code(), Some(2));
    assert_eq!(ddefend(&["scan", "/no/such/file"], b"").status.code(), Some(3));
    assert_eq!(
        ddefend(&["scan", "-"], b"\x89\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10 garbage").status.code(),
        Some(3)
    );
}

#[test]
fn found_beats_unreadable_and_the_level_counts() {
    let folder = folder("beats", &[("a.csv", ATTACK)]);
    let folder = folder.to_str().unwrap();
    assert_eq!(ddefend(&["scan", folder, "/no/such/file"], b"").status.code(), Some(1));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn text_names_what_would_run() {
    let out = ddefend(&["scan", "-", "--name", "a.csv", "--width", "80"], ATTACK);
    let shown = text(&out.stdout);
    for wanted in ["cmd", "/c calc.exe", "T1559.002", "A2"] {
        assert!(shown.contains(wanted), "{wanted} is not in:\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "no colour into a pipe");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "80 columns:\n{shown}");
    let coloured = ddefend(&["scan", "-", "--name", "a.csv", "--color", "always"], ATTACK);
    assert!(text(&coloured.stdout).contains("\u{1b}["));
}

#[test]
fn json_lines_say_what_they_are() {
    let out = ddefend(&["scan", "-", "--name", "a.csv", "--format", "jsonl"], ATTACK);
    let lines: Vec<serde_json::Value> =
        text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!((types[0], *types.last().unwrap()), ("artifact", "summary"));
    let finding = lines.iter().find(|line| line["type"] == "finding").unwrap();
    assert_eq!(finding["link"]["service"], "cmd");
    assert_eq!(finding["link"]["topic"], "/c calc.exe");
    assert_eq!(finding["link"]["item"], "A0");
    assert!(lines.iter().all(|line| line["schema_version"] == 1));
}

#[test]
fn every_format_runs_and_repeats() {
    for format in ["text", "json", "jsonl", "csv", "sarif", "html"] {
        let arguments = ["scan", "-", "--name", "a.csv", "--format", format, "--reproducible"];
        let first = ddefend(&arguments, ATTACK);
        assert_eq!(first.status.code(), Some(1), "{format}");
        assert!(!first.stdout.is_empty(), "{format}");
        assert_eq!(first.stdout, ddefend(&arguments, ATTACK).stdout, "{format}");
    }
}

#[test]
fn folders_come_in_the_order_of_names_on_any_number_of_threads() {
    let names: Vec<String> = (0..40).map(|index| format!("{index:02}.csv")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), ATTACK)).collect();
    let folder = folder("order", &files);
    let run = |threads: &str| {
        let path = folder.to_str().unwrap();
        ddefend(&["scan", path, "--format", "jsonl", "--reproducible", "--threads", threads], b"").stdout
    };
    assert_eq!(run("1"), run("4"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn explains_every_id_that_it_lists() {
    let listed = ddefend(&["explain", "--list"], b"");
    assert_eq!(listed.status.code(), Some(0));
    let listed = text(&listed.stdout);
    let ids: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.contains(&"dde.launch"));
    assert!(ids.len() > 60, "{}", ids.len());
    for id in ids {
        let out = ddefend(&["explain", id], b"");
        assert_eq!(out.status.code(), Some(0), "{id}");
        assert!(out.stdout.len() > 40, "{id}");
    }
    let unknown = ddefend(&["explain", "dde.lunch"], b"");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("dde.launch"), "a near id is suggested");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ddefend"))
        .args(["explain", "--list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert!(!text(&out.stderr).contains("panicked"), "{}", text(&out.stderr));
}
