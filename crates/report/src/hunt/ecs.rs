//! JSON lines in the Elastic Common Schema 8.11: an alert per detection (`event.kind: alert`), a `pipeline_error` per gap.
//! What ECS has no field for stands under `ddefend`.

use super::{HuntMeta, HuntRenderer, HuntRule, shape};
use crate::foreign::{account, line, risk, split_technique, technique_address};
use ddefend_model::{Detection, Diagnostic, HuntSummary, Process};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ECS: &str = "8.11.0";
/// ECS demands a time; records without one get this.
const NO_TIME: &str = "1970-01-01T00:00:00.000Z";

pub(super) fn make(meta: &HuntMeta) -> Box<dyn HuntRenderer> {
    let rules = meta.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect();
    Box::new(Ecs { version: meta.version.clone(), rules })
}

struct Ecs {
    version: String,
    rules: BTreeMap<String, HuntRule>,
}

impl HuntRenderer for Ecs {
    fn detection(&mut self, detection: &Detection) -> String {
        let event = &detection.event;
        let rule = &detection.rule;
        let known = self.rules.get(&rule.id).cloned().unwrap_or_default();
        let user = shape::acting(detection).map(|process| process.user.clone()).unwrap_or_default();
        let (domain, name) = account(&user);
        line(json!({
            "@timestamp": if event.time.is_empty() { NO_TIME } else { &event.time },
            "ecs": { "version": ECS },
            "message": format!("{} on {}: {}", rule.title, shape::host(event), shape::gist(detection)),
            "tags": ["ddefend", rule.level],
            "event": {
                "kind": "alert",
                "category": ["intrusion_detection"],
                "type": ["info"],
                "module": "ddefend",
                "dataset": "ddefend.detection",
                "provider": "ddefend",
                "id": shape::identity(detection),
                "code": if event.event_id == 0 { String::new() } else { event.event_id.to_string() },
                "sequence": event.record,
                "severity": risk(rule.level),
                "risk_score": f64::from(risk(rule.level)),
                "reason": detection.why,
            },
            "rule": {
                "id": rule.id,
                "name": rule.title,
                "description": known.description,
                "author": known.author,
                "reference": known.references.first(),
                "category": rule.level,
            },
            "threat": threat(&detection.techniques),
            "host": { "name": event.host, "hostname": event.host },
            "user": { "name": name, "domain": domain },
            "process": process(detection),
            "related": { "hosts": [event.host], "user": [name] },
            "log": { "file": { "path": event.source }, "level": rule.level },
            "observer": { "vendor": "ddefend", "product": "ddefend", "type": "scanner", "version": self.version },
            "ddefend": {
                "level": rule.level,
                "fields": detection.fields,
                "context": detection.context,
                "lineage": detection.lineage,
                "events": detection.events,
                "baseline": detection.baseline,
                "channel": event.channel,
                "offset": event.offset,
                "schema": event.schema,
            },
        }))
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if !diagnostic.is_gap() {
            return String::new();
        }
        line(json!({
            "@timestamp": NO_TIME,
            "ecs": { "version": ECS },
            "message": diagnostic.message,
            "tags": ["ddefend"],
            "event": { "kind": "pipeline_error", "module": "ddefend", "dataset": "ddefend.diagnostic" },
            "error": { "code": diagnostic.code, "message": diagnostic.message, "type": "ddefend" },
            "log": { "file": { "path": diagnostic.part.as_str() } },
            "ddefend": { "location": diagnostic.location },
        }))
    }

    fn end(&mut self, _: &HuntSummary) -> String {
        String::new()
    }
}

fn threat(techniques: &[String]) -> Value {
    let parts: Vec<(&str, Option<&str>)> = techniques.iter().filter_map(|id| split_technique(id)).collect();
    if parts.is_empty() {
        return Value::Null;
    }
    let mut ids: Vec<&str> = parts.iter().map(|(technique, _)| *technique).collect();
    ids.dedup();
    let addresses: Vec<String> = ids.iter().filter_map(|id| technique_address(id)).collect();
    let subs: Vec<&String> =
        techniques.iter().filter(|id| split_technique(id).is_some_and(|it| it.1.is_some())).collect();
    let sub_addresses: Vec<String> = subs.iter().filter_map(|id| technique_address(id)).collect();
    json!({
        "framework": "MITRE ATT&CK",
        "technique": {
            "id": ids,
            "reference": addresses,
            "subtechnique": { "id": subs, "reference": sub_addresses },
        },
    })
}

/// `process.*` with `process.parent.*`.
fn process(detection: &Detection) -> Value {
    let mut line = detection.lineage.iter().rev();
    let Some(acting) = line.next() else { return Value::Null };
    let mut value = process_fields(acting);
    if let (Value::Object(map), Some(parent)) = (&mut value, line.next()) {
        map.insert("parent".to_owned(), process_fields(parent));
    }
    value
}

fn process_fields(process: &Process) -> Value {
    json!({
        "entity_id": process.key,
        "pid": process.pid,
        "name": shape::basename(&process.image),
        "executable": process.image,
        "command_line": process.command,
        "start": process.time,
    })
}
