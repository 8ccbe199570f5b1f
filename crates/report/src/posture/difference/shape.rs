//! A difference in words that several outputs share.

use crate::posture::shape::product;
use ddefend_model::posture::{Difference, Layer, Standing, Subject, Verdict};

/// `Word 16.0: DDE fields in Word (DDE-WORD-ALLOW, high)`.
pub(super) fn subject(difference: &Difference) -> String {
    let product = product(&difference.application, &difference.version);
    let product = if product.is_empty() { String::new() } else { format!("{product}: ") };
    format!("{product}{} ({}, {})", difference.title, difference.id, difference.level)
}

/// How it was, or how most of the fleet stand.
pub(super) fn before(difference: &Difference) -> String {
    let most = difference.majority.map(|(count, of)| format!("with {count} of {of}: ")).unwrap_or_default();
    format!("{most}{}", standing(difference.before.as_ref(), difference.subject))
}

/// How it is.
pub(super) fn after(difference: &Difference) -> String {
    standing(difference.after.as_ref(), difference.subject)
}

/// `insecure: 2 (DDE may start any program), policy, enforced`.
pub(super) fn standing(side: Option<&Standing>, subject: Subject) -> String {
    let Some(side) = side else {
        return "not there".to_owned();
    };
    let mut words: Vec<String> = Vec::new();
    words.extend(side.state.map(|state| state.as_str().to_owned()));
    let data = match (side.effective.as_deref(), side.means.is_empty()) {
        (Some(data), false) => format!("{data} ({})", side.means),
        (Some(data), true) => data.to_owned(),
        (None, _) => side.means.clone(),
    };
    match (side.verdict, data.is_empty()) {
        (Some(verdict), true) => words.push(verdict.as_str().to_owned()),
        (Some(verdict), false) => words.push(format!("{}: {data}", verdict.as_str())),
        (None, false) => words.push(data),
        (None, true) => {}
    }
    if let (Some(Verdict::Absent), Some(outcome)) = (side.verdict, side.outcome) {
        words.push(format!("{} by default", outcome.as_str()));
    }
    words.extend(side.layer.filter(|layer| *layer != Layer::Default).map(|layer| layer.as_str().to_owned()));
    if side.enforced {
        words.push("enforced".to_owned());
    }
    if words.is_empty() && subject == Subject::Fault {
        words.push("there".to_owned());
    }
    let whose = [&side.user, &side.host].into_iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>();
    if !whose.is_empty() {
        words.push(format!("of {}", whose.join(" on ")));
    }
    words.join(", ")
}

/// What a fault's turn means; empty for the rest.
pub(super) fn turned(difference: &Difference) -> String {
    match (difference.subject, &difference.before, &difference.after) {
        (Subject::Fault, None, Some(_)) => "hardening without effect is new".to_owned(),
        (Subject::Fault, Some(_), None) => "hardening without effect is gone".to_owned(),
        _ => String::new(),
    }
}

/// `in alice's own settings, key last written 2026-11-19T07:12:44Z`: where it is set, not who did it. A policy is told by
/// its name, a way in by what decides it.
pub(super) fn who(difference: &Difference) -> String {
    let layer = difference.after.as_ref().and_then(|side| side.layer);
    let by = match (difference.who.as_str(), difference.subject, layer) {
        ("", ..) => String::new(),
        (who, Subject::Exposure, _) => format!("decided by {who}"),
        (who, _, Some(Layer::User)) if who == difference.user => format!("in {who}'s own settings"),
        (who, _, Some(layer)) if who == layer.as_str() => format!("in the {who} layer"),
        (who, ..) => format!("by policy {who}"),
    };
    let when = match (difference.when.as_str(), difference.subject, by.is_empty()) {
        ("", Subject::Check, false) => "time not known".to_owned(),
        ("", ..) => String::new(),
        (when, ..) => format!("key last written {when}"),
    };
    [by, when].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
