#![allow(dead_code, clippy::unwrap_used, reason = "a test that cannot go on says so; not every test needs everything")]

use ddefend_content::Content;
use ddefend_event::Time;
use ddefend_model::case::{Answer, Evidence, Held};
use ddefend_model::{Confidence, Finding, FindingId, Level, Link, LinkKind, Location, PartPath};
use ddefend_triage::playbook::Playbook;
use ddefend_triage::{
    CaseEvidence, CaseFile, Child, ChildClass, Fact, FactKind, FactSpec, Linked, LogCoverage, Opening, Proc, Settings,
};
use std::borrow::Cow;
use std::sync::Arc;

pub(crate) fn settings() -> Settings {
    let content = Content::load().unwrap();
    Settings {
        playbook: Playbook::read(content.playbook_text("t1559.002-dde").unwrap()).unwrap(),
        lists: content.triage_lists().unwrap(),
        ..Settings::default()
    }
}

pub(crate) fn time(text: &str) -> Option<Time> {
    Some(Time::parse(text).unwrap())
}

pub(crate) const BEGIN: &str = "2026-03-02T09:00:00Z";
pub(crate) const HOST: &str = "ws-042";

pub(crate) fn answer(settings: &Settings, question: &str, held: Held, detail: &str, values: &[(&str, u64)]) -> Answer {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let points = settings.playbook.question(question).unwrap().points(held.as_str(), detail, &values);
    let (question, detail) = (question.to_owned(), detail.to_owned());
    Answer { question, answer: held, detail, values, points, confidence: 0.9, ..Answer::default() }
}

pub(crate) fn finding(id: &'static str, level: Level, service: &str, topic: &str) -> Finding {
    let part = PartPath::root("word/document.xml");
    let mut link = Link::new(LinkKind::Dde, "docx", part.clone(), Location::default());
    link.service = Some(service.to_owned());
    link.topic = Some(topic.to_owned());
    Finding {
        id: FindingId(Cow::Borrowed(id)),
        level,
        confidence: Confidence::High,
        title: format!("{id} {service}"),
        artifact: String::new(),
        part,
        location: Location::default(),
        link: Some(link),
        command: Some(format!("{service} {topic}")),
        decoded: Vec::new(),
        indicators: Vec::new(),
        techniques: Vec::new(),
        reasons: Vec::new(),
        prompts: Vec::new(),
        blockers: Vec::new(),
        lure: None,
        tricks: Vec::new(),
    }
}

pub(crate) fn file(path: &str, findings: Vec<Finding>) -> CaseFile {
    let mut file = CaseFile::default();
    file.scanned.artifact.path = path.to_owned();
    file.scanned.artifact.sha256 = "ab".repeat(32);
    file.scanned.artifact.complete = true;
    file.scanned.findings = findings;
    file
}

pub(crate) fn evidence_of(record: u64) -> Vec<Evidence> {
    vec![Evidence {
        kind: "record".to_owned(),
        source: "sysmon.evtx".to_owned(),
        place: format!("record {record}"),
        ..Evidence::default()
    }]
}

pub(crate) fn process(name: &str, pid: u64, parent: Option<usize>, command: &str) -> Proc {
    Proc {
        node: format!("process:{pid}"),
        host: HOST.to_owned(),
        pid: Some(pid),
        image: format!("C:\\Windows\\System32\\{name}"),
        name: name.to_owned(),
        command: command.to_owned(),
        user: "LAB\\m.weber".to_owned(),
        start: time(BEGIN),
        parent,
        evidence: evidence_of(pid),
        ..Proc::default()
    }
}

/// Word opened a document and started a child of that class.
pub(crate) fn word_started(name: &str, class: ChildClass) -> Linked {
    Linked {
        processes: vec![
            process("winword.exe", 10, None, "winword.exe"),
            process(name, 20, Some(0), &format!("{name} /c whoami")),
        ],
        openings: vec![Opening {
            process: 0,
            file: Some(0),
            path: "C:\\Users\\m.weber\\Documents\\Invoice.docx".to_owned(),
            confidence: 1.0,
            rule: "path",
            ..Opening::default()
        }],
        children: vec![Child { parent: 0, process: 1, class, ..Child::default() }],
        begin: time(BEGIN),
        end: time("2026-03-02T09:05:00Z"),
        hosts: vec![HOST.to_owned()],
        users: vec!["LAB\\m.weber".to_owned()],
        ..Linked::default()
    }
}

pub(crate) fn covered(logs: &[&str]) -> Vec<LogCoverage> {
    let span = Some((Time::parse("2026-03-01T00:00:00Z").unwrap(), Time::parse("2026-03-03T00:00:00Z").unwrap()));
    logs.iter().map(|log| LogCoverage { host: HOST.to_owned(), log: (*log).to_owned(), span }).collect()
}

pub(crate) fn launch_case() -> CaseEvidence {
    let found = finding("dde.launch", Level::Critical, "cmd.exe", "/c whoami");
    CaseEvidence {
        files: vec![file("documents/Invoice.docx", vec![found])],
        coverage: covered(&["sysmon"]),
        ..CaseEvidence::default()
    }
}

pub(crate) fn fact(kind: FactKind, event_id: u32, at: &str, fields: &[(&str, &str)]) -> Fact {
    let names = fields.iter().map(|(name, _)| Box::from(*name)).collect();
    Fact {
        spec: Arc::new(FactSpec { kind, category: None, service: None, events: Vec::new(), fields: names }),
        source: Arc::from("log.evtx"),
        record: 1,
        offset: 0,
        time: time(at),
        host: Arc::from(HOST),
        channel: Arc::from("Security"),
        event_id,
        schema: "evtx",
        values: fields.iter().map(|(_, value)| Some(Box::from(*value))).collect(),
    }
}
