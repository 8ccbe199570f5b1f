//! JSON lines in the Open Cybersecurity Schema Framework 1.4: a Detection Finding (class 2004, category 2) per detection, a
//! Base Event (class 0) per gap. `time` is the event's own, not the moment of the hunt: the output stays the same from
//! run to run.

use super::{HuntMeta, HuntRenderer, HuntRule, shape};
use crate::foreign::{account, attack, gap, line, milliseconds, product, severity};
use ddefend_model::{Detection, Diagnostic, HuntSummary, Level, Process};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most processes inside one another.
const CHAIN: usize = 16;

pub(super) fn make(meta: &HuntMeta) -> Box<dyn HuntRenderer> {
    let rules = meta.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect();
    Box::new(Ocsf { version: meta.version.clone(), rules })
}

struct Ocsf {
    version: String,
    rules: BTreeMap<String, HuntRule>,
}

impl HuntRenderer for Ocsf {
    fn detection(&mut self, detection: &Detection) -> String {
        let event = &detection.event;
        let rule = &detection.rule;
        let known = self.rules.get(&rule.id).cloned().unwrap_or_default();
        let time = milliseconds(&event.time);
        let times = detection.events.iter().map(|event| milliseconds(&event.time)).chain([time]);
        let mut metadata = product(&self.version);
        if let Value::Object(map) = &mut metadata {
            map.insert("uid".to_owned(), Value::String(shape::identity(detection)));
            map.insert("log_name".to_owned(), Value::String(event.channel.clone()));
            map.insert("original_time".to_owned(), Value::String(event.time.clone()));
            map.insert("profiles".to_owned(), json!(["host"]));
        }
        let (severity_id, severity) = severity(rule.level);
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
            "start_time": times.clone().min(),
            "end_time": times.max(),
            "severity_id": severity_id,
            "severity": severity,
            "status_id": 1,
            "status": "New",
            "is_alert": rule.level >= Level::Medium,
            "message": format!("{} on {}: {}", rule.title, shape::host(event), shape::gist(detection)),
            "metadata": metadata,
            "finding_info": {
                "uid": shape::identity(detection),
                "title": rule.title,
                "desc": detection.why,
                "types": ["Sigma"],
                "data_sources": [event.channel],
                "created_time": time,
                "analytic": { "type_id": 1, "type": "Rule", "uid": rule.id, "name": rule.title, "desc": known.description },
                "attacks": detection.techniques.iter().filter_map(|id| attack(id)).collect::<Vec<_>>(),
                "related_events": detection.events.iter().map(|event| json!({ "uid": shape::place(event) })).collect::<Vec<_>>(),
            },
            "device": { "type_id": 0, "type": "Unknown", "hostname": event.host, "name": event.host },
            "evidences": evidences(detection),
            "unmapped": {
                "matched": detection.fields,
                "context": detection.context,
                "source": event.source,
                "record": event.record,
                "offset": event.offset,
                "event_id": event.event_id,
                "baseline": detection.baseline,
            },
        }))
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        gap(diagnostic, 0, &self.version)
    }

    fn end(&mut self, _: &HuntSummary) -> String {
        String::new()
    }
}

fn evidences(detection: &Detection) -> Vec<Value> {
    let process = chain(&detection.lineage);
    let data = detection.fields.iter().map(|field| (field.field.clone(), Value::String(field.value.clone())));
    let data: serde_json::Map<String, Value> = data.filter(|(field, _)| !field.is_empty()).collect();
    vec![json!({ "process": process, "data": data })]
}

/// The acting process with its parents inside one another.
fn chain(lineage: &[Process]) -> Value {
    let mut inner = Value::Null;
    for process in lineage.iter().skip(lineage.len().saturating_sub(CHAIN)) {
        let (domain, name) = account(&process.user);
        let user = if name.is_empty() { Value::Null } else { json!({ "name": name, "domain": domain }) };
        let file = if process.image.is_empty() {
            Value::Null
        } else {
            json!({ "name": shape::basename(&process.image), "path": process.image, "type_id": 1 })
        };
        let created = (!process.time.is_empty()).then(|| milliseconds(&process.time));
        inner = json!({
            "uid": process.key,
            "pid": process.pid,
            "name": shape::process_name(process),
            "cmd_line": process.command,
            "created_time": created,
            "file": file,
            "user": user,
            "parent_process": inner,
        });
    }
    inner
}
