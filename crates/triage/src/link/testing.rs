//! Facts and documents made by hand, for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use crate::{CaseEvidence, CaseFile, Fact, FactKind, Lists, Settings};
use ddefend_event::Time;
use ddefend_model::provenance::Contained;
use ddefend_model::{Confidence, Finding, FindingId, Level, PartPath};
use std::sync::{Arc, OnceLock};

pub(crate) const WORD: &str = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE";
pub(crate) const EXCEL: &str = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE";
pub(crate) const OUTLOOK: &str = r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE";
pub(crate) const CMD: &str = r"C:\Windows\System32\cmd.exe";
pub(crate) const SHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
pub(crate) const EXPLORER: &str = r"C:\Windows\explorer.exe";

/// The shipped lists and knowledge, no playbook, no organisation.
pub(crate) fn settings() -> Settings {
    shared().clone()
}

fn shared() -> &'static Settings {
    static MADE: OnceLock<Settings> = OnceLock::new();
    let make = || {
        let lists: Lists =
            toml::from_str(include_str!("../../../../content/triage.toml")).expect("content/triage.toml");
        let content = ddefend_content::Content::load().expect("content");
        Settings { lists, knowledge: Some(Arc::new(content.knowledge().clone())), ..Settings::default() }
    };
    MADE.get_or_init(make)
}

/// The n-th second of the day of the tests.
pub(crate) fn at(second: i64) -> Time {
    let base = Time::parse("2026-03-10T12:00:00Z").expect("time");
    Time { ticks: base.ticks + second * Time::SECOND, ..base }
}

/// Evidence in the making.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) evidence: CaseEvidence,
    pub(crate) host: String,
}

impl Made {
    pub(crate) fn new() -> Self {
        Self { host: "PC1.corp.example".to_owned(), ..Self::default() }
    }

    /// A fact with some of the fields of its kind.
    pub(crate) fn fact(&mut self, kind: FactKind, second: i64, values: &[(&str, &str)]) -> usize {
        let lists = &shared().lists;
        let has = |spec: &&crate::FactSpec| {
            let known =
                |(name, _): &(&str, &str)| spec.fields.iter().any(|field| **field == **name) || *name == "event";
            spec.kind == kind && values.iter().all(known)
        };
        let spec = lists.facts.iter().find(has).expect("a kind with these fields");
        let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        let event: Option<Box<str>> = value("event");
        self.evidence.facts.push(Fact {
            spec: Arc::new(spec.clone()),
            source: "sysmon.evtx".into(),
            record: self.evidence.facts.len() as u64 + 1,
            offset: 0,
            time: Some(at(second)),
            host: self.host.as_str().into(),
            channel: "test".into(),
            event_id: event.and_then(|id| id.parse().ok()).unwrap_or(0),
            schema: "test",
            values: spec.fields.iter().map(|field| value(field)).collect(),
        });
        self.evidence.facts.len() - 1
    }

    /// A start with GUIDs made from the ids: `{pid}` of the parent and its own.
    pub(crate) fn start(&mut self, second: i64, pid: u64, image: &str, command: &str, parent: u64, by: &str) -> usize {
        let (guid, parent_guid) = (guid(pid), guid(parent));
        let (pid, parent) = (pid.to_string(), parent.to_string());
        self.fact(
            FactKind::Process,
            second,
            &[
                ("ProcessGuid", &guid),
                ("ProcessId", &pid),
                ("Image", image),
                ("CommandLine", command),
                ("User", r"CORP\alice"),
                ("LogonId", "0x3e7a1"),
                ("ParentProcessGuid", &parent_guid),
                ("ParentProcessId", &parent),
                ("ParentImage", by),
            ],
        )
    }

    /// A start as Security 4688 tells it: no GUIDs.
    pub(crate) fn start_4688(&mut self, second: i64, pid: u64, image: &str, command: &str, parent: u64, by: &str) {
        let (pid, parent) = (pid.to_string(), parent.to_string());
        let values = [
            ("ProcessId", pid.as_str()),
            ("Image", image),
            ("CommandLine", command),
            ("ParentProcessId", &parent),
            ("ParentImage", by),
        ];
        self.fact(FactKind::Process, second, &values);
    }

    /// A collected file with commands.
    pub(crate) fn file(&mut self, path: &str, sha256: &str, commands: &[&str]) -> usize {
        let mut case = CaseFile::default();
        path.clone_into(&mut case.scanned.artifact.path);
        sha256.clone_into(&mut case.scanned.artifact.sha256);
        case.scanned.artifact.size = 1000;
        case.scanned.findings = commands.iter().map(|command| finding(command)).collect();
        self.evidence.files.push(case);
        self.evidence.files.len() - 1
    }

    /// A file inside a collected one.
    pub(crate) fn inside(&mut self, file: usize, name: &str, sha256: &str, size: u64) {
        let contained = Contained { part: name.to_owned(), name: name.to_owned(), size, sha256: sha256.to_owned() };
        self.evidence.files[file].provenance.contained.push(contained);
    }

    pub(crate) fn link(&self) -> crate::Linked {
        crate::link(&self.evidence, shared())
    }
}

pub(crate) fn guid(pid: u64) -> String {
    format!("{{11111111-2222-3333-4444-{pid:012}}}")
}

pub(crate) fn finding(command: &str) -> Finding {
    Finding {
        id: FindingId("dde.launch".into()),
        level: Level::Critical,
        confidence: Confidence::High,
        title: "Starts a program".to_owned(),
        artifact: String::new(),
        part: PartPath::root("document"),
        location: ddefend_model::Location::default(),
        link: None,
        command: Some(command.to_owned()),
        decoded: Vec::new(),
        indicators: Vec::new(),
        techniques: vec!["T1559.002".to_owned()],
        reasons: Vec::new(),
        prompts: Vec::new(),
        blockers: Vec::new(),
        lure: None,
        tricks: Vec::new(),
    }
}
