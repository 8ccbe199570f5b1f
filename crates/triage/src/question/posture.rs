//! Are controls missing that would have prevented it?

use super::found::{Found, some_of};
use super::view::{View, list};
use crate::playbook::Question;
use ddefend_model::case::Evidence;
use ddefend_model::posture::{Outcome, Verdict, Way};

/// Q13: ways in that are not closed, and checks that do not protect.
pub(super) fn posture(view: &View<'_>, question: &Question) -> Found {
    let mut missing: Vec<String> = Vec::new();
    let mut evidence = Vec::new();
    let mut protected = 0_usize;
    for audit in &view.evidence.audits {
        for check in audit.checks.iter().filter(|check| list(question, "classes").contains(&check.class)) {
            match check.outcome {
                Outcome::Secure => protected += 1,
                Outcome::Unknown if check.verdict == Verdict::Unknown => {}
                Outcome::Insecure | Outcome::Unknown => {
                    if !missing.contains(&check.id) {
                        missing.push(check.id.clone());
                    }
                    evidence.push(Evidence {
                        kind: "check".to_owned(),
                        source: check.evidence.first().map_or_else(
                            || audit.sources.first().cloned().unwrap_or_default(),
                            |seen| seen.source.clone(),
                        ),
                        place: format!("{}\\{}", check.key, check.value),
                        host: audit.host.clone(),
                        text: format!("{} ({}): {}.", check.id, check.application, check.title),
                        ..Evidence::default()
                    });
                }
            }
        }
    }
    let ways = view.evidence.audits.iter().flat_map(|audit| &audit.exposures);
    let ways: Vec<_> = ways.filter(|way| list(question, "ways").contains(&way.id)).collect();
    let open: Vec<String> =
        ways.iter().filter(|way| matches!(way.state, Way::Open | Way::Clicks)).map(|way| way.title.clone()).collect();
    if !missing.is_empty() {
        let way = open.first().map(|title| format!("; open way: {title}")).unwrap_or_default();
        let what = format!("{} controls are missing: {}{way}", missing.len(), some_of(&missing, 6));
        return Found::yes("open", 0.9, what).with(evidence).value("missing", missing.len());
    }
    if protected > 0 || (!ways.is_empty() && ways.iter().all(|way| way.state == Way::Closed)) {
        return Found::no("closed", 0.8, format!("{protected} core checks protect")).value("missing", 0);
    }
    let gaps = vec!["the hives of host and user, or a collected export of their settings".to_owned()];
    Found::unknown("", "no settings were collected", gaps)
}
