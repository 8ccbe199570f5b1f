//! `ddefend memory` from the command line: exit codes, folders, commands of findings, one digest.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_memory::write::{DumpPlan, PlannedModule, PlannedRegion, utf16, write};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("memory").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn dump(text: &str, module: &str) -> Vec<u8> {
    let image = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
    write(&DumpPlan {
        pid: 4312,
        image: image.to_owned(),
        command: format!("\"{image}\" /n \"C:\\a.docx\""),
        modules: vec![PlannedModule {
            path: module.to_owned(),
            base: 0x7ffa_0000_0000,
            size: 4_096,
            version: String::new(),
        }],
        regions: vec![PlannedRegion::heap(0x0213_0000_0000, &[utf16(text)])],
        ..DumpPlan::default()
    })
}

fn ddefend(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddefend"));
    command.arg("memory").args(["--reproducible", "--width", "100"]).args(arguments).output().unwrap()
}

#[test]
fn tells_what_is_in_it_and_fails_on_it() {
    let folder = folder("bad");
    let path = folder.join("word.dmp");
    std::fs::write(&path, dump("\u{13}DDEAUTO cmd \"/c whoami\"\u{15}", r"C:\Windows\System32\scrobj.dll")).unwrap();
    std::fs::write(folder.join("notes.txt"), "DDEAUTO cmd \"/c whoami\"").unwrap();
    let run = ddefend(&["--format", "json", folder.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(1));
    let out: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(out["images"].as_array().unwrap().len(), 1, "a text is no image");
    let image = &out["images"][0];
    assert_eq!(image["hits"][0]["kind"], "dde-field");
    assert_eq!(image["hits"][0]["command"], "cmd.exe /c whoami");
    assert_eq!(image["hits"][0]["region"], "rw- private");
    assert_eq!(image["modules"][0]["path"], r"C:\Windows\System32\scrobj.dll");
    assert_eq!(image["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(image["process"]["pid"], 4312);
    let text = ddefend(&[path.to_str().unwrap()]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("CRITICAL") && text.contains("cmd.exe /c whoami"), "{text}");
    assert!(!text.contains('\u{13}'));
    assert_eq!(ddefend(&["--exit-zero", path.to_str().unwrap()]).status.code(), Some(0));
}

#[test]
fn looks_for_commands_of_findings() {
    let folder = folder("case");
    let path = folder.join("word.dmp");
    std::fs::write(&path, dump("cmd.exe  /c \"odd-name.exe\" --x", r"C:\Windows\System32\ntdll.dll")).unwrap();
    assert_eq!(ddefend(&[path.to_str().unwrap()]).status.code(), Some(0));
    let findings = folder.join("findings.json");
    let finding = r#"{"type":"finding","id":"dde.launch","artifact":"a.docx","command":"CMD /c odd-name --x"}"#;
    std::fs::write(&findings, format!("{{\"results\":[{{\"findings\":[{finding}]}}]}}")).unwrap();
    let run = ddefend(&["--format", "jsonl", "--commands-from", findings.to_str().unwrap(), path.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(1));
    let out = String::from_utf8(run.stdout).unwrap();
    assert!(out.contains(r#""kind":"case-command""#) && out.contains("dde.launch in a.docx"), "{out}");
}

#[test]
fn says_what_it_cannot_read() {
    let folder = folder("broken");
    let path = folder.join("cut.dmp");
    let whole = dump("nothing", r"C:\Windows\System32\ntdll.dll");
    std::fs::write(&path, &whole[..600]).unwrap();
    assert_eq!(ddefend(&[path.to_str().unwrap()]).status.code(), Some(3));
    assert_eq!(ddefend(&["no such file"]).status.code(), Some(3));
    assert_eq!(ddefend(&["-"]).status.code(), Some(2));
    let empty = folder.join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    assert_eq!(ddefend(&[empty.to_str().unwrap()]).status.code(), Some(3));
}
