//! JSON lines in the Open Cybersecurity Schema Framework 1.4: an Incident Finding (class 2005, category 2) for the case, a
//! Detection Finding (class 2004) per finding of a document and per detection, a Base Event (class 0) per gap. Times are
//! the case's own.

use super::{CaseMeta, shape};
use crate::foreign::{attack, gap, line, milliseconds, product, severity};
use crate::hunt::{HuntMeta, hunt_renderer};
use ddefend_model::case::{Case, Document, Outcome, Verdict};
use ddefend_model::{Finding, Level};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let mut out = incident(case, meta);
    for document in &case.documents {
        for (index, finding) in document.scanned.findings.iter().enumerate() {
            out.push_str(&detection(case, meta, document, index, finding));
        }
    }
    let hunt = HuntMeta { version: meta.version.clone(), content: meta.content.clone(), ..HuntMeta::default() };
    if let Some(mut renderer) = hunt_renderer("ocsf", &hunt) {
        for detection in &case.detections {
            out.push_str(&renderer.detection(detection));
        }
    }
    for diagnostic in &case.diagnostics {
        out.push_str(&gap(diagnostic, milliseconds(&case.as_of), &meta.version));
    }
    out
}

/// A verdict as OCSF has it (incident_finding, `verdict_id`).
const fn verdict(verdict: Verdict) -> (u32, &'static str) {
    match verdict {
        Verdict::TpExec | Verdict::TpBlocked | Verdict::TpDelivery => (2, "True Positive"),
        Verdict::BenignTp => (5, "Benign"),
        Verdict::Fp => (1, "False Positive"),
        Verdict::Undetermined => (7, "Insufficient Data"),
    }
}

fn metadata(meta: &CaseMeta, uid: &str) -> Value {
    let mut metadata = product(&meta.version);
    if let Value::Object(map) = &mut metadata {
        map.insert("uid".to_owned(), Value::String(uid.to_owned()));
    }
    metadata
}

fn techniques(all: &BTreeSet<&String>) -> Vec<Value> {
    all.iter().filter_map(|id| attack(id)).collect()
}

fn incident(case: &Case, meta: &CaseMeta) -> String {
    let decision = &case.decision;
    let (verdict_id, verdict) = verdict(decision.verdict);
    let (severity_id, severity) = severity(decision.level.unwrap_or(Level::Info));
    let (status_id, status) = if decision.outcome == Outcome::Close { (5, "Closed") } else { (1, "New") };
    let found =
        case.documents.iter().flat_map(|document| &document.scanned.findings).flat_map(|finding| &finding.techniques);
    let all: BTreeSet<&String> =
        found.chain(case.detections.iter().flat_map(|detection| &detection.techniques)).collect();
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    let story: Vec<&str> = case.story.iter().map(|step| step.text.as_str()).collect();
    let (rule, playbook) = (&decision.rule, &case.playbook);
    let analytic =
        json!({ "type_id": 1, "type": "Rule", "uid": rule, "name": playbook.id, "version": playbook.digest });
    let time = milliseconds(&case.as_of);
    let limits = [&case.span.0, &case.span.1].map(|time| (!time.is_empty()).then(|| milliseconds(time)));
    line(json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2005,
        "class_name": "Incident Finding",
        "type_uid": 200_501,
        "type_name": "Incident Finding: Create",
        "time": time,
        "start_time": limits[0],
        "end_time": limits[1],
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_code": shape::outcome(case),
        "verdict_id": verdict_id,
        "verdict": verdict,
        "confidence_score": (decision.confidence * 100.0).round() as i64,
        "impact_score": decision.severity,
        "is_suspected_breach": decision.verdict == Verdict::TpExec,
        "message": format!("{}: {}", shape::outcome(case), title),
        "desc": shape::why(case),
        "metadata": metadata(meta, &case.id),
        "attacks": techniques(&all),
        "finding_info_list": [{
            "uid": case.id,
            "title": title,
            "desc": story.join(" "),
            "types": ["Triage"],
            "created_time": time,
            "first_seen_time": limits[0],
            "last_seen_time": limits[1],
            "analytic": if case.playbook.id.is_empty() { Value::Null } else { analytic },
            "attacks": techniques(&all),
        }],
        "unmapped": {
            "verdict": decision.verdict.as_str(),
            "rule": decision.rule,
            "coverage": decision.coverage,
            "answers": case.answers.iter().map(|answer| json!({
                "question": answer.question, "answer": answer.answer, "points": answer.points, "text": answer.text,
            })).collect::<Vec<_>>(),
        },
    }))
}

fn detection(case: &Case, meta: &CaseMeta, document: &Document, index: usize, finding: &Finding) -> String {
    let artifact = &document.scanned.artifact;
    let uid = format!("{}/{}/{index}", case.id, document.node);
    let (severity_id, severity) = severity(finding.level);
    let time = milliseconds(&case.as_of);
    let name = artifact.path.rsplit(['/', '!']).next().unwrap_or_default();
    let digest = json!([{ "algorithm_id": 3, "algorithm": "SHA-256", "value": artifact.sha256 }]);
    line(json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "is_alert": finding.level >= Level::Medium,
        "message": format!("{} in {}", finding.title, artifact.path),
        "metadata": metadata(meta, &uid),
        "finding_info": {
            "uid": uid,
            "title": finding.title,
            "desc": finding.reasons.join(" "),
            "types": ["Document"],
            "data_sources": [artifact.path],
            "created_time": time,
            "analytic": { "type_id": 1, "type": "Rule", "uid": finding.id.0, "name": finding.title },
            "attacks": finding.techniques.iter().filter_map(|id| attack(id)).collect::<Vec<_>>(),
        },
        "evidences": [{
            "file": { "name": name, "path": artifact.path, "type_id": 1, "size": artifact.size,
                "hashes": if artifact.sha256.is_empty() { Value::Null } else { digest } },
            "data": { "command": finding.command, "part": finding.part.as_str(), "location": finding.location.to_string() },
        }],
        "unmapped": { "case": case.id },
    }))
}
