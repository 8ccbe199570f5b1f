//! `ddefend hunt` as somebody uses it who has not read the manual: what is asked wrongly is said, what is told is short.
#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};

const EXCEL: &str = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE";

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddefend"));
    command.arg("hunt").args(["--reproducible", "--no-progress", "--width", "100"]).args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A process start as Winlogbeat ships it.
fn start(second: u32, pid: u32, image: &str, command: &str, parent: (u32, &str)) -> Value {
    let guid = |pid: u32| format!("{{A1B2C3D4-0000-0000-0000-{pid:012}}}");
    json!({
        "@timestamp": format!("2026-11-20T03:00:{second:02}.123Z"),
        "winlog": {
            "computer_name": "ws-01.example", "channel": "Microsoft-Windows-Sysmon/Operational", "event_id": "1",
            "provider_name": "Microsoft-Windows-Sysmon", "record_id": second,
            "event_data": {
                "UtcTime": format!("2026-11-20 03:00:{second:02}.123"), "ProcessGuid": guid(pid),
                "ProcessId": pid.to_string(), "Image": image, "CommandLine": command, "User": r"EXAMPLE\anna",
                "ParentProcessGuid": guid(parent.0), "ParentProcessId": parent.0.to_string(), "ParentImage": parent.1,
            },
        },
    })
}

/// Excel starts a shell; something harmless happens long after it.
fn log(name: &str) -> PathBuf {
    let shell = r"C:\Windows\System32\cmd.exe";
    let lines = [
        start(1, 10, EXCEL, "EXCEL.EXE", (5, r"C:\Windows\explorer.exe")),
        start(2, 11, shell, "cmd.exe /c calc", (10, EXCEL)),
        start(40, 12, r"C:\Windows\System32\notepad.exe", "notepad.exe", (5, r"C:\Windows\explorer.exe")),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let folder = std::env::temp_dir().join(format!("ddefend-analyst-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("log.jsonl");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let log = log("wrong");
    let log = log.to_str().unwrap();
    for (asked, said) in [
        (vec!["--no-filter", "nosuch"], "'nosuch'"),
        (vec!["--from", "2026-11-21", "--until", "2026-11-20"], "no time is"),
        (vec!["--from", "2026-11-21", "--until", "2026-11-21"], "no time is"),
    ] {
        let output = run(&[vec![log], asked.clone()].concat());
        assert_eq!(output.status.code(), Some(2), "{asked:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{asked:?}");
    }
    assert_eq!(run(&[log, "--no-filter", "erp_data_feeds"]).status.code(), Some(1), "a filter that is there");
}

#[test]
fn a_schema_that_the_content_belies_is_no_clean_result() {
    let log = log("schema");
    for schema in ["evtx", "defender-csv", "winxml"] {
        let output = run(&[log.to_str().unwrap(), "--schema", schema]);
        assert_eq!(output.status.code(), Some(3), "{schema}: {}", out(&output));
        assert!(out(&output).contains("winlogbeat"), "{schema}");
    }
    let output = run(&[log.to_str().unwrap(), "--schema", "ecs", "--format", "jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!out(&output).contains("unreadable"), "ECS and Winlogbeat are one family");
}

#[test]
fn the_summary_covers_the_last_record_and_sentences_hold_no_patterns() {
    let log = log("words");
    let output = run(&[log.to_str().unwrap()]);
    let text = out(&output);
    assert!(text.contains("2026-11-20 03:00:01Z to 2026-11-20 03:00:40Z"), "{text}");
    let output = run(&[log.to_str().unwrap(), "--format", "jsonl"]);
    let lines: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let whys: Vec<&str> = lines.iter().filter_map(|line| line["why"].as_str()).collect();
    assert!(whys.iter().any(|why| why.contains("fits the rule's pattern")), "{whys:?}");
    assert!(whys.iter().all(|why| !why.contains("(?:")), "{whys:?}");
    let times = lines.iter().filter_map(|line| line["lineage"].as_array()).flatten();
    let times: Vec<&str> = times.filter_map(|process| process["time"].as_str()).collect();
    assert!(!times.is_empty() && times.iter().all(|time| time.ends_with('Z')), "Sysmon tells UTC: {times:?}");
}

#[test]
fn of_the_rules_on_a_record_the_worst_stands_first_and_the_others_under_it() {
    let log = log("order");
    let output = run(&[log.to_str().unwrap(), "--format", "jsonl"]);
    let lines: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rank = |line: &Value| match line["rule"]["level"].as_str() {
        Some("critical") => 4,
        Some("high") => 3,
        Some("medium") => 2,
        Some("low") => 1,
        _ => 0,
    };
    let shell: Vec<i32> = lines.iter().filter(|line| line["event"]["record"] == 2).map(rank).collect();
    assert!(shell.len() > 3 && shell.first() > shell.last(), "{shell:?}");
    assert!(shell.is_sorted_by(|a, b| a >= b), "{shell:?}");
    let text = out(&run(&[log.to_str().unwrap()]));
    assert_eq!(text.matches("log.jsonl#2 ").count(), 1, "one block for the record:\n{text}");
    assert_eq!(text.matches("\n  also  ").count(), 1, "{text}");
    for title in lines.iter().filter_map(|line| line["rule"]["title"].as_str()) {
        assert!(text.contains(&title.chars().take(40).collect::<String>()), "{title}\n{text}");
    }
}
