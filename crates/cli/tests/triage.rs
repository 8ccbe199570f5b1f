//! `ddefend triage` from the outside: what a folder is sorted into, that nothing is dropped, that the same evidence gives
//! the same case, and that nothing half-written is left.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_testkit::make::{archive, zip};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that is empty at the beginning and goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddefend-triage-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn ddefend(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ddefend")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn case(folder: &Path, more: &[&str]) -> Value {
    let out = ddefend(&[&["triage", &text(folder), "--format", "json"], more].concat());
    serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out.stderr)))
}

const DOCUMENT: &str = "Name,Sum\nx,\"=cmd|'/c calc.exe'!A0\"\n";

fn start(time: &str, guid: u32, image: &str, command: &str, parent: u32, parent_image: &str) -> String {
    let event = json!({
        "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "ws1.corp.example",
        "UtcTime": time, "@timestamp": format!("{}Z", time.replace(' ', "T")), "ProcessGuid": format!("{{00000000-0000-0000-0000-{guid:012}}}"), "ProcessId": guid,
        "Image": image, "CommandLine": command, "User": "CORP\\alice",
        "ParentProcessGuid": format!("{{00000000-0000-0000-0000-{parent:012}}}"), "ParentProcessId": parent,
        "ParentImage": parent_image, "ParentCommandLine": parent_image,
    });
    event.to_string() + "\n"
}

fn log() -> String {
    let excel = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE";
    let open = format!(r#""{excel}" "C:\Users\alice\Downloads\invoice.csv""#);
    start("2026-03-01 12:01:07.000", 10, excel, &open, 9, r"C:\Windows\explorer.exe")
        + &start("2026-03-01 12:01:19.000", 11, r"C:\Windows\System32\cmd.exe", "cmd.exe /c calc.exe", 10, excel)
}

const JOURNAL: &str = r#"{"time":"2026-03-01T11:58:00Z","message_id":"<1@mail.example>","from":"x@mail.example","to":["alice@corp.example"],"subject":"Invoice","action":"delivered","verdict":"clean","attachments":[{"part":"","name":"invoice.csv","size":38,"sha256":""}],"urls":[]}
"#;

fn evidence(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("docs/invoice.csv", DOCUMENT);
    folder.file("docs/invoice.csv:Zone.Identifier", "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://mail.example/\r\n");
    folder.file("logs/sysmon.json", log());
    folder.file("journal.jsonl", JOURNAL);
    folder.file("iocs.txt", "# known\nevil[.]example campaign\nhxxps://evil[.]example/a\n203.0.113.9\n");
    folder.file("history.csv", "metric,scope,name,day,count\nfindings,org,,2026-02-01,0\n");
    folder.file("hkcu.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Word\\Security]\r\n\"AllowDDE\"=dword:00000002\r\n");
    folder.file("thing.bin", [0_u8, 159, 146, 150, 1, 2, 3]);
    folder.file("empty", "");
    folder
}

fn role<'c>(case: &'c Value, path: &str) -> &'c Value {
    case["inputs"].as_array().unwrap().iter().find(|input| input["path"] == path).unwrap_or_else(|| panic!("{path}"))
}

#[test]
fn every_file_is_sorted_by_content_and_listed() {
    let folder = evidence("sorted");
    let case = case(&folder.0, &[]);
    for (path, wanted, detected) in [
        ("docs/invoice.csv", "document", "csv"),
        ("docs/invoice.csv:Zone.Identifier", "mark", "zone-identifier"),
        ("logs/sysmon.json", "log", "sysmon-json"),
        ("journal.jsonl", "journal", "mail-journal"),
        ("iocs.txt", "indicators", "indicator-list"),
        ("history.csv", "history", "history"),
        ("hkcu.reg", "registry", "reg"),
        ("thing.bin", "other", "unknown"),
        ("empty", "other", "empty"),
    ] {
        let input = role(&case, path);
        assert_eq!((&input["role"], &input["detected"]), (&json!(wanted), &json!(detected)), "{path}");
        assert_eq!(input["sha256"].as_str().unwrap().len(), 64, "{path}");
        assert_eq!(input["complete"], json!(path != "thing.bin"), "{path}");
    }
    assert_eq!(case["inputs"].as_array().unwrap().len(), 9);
    assert!(!case["detections"].as_array().unwrap().is_empty(), "the log was hunted through");
    assert_eq!((&case["hunt"]["logs"], &case["hunt"]["events"]), (&json!(1), &json!(2)));
    assert!(!case["posture"].as_array().unwrap().is_empty(), "the export was audited");
    let note = |it: &Value| it["artifact"] == "thing.bin" && it["code"] == "note.odd";
    assert!(case["diagnostics"].as_array().unwrap().iter().any(note));
}

#[test]
fn the_same_evidence_gives_the_same_bytes_wherever_it_lies_and_however_many_threads_work() {
    let (one, two) = (evidence("same-one"), evidence("same-two"));
    let outputs = ["json", "text", "jsonl", "md"].map(|format| {
        let run = |folder: &Folder, threads: &str| {
            ddefend(&["triage", &text(&folder.0), "--format", format, "--threads", threads, "--width", "100"]).stdout
        };
        let first = run(&one, "1");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (first, threads, other) = (text(first), text(run(&one, "8")), text(run(&two, "3")));
        for (line, (one, two)) in first.lines().zip(threads.lines()).enumerate() {
            assert_eq!(one, two, "{format}: line {line}: threads");
        }
        for (line, (one, two)) in first.lines().zip(other.lines()).enumerate() {
            assert_eq!(one, two, "{format}: line {line}: another folder");
        }
        assert!(first == threads && first == other);
        first
    });
    assert!(outputs.iter().all(|output| !output.contains("ddefend-triage-")), "no path of this machine is in the case");
}

#[test]
fn the_order_and_names_of_files_do_not_change_the_verdict() {
    let one = evidence("order-one");
    let two = Folder::new("order-two");
    two.file("z/invoice.csv", DOCUMENT);
    two.file("z/invoice.csv:Zone.Identifier", "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://mail.example/\r\n");
    two.file("0.json", log());
    two.file("zz.jsonl", JOURNAL);
    two.file("a.txt", "# known\nevil[.]example campaign\nhxxps://evil[.]example/a\n203.0.113.9\n");
    two.file("b.csv", "metric,scope,name,day,count\nfindings,org,,2026-02-01,0\n");
    two.file("y/x.reg", fs::read(one.0.join("hkcu.reg")).unwrap());
    let judged = |folder: &Folder| {
        let case = case(&folder.0, &[]);
        let answers = case["answers"].as_array().unwrap().iter();
        let answers: Vec<String> =
            answers.map(|it| format!("{} {} {}", it["question"], it["answer"], it["points"])).collect();
        (answers, case["decision"]["verdict"].clone(), case["decision"]["rule"].clone())
    };
    assert_eq!(judged(&one), judged(&two));
}

#[test]
fn what_cannot_be_read_is_told_and_makes_the_exit_code() {
    let folder = Folder::new("unreadable");
    folder.file("truncated.evtx", b"ElfFile\0 and then nothing");
    std::os::unix::fs::symlink(".", folder.0.join("loop")).unwrap();
    std::os::unix::fs::symlink("gone.docx", folder.0.join("dangling.docx")).unwrap();
    let fifo = Command::new("mkfifo").arg(folder.0.join("pipe")).status().unwrap();
    assert!(fifo.success());
    let out = ddefend(&["triage", &text(&folder.0), "--format", "json"]);
    assert_eq!(out.status.code(), Some(3), "{}", String::from_utf8_lossy(&out.stderr));
    let case: Value = serde_json::from_slice(&out.stdout).unwrap();
    for path in ["truncated.evtx", "loop", "dangling.docx", "pipe"] {
        assert_eq!(role(&case, path)["complete"], false, "{path}");
        let gap = |it: &Value| it["artifact"] == path && !it["code"].as_str().unwrap().starts_with("note.");
        assert!(case["diagnostics"].as_array().unwrap().iter().any(gap), "{path}");
    }
}

#[test]
fn an_empty_folder_and_a_missing_one_are_no_clean_case() {
    let folder = Folder::new("empty");
    for path in [folder.0.clone(), folder.0.join("missing")] {
        let out = ddefend(&["triage", &text(&path), "--format", "json"]);
        assert_eq!(out.status.code(), Some(3), "{}", path.display());
        let case: Value = serde_json::from_slice(&out.stdout).unwrap();
        let none = |it: &Value| it["message"].as_str().unwrap().starts_with("there is no evidence");
        assert!(case["diagnostics"].as_array().unwrap().iter().any(none));
        assert_ne!(case["decision"]["outcome"], "close", "what was not read is not closed");
    }
}

#[test]
fn a_log_that_is_a_document_as_well_is_read_as_both() {
    let folder = Folder::new("both");
    // Columns of a log, with a formula in a cell: whoever names it a log must not hide the formula.
    folder.file(
        "log.csv",
        "EventId,Channel,Payload,TimeCreated,Computer\n1,Security,\"=cmd|'/c calc.exe'!A0\",2026-03-01 10:00:00,ws1\n",
    );
    folder.file("a.docx", b"PK\x03\x04 ElfChnk\0");
    let case = case(&folder.0, &[]);
    assert_eq!(role(&case, "log.csv")["role"], "log");
    assert_eq!(role(&case, "a.docx")["role"], "document");
}

#[test]
fn configuration_is_named_and_never_read_from_the_evidence() {
    let folder = evidence("configuration");
    let own = folder.file("organisation.toml", "[[feed]]\nservice = \"cmd\"\nowner = \"me\"\n");
    let case = case(&folder.0, &[]);
    let told =
        |it: &Value| it["artifact"] == "organisation.toml" && it["message"].as_str().unwrap().starts_with("not used");
    assert!(case["diagnostics"].as_array().unwrap().iter().any(told));
    fs::write(&own, "internal_domain = [\"corp.example\"]\n").unwrap();
    let out = ddefend(&["triage", &text(&folder.0), "--organisation", &text(&own)]);
    let error = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(error.contains("did you mean `internal_domains`?"), "{error}");
    let out = ddefend(&["triage", &text(&folder.0), "--as-of", "yesterday"]);
    assert_eq!(out.status.code(), Some(2));
}

/// Every way in which collectors name the stream that holds a mark brings it to its file.
#[test]
fn marks_saved_as_files_reach_the_file_that_they_are_on() {
    for name in ["a/invoice.csv:Zone.Identifier", "a/invoice.csv_Zone.Identifier", "b/invoice.csv.Zone.Identifier"] {
        let folder = Folder::new("marks");
        folder.file("a/invoice.csv", DOCUMENT);
        folder.file(name, "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://mail.example/\r\n");
        let case = case(&folder.0, &[]);
        let document = case["documents"]
            .as_array()
            .unwrap()
            .iter()
            .find(|document| document["scanned"]["artifact"]["path"] == "a/invoice.csv");
        assert_eq!(document.unwrap()["provenance"]["marks"][0]["zone"], 3, "{name}");
        let answer = case["answers"].as_array().unwrap().iter().find(|answer| answer["question"] == "Q1").unwrap();
        assert_eq!((&answer["answer"], &answer["detail"]), (&json!("no"), &json!("internet-zone")), "{name}");
    }
}

#[test]
fn an_attack_that_is_not_escalated_is_still_told_by_the_exit_code() {
    let folder = Folder::new("delivered");
    folder.file("invoice.csv", DOCUMENT);
    let out = ddefend(&["triage", &text(&folder.0), "--fail-on", "critical", "--format", "json"]);
    let case: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&case["decision"]["verdict"], out.status.code()), (&json!("tp_delivery"), Some(1)));
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn outputs_are_written_whole_and_not_over_others() {
    let (folder, out) = (evidence("outputs"), Folder::new("outputs-out"));
    let target = out.0.join("case 7");
    let run = |more: &[&str]| {
        ddefend(&[&["triage", &text(&folder.0), "--exit-zero", "--out", &text(&target)], more].concat())
    };
    assert_eq!(run(&[]).status.code(), Some(0));
    let written = names(&target);
    assert!(written.contains(&"case.json".to_owned()) && written.contains(&"case.txt".to_owned()), "{written:?}");
    assert!(written.iter().all(|name| !name.ends_with(".part")));
    let printed = ddefend(&["triage", &text(&folder.0), "--format", "json"]).stdout;
    assert_eq!(fs::read(target.join("case.json")).unwrap(), printed);
    assert_eq!(run(&[]).status.code(), Some(2), "there are files already");
    assert_eq!(run(&["--force"]).status.code(), Some(0));
    let inside = ddefend(&["triage", &text(&folder.0), "--report", &text(&folder.0.join("sub/case.json"))]);
    assert_eq!(inside.status.code(), Some(2), "a report in the evidence would be evidence");
    assert!(!folder.0.join("sub").exists());
    let ending = ddefend(&["triage", &text(&folder.0), "--report", &text(&out.0.join("case.docx"))]);
    assert_eq!(ending.status.code(), Some(2));
}

#[test]
fn a_full_disk_or_a_kill_leaves_nothing_under_the_final_name() {
    let (folder, out) = (evidence("full"), Folder::new("full-out"));
    let report = out.0.join("case.json");
    let shell = |trap: &str| {
        let command = format!("{trap} ulimit -f 2; exec \"$0\" triage \"$1\" --quiet --report \"$2\" > /dev/null");
        Command::new("sh")
            .args(["-c", &command, env!("CARGO_BIN_EXE_ddefend"), &text(&folder.0), &text(&report)])
            .output()
            .unwrap()
    };
    // The system refuses to write more: told, and nothing is left.
    let full = shell("trap '' XFSZ;");
    let error = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(4), "{error}");
    assert!(error.contains("case.json: not written"), "{error}");
    assert_eq!(names(&out.0), [""; 0]);
    // Killed while writing: what is left says by its name that it is not whole.
    let killed = shell("");
    assert_ne!(killed.status.code(), Some(0));
    assert!(!report.exists());
    assert!(names(&out.0).iter().all(|name| name.ends_with(".part")), "{:?}", names(&out.0));
    // The next run takes its place.
    let again = ddefend(&["triage", &text(&folder.0), "--exit-zero", "--report", &text(&report)]);
    assert_eq!((again.status.code(), names(&out.0)), (Some(0), vec!["case.json".to_owned()]));
    // Standard output that cannot be written is told as well.
    let command = "exec \"$0\" triage \"$1\" > /dev/full";
    let out =
        Command::new("sh").args(["-c", command, env!("CARGO_BIN_EXE_ddefend"), &text(&folder.0)]).output().unwrap();
    assert_eq!(out.status.code(), Some(4), "{}", String::from_utf8_lossy(&out.stderr));
}

/// What comes out of a packing is hunted through like what lies there unpacked.
#[test]
fn packed_logs_are_hunted_through() {
    let log = log();
    for (name, packed) in [
        ("sysmon.json.gz", archive::gzip("sysmon.json", log.as_bytes())),
        ("sysmon.json.bz2", zip::bzip2(log.as_bytes())),
        ("renamed", archive::gzip("", log.as_bytes())),
    ] {
        let folder = Folder::new("packed");
        folder.file(name, packed);
        let case = case(&folder.0, &[]);
        let input = role(&case, name);
        assert_eq!((&input["role"], &input["detected"]), (&json!("log"), &json!("sysmon-json")), "{name}");
        assert_eq!((&case["hunt"]["logs"], &case["hunt"]["events"]), (&json!(1), &json!(2)), "{name}");
        assert!(case["documents"].as_array().is_none_or(Vec::is_empty), "{name}: {}", case["documents"]);
    }
    let folder = Folder::new("tape");
    let tape = archive::tar(archive::Tar::Pax, &[("sysmon.json", log.as_bytes())]);
    folder.file("logs.tar.gz", archive::gzip("logs.tar", &tape));
    folder.file("logs.tar", tape);
    let case = case(&folder.0, &[]);
    for name in ["logs.tar", "logs.tar.gz"] {
        let told =
            |it: &Value| it["artifact"] == name && it["message"].as_str().unwrap().contains("unpack it, and name");
        assert!(case["diagnostics"].as_array().unwrap().iter().any(told), "{name}");
    }
}

/// The whole of a public collection, as `hunt` reads it.
#[test]
fn a_folder_of_packed_logs_gives_as_many_events_as_a_hunt() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let folder = PathBuf::from(data).join("logs/mordor-office");
    let case = case(&folder, &[]);
    assert!(case["inputs"].as_array().unwrap().iter().all(|input| input["role"] == "log"));
    assert_eq!(case["hunt"]["events"], json!(46_331));
}

/// A note is no examined document: nothing was looked at that could have started a program.
#[test]
fn notes_and_settings_close_no_case() {
    let folder = Folder::new("notes");
    folder.file("notes.txt", "Spoke with Alice, who called at ten.\nShe opened nothing, she says.\n");
    folder.file("settings.toml", "[a]\nb = 1\n");
    let closed = |folder: &Folder| {
        let case = case(&folder.0, &[]);
        let answer = case["answers"].as_array().unwrap().iter().find(|it| it["question"] == "Q0").unwrap();
        (answer["answer"].clone(), case["decision"]["outcome"].clone(), case)
    };
    let (answer, outcome, case) = closed(&folder);
    assert_eq!(answer, "unknown");
    assert_ne!(outcome, "close");
    for name in ["notes.txt", "settings.toml"] {
        assert_eq!(role(&case, name)["role"], "other", "{name}");
    }
    assert!(case["documents"].as_array().is_none_or(Vec::is_empty), "{}", case["documents"]);
    // A table is a document; a formula makes one of any text.
    folder.file("table.csv", "a,b\n1,2\n");
    folder.file("more.txt", DOCUMENT);
    let (answer, _, case) = closed(&folder);
    assert_eq!(answer, "yes");
    assert_eq!(
        (&role(&case, "table.csv")["role"], &role(&case, "more.txt")["role"]),
        (&json!("document"), &json!("document"))
    );
}

#[test]
fn values_of_an_organisation_that_make_no_sense_are_usage_errors() {
    let folder = evidence("values");
    let own = Folder::new("values-own");
    let file = own.file("own.toml", "[mutable]\nTimeWindow = \"10 parsecs\"\n");
    let out = ddefend(&["triage", &text(&folder.0), "--organisation", &text(&file)]);
    let error = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{error}");
    assert!(error.contains("mutable.TimeWindow: `10 parsecs` is no time span"), "{error}");
}
