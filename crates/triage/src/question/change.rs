//! Did a change of the settings enable DDE, and is it explained?

use super::found::{Found, some_of};
use super::view::{View, base, like, list, of_detection, span};
use crate::playbook::Question;
use crate::{Fact, FactKind};
use ddefend_event::Time;
use ddefend_model::case::Evidence;
use ddefend_model::posture::{Layer, Verdict};
use ddefend_model::{Detection, EventRef};

/// A change that enables DDE.
struct Change {
    what: String,
    ticket: Option<String>,
    evidence: Evidence,
    confidence: f64,
}

/// Q5: changes by the logs; where no log covers the time, by the hives' times.
pub(super) fn registry_change(view: &View<'_>, question: &Question) -> Found {
    let mut changes: Vec<Change> = view
        .detections(list(question, "rules"))
        .into_iter()
        .map(|detection| of_log(view, question, detection))
        .collect();
    let missing = unlogged(view);
    if changes.is_empty() && !missing.is_empty() {
        changes = of_hives(view, question);
    }
    if !changes.is_empty() {
        let unexplained: Vec<&Change> = changes.iter().filter(|change| change.ticket.is_none()).collect();
        let told = if unexplained.is_empty() { changes.iter().collect() } else { unexplained };
        let explained = told.iter().all(|change| change.ticket.is_some());
        let mut said: Vec<String> = told.iter().map(|change| change.what.clone()).collect();
        said.dedup();
        let detail = if explained { "explained" } else { "unexplained" };
        let confidence = told.iter().map(|change| change.confidence).fold(0.0, f64::max);
        let evidence = told.iter().map(|change| change.evidence.clone()).collect();
        return Found::yes(detail, confidence, some_of(&said, 3)).with(evidence).value("changes", changes.len());
    }
    if missing.is_empty() {
        return Found::no("none", 0.9, "the logs cover the time, and nothing that guards against DDE was weakened")
            .value("changes", 0);
    }
    let checked = view.evidence.audits.iter().any(|audit| {
        audit.checks.iter().any(|check| list(question, "checks").contains(&check.id) && !check.evidence.is_empty())
    });
    if checked && view.linked.begin.is_some() {
        return Found::no("none", 0.6, "the hives were not written to in the time before in a way that enables DDE")
            .value("changes", 0);
    }
    let gaps = missing
        .iter()
        .map(|host| format!("registry changes of {host} (Sysmon 12 and 13, Security 4657), or its hives"))
        .collect();
    Found::unknown("", format!("no log of registry changes covers the time on {}", some_of(&missing, 3)), gaps)
}

/// Hosts without a log of registry changes. The Security log counts only where a change was audited there.
fn unlogged(view: &View<'_>) -> Vec<String> {
    let audited = |host: &str| {
        let fits = |fact: &&Fact| fact.spec.kind == FactKind::Registry && fact.event_id == 4657;
        view.evidence.facts.iter().filter(fits).any(|fact| super::view::same_host(&fact.host, host))
    };
    let missing = view.uncovered(&["sysmon", "defender", "ecs"]);
    missing.into_iter().filter(|host| !(view.covered(host, &["security"]) && audited(host))).collect()
}

fn fact_of<'a>(view: &View<'a>, event: &EventRef) -> Option<&'a Fact> {
    let same = |fact: &&Fact| *fact.source == *event.source && fact.record == event.record;
    view.evidence.facts.iter().find(|fact| fact.spec.kind == FactKind::Registry && same(fact))
}

fn of_log(view: &View<'_>, question: &Question, detection: &Detection) -> Change {
    let fact = fact_of(view, &detection.event);
    let field = |name: &str| {
        let matched = detection.fields.iter().find(|field| field.field == name).map(|field| field.value.clone());
        let shown = || detection.context.iter().find(|field| field.field == name).map(|field| field.value.clone());
        fact.and_then(|fact| fact.get(name)).map(str::to_owned).or(matched).or_else(shown).unwrap_or_default()
    };
    let (key, writer, data) = (field("TargetObject"), field("Image"), field("Details"));
    let program = base(&writer).to_lowercase();
    let interactive = list(question, "interactive_writers").contains(&program);
    let managed = view.settings.lists.management_writers.iter().any(|known| known.to_lowercase() == program);
    let ticket = ticket(view, &key, &detection.event.host, Time::parse(&detection.event.time));
    let explained = ticket.filter(|_| interactive || managed);
    let by = if program.is_empty() { "an unnamed program".to_owned() } else { program };
    let name = if key.is_empty() { detection.rule.title.clone() } else { format!("{} = {data}", last_two(&key)) };
    let with = explained.as_ref().map(|ticket| format!(", ticket {ticket}")).unwrap_or_default();
    let what = format!("{name} by {by} on {}{with}", detection.event.host);
    Change { what, ticket: explained, evidence: of_detection(detection), confidence: 0.95 }
}

/// Key and value name.
fn last_two(key: &str) -> String {
    let mut parts: Vec<&str> = key.rsplit('\\').take(2).collect();
    parts.reverse();
    parts.join("\\")
}

fn ticket(view: &View<'_>, key: &str, host: &str, time: Option<Time>) -> Option<String> {
    let fits = view.organisation().change.iter().find(|change| {
        let place = !change.key.is_empty() && like(&change.key, key);
        let host = change.host.is_empty() || like(&change.host, host);
        let from = Time::parse(&change.from).map(|from| from.ticks);
        let until = Time::parse(&change.until).map(|until| until.ticks);
        let limits = !change.from.is_empty() || !change.until.is_empty();
        let within = time.is_some_and(|time| {
            from.is_none_or(|from| time.ticks >= from) && until.is_none_or(|until| time.ticks <= until)
        });
        place && host && (within || !limits) && !change.ticket.trim().is_empty()
    });
    fits.map(|change| change.ticket.clone())
}

/// Insecure settings whose key was written shortly before or in the incident.
fn of_hives(view: &View<'_>, question: &Question) -> Vec<Change> {
    let Some(begin) = view.linked.begin else { return Vec::new() };
    let from = begin.ticks.saturating_sub(span(question, "before", "24h"));
    let until = view.linked.end.map_or(begin.ticks, |end| end.ticks.max(begin.ticks));
    let mut changes = Vec::new();
    for audit in &view.evidence.audits {
        let checks = audit.checks.iter().filter(|check| list(question, "checks").contains(&check.id));
        for seen in checks.flat_map(|check| &check.evidence) {
            let set = matches!(seen.layer, Layer::User | Layer::Machine | Layer::Policy);
            let written = Time::parse(&seen.written).is_some_and(|time| time.ticks >= from && time.ticks <= until);
            if seen.verdict != Verdict::Insecure || !set || !written {
                continue;
            }
            let key = format!("{}\\{}", seen.key, seen.value);
            let data = seen.data.clone().unwrap_or_default();
            changes.push(Change {
                what: format!("{} = {data} in the hive, its key written {}", last_two(&key), seen.written),
                ticket: None,
                confidence: 0.6,
                evidence: Evidence {
                    kind: "registry".to_owned(),
                    source: seen.source.clone(),
                    place: key,
                    time: seen.written.clone(),
                    host: audit.host.clone(),
                    text: format!("Set to {data}, which enables DDE; the key was last written then."),
                    ..Evidence::default()
                },
            });
        }
    }
    changes
}
