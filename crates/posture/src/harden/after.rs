//! What the change comes to.

use super::entries::forward;
use super::plan::{Moved, Plan, Request, Step};
use super::stays::stays;
use crate::{Source, Store};
use ddefend_model::posture::{Audit, Check, Layer, Verdict, Way};
use ddefend_registry::Intent;
use std::collections::{BTreeMap, BTreeSet};

/// The store with the change applied.
pub(super) fn apply(store: &Store, steps: &[Step], profile: &str) -> Store {
    let mut store = store.clone();
    let source = Source { path: format!("posture harden, profile {profile}"), policy: None, intent: Intent::State };
    let entries = forward(steps);
    store.apply([(&source, entries.as_slice())].into_iter());
    store
}

/// Says what the change moves, and which of the profile's aims it misses.
pub(super) fn compare(request: &Request<'_>, plan: &mut Plan, before: &Audit, after: &Audit) {
    let old: BTreeMap<_, _> = before.checks.iter().map(|it| (at(it), it)).collect();
    for check in &after.checks {
        let (was, is) = (old.get(&at(check)).map_or_else(String::new, |it| words(it)), words(check));
        if was != is {
            plan.checks.push(Moved {
                id: check.id.clone(),
                title: check.title.clone(),
                application: check.application.clone(),
                version: check.version.clone(),
                before: was,
                after: is,
                closed: check.verdict == Verdict::Secure,
            });
        }
    }
    let key = |it: &ddefend_model::posture::Exposure| (it.id.clone(), it.application.clone(), it.version.clone());
    let old: BTreeMap<_, _> = before.exposures.iter().map(|it| (key(it), (it.state, it.enforced))).collect();
    for way in &after.exposures {
        let state =
            |(state, enforced): (Way, bool)| format!("{}{}", state.as_str(), if enforced { ", enforced" } else { "" });
        let was = old.get(&key(way)).copied();
        let is = (way.state, way.enforced);
        if was != Some(is) || way.state != Way::Closed {
            plan.ways.push(Moved {
                id: way.id.clone(),
                title: way.title.clone(),
                application: way.application.clone(),
                version: way.version.clone(),
                before: was.map_or_else(String::new, state),
                after: state(is),
                closed: way.state == Way::Closed,
            });
        }
    }
    plan.failed = failed(request, plan, after);
    plan.stays = stays(plan, after);
    let shut = after.checks.iter().filter(|it| it.verdict == Verdict::Secure && request.profile.keeps.contains(&it.id));
    plan.shut = shut.map(|check| check.id.clone()).collect();
    plan.shut.dedup();
}

/// Targets that are to protect and do not. A target whose own data protect only in part (an audit rule) aims at nothing.
fn failed(request: &Request<'_>, plan: &Plan, after: &Audit) -> Vec<String> {
    let aims: BTreeSet<(&str, &str)> = plan
        .steps
        .iter()
        .filter(|step| aims(request, step))
        .map(|step| (step.check.as_str(), step.version.as_str()))
        .collect();
    let missed = after.checks.iter().filter(|check| {
        aims.contains(&(check.id.as_str(), check.version.as_str())) && check.verdict != Verdict::Secure
    });
    let told = missed.map(|check| {
        let which = if check.version.is_empty() {
            String::new()
        } else {
            format!(" ({} {})", check.application, check.version)
        };
        format!("{}{which} is {} with the change applied", check.id, words(check))
    });
    told.collect()
}

/// Whether the step's data are meant to protect: the arm that is for them says so.
fn aims(request: &Request<'_>, step: &Step) -> bool {
    let Some(data) = &step.data else { return false };
    let Some(check) = request.catalog.check(&step.check) else { return false };
    let number = data.number().or_else(|| data.text().and_then(|text| text.parse().ok()));
    let text = data.text().unwrap_or_default();
    check.arms.iter().any(|arm| {
        let is = &arm.is;
        arm.verdict == Verdict::Secure
            && (number.is_some_and(|number| {
                is.number.contains(&number)
                    || is.from.is_some_and(|from| number >= from)
                    || is.bits.is_some_and(|bits| number & bits == bits)
            }) || is.text.iter().any(|known| known.eq_ignore_ascii_case(text)))
    })
}

fn at(check: &Check) -> (&str, &str, &str) {
    (&check.id, &check.application, &check.version)
}

fn words(check: &Check) -> String {
    let mut words = check.verdict.as_str().to_owned();
    if let Some(data) = check.effective.as_ref().filter(|data| check.layer != Layer::Default && data.len() < 16) {
        words = format!("{words} ({data})");
    }
    if check.verdict == Verdict::Absent {
        words = format!("{words} ({} by default)", check.outcome.as_str());
    }
    if check.layer != Layer::Default {
        words = format!("{words}, {}", check.layer.as_str());
    }
    if check.enforced {
        words.push_str(", enforced");
    }
    words
}
