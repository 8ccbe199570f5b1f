//! What TheHive 5 takes: `case` for `POST /api/v1/case` with tasks and pages, `observables` for
//! `POST /api/v1/case/{id}/observable`, and `alert`, which holds its observables, for `POST /api/v1/alert`.

use super::{CaseMeta, md};
use crate::escape;
use crate::foreign::milliseconds;
use ddefend_model::case::{Case, Outcome, Task};
use ddefend_model::{IndicatorKind, Level};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Observables.
const OBSERVABLES: usize = 5_000;

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    let description = md::brief(case);
    let severity = match case.decision.level {
        Some(Level::Critical) => 4,
        Some(Level::High) => 3,
        Some(Level::Medium) => 2,
        _ => 1,
    };
    let tags: Vec<String> = tags(case).into_iter().collect();
    let mut whole = json!({
        "case": {
            "title": title,
            "description": description,
            "severity": severity,
            "tags": tags,
            "flag": case.decision.outcome == Outcome::Escalate,
            "tasks": case.tasks.iter().enumerate().map(|(order, one)| task(order, one)).collect::<Vec<_>>(),
            "pages": [{ "title": "Case in full", "category": "ddefend", "order": 0, "content": md::render(case, meta) }],
        },
        "observables": observables(case),
        "alert": {
            "type": "ddefend",
            "source": "ddefend",
            "sourceRef": case.id,
            "title": title,
            "description": description,
            "severity": severity,
            "tags": tags,
            "observables": observables(case),
        },
    });
    for (part, name, time) in
        [("case", "startDate", &case.span.0), ("case", "endDate", &case.span.1), ("alert", "date", &case.as_of)]
    {
        if let Some(map) = whole.get_mut(part).and_then(Value::as_object_mut).filter(|_| !time.is_empty()) {
            map.insert(name.to_owned(), json!(milliseconds(time)));
        }
    }
    escape::json(&serde_json::to_string_pretty(&whole).unwrap_or_default()) + "\n"
}

fn tags(case: &Case) -> BTreeSet<String> {
    let found =
        case.documents.iter().flat_map(|document| &document.scanned.findings).flat_map(|finding| &finding.techniques);
    let all = found.chain(case.detections.iter().flat_map(|detection| &detection.techniques));
    let verdict = format!("ddefend:{}", case.decision.verdict.as_str());
    all.cloned().chain(["ddefend".to_owned(), verdict]).collect()
}

fn task(order: usize, task: &Task) -> Value {
    let mut map = Map::new();
    map.insert("title".to_owned(), json!(task.title));
    map.insert("group".to_owned(), json!(task.phase.in_words()));
    map.insert("description".to_owned(), json!(md::task(task)));
    map.insert("status".to_owned(), json!("Waiting"));
    map.insert("order".to_owned(), json!(order));
    map.insert("flag".to_owned(), json!(task.approval));
    Value::Object(map)
}

fn observables(case: &Case) -> Vec<Value> {
    let mut met = BTreeSet::new();
    let one = |kind: &str, value: &str, role: &str, known: bool, tags: &[&str]| json!({ "dataType": kind, "data": value, "message": role, "ioc": known, "sighted": true, "tags": tags });
    let mut all = Vec::new();
    for indicator in case.indicators.iter().take(OBSERVABLES) {
        let kind = match indicator.kind {
            IndicatorKind::Url => "url",
            IndicatorKind::Host => "fqdn",
            IndicatorKind::Ip => "ip",
            IndicatorKind::Unc => "uri_path",
            IndicatorKind::File => "filename",
            IndicatorKind::Hash => "hash",
        };
        if met.insert((kind, indicator.value.clone())) {
            all.push(one(kind, &indicator.value, &indicator.role, indicator.known, &["ddefend"]));
        }
    }
    for node in case.nodes.iter().take(OBSERVABLES) {
        use ddefend_model::case::NodeKind;
        let of = |name: &str| node.attributes.get(name).map_or("", String::as_str);
        let (kind, value) = match node.kind {
            NodeKind::Registry => ("registry", of("key")),
            NodeKind::Mail => ("mail", of("from")),
            NodeKind::Host => ("hostname", node.label.as_str()),
            NodeKind::User => ("other", node.label.as_str()),
            NodeKind::Command => ("other", of("command")),
            _ => continue,
        };
        if !value.is_empty() && met.insert((kind, value.to_owned())) {
            all.push(one(kind, value, super::html::kind_in_words(node.kind), false, &["ddefend"]));
        }
    }
    all
}
