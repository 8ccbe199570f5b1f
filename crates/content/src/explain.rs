//! The longer texts: findings, tricks, diagnostics, faults, and what the checks of `posture` say of themselves.

mod posture;

use crate::ContentError;
use crate::pack::{DIAGNOSTICS, FAULTS, FINDINGS, TRICKS, parse};
use ddefend_posture::Catalog;
use serde::{Deserialize, Serialize};

/// What `ddefend explain ID` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The id: of a finding, a hiding trick, a diagnostic, a fault, a check or a way in.
    pub id: String,
    /// `finding`, `trick`, `diagnostic`, `fault`, `check` or `way`.
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
    /// What else there is to say: heading and text. Checks and ways in only, which have it in place of `verify`.
    pub more: Vec<(&'static str, String)>,
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
struct Faults {
    fault: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    id: String,
    title: String,
    what: String,
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

/// Every text; those of posture from its catalog.
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
        more: Vec::new(),
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
    let faults = parse::<Faults>(FAULTS)?.fault.into_iter().map(|it| Explanation {
        id: it.id,
        sort: "fault",
        title: it.title,
        what: it.what,
        why: it.why,
        verify: it.verify,
        false_positives: it.false_positives,
        ..Explanation::default()
    });
    let catalog = crate::posture::load()?;
    let posture = posture::checks(&catalog).chain(posture::ways(&catalog));
    Ok(findings.chain(tricks).chain(diagnostics).chain(faults).chain(posture).collect())
}

/// The explanation of a check, a place of a check or a way in, without regard to letter case.
pub(crate) fn of_posture(catalog: &Catalog, id: &str) -> Option<Explanation> {
    posture::find(catalog, id)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
