//! SARIF 2.1.0 (OASIS), for code scanning: one run, one rule per finding id, one result per finding.

use crate::{Meta, Renderer, RuleInfo, escape};
use ddefend_model::{Finding, Level, Scanned, Summary};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) fn make(meta: &Meta) -> Box<dyn Renderer> {
    Box::new(Sarif {
        version: meta.version.clone(),
        content: meta.content.clone(),
        rules: meta.rules.clone(),
        used: BTreeSet::new(),
        notifications: Vec::new(),
        first: true,
    })
}

struct Sarif {
    version: String,
    content: String,
    rules: Vec<RuleInfo>,
    used: BTreeSet<String>,
    notifications: Vec<Value>,
    first: bool,
}

/// SARIF 3.27.10.
pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::Info => "note",
    }
}

/// A path as a relative URI reference, RFC 3986.
pub(crate) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn result(scanned: &Scanned, finding: &Finding) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&scanned.artifact.path) } });
    let whole_file = finding.part.as_str() == scanned.artifact.path;
    let place = &finding.location;
    if let (true, Some(line)) = (whole_file, place.line) {
        physical["region"] = json!({ "startLine": line, "startColumn": place.column.unwrap_or(1) });
    } else if let (true, Some(offset)) = (whole_file, place.offset) {
        physical["region"] = json!({ "byteOffset": offset, "byteLength": place.length.unwrap_or(0) });
    }
    let command = finding.command.as_ref().map(|command| format!(" Command: {command}")).unwrap_or_default();
    let key = format!(
        "{}/{}/{}/{}",
        scanned.artifact.sha256,
        finding.id.0,
        finding.part,
        finding.link.as_ref().map(|link| link.raw.as_str()).unwrap_or_default()
    );
    json!({
        "ruleId": finding.id.0,
        "level": level(finding.level),
        "message": { "text": format!("{}.{command}", finding.title) },
        "locations": [{
            "physicalLocation": physical,
            "logicalLocations": [{ "fullyQualifiedName": format!("{} {}", finding.part, finding.location) }],
        }],
        "partialFingerprints": { "ddefend/v1": fingerprint(&key) },
        "properties": {
            "level": finding.level,
            "confidence": finding.confidence,
            "techniques": finding.techniques,
            "command": finding.command,
            "sha256": scanned.artifact.sha256,
        },
    })
}

/// FNV-1a, 64 bits, in hexadecimal: stable over runs and versions, not a defence.
pub(crate) fn fingerprint(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

impl Renderer for Sarif {
    fn begin(&mut self) -> String {
        "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"results\":["
            .to_owned()
    }

    fn artifact(&mut self, scanned: &Scanned) -> String {
        let mut out = String::new();
        for finding in &scanned.findings {
            self.used.insert(finding.id.0.to_string());
            out.push_str(if std::mem::take(&mut self.first) { "\n" } else { ",\n" });
            out.push_str(&escape::json(&result(scanned, finding).to_string()));
        }
        for diagnostic in scanned.diagnostics.iter().filter(|diagnostic| diagnostic.is_gap()) {
            self.notifications.push(json!({
                "level": "warning",
                "descriptor": { "id": diagnostic.code },
                "message": { "text": format!("{}: {}", diagnostic.part, diagnostic.message) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri(&scanned.artifact.path) } } }],
            }));
        }
        out
    }

    fn end(&mut self, _: &Summary) -> String {
        let rules: Vec<Value> = self
            .rules
            .iter()
            .filter(|rule| self.used.contains(&rule.id))
            .map(|rule| {
                json!({
                    "id": rule.id,
                    "shortDescription": { "text": rule.title },
                    "fullDescription": { "text": rule.help },
                })
            })
            .collect();
        let tool = json!({ "driver": {
            "name": "ddefend",
            "version": self.version,
            "properties": { "content": self.content },
            "rules": rules,
        } });
        let invocations = json!([{
            "executionSuccessful": true,
            "toolExecutionNotifications": self.notifications,
        }]);
        let invocations = escape::json(&invocations.to_string());
        format!("\n],\"tool\":{tool},\"invocations\":{invocations}}}]}}\n")
    }
}
