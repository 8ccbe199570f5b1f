//! Every Sigma rule that comes with recorded events fires on them, from EVTX and from JSON alike. Needs `DDEFEND_DATA`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Recordings that are no Windows logs.
const OTHERS: &[&str] = &["cisco_cli_dot1x_disabled"];

/// Each recording with the ids of the rules that must fire on it.
fn recordings(root: &Path) -> BTreeMap<PathBuf, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let info = folder.join("info.yml");
        let ids: BTreeSet<String> = std::fs::read_to_string(info)
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- id: "))
            .map(|id| id.trim().to_owned())
            .collect();
        for path in entries {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "evtx" || extension == "json") {
                found.insert(path, ids.clone());
            }
        }
    }
    found
}

#[test]
fn every_rule_fires_on_its_own_events() {
    let Some(data) = std::env::var_os("DDEFEND_DATA").map(PathBuf::from) else {
        println!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let logs = data.join("logs/sigma-regression");
    let mut hunt = Command::new(env!("CARGO_BIN_EXE_ddefend"));
    hunt.args(["hunt", "--exit-zero", "--keep-duplicates", "--no-builtin", "--format", "jsonl"]);
    for folder in ["rules", "rules-emerging-threats", "rules-threat-hunting"] {
        hunt.arg("--rules").arg(data.join("rules/sigma").join(folder));
    }
    let output = hunt.arg(&logs).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut fired: BTreeSet<(String, String)> = BTreeSet::new();
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).unwrap();
        if line["type"] == "detection" {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            fired.insert((text(&line["event"]["source"]), text(&line["rule"]["id"])));
        }
    }
    let recordings = recordings(&logs);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    let mut silent = Vec::new();
    for (path, ids) in &recordings {
        let name = path.to_string_lossy();
        for id in ids {
            if fired.contains(&(name.to_string(), id.clone())) {
                *rules.entry(path.extension().unwrap().to_str().unwrap()).or_default() += 1;
            } else if !OTHERS.iter().any(|other| name.contains(other)) {
                silent.push(format!("{id} {name}"));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
    assert_eq!(rules, BTreeMap::from([("evtx", 202), ("json", 202)]));
}
