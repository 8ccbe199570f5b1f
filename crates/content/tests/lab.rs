//! Every scenario of the lab builds, twice the same, and holds nothing that could do harm; what was written reads back.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test that cannot go on says why")]

use ddefend_content::Content;
use ddefend_event::{Event, Key, Row, Selection, Selector, native};
use ddefend_lab::{ACTIVITY, FORMS, Lab, MARK, Scenario, build, export, rebased};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Record, Sink, open};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

static BUILT: LazyLock<Vec<(Scenario, Lab)>> = LazyLock::new(built);

fn scenarios() -> Vec<Scenario> {
    let texts = Content::load().unwrap().scenario_texts();
    texts.iter().map(|(path, text)| Scenario::read(text).unwrap_or_else(|error| panic!("{path}: {error}"))).collect()
}

fn built() -> Vec<(Scenario, Lab)> {
    let mapping = Content::load().unwrap().mapping().unwrap();
    let mut wrong = Vec::new();
    let mut all = Vec::new();
    for scenario in scenarios() {
        match build(&scenario, &mapping) {
            Ok(lab) => all.push((scenario, lab)),
            Err(error) => wrong.push(format!("{}: {error}", scenario.id)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    all
}

#[test]
fn scenarios_are_built_twice_the_same() {
    for ((scenario, first), (_, second)) in BUILT.iter().zip(built()) {
        assert!(first.files.keys().eq(second.files.keys()), "{}", scenario.id);
        for (path, bytes) in &first.files {
            assert!(second.files[path] == *bytes, "{}: {path} differs", scenario.id);
        }
    }
}

/// Bytes that stand in one-byte and two-byte text.
fn holds(bytes: &[u8], word: &str) -> bool {
    let lower: Vec<u8> = bytes.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    lower.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn nothing_that_is_written_does_harm() {
    let harmful = [
        "downloadstring",
        "downloadfile",
        "invoke-webrequest",
        "start-bitstransfer",
        "frombase64string",
        "net.webclient",
        "urlcache",
        "/transfer",
        "invoke-expression",
        "vssadmin",
        "mimikatz",
        "format c:",
        "del /",
        "rmdir",
        "add-mppreference",
    ];
    for (scenario, lab) in BUILT.iter() {
        for (path, bytes) in &lab.files {
            // Documents and mails are what could run; telemetry is only read.
            if path.starts_with("telemetry/") || path.contains("/logs/") || path.ends_with(".md") {
                continue;
            }
            for word in harmful {
                assert!(!holds(bytes, word), "{}: {path} holds {word}", scenario.id);
            }
            let magic = [&b"MZ"[..], b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe"];
            assert!(!magic.iter().any(|magic| bytes.starts_with(magic)), "{}: {path} is a program", scenario.id);
        }
    }
}

#[test]
fn a_scenario_cannot_say_what_a_document_runs() {
    for words in [
        "options: {command: 'cmd /c del x'}",
        "options: {command: calc, arguments: x}",
        "options: {link: 'DDEAUTO cmd x'}",
        "options: {feed: cmd}",
        "content: '=cmd|x!A0'",
    ] {
        let text = format!("id: x\nfiles:\n- path: a.docx\n  recipe: docx\n  {words}\n");
        assert!(Scenario::read(&text).is_err(), "{words}");
    }
    let mapping = Content::load().unwrap().mapping().unwrap();
    for title in ["=cmd|'/c x'!A0", "{DDEAUTO cmd x}", "DDE cmd x"] {
        let quoted = title.replace('\'', "''");
        let text = format!("id: x\nfiles:\n- {{path: a.csv, recipe: csv, options: {{title: '{quoted}'}}}}\n");
        assert!(build(&Scenario::read(&text).unwrap(), &mapping).is_err(), "{title}");
    }
}

struct Found {
    all: Arc<Selection>,
    events: Vec<Event>,
}

impl Selector for Found {
    fn select(&self, _: &Key) -> Option<Arc<Selection>> {
        Some(Arc::clone(&self.all))
    }
}

impl Sink for Found {
    fn selector(&self) -> &dyn Selector {
        self
    }

    fn record(&mut self, record: &dyn Record, _: &Arc<Selection>, _: &Row<'_>) {
        self.events.push(record.event());
    }

    fn skipped(&mut self, _: u64) {}

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        panic!("{}", diagnostic.message);
    }
}

fn read(bytes: &[u8], form: &str) -> Vec<Event> {
    let reader = open(bytes, form, ddefend_source::schema(form)).unwrap();
    let source: Arc<str> = form.into();
    let all = Arc::new(Selection { plan: 1, wanted: vec!["Image".into()], everything: true });
    let mut found = Found { all, events: Vec::new() };
    let (mut at, mut index) = (0, 0);
    while at < bytes.len() {
        match reader.cut(&bytes[at..], true) {
            Cut::Block(length) => {
                let last = at + length == bytes.len();
                let block = Block { bytes: &bytes[at..at + length], offset: at as u64, index, last, source: &source };
                reader.read(block, &mut found);
                at += length;
                index += 1;
            }
            Cut::Skip(length) => at += length,
            Cut::More => panic!("more is asked for at the end"),
        }
    }
    found.events
}

fn value(event: &Event, name: &str) -> String {
    event.values(name).next().map(|value| value.cell().to_text()).unwrap_or_default()
}

#[test]
fn every_form_reads_back_the_same_and_is_marked() {
    let mapping = Content::load().unwrap().mapping().unwrap();
    let forms: Vec<&str> = FORMS.iter().map(|(name, ..)| *name).collect();
    for (scenario, _) in BUILT.iter() {
        let files = export(scenario, &mapping, &forms).unwrap();
        // Starts of processes by host, id, program and command line, as each form tells them.
        let mut told: Vec<(&str, BTreeSet<[String; 3]>)> = Vec::new();
        for form in &forms {
            let mut starts = BTreeSet::new();
            let below = format!("{}/{form}/", scenario.id);
            for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(&below)) {
                let events = read(bytes, form);
                assert!(!events.is_empty(), "{path}: nothing reads back");
                for event in events {
                    assert!(event.head.host.ends_with(".lab.example"), "{path}: host {}", event.head.host);
                    assert!(event.head.time.is_some(), "{path}: a record without time");
                    let marks = [value(&event, "Correlation_ActivityID"), value(&event, "RuleName")];
                    let marked = marks[0].eq_ignore_ascii_case(ACTIVITY) || marks[1] == MARK;
                    if ["evtx", "winxml"].contains(form) {
                        assert!(marked, "{path}: a record that is not marked");
                    }
                    let names = match *form {
                        "ecs" => ["process.pid", "process.executable", "process.command_line"],
                        "defender" | "defender-csv" => ["ProcessId", "FolderPath", "ProcessCommandLine"],
                        _ => ["ProcessId", "Image", "CommandLine"],
                    };
                    let start = match *form {
                        "ecs" => &*event.head.key.channel == "process" && &*event.head.key.action == "start",
                        "defender" | "defender-csv" => &*event.head.key.channel == "DeviceProcessEvents",
                        _ => event.head.key.channel.contains("Sysmon") && value(&event, native::EVENT_ID) == "1",
                    };
                    if start {
                        starts.insert(names.map(|name| value(&event, name)));
                    }
                }
            }
            if !starts.is_empty() {
                told.push((form, starts));
            }
        }
        let first = told.first().cloned();
        for (form, starts) in &told {
            let (other, wanted) = first.as_ref().unwrap();
            // A source may be left out of a single record on purpose.
            let only = scenario.processes.iter().any(|process| !process.only.is_empty());
            assert!(only || starts == wanted, "{}: {form} and {other} differ", scenario.id);
        }
    }
}

#[test]
fn all_times_move_with_the_start() {
    let mapping = Content::load().unwrap().mapping().unwrap();
    let scenario = scenarios().into_iter().find(|scenario| scenario.id == "word-ddeauto").unwrap();
    let start = ddefend_event::Time::parse("2026-11-20T08:00:00Z").unwrap();
    let moved = export(&rebased(&scenario, start), &mapping, &["winxml"]).unwrap();
    let text = String::from_utf8_lossy(&moved["word-ddeauto/winxml/ws-042.xml"]).into_owned();
    assert!(text.contains("2026-11-20T08:00:12") && !text.contains("2026-03-0"), "records did not move");
}
