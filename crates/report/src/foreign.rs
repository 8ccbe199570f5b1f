//! What the outputs in other people's schemas share.

use crate::escape;
use ddefend_event::Time;
use ddefend_model::{Diagnostic, Level};
use serde_json::{Value, json};

/// The version of the Open Cybersecurity Schema Framework that is written.
const OCSF: &str = "1.4.0";

/// A line of JSON with what is empty left out.
pub(crate) fn line(value: Value) -> String {
    let mut line = escape::json(&pruned(value).unwrap_or(Value::Null).to_string());
    line.push('\n');
    line
}

/// Without nulls, empty texts, empty lists and empty objects.
fn pruned(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then_some(Value::String(text)),
        Value::Array(values) => {
            let values: Vec<Value> = values.into_iter().filter_map(pruned).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        Value::Object(map) => {
            let map: serde_json::Map<String, Value> =
                map.into_iter().filter_map(|(key, value)| Some((key, pruned(value)?))).collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        other => Some(other),
    }
}

/// Microseconds since 1970; 0 where the record has no time.
pub(crate) fn microseconds(time: &str) -> i64 {
    Time::parse(time).map_or(0, |time| time.ticks.div_euclid(10))
}

/// `https://attack.mitre.org/techniques/T1559/002/`; none for what is no technique id.
pub(crate) fn technique_address(id: &str) -> Option<String> {
    let (technique, sub) = split_technique(id)?;
    let sub = sub.map(|sub| format!("{sub}/")).unwrap_or_default();
    Some(format!("https://attack.mitre.org/techniques/{technique}/{sub}"))
}

/// `T1559.002` to `T1559` and `002`.
pub(crate) fn split_technique(id: &str) -> Option<(&str, Option<&str>)> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (technique, sub) = id.split_once('.').map_or((id, None), |(technique, sub)| (technique, Some(sub)));
    let fits = technique.strip_prefix('T').is_some_and(|number| digits(number, 4));
    (fits && sub.is_none_or(|sub| digits(sub, 3))).then_some((technique, sub))
}

/// Severity from 0 to 100, in the steps that Elastic's own rules use (Elastic Security, "risk_score").
pub(crate) fn risk(level: Level) -> u32 {
    match level {
        Level::Info => 1,
        Level::Low => 21,
        Level::Medium => 47,
        Level::High => 73,
        Level::Critical => 99,
    }
}

/// Domain and name of `DOMAIN\name`.
pub(crate) fn account(user: &str) -> (&str, &str) {
    user.split_once('\\').unwrap_or(("", user))
}

/// What an OCSF event says of who wrote it.
pub(crate) fn product(version: &str) -> Value {
    json!({ "version": OCSF, "product": { "name": "ddefend", "vendor_name": "ddefend", "version": version } })
}

/// An OCSF Base Event (class 0) for what could not be read; `time` in milliseconds since 1970, 0 for none.
pub(crate) fn gap(diagnostic: &Diagnostic, time: i64, version: &str) -> String {
    if !diagnostic.is_gap() {
        return String::new();
    }
    line(json!({
        "activity_id": 0,
        "category_uid": 0,
        "class_uid": 0,
        "class_name": "Base Event",
        "type_uid": 0,
        "time": time,
        "severity_id": 1,
        "severity": "Informational",
        "status_id": 2,
        "status": "Failure",
        "status_code": diagnostic.code,
        "message": diagnostic.message,
        "metadata": product(version),
        "unmapped": { "source": diagnostic.part.as_str(), "location": diagnostic.location },
    }))
}

/// A technique as OCSF's object `attack` holds it; none for what is no technique id.
pub(crate) fn attack(id: &str) -> Option<Value> {
    let (technique, sub) = split_technique(id)?;
    Some(json!({
        "technique": { "uid": technique, "src_url": technique_address(technique) },
        "sub_technique": sub.map(|_| json!({ "uid": id, "src_url": technique_address(id) })),
    }))
}

/// OCSF counts milliseconds.
pub(crate) fn milliseconds(time: &str) -> i64 {
    microseconds(time).div_euclid(1000)
}

/// Severity in OCSF's numbers and words.
pub(crate) fn severity(level: Level) -> (u32, &'static str) {
    match level {
        Level::Info => (1, "Informational"),
        Level::Low => (2, "Low"),
        Level::Medium => (3, "Medium"),
        Level::High => (4, "High"),
        Level::Critical => (5, "Critical"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_and_times() {
        assert_eq!(technique_address("T1559.002").as_deref(), Some("https://attack.mitre.org/techniques/T1559/002/"));
        assert_eq!(technique_address("T1559").as_deref(), Some("https://attack.mitre.org/techniques/T1559/"));
        for id in ["", "T1", "T1559.2", "javascript:x", "T1559.002.1", "S1559"] {
            assert_eq!(technique_address(id), None, "{id}");
        }
        assert_eq!(microseconds("2026-11-21T14:49:01.1234567Z"), 1_795_272_541_123_456);
        assert_eq!(microseconds(""), 0);
        assert_eq!(account(r"CORP\alice"), ("CORP", "alice"));
    }
}
