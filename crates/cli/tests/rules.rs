//! `ddefend rules`: what its verbs print and end with.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ddefend")).args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A folder of its own with one rule and its samples.
fn folder(name: &str, samples: Option<&str>) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ddefend-rules-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let rule = "title: A shell\nid: 5a1c1df5-70cf-4a5b-8a73-1e3c8f2f0d11\nlevel: low\n\
                logsource: {category: process_creation, product: windows}\n\
                detection:\n    selection:\n        Image|endswith: '\\cmd.exe'\n    condition: selection\n";
    std::fs::write(folder.join("shell.yml"), rule).unwrap();
    if let Some(samples) = samples {
        std::fs::write(folder.join("shell.samples.yml"), samples).unwrap();
    }
    folder
}

fn sample(fires: &str, silent: &str) -> String {
    let one = |image: &str| format!("    - {{name: one, category: process_creation, fields: {{Image: '{image}'}}}}\n");
    format!("schemas: [sysmon, security, defender]\nfires:\n{}silent:\n{}", one(fires), one(silent))
}

fn tested(folder: &Path) -> (Option<i32>, String) {
    let output = run(&["rules", "test", folder.to_str().unwrap()]);
    std::fs::remove_dir_all(folder).unwrap();
    (output.status.code(), out(&output))
}

const CMD: &str = "C:\\Windows\\System32\\cmd.exe";
const CALC: &str = "C:\\Windows\\System32\\calc.exe";

#[test]
fn rules_that_do_what_their_samples_say_pass() {
    let (code, text) = tested(&folder("right", Some(&sample(CMD, CALC))));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 rules tried, 6 trials, 0 failed"), "{text}");
}

#[test]
fn rules_that_do_not_fail() {
    let (code, text) = tested(&folder("wrong", Some(&sample(CALC, CMD))));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("security: one: does not fire"), "{text}");
    assert!(text.contains("defender: one: fires, and should not"), "{text}");
}

#[test]
fn broken_samples_and_bare_rules_are_told() {
    let (code, text) = tested(&folder("broken", Some("schemas: [sysmon]\nfires:\n    - {name: one}\n")));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("needs either fields or a sequence"), "{text}");
    let (code, text) = tested(&folder("bare", None));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 rules have no samples"), "{text}");
}

#[test]
fn lists_say_every_rule_once() {
    let output = run(&["rules", "list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = list["rules"].as_array().unwrap();
    let kinds = |kind: &str| rules.iter().filter(|rule| rule["kind"] == kind).count();
    assert!(kinds("rule") > 70 && kinds("correlation") > 10);
    assert_eq!(kinds("filter"), 4);
    let text = out(&run(&["rules", "list"]));
    assert_eq!(text.lines().count(), rules.len());
    let tagged = out(&run(&["rules", "list", "--tag", "attack.t1021.003"]));
    assert!(tagged.lines().count() > 1 && tagged.lines().all(|line| line.contains("T1021.003")), "{tagged}");
}

#[test]
fn explanations_name_records_and_fields() {
    let text = out(&run(&["rules", "explain", "excel_dde_allowed"]));
    for part in ["security-4657", "RegistryValueData", "dde_setting_weakened", "DET0504", "Known false positives"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let text = out(&run(&["rules", "explain", "erp_data_feeds"]));
    assert!(text.contains("office_starts_script_host"), "{text}");
    assert_eq!(run(&["rules", "explain", "no_such_rule"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn hostile_rule_folders_neither_hang_nor_write_to_the_terminal() {
    let folder = folder("hostile", None);
    let log = folder.join("log.json");
    std::fs::write(&log, "{}\n").unwrap();
    let hunt = || run(&["hunt", "--no-builtin", "-r", folder.to_str().unwrap(), log.to_str().unwrap()]);
    std::os::unix::fs::symlink("/dev/zero", folder.join("zero.yml")).unwrap();
    let output = hunt();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && told.contains("zero.yml: no regular file"), "{told}");
    std::fs::remove_file(folder.join("zero.yml")).unwrap();
    std::fs::write(folder.join("\u{1b}[31m.yml"), "title: [").unwrap();
    let told = String::from_utf8(hunt().stderr).unwrap();
    assert!(!told.contains('\u{1b}') && told.contains("\\x1b[31m.yml"), "{told}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// `rules check`: output and exit code.
fn checked(files: &[(&str, &str)], more: &[&str]) -> (String, Option<i32>) {
    let folder = std::env::temp_dir().join(format!("ddefend-check-{}-{}", std::process::id(), files[0].0));
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_ddefend"))
        .args(["rules", "check"])
        .arg(&folder)
        .args(more)
        .output()
        .expect("ddefend runs");
    let text = String::from_utf8_lossy(&run.stdout).replace(&folder.display().to_string(), "");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    (text + &String::from_utf8_lossy(&run.stderr), run.status.code())
}

#[test]
fn check_points_at_what_is_wrong() {
    let (text, code) =
        checked(&[("a.kql", "DeviceProcessEvents\n| where FolderPath == 'cmd.exe'\n")], &["--color", "never"]);
    assert_eq!(code, Some(1), "{text}");
    let wanted = "2 | | where FolderPath == 'cmd.exe'\n  |         ^^^^^^^^^^^^^^^^^^^^^^^\n";
    assert!(text.contains("warning[lint.path]") && text.contains(wanted), "{text}");
}

#[test]
fn check_is_silent_where_nothing_is_wrong() {
    let (text, code) =
        checked(&[("b.kql", "DeviceProcessEvents\n| where FileName =~ 'cmd.exe'\n"), ("notes.txt", "x")], &[]);
    assert_eq!((text.as_str(), code), ("1 file checked, nothing found\n", Some(0)));
}

#[test]
fn check_as_json_and_with_a_schema() {
    let query = "DeviceProcessEvents\n| where Timestamp > ago(1d)\n";
    let (text, code) = checked(&[("c.kql", query)], &["--tables", "log-analytics", "--format", "json"]);
    let problems: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((problems[0]["code"].as_str(), problems[0]["line"].as_u64()), (Some("query.name"), Some(2)), "{text}");
    assert_eq!(code, Some(1));
    let (text, code) = checked(&[("d.kql", query)], &["--tables", "nothing"]);
    assert!(text.contains("there is no schema nothing") && code == Some(2), "{text}");
}
