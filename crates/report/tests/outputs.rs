//! Every output over one set of results that is full of hostile strings: snapshots, schema, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::looks;
use ddefend_model::{
    Artifact, Blocker, Confidence, Diagnostic, Finding, FindingId, Indicator, IndicatorKind, Level, Link, LinkKind,
    Location, Lure, PartPath, Prompt, Scanned, Summary, Trigger, code,
};
use ddefend_report::{Meta, RuleInfo, names, renderer};
use std::borrow::Cow;

/// Control characters, colour codes, bidirectional marks, markup, formula starts, quotes and line ends.
const HOSTILE: &str = "=cmd\u{1b}[31m\u{202e}exe.\u{0}<script>alert('x')</script>\"&\r\n+1;,";

fn scanned() -> Scanned {
    let name = format!("in/{HOSTILE}.docx");
    let part = PartPath::root(&name).join("word/document.xml");
    let mut link = Link::new(LinkKind::Dde, "docx", part.clone(), Location::paragraph(3).at_bytes(0x1a4, 20));
    link.service = Some(HOSTILE.to_owned());
    link.topic = Some("/c calc.exe".to_owned());
    link.trigger = Trigger::Open;
    link.raw = format!("DDEAUTO {HOSTILE}");
    link.saw("split-runs");
    let finding = Finding {
        id: FindingId(Cow::Borrowed("dde.launch")),
        level: Level::Critical,
        confidence: Confidence::High,
        title: format!("Word starts {HOSTILE}"),
        artifact: name.clone(),
        part: part.clone(),
        location: link.location.clone(),
        tricks: link.tricks.clone(),
        link: Some(link),
        command: Some(format!("cmd.exe /c {HOSTILE}")),
        decoded: vec![HOSTILE.to_owned()],
        indicators: vec![Indicator { kind: IndicatorKind::Url, value: format!("http://example.test/{HOSTILE}") }],
        techniques: vec!["T1559.002".to_owned(), "T1059.003".to_owned()],
        reasons: vec!["It starts a shell.".to_owned()],
        prompts: vec![Prompt { text: HOSTILE.to_owned(), lets_through: "Yes".to_owned() }],
        blockers: vec![Blocker { name: "AllowDDE".to_owned(), registry: "HKCU\\x".to_owned(), value: "0".to_owned() }],
        lure: Some(Lure(HOSTILE.to_owned())),
    };
    let diagnostic = Diagnostic {
        artifact: name.clone(),
        ..Diagnostic::new(code::BROKEN_XML, part, Location::bytes(9, 1), format!("bad {HOSTILE}"))
    };
    Scanned {
        artifact: Artifact {
            path: name,
            sha256: "0".repeat(64),
            detected: "docx".to_owned(),
            size: 1234,
            parts: 3,
            facts: vec![HOSTILE.to_owned()],
            ..Artifact::default()
        },
        findings: vec![finding],
        diagnostics: vec![diagnostic],
    }
}

fn clean() -> Scanned {
    let artifact = Artifact { path: "clean.csv".to_owned(), complete: true, parts: 1, ..Artifact::default() };
    Scanned { artifact, ..Scanned::default() }
}

fn rendered(format: &str) -> String {
    let rules = vec![RuleInfo { id: "dde.launch".to_owned(), title: "t".to_owned(), help: "h".to_owned() }];
    let meta = Meta { version: "0".to_owned(), content: "1".to_owned(), width: 80, rules, ..Meta::default() };
    let mut renderer = renderer(format, &meta).unwrap();
    let mut summary = Summary { artifacts: 2, incomplete: 1, parts: 4, bytes: 1234, ..Summary::default() };
    summary.findings.insert("critical".to_owned(), 1);
    summary.diagnostics.insert("broken.xml".to_owned(), 1);
    [renderer.begin(), renderer.artifact(&scanned()), renderer.artifact(&clean()), renderer.end(&summary)].concat()
}

#[test]
fn outputs_look_as_they_did() {
    for format in names() {
        looks::as_before(format, &rendered(format));
    }
}

#[test]
fn no_output_lets_control_characters_through() {
    for format in names() {
        looks::plain(format, &rendered(format));
    }
}

#[test]
fn html_has_no_markup_from_files() {
    let page = rendered("html");
    assert!(!page.contains("<script"));
    assert!(page.contains("&lt;script&gt;"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn csv_cells_are_no_formulas() {
    looks::no_formulas(&rendered("csv"));
}

#[test]
fn json_lines_fit_the_shipped_schema() {
    let validator = looks::schema(looks::SHIPPED);
    for line in rendered("jsonl").lines() {
        looks::valid(line, &validator);
    }
}

#[test]
fn json_and_sarif_are_whole_documents() {
    for format in ["json", "sarif"] {
        let value: serde_json::Value = serde_json::from_str(&rendered(format)).unwrap();
        assert!(value.is_object());
    }
}
