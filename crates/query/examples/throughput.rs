//! How fast rows go through a filter and a summary, beside only parsing the JSON lines that they come from. Not a test: run it
//! with `cargo run --release -p ddefend-query --example throughput [LINES]`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use ddefend_event::{Column, Kind, Table};
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::{Datum, Language};
use std::sync::Arc;
use std::time::Instant;

const COLUMNS: [(&str, Kind); 8] = [
    ("Timestamp", Kind::Long),
    ("DeviceName", Kind::String),
    ("FileName", Kind::String),
    ("ProcessCommandLine", Kind::String),
    ("InitiatingProcessFileName", Kind::String),
    ("ProcessId", Kind::Long),
    ("AccountName", Kind::String),
    ("FolderPath", Kind::String),
];

struct Processes;

impl Tables for Processes {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        let columns = COLUMNS.iter().map(|(name, kind)| Column { name: (*name).into(), kind: *kind }).collect();
        Some(Arc::new(Table { schema: "test".into(), name: name.into(), columns, open: false }))
    }
}

const QUERY: &str = "DeviceProcessEvents
| where InitiatingProcessFileName in~ ('winword.exe', 'excel.exe', 'powerpnt.exe')
| where FileName in~ ('cmd.exe', 'powershell.exe') or ProcessCommandLine has_any ('calc', 'whoami', '-enc')
| summarize starts = count(), first = min(Timestamp) by DeviceName, FileName";

fn line(at: u64) -> String {
    let pick = |of: &[&str], by: u64| of[usize::try_from(at / by).unwrap() % of.len()].to_owned();
    let parent = pick(&["explorer.exe", "WINWORD.EXE", "svchost.exe", "Excel.exe"], 3);
    let file = pick(&["cmd.exe", "notepad.exe", "chrome.exe", "conhost.exe", "splwow64.exe"], 1);
    format!(
        r#"{{"Timestamp":{at},"DeviceName":"host{}.corp.example","FileName":"{file}","ProcessCommandLine":"\"C:\\Windows\\System32\\{file}\" /c echo {at} and some more words","InitiatingProcessFileName":"{parent}","ProcessId":{},"AccountName":"user{}","FolderPath":"C:\\Windows\\System32\\{file}"}}"#,
        at % 500,
        at % 9000,
        at % 70
    )
}

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(200_000_u64);
    let lines: Vec<String> = (0..count).map(line).collect();
    let began = Instant::now();
    let mut keys = 0;
    for line in &lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        keys += value.as_object().map_or(0, serde_json::Map::len);
    }
    let parsing = began.elapsed();
    let (queries, problems) = ddefend_kql::read("benchmark", QUERY);
    assert!(problems.is_empty(), "{problems:?}");
    let settings = Settings { now: 0, rows: 1 << 20, bytes: 1 << 28, external: Default::default() };
    let program = Program::compile(&queries[0], &Processes, &settings).unwrap();
    let began = Instant::now();
    let mut groups = 0;
    let mut run = program.start();
    let columns = &program.scans()[0].columns;
    for line in &lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let row = columns.iter().map(|column| match &value[&*column.name] {
            serde_json::Value::String(text) => Datum::Text(text.as_str().into()),
            number => number.as_i64().map_or(Datum::Null, Datum::Long),
        });
        run.push(0, row.collect(), &mut |_| groups += 1).unwrap();
    }
    run.finish(&mut |_| groups += 1).unwrap();
    let whole = began.elapsed();
    let times = whole.as_secs_f64() / parsing.as_secs_f64();
    println!(
        "{count} lines, {keys} values: parsing {parsing:?}, with the query {whole:?} ({times:.2} times), {groups} groups"
    );
}
