//! One JSON object per line (docs/reference/output.schema.json): what was found, then the answers, the decision, what could
//! not be read, and the counts.

use super::{CaseMeta, shape};
use crate::jsonl::line;
use ddefend_model::case::{Case, Phase};
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts of a case.
#[derive(Serialize)]
struct Summary<'a> {
    case: &'a str,
    case_version: u32,
    title: &'a str,
    playbook: &'a str,
    playbook_digest: &'a str,
    as_of: &'a str,
    span: &'a (String, String),
    inputs: u64,
    incomplete: u64,
    bytes: u64,
    documents: u64,
    findings: BTreeMap<&'static str, u64>,
    detections: BTreeMap<&'static str, u64>,
    answers: BTreeMap<&'static str, u64>,
    tasks: BTreeMap<Phase, u64>,
    diagnostics: BTreeMap<&'a str, u64>,
}

pub(super) fn render(case: &Case, _: &CaseMeta) -> String {
    let mut out = String::new();
    for document in &case.documents {
        out.push_str(&line("artifact", &document.scanned.artifact));
        for finding in &document.scanned.findings {
            out.push_str(&line("finding", finding));
        }
    }
    for detection in &case.detections {
        out.push_str(&line("detection", detection));
    }
    for audit in &case.posture {
        for check in &audit.checks {
            out.push_str(&line("check", check));
        }
    }
    for answer in &case.answers {
        out.push_str(&line("answer", answer));
    }
    out.push_str(&line("decision", &case.decision));
    for diagnostic in &case.diagnostics {
        out.push_str(&line("diagnostic", diagnostic));
    }
    out.push_str(&line("summary", &summary(case)));
    out
}

fn summary(case: &Case) -> Summary<'_> {
    let (inputs, incomplete, bytes) = shape::read(case);
    let mut summary = Summary {
        case: &case.id,
        case_version: case.case_version,
        title: &case.title,
        playbook: &case.playbook.id,
        playbook_digest: &case.playbook.digest,
        as_of: &case.as_of,
        span: &case.span,
        inputs,
        incomplete,
        bytes,
        documents: case.documents.len() as u64,
        findings: BTreeMap::new(),
        detections: BTreeMap::new(),
        answers: BTreeMap::new(),
        tasks: BTreeMap::new(),
        diagnostics: BTreeMap::new(),
    };
    for finding in case.documents.iter().flat_map(|document| &document.scanned.findings) {
        *summary.findings.entry(finding.level.as_str()).or_default() += 1;
    }
    for detection in &case.detections {
        *summary.detections.entry(detection.rule.level.as_str()).or_default() += 1;
    }
    for answer in &case.answers {
        *summary.answers.entry(answer.answer.as_str()).or_default() += 1;
    }
    for task in &case.tasks {
        *summary.tasks.entry(task.phase).or_default() += 1;
    }
    for diagnostic in &case.diagnostics {
        *summary.diagnostics.entry(&diagnostic.code).or_default() += 1;
    }
    summary
}
