//! The longer texts: findings, tricks, diagnostics.

use crate::ContentError;
use crate::pack::{DIAGNOSTICS, FINDINGS, TRICKS, parse};
use serde::{Deserialize, Serialize};

/// What `ddefend explain ID` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The id: of a finding, a hiding trick or a diagnostic.
    pub id: String,
    /// `finding`, `trick` or `diagnostic`.
    pub sort: &'static str,
    /// One line.
    pub title: String,
    /// What it is.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How to see it by hand.
    pub verify: String,
    /// Who does the same honestly.
    pub false_positives: String,
    /// What stops it; empty for tricks and diagnostics.
    pub stops: String,
    /// ATT&CK technique ids.
    pub techniques: Vec<String>,
    /// Further reading.
    pub references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Findings {
    finding: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    id: String,
    title: String,
    what: String,
    why: String,
    verify: String,
    false_positives: String,
    stops: String,
    techniques: Vec<String>,
    references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tricks {
    trick: Vec<Trick>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trick {
    id: String,
    short: String,
    why: String,
    verify: String,
    false_positives: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Diagnostics {
    diagnostic: Vec<Diagnostic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Diagnostic {
    id: String,
    what: String,
    why: String,
    verify: String,
    false_positives: String,
}

pub(crate) fn read() -> Result<Vec<Explanation>, ContentError> {
    let findings = parse::<Findings>(FINDINGS)?.finding.into_iter().map(|it| Explanation {
        id: it.id,
        sort: "finding",
        title: it.title,
        what: it.what,
        why: it.why,
        verify: it.verify,
        false_positives: it.false_positives,
        stops: it.stops,
        techniques: it.techniques,
        references: it.references,
    });
    let tricks = parse::<Tricks>(TRICKS)?.trick.into_iter().map(|it| Explanation {
        title: format!("Hiding trick: {}", it.short.trim_end_matches('.')),
        what: sentence(&it.short),
        id: it.id,
        sort: "trick",
        why: it.why,
        verify: it.verify,
        false_positives: it.false_positives,
        ..Explanation::default()
    });
    let diagnostics = parse::<Diagnostics>(DIAGNOSTICS)?.diagnostic.into_iter().map(|it| Explanation {
        title: it.what.clone(),
        id: it.id,
        sort: "diagnostic",
        what: it.what,
        why: it.why,
        verify: it.verify,
        false_positives: it.false_positives,
        ..Explanation::default()
    });
    Ok(findings.chain(tricks).chain(diagnostics).collect())
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
