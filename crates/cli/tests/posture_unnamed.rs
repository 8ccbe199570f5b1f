//! `ddefend posture audit` over exports that do not say whose they are, and over what contradicts or exceeds.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const WORD: &str = r"Software\Microsoft\Office\16.0\Word\Security";
const POLICY: &str = r"Software\Policies\Microsoft\Office\16.0\Word\Security";

/// A folder that is empty at the beginning and goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddefend-unnamed-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn export(root: &str, key: &str, number: u32) -> String {
    format!("Windows Registry Editor Version 5.00\r\n\r\n[{root}\\{key}]\r\n\"AllowDDE\"=dword:{number:08x}\r\n")
}

fn word(number: u32) -> String {
    export("HKEY_CURRENT_USER", WORD, number)
}

fn policy(number: u32) -> String {
    export("HKEY_CURRENT_USER", POLICY, number)
}

fn ddefend(args: &[&str], path: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddefend"));
    command.args(["posture", "audit"]).args(args).arg(path).args(["--no-progress", "--reproducible"]).output().unwrap()
}

fn audit(path: &Path, more: &[&str]) -> Vec<Value> {
    let text = ddefend(&[&["--format", "jsonl"], more].concat(), path).stdout;
    String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// User, verdict, data and layer of one check.
fn told(lines: &[Value]) -> Vec<String> {
    let checks = lines.iter().filter(|line| line["id"] == "DDE-WORD-ALLOW");
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or("-").to_owned();
    checks.map(|line| ["user", "verdict", "effective", "layer"].map(|name| text(line, name)).join(" ")).collect()
}

fn messages(lines: &[Value], gaps: bool) -> Vec<String> {
    let told = lines.iter().filter(|line| line["type"] == "diagnostic");
    let told = told.filter(|line| line["code"].as_str().unwrap().starts_with("note.") != gaps);
    told.map(|line| format!("{}: {}", line["code"].as_str().unwrap(), line["message"].as_str().unwrap())).collect()
}

#[test]
fn unnamed_exports_of_two_people_are_two_people() {
    let folder = Folder::new("two");
    folder.file("two/alice_office.reg", &word(2));
    folder.file("two/bob_office.reg", &word(0));
    let two = folder.0.join("two");
    let lines = audit(&two, &[]);
    assert_eq!(told(&lines), ["alice_office insecure 2 user", "bob_office secure 0 user"]);
    assert!(messages(&lines, true).is_empty(), "{:?}", messages(&lines, true));
    folder.file("two/alice_policies.reg", &policy(0));
    folder.file("two/bob_policies.reg", &policy(2));
    assert_eq!(told(&audit(&two, &[])), ["alice secure 0 policy", "bob insecure 2 policy"]);

    folder.file("one/office.reg", &word(2));
    folder.file("one/policies.reg", &policy(0));
    assert_eq!(told(&audit(&folder.0.join("one"), &[])), ["(current user) secure 0 policy"]);
}

#[test]
fn what_inputs_of_one_user_contradict_is_a_gap() {
    let folder = Folder::new("contradiction");
    folder.file("alice_office.reg", &word(2));
    folder.file("bob_office.reg", &word(0));
    let output = ddefend(&["--user", "dave", "--fail-on", "critical"], &folder.0);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stdout).contains("disagree"), "not told: {output:?}");
    let lines = audit(&folder.0, &["--user", "dave"]);
    assert_eq!(told(&lines), ["dave secure 0 user"]);
    let gaps = messages(&lines, true);
    assert!(
        gaps.len() == 1 && gaps[0].starts_with("broken.disagreement: ") && gaps[0].contains("AllowDDE"),
        "{gaps:?}"
    );
}

#[test]
fn exports_in_a_profile_are_read_where_no_hive_is() {
    let folder = Folder::new("profile");
    folder.file("PC1/C/Users/zed/office.reg", &word(2));
    folder.file("PC1/C/Users/zed/AppData/Roaming/other.reg", &word(0));
    folder.file("PC1/C/Users/zed/Desktop/tweak.reg", &word(0));
    let lines = audit(&folder.0, &[]);
    assert_eq!(told(&lines), ["zed insecure 2 user"]);
    let notes = messages(&lines, false);
    assert_eq!(notes.iter().filter(|note| note.contains("2 files in collected trees")).count(), 1, "{notes:?}");
    // What lies beside a hive need not have been imported.
    folder.file("PC1/C/Users/zed/NTUSER.reg", &word(1));
    let lines = audit(&folder.0, &[]);
    assert_eq!(told(&lines), ["zed insecure 1 user"]);
    let notes = messages(&lines, false);
    assert!(notes.iter().any(|note| note.contains("3 files in collected trees")), "{notes:?}");
}

#[test]
fn the_machines_part_of_an_export_in_a_profile_is_the_machines() {
    let folder = Folder::new("both");
    let machine = "\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName]\r\n\
                   \"ComputerName\"=\"PC-NINE\"\r\n";
    folder.file("H/C/Users/zed/all.reg", &(word(2) + machine));
    let lines = audit(&folder.0, &[]);
    assert_eq!(told(&lines), ["zed insecure 2 user"]);
    assert!(messages(&lines, true).is_empty(), "{:?}", messages(&lines, true));
    assert!(lines.iter().any(|line| line["host"] == "PC-NINE"));
}

#[test]
fn settings_that_are_not_kept_are_a_gap() {
    let folder = Folder::new("dropped");
    let keys = [
        ("HKEY_CURRENT_USER", WORD),
        (
            "HKEY_LOCAL_MACHINE",
            r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
        ),
    ];
    for (root, key) in keys {
        let mut text = export(root, key, 0);
        (0..5_000).for_each(|number| text += &format!("\"v{number}\"=dword:00000001\r\n"));
        folder.file(&format!("{root}/many.reg"), &text);
        let gaps = messages(&audit(&folder.0.join(root), &[]), true);
        assert!(gaps.iter().any(|gap| gap.starts_with("limit.results: ")), "{root}: {gaps:?}");
    }
}

#[test]
fn an_undo_that_leaves_an_empty_key_leaves_no_source() {
    let folder = Folder::new("sources");
    let host = folder.file("H/hkcu.reg", &word(2));
    let change = folder.file("change.reg", &policy(0));
    let undo = folder.file(
        "undo.reg",
        &format!("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\{POLICY}]\r\n\"AllowDDE\"=-\r\n"),
    );
    let run = |more: &[&str]| ddefend(&[&["--format", "json"], more].concat(), &host).stdout;
    let (change, undo) = (change.to_str().unwrap(), undo.to_str().unwrap());
    assert!(run(&["--what-if", change]) != run(&[]));
    assert!(run(&["--what-if", change, "--what-if", undo]) == run(&[]), "the undo leaves something");
}
