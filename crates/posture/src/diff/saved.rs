use ddefend_model::posture::{Audit, Check, Exposure, Fault};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A saved audit that cannot be used.
#[derive(Debug)]
pub struct SavedError {
    /// Line of the text, counted from 1; 0 for all of it.
    line: usize,
    why: String,
}

impl fmt::Display for SavedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "no saved audit: {}", self.why),
            line => write!(f, "no saved audit: line {line}: {}", self.why),
        }
    }
}

impl std::error::Error for SavedError {}

#[derive(Deserialize)]
struct Document {
    audits: Vec<Audit>,
}

/// Audits as `posture audit --format json` or `jsonl` saved them. None where the text is nothing of the kind.
///
/// # Errors
/// Where it begins like one and then is none.
pub fn saved(text: &str) -> Option<Result<Vec<Audit>, SavedError>> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let head: String = text.chars().take(200).filter(|it| !it.is_whitespace()).collect();
    if !head.starts_with('{') || !head.contains("\"schema_version\"") {
        return None;
    }
    if head.contains("\"audits\":") {
        let document = serde_json::from_str::<Document>(text);
        return Some(document.map(|it| it.audits).map_err(|error| SavedError { line: 0, why: error.to_string() }));
    }
    [
        "\"type\":\"check\"",
        "\"type\":\"exposure\"",
        "\"type\":\"fault\"",
        "\"type\":\"diagnostic\"",
        "\"type\":\"summary\"",
    ]
    .iter()
    .any(|kind| head.contains(kind))
    .then(|| lines(text))
}

fn lines(text: &str) -> Result<Vec<Audit>, SavedError> {
    let mut audits: Vec<Audit> = Vec::new();
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let told = |error: serde_json::Error| SavedError { line: number + 1, why: error.to_string() };
        let value: Value = serde_json::from_str(line).map_err(told)?;
        let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = word("type");
        if !matches!(kind.as_str(), "check" | "exposure" | "fault") {
            continue;
        }
        let (host, user) = (word("host"), word("user"));
        let at = match kind.as_str() {
            // A fault that belongs to no check stands behind the rest of its audit.
            "fault" if host.is_empty() => audits.len().saturating_sub(1),
            _ => *known.entry((host.clone(), user.clone())).or_insert_with(|| {
                audits.push(Audit { host, user, ..Audit::default() });
                audits.len() - 1
            }),
        };
        let Some(audit) = audits.get_mut(at) else { continue };
        match kind.as_str() {
            "check" => audit.checks.push(serde_json::from_value::<Check>(value).map_err(told)?),
            "exposure" => audit.exposures.push(serde_json::from_value::<Exposure>(value).map_err(told)?),
            _ => audit.faults.push(serde_json::from_value::<Fault>(value).map_err(told)?),
        }
    }
    Ok(audits)
}
