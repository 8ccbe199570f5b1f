//! `ddefend query`: the queries of the seed documents as they are printed, over the same events in every schema that they
//! claim, and what is said where they do not fit one.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_content::Content;
use ddefend_event::{Event, Mapping, Time};
use ddefend_source::{schema, write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SEED_004: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../kql/tests/seed/004.kql");

/// Parent, child, command line.
const STARTS: &[(&str, &str, &str)] = &[
    (
        "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE",
        "C:\\Windows\\System32\\cmd.exe",
        "cmd.exe /c calc",
    ),
    (
        "C:\\Program Files\\Common Files\\Microsoft Shared\\EQUATION\\EQNEDT32.EXE",
        "C:\\Windows\\System32\\calc.exe",
        "calc.exe",
    ),
    (
        "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "powershell.exe -EncodedCommand AAAA",
    ),
    ("C:\\Windows\\explorer.exe", "C:\\Windows\\System32\\cmd.exe", "cmd.exe"),
    (
        "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
        "C:\\Windows\\splwow64.exe",
        "splwow64.exe 8192",
    ),
];

fn mapping() -> Mapping {
    Content::load().unwrap().mapping().unwrap()
}

fn events(mapping: &Mapping, class: &str) -> Vec<Event> {
    let start = Time::parse("2026-11-21T14:00:00Z").unwrap();
    (0_i64..)
        .zip(STARTS)
        .map(|(number, (parent, image, command))| {
            let fields = [
                ("ParentImage", *parent),
                ("Image", *image),
                ("CommandLine", *command),
                ("ProcessId", "5136"),
                ("User", "CORP\\ann"),
            ];
            let time = Time { ticks: start.ticks + number * Time::SECOND, ..start };
            let record = u64::try_from(number).unwrap() + 1;
            mapping.native(class, &fields, "PC1.corp.example", Some(time), record).unwrap()
        })
        .collect()
}

/// The starts in a log: kind of record, format.
const FORMS: &[(&str, &str)] = &[
    ("sysmon-1", "evtx"),
    ("sysmon-1", "winlogbeat"),
    ("sysmon-1", "evtx-json"),
    ("security-4688", "evtx"),
    ("security-4688", "evtx-json"),
    ("defender-process", "defender"),
    ("ecs-process", "ecs"),
];

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("query-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn log(folder: &Path, class: &str, form: &str) -> PathBuf {
    let path = folder.join(format!("{class}.{}", if form == "evtx" { "evtx" } else { "json" }));
    std::fs::write(&path, write(schema(form).unwrap(), &events(&mapping(), class)).unwrap()).unwrap();
    path
}

fn ddefend(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ddefend")).arg("query").args(args).output().unwrap()
}

/// Rows of a run as JSON.
fn rows(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.filter(|line| line["type"] == "row").map(|mut line| line["row"].take()).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn seed_004_gives_the_same_rows_from_every_log() {
    let folder = folder("004");
    for (class, form) in FORMS {
        let log = log(&folder, class, form);
        let output = ddefend(&["-f", "jsonl", SEED_004, log.to_str().unwrap()]);
        let rows = rows(&output);
        assert_eq!(output.status.code(), Some(0), "{class} {form}: {}", stderr(&output));
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap_or_default().to_ascii_lowercase();
                let flag = |name: &str| row[name].as_bool().unwrap();
                (
                    text("FileName"),
                    text("InitiatingProcessFileName"),
                    flag("IsDDE_EquationEditor"),
                    flag("IsOfficeSpawn"),
                    flag("SuspiciousArgs"),
                )
            })
            .collect();
        let row = |child: &str, parent: &str, equation, office, suspicious| {
            (child.to_owned(), parent.to_owned(), equation, office, suspicious)
        };
        let wanted = [
            row("powershell.exe", "winword.exe", false, true, true),
            row("calc.exe", "eqnedt32.exe", true, false, false),
            row("cmd.exe", "excel.exe", false, true, false),
        ];
        assert_eq!(told, wanted, "{class} {form}: {}", stderr(&output));
        for row in &rows {
            let host = row["DeviceName"].as_str().unwrap();
            assert!(host.eq_ignore_ascii_case("pc1.corp.example"), "{class} {form}: {host}");
            assert_eq!(row["AccountName"], "ann", "{class} {form}");
            assert!(row["Timestamp"].as_str().unwrap().starts_with("2026-11-21T14:00:0"), "{class} {form}");
        }
    }
}

#[test]
fn seed_004_is_told_that_log_analytics_has_no_such_column() {
    let folder = folder("004-schema");
    let log = log(&folder, "sysmon-1", "evtx");
    let output = ddefend(&["-f", "jsonl", SEED_004, log.to_str().unwrap()]);
    let told = stderr(&output);
    assert!(told.contains("Timestamp") && told.contains("TimeGenerated"), "{told}");
    let output = ddefend(&["--tables", "log-analytics", SEED_004, log.to_str().unwrap()]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("Timestamp") && told.contains("TimeGenerated") && told.contains("^^^"), "{told}");
}

#[test]
fn seed_000_and_002_run_as_printed() {
    let folder = folder("spl");
    let sysmon = log(&folder, "sysmon-1", "evtx");
    let security = log(&folder, "security-4688", "evtx");
    let seed_002 = r#"index = * ParentImage="*excel.exe*" Image="*.exe" | table _raw, ParentImage, Image"#;
    for log in [&sysmon, &security] {
        let output = ddefend(&["-f", "jsonl", "--lang", "spl", "-e", seed_002, log.to_str().unwrap()]);
        let rows = rows(&output);
        assert_eq!(rows.len(), 1, "{}", stderr(&output));
        assert!(rows[0]["ParentImage"].as_str().unwrap().ends_with("EXCEL.EXE"));
        assert!(rows[0]["_raw"].as_str().unwrap().contains("cmd.exe /c calc"));
    }
    let seed_000 = r#"(source="WinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode="1") OR (source="WinEventLog:Security" EventCode="4688") Image="*.exe" (ParentImage="*excel.exe" OR ParentImage="*word.exe" OR ParentImage="*outlook.exe")"#;
    for log in [&sysmon, &security] {
        let output = ddefend(&["-f", "jsonl", "--lang", "spl", "-e", seed_000, log.to_str().unwrap()]);
        assert_eq!(rows(&output).len(), 3, "{}", stderr(&output));
    }
}

#[test]
fn pseudocode_of_seed_002_runs_and_its_defects_are_told() {
    let folder = folder("car");
    let log = log(&folder, "sysmon-1", "evtx");
    let text = "processes = search Process:Create\npossible_exploit = filter processes where (\n  ParentImage = 'excel.exe'\n  and\n  ChildProcess = '*.exe'\n)\noutput possible_exfiltration\n";
    let path = folder.join("CAR-2020-12-004.car");
    std::fs::write(&path, text).unwrap();
    let output = ddefend(&["-f", "jsonl", path.to_str().unwrap(), log.to_str().unwrap()]);
    let told = stderr(&output);
    assert!(told.contains("possible_exfiltration"), "{told}");
    let fixed =
        text.replace("output possible_exfiltration", "output possible_exploit").replace("'excel.exe'", "'*excel.exe'");
    std::fs::write(&path, fixed).unwrap();
    let output = ddefend(&["-f", "jsonl", path.to_str().unwrap(), log.to_str().unwrap()]);
    assert_eq!(rows(&output).len(), 1, "{}", stderr(&output));
}

#[test]
fn other_languages_see_their_own_names() {
    let folder = folder("languages");
    let all = [
        ("eql", r#"process where process.parent.name : "excel.exe" and process.name : "cmd.exe""#),
        ("kuery", "process.parent.name: EXCEL.EXE and process.name: cmd.exe"),
        ("esql", r#"from logs-* | where to_lower(process.parent.name) == "excel.exe" | keep process.name"#),
    ];
    for (class, form) in FORMS {
        let log = log(&folder, class, form);
        for (language, text) in all {
            let output = ddefend(&["-f", "jsonl", "--lang", language, "-e", text, log.to_str().unwrap()]);
            assert_eq!(rows(&output).len(), 1, "{class} {form} {language}: {}", stderr(&output));
        }
    }
}

#[test]
fn outputs_are_safe_and_rows_are_no_findings() {
    let folder = folder("outputs");
    let log = log(&folder, "sysmon-1", "evtx-json");
    let query =
        "DeviceProcessEvents | where FileName =~ 'calc.exe' | extend Bad = '=1+1\\u001b[31m' | project FileName, Bad";
    let arguments = |format| ["-f", format, "--lang", "kql", "-e", query, log.to_str().unwrap()].map(str::to_owned);
    for format in ["text", "json", "jsonl", "csv"] {
        let arguments = arguments(format);
        let output = ddefend(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(text.contains("calc.exe") && !text.contains('\u{1b}'), "{format}: {text}");
        assert!(format != "csv" || text.contains("\"'=1+1"), "{text}");
    }
    let output = ddefend(&["--fail-on", "1", "--lang", "kql", "-e", query, log.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let output = ddefend(&["--fail-on", "2", "--lang", "kql", "-e", query, log.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn given_tables_and_lookups_have_rows() {
    let folder = folder("given");
    let log = log(&folder, "sysmon-1", "evtx-json");
    let list = folder.join("allowed.csv");
    std::fs::write(&list, "Name,Weight\ncmd.exe,3\n").unwrap();
    let query =
        "Allowed | join kind=inner (DeviceProcessEvents) on $left.Name == $right.FileName | project Name, Weight";
    let given = format!("Allowed={}", list.display());
    let output = ddefend(&["-f", "jsonl", "--table", &given, "--lang", "kql", "-e", query, log.to_str().unwrap()]);
    let rows = rows(&output);
    assert_eq!(rows.len(), 2, "{}", stderr(&output));
    assert_eq!(rows[0]["Weight"], 3);
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let folder = folder("wrong");
    let log = log(&folder, "sysmon-1", "evtx-json");
    let log = log.to_str().unwrap();
    for (arguments, wanted) in [
        (&["--lang", "kql", "-e", "NoSuchTable | take 1", log][..], "NoSuchTable"),
        (&["--lang", "kql", "-e", "DeviceProcessEvents | where Nope == 1", log], "Nope"),
        (&["--lang", "kql", "-e", "DeviceProcessEvents | where", log], "-->"),
        (&["--tables", "nope", "--lang", "kql", "-e", "T", log], "nope"),
        (&[log], "ending"),
        (&["--lang", "kql", "-e", "DeviceProcessEvents | where Timestamp > ago(1h)", "-"], "--now"),
    ] {
        let output = ddefend(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(wanted), "{arguments:?}: {}", stderr(&output));
    }
}
