//! JSON lines for Timesketch's importer, which wants `message`, `datetime` (ISO 8601) and `timestamp_desc`; `timestamp`
//! counts microseconds (Timesketch documentation, "Import from JSON or CSV"). Diagnostics have no time and no place here.

use super::{HuntMeta, HuntRenderer, shape};
use crate::foreign::{line, microseconds};
use ddefend_model::{Detection, Diagnostic, HuntSummary};
use serde_json::{Value, json};

pub(super) fn make(_: &HuntMeta) -> Box<dyn HuntRenderer> {
    Box::new(Timesketch)
}

struct Timesketch;

impl HuntRenderer for Timesketch {
    fn detection(&mut self, detection: &Detection) -> String {
        let event = &detection.event;
        let rule = &detection.rule;
        let process = shape::acting(detection).cloned().unwrap_or_default();
        let names: Vec<String> = detection.lineage.iter().map(shape::process_name).collect();
        let zone = match (event.time.is_empty(), event.time.ends_with('Z')) {
            (true, _) => "none",
            (false, true) => "UTC",
            (false, false) => "unknown",
        };
        let mut tags = vec!["ddefend".to_owned(), rule.level.to_string()];
        tags.extend(detection.techniques.iter().cloned());
        let mut value = json!({
            "message": format!("[{}] {} on {}: {}", rule.level, rule.title, shape::host(event), shape::gist(detection)),
            "datetime": datetime(&event.time),
            "timestamp": microseconds(&event.time),
            "timestamp_desc": "Event Logged",
            "time_zone": zone,
            "data_type": "ddefend:detection",
            "tag": tags,
            "detection_id": shape::identity(detection),
            "level": rule.level,
            "rule_id": rule.id,
            "rule_title": rule.title,
            "why": detection.why,
            "computer_name": event.host,
            "source_file": event.source,
            "record_number": event.record,
            "channel": event.channel,
            "event_identifier": event.event_id,
            "process": process.image,
            "pid": process.pid,
            "user": process.user,
            "command_line": process.command,
            "process_chain": names.join(" > "),
        });
        if let Value::Object(map) = &mut value {
            for field in detection.fields.iter().filter(|field| !field.field.is_empty()) {
                map.insert(format!("field_{}", field.field), Value::String(field.value.clone()));
            }
        }
        line(value)
    }

    fn diagnostic(&mut self, _: &Diagnostic) -> String {
        String::new()
    }

    fn end(&mut self, _: &HuntSummary) -> String {
        String::new()
    }
}

/// ISO 8601 with the offset spelled out and microseconds; the epoch where the record has no time.
pub(crate) fn datetime(time: &str) -> String {
    if time.is_empty() {
        return "1970-01-01T00:00:00.000000+00:00".to_owned();
    }
    let bare = shape::time(time, 6);
    format!("{}+00:00", bare.trim_end_matches('Z').replacen(' ', "T", 1))
}
