//! Tasks: their order, what is filled in, and what hostile values come to.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

mod common;

use common::{launch_case, settings, word_started};
use ddefend_model::case::{Phase, Task};
use ddefend_triage::decide::decide;
use ddefend_triage::question::answers;
use ddefend_triage::task::tasks;
use ddefend_triage::{Asset, CaseEvidence, ChildClass, Linked, Settings};
use std::collections::BTreeMap;

fn made(evidence: &CaseEvidence, linked: &Linked, settings: &Settings) -> Vec<Task> {
    let answers = answers(evidence, linked, settings);
    let decision = decide(&answers, linked, settings);
    tasks(evidence, linked, &answers, &decision, settings)
}

fn at(tasks: &[Task], id: &str) -> usize {
    tasks.iter().position(|task| task.id == id).unwrap_or_else(|| panic!("{id} is not there"))
}

#[test]
fn memory_comes_before_anything_is_killed_or_cut_off() {
    let settings = settings();
    let all = made(&launch_case(), &word_started("cmd.exe", ChildClass::Interpreter), &settings);
    for later in ["isolate", "kill_process", "quarantine_file"] {
        assert!(at(&all, "memory_dump") < at(&all, later), "{later}");
        assert!(all[at(&all, later)].approval, "{later}");
    }
    let all = made(&launch_case(), &word_started("cmd.exe", ChildClass::Equation), &settings);
    assert_eq!(at(&all, "isolate"), 0, "Equation Editor: cut off first");
    assert!(at(&all, "memory_dump") < at(&all, "kill_process"));
    for task in &all {
        assert!(!task.because.is_empty(), "{}", task.id);
        assert!(task.approval || task.commands.iter().all(|command| !command.changes), "{}", task.id);
        assert_eq!(all.iter().filter(|other| other.id == task.id).count(), 1, "{}", task.id);
    }
}

#[test]
fn what_is_unknown_asks_and_what_was_answered_says_so() {
    let settings = settings();
    let all = made(&CaseEvidence::default(), &Linked::default(), &settings);
    for id in ["collect_documents", "get_process_logs", "get_registry", "get_user_hive", "check_indicators"] {
        let task = &all[at(&all, id)];
        assert_eq!(task.phase, Phase::DataGap);
        assert!(task.text.contains("Missing: "), "{}", task.text);
        assert!(!task.done);
    }
    let all = made(&launch_case(), &word_started("cmd.exe", ChildClass::Interpreter), &settings);
    let check = &all[at(&all, "outbound_check")];
    assert!(!check.done && check.text.contains("Answered from the evidence"), "{}", check.text);
    assert!(!all[at(&all, "correlate_logons")].done);
}

#[test]
fn values_are_filled_in_and_the_rest_stays_open() {
    let mut settings = settings();
    let linked = word_started("cmd.exe", ChildClass::Interpreter);
    let of = |settings: &Settings, task: &str, platform: &str| {
        let all = made(&launch_case(), &linked, settings);
        let task = all[at(&all, task)].clone();
        task.commands.into_iter().find(|command| command.platform == platform).unwrap()
    };
    let isolate = of(&settings, "isolate", "Defender for Endpoint");
    assert_eq!(isolate.open, ["id_mde"]);
    assert!(isolate.text.contains("{{id_mde}}") && isolate.changes && isolate.undo.contains("unisolate"));
    let ids = BTreeMap::from([("mde".to_owned(), "0a1b".to_owned()), ("crowdstrike".to_owned(), "x\"; y".to_owned())]);
    settings.organisation.asset = vec![Asset { host: "WS-042.corp.example".to_owned(), ids, ..Asset::default() }];
    let isolate = of(&settings, "isolate", "Defender for Endpoint");
    assert!(isolate.open.is_empty());
    assert!(
        isolate.text.starts_with("POST https://api.security.microsoft.com/api/machines/0a1b/isolate\n"),
        "{}",
        isolate.text
    );
    let (_, body) = isolate.text.split_once("\n\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["Comment"], "ddefend ws-042 2026-03-02");
    assert_eq!(of(&settings, "isolate", "CrowdStrike").open, ["id_crowdstrike"], "no id looks like that");
    assert_eq!(
        of(&settings, "memory_dump", "ProcDump").text,
        "Invoke-Command -ComputerName 'ws-042' { Get-Process -Id 20 | Where-Object Name -eq 'cmd' | ForEach-Object { procdump.exe -accepteula -ma $_.Id child.dmp } }"
    );
    assert_eq!(
        of(&settings, "kill_process", "PowerShell").text,
        "Invoke-Command -ComputerName 'ws-042' { Get-Process -Id 20 | Where-Object Name -eq 'cmd' | Stop-Process -Force }"
    );
    assert_eq!(
        of(&settings, "collect_host", "Velociraptor").text,
        "Collect Windows.KapeFiles.Targets with KapeTriage on ws-042"
    );
}

#[test]
fn hostile_values_of_the_case_break_out_of_no_command() {
    let settings = settings();
    for name in [
        "a'; calc; '.docx",
        "a\"; calc; \".docx",
        "a$(calc)`calc`.docx",
        "a\u{202e}xcod.docx",
        "a\u{2019}; calc.docx",
        "a%COMSPEC%.docx",
    ] {
        let mut evidence = launch_case();
        evidence.files[0].scanned.artifact.path = format!("documents/{name}");
        evidence.files[0].scanned.findings[0].command = Some(format!("cmd /c {name}\n| delete"));
        let mut linked = word_started("cmd.exe", ChildClass::Interpreter);
        linked.openings[0].path = format!("C:\\Users\\m\\{name}");
        linked.processes[1].host = "ws-042'; calc".to_owned();
        linked.processes[1].user = format!("LAB\\{name}");
        for task in made(&evidence, &linked, &settings) {
            for command in &task.commands {
                let hidden = |text: &str| {
                    text.chars().any(|letter| {
                        (letter.is_control() && letter != '\n') || ('\u{202a}'..='\u{202e}').contains(&letter)
                    })
                };
                assert!(!hidden(&command.text) && !hidden(&command.undo), "{}: {}", task.id, command.text);
                if command.kind == "powershell" {
                    // Outside of quotes nothing of the case may stand.
                    assert!(!outside(&command.text).contains("calc"), "{}", command.text);
                }
            }
        }
    }
}

/// What of a PowerShell text stands outside of single and double quotes.
fn outside(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for letter in text.chars() {
        let letter = if matches!(letter, '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') { '\'' } else { letter };
        match quote {
            Some(open) if open == letter => quote = None,
            Some(_) => {}
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None => out.push(letter),
        }
    }
    out
}
