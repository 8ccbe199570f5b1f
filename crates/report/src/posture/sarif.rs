//! SARIF 2.1.0 (OASIS), for code scanning: one rule per check, way in and kind of fault; one result per check that is not
//! in order, per way in that is not closed and per fault.

use super::{PostureMeta, PostureRenderer, PostureRule, shape};
use crate::escape;
use crate::sarif::{fingerprint, level, uri};
use ddefend_model::posture::{Audit, Check, Exposure, Fault, PostureSummary, Verdict, Way};
use ddefend_model::{Diagnostic, Level};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Notifications kept for the end.
const NOTIFICATIONS: usize = 10_000;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Sarif {
        version: meta.version.clone(),
        content: meta.content.clone(),
        known: meta.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect(),
        used: BTreeMap::new(),
        notifications: Vec::new(),
        first: true,
    })
}

struct Sarif {
    version: String,
    content: String,
    known: BTreeMap<String, PostureRule>,
    /// Rules that results name, with their titles.
    used: BTreeMap<String, String>,
    notifications: Vec<Value>,
    first: bool,
}

impl PostureRenderer for Sarif {
    fn begin(&mut self) -> String {
        "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"results\":["
            .to_owned()
    }

    fn audit(&mut self, audit: &Audit) -> String {
        let mut out = String::new();
        for check in audit.checks.iter().filter(|check| !shape::in_order(check)) {
            out.push_str(&self.result(&check.id, &check.title, of_check(audit, check)));
        }
        for exposure in audit.exposures.iter().filter(|exposure| exposure.state != Way::Closed) {
            out.push_str(&self.result(&exposure.id, &exposure.title, of_exposure(audit, exposure)));
        }
        for fault in shape::faults(audit) {
            out.push_str(&self.result(&fault.id, "Hardening without effect", of_fault(audit, fault)));
        }
        out
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        if diagnostic.is_gap() && self.notifications.len() < NOTIFICATIONS {
            self.notifications.push(json!({
                "level": "warning",
                "descriptor": { "id": diagnostic.code },
                "message": { "text": format!("{}: {}", diagnostic.part, diagnostic.message) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(diagnostic.part.as_str()) } } }],
            }));
        }
        String::new()
    }

    fn end(&mut self, _: &PostureSummary) -> String {
        let rules: Vec<Value> = self.used.iter().map(|(id, title)| self.rule(id, title)).collect();
        let tool = json!({ "driver": {
            "name": "ddefend",
            "version": self.version,
            "properties": { "content": self.content },
            "rules": rules,
        } });
        let invocations = json!([{ "executionSuccessful": true, "toolExecutionNotifications": self.notifications }]);
        let [tool, invocations] = [tool, invocations].map(|value| escape::json(&value.to_string()));
        format!("\n],\"tool\":{tool},\"invocations\":{invocations}}}]}}\n")
    }
}

impl Sarif {
    fn result(&mut self, id: &str, title: &str, result: Value) -> String {
        if !self.used.contains_key(id) {
            self.used.insert(id.to_owned(), title.to_owned());
        }
        let comma = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        format!("{comma}{}", escape::json(&result.to_string()))
    }

    fn rule(&self, id: &str, title: &str) -> Value {
        let known = self.known.get(id);
        let title = known.map(|rule| rule.title.as_str()).filter(|title| !title.is_empty()).unwrap_or(title);
        let about = known.map(|rule| rule.about.as_str()).filter(|about| !about.is_empty()).unwrap_or(title);
        let mut rule = json!({
            "id": id,
            "shortDescription": { "text": title },
            "fullDescription": { "text": about },
        });
        if let Some(known) = known {
            rule["properties"] = json!({ "attack": known.attack, "references": known.references });
        }
        rule
    }
}

/// `offset 4096`, `line 12` as a region (SARIF 3.30).
fn region(place: &str) -> Option<Value> {
    let (what, number) = place.split_once(' ')?;
    let number: u64 = number.trim().parse().ok()?;
    match what {
        "line" if number > 0 => Some(json!({ "startLine": number })),
        "offset" => Some(json!({ "byteOffset": number, "byteLength": 0 })),
        _ => None,
    }
}

/// Where a result stands: in a file, where one is known, and under a key of the registry.
fn location(source: &str, place: &str, key: &str, value: &str) -> Value {
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": shape::setting(key, value), "kind": "registry value" }],
    });
    if !source.is_empty() {
        location["physicalLocation"] = json!({ "artifactLocation": { "uri": uri(source) } });
        if let Some(region) = region(place) {
            location["physicalLocation"]["region"] = region;
        }
    }
    location
}

/// The same over runs: what it is about, not what was found of it.
fn identity(audit: &Audit, parts: &[&str]) -> Value {
    let user = if audit.sid.is_empty() { &audit.user } else { &audit.sid };
    json!({ "ddefend/v1": fingerprint(&[&[audit.host.as_str(), user], parts].concat().join("\u{1f}")) })
}

fn of_check(audit: &Audit, check: &Check) -> Value {
    let decides = check
        .evidence
        .iter()
        .find(|seen| seen.layer == check.layer && seen.origin != "deleted")
        .or_else(|| check.evidence.first());
    let (source, place) = decides.map_or(("", ""), |seen| (seen.source.as_str(), seen.place.as_str()));
    let source = if source.is_empty() { audit.sources.first().map_or("", String::as_str) } else { source };
    let product = shape::product(&check.application, &check.version);
    let means = if check.means.is_empty() { String::new() } else { format!(": {}", check.means) };
    let kind = if check.verdict == Verdict::Unknown { "open" } else { "fail" };
    let mut result = json!({
        "ruleId": check.id,
        "kind": kind,
        "message": { "text": format!("{product}, {}: {} is {}{means} ({}).",
            owner(audit), check.title, check.verdict.as_str(), shape::standing(check)) },
        "locations": [location(source, place, &check.key, &check.value)],
        "partialFingerprints": identity(audit, &["check", &check.id, &check.application, &check.version]),
        "properties": {
            "level": check.level,
            "host": audit.host,
            "user": audit.user,
            "verdict": check.verdict,
            "outcome": check.outcome,
            "effective": check.effective,
            "layer": check.layer,
            "enforced": check.enforced,
            "mitigation": check.mitigation,
        },
    });
    // A result that is no failure has no level (SARIF 3.27.9).
    result["level"] = json!(if kind == "fail" { level(check.level) } else { "none" });
    result
}

fn of_exposure(audit: &Audit, exposure: &Exposure) -> Value {
    let product = shape::product(&exposure.application, &exposure.version);
    let kind = if exposure.state == Way::Unknown { "open" } else { "fail" };
    let source = audit.sources.first().map_or("", String::as_str);
    let fix = exposure.closed_by.first().map(|change| format!(" To close it, {}.", shape::change(change)));
    let (key, value) = exposure.closed_by.first().map_or(("", ""), |change| (&change.key, &change.value));
    json!({
        "ruleId": exposure.id,
        "kind": kind,
        "level": if kind == "fail" { level(exposure.level) } else { "none" },
        "message": { "text": format!("{product}, {}: {} ({}). {}{}", owner(audit), exposure.title,
            exposure.state.as_str(), exposure.why, fix.unwrap_or_default()) },
        "locations": [location(source, "", key, value)],
        "partialFingerprints": identity(audit, &["exposure", &exposure.id, &exposure.application, &exposure.version]),
        "properties": {
            "level": exposure.level,
            "host": audit.host,
            "user": audit.user,
            "state": exposure.state,
            "enforced": exposure.enforced,
            "decided_by": exposure.decided_by,
        },
    })
}

fn of_fault(audit: &Audit, fault: &Fault) -> Value {
    json!({
        "ruleId": fault.id,
        "kind": "fail",
        "level": level(Level::Medium),
        "message": { "text": format!("{}: {} {}", owner(audit), fault.message, fault.remedy) },
        "locations": [location(&fault.source, &fault.place, &fault.key, &fault.value)],
        "partialFingerprints": identity(audit, &["fault", &fault.id, &fault.key, &fault.value]),
        "properties": { "host": audit.host, "user": audit.user, "check": fault.check, "data": fault.data },
    })
}

/// `alice on WS-017`.
fn owner(audit: &Audit) -> String {
    super::essence::name(audit)
}
