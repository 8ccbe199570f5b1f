//! Is the user's logon unusual?

use super::found::{Found, some_of};
use super::view::{View, number, of_fact, same_host, span};
use crate::playbook::Question;
use crate::{Fact, FactKind};
use ddefend_event::Time;
use ddefend_model::case::Evidence;
use std::collections::BTreeSet;

/// Windows' logon types (4624): 3 network, 10 remote desktop.
const REMOTE: [&str; 2] = ["3", "10"];

fn plain(user: &str) -> String {
    user.rsplit('\\').next().unwrap_or_default().split('@').next().unwrap_or_default().to_lowercase()
}

/// Q9: sessions of the case's users on its hosts.
pub(super) fn logon(view: &View<'_>, question: &Question) -> Found {
    let hosts = view.hosts();
    let users: BTreeSet<String> =
        view.linked.users.iter().map(|user| plain(user)).filter(|user| !user.is_empty()).collect();
    let logons: Vec<&Fact> = view.evidence.facts.iter().filter(|fact| fact.spec.kind == FactKind::Logon).collect();
    let on_host = |fact: &&&Fact| hosts.iter().any(|host| same_host(host, &fact.host));
    let sessions: Vec<&Fact> =
        logons.iter().filter(on_host).copied().filter(|fact| matches!(fact.event_id, 4624 | 4625)).collect();
    let mut reasons: Vec<(String, Evidence)> = Vec::new();
    if let Some(begin) = view.linked.begin {
        reasons.extend(remote(view, &sessions, &users, begin, span(question, "before", "10m")));
        for user in &users {
            let own: Vec<&Fact> =
                sessions.iter().copied().filter(|fact| fact.event_id == 4624 && of_user(fact, user)).collect();
            reasons.extend(off_hours(user, &own, begin, question));
            reasons.extend(new_place(user, &own, begin, question));
            reasons.extend(twice(user, &logons, begin));
        }
    }
    let mut kinds: Vec<String> = reasons.iter().map(|(said, _)| said.clone()).collect();
    kinds.sort();
    kinds.dedup();
    if !kinds.is_empty() {
        let evidence = reasons.into_iter().map(|(_, piece)| piece).collect();
        return Found::yes("unusual", if kinds.len() > 1 { 0.8 } else { 0.6 }, some_of(&kinds, 3))
            .with(evidence)
            .value("reasons", kinds.len());
    }
    let missing: Vec<String> = hosts
        .iter()
        .filter(|host| {
            !view.covered(host, &["security", "ecs"]) || !sessions.iter().any(|fact| same_host(host, &fact.host))
        })
        .cloned()
        .collect();
    if hosts.is_empty() || !missing.is_empty() {
        let which = if missing.is_empty() { vec!["the host".to_owned()] } else { missing };
        let gaps =
            which.iter().map(|host| format!("the Security log of {host} with logons (4624, 4625, 4648)")).collect();
        return Found::unknown("", format!("no log of logons covers the time on {}", some_of(&which, 3)), gaps);
    }
    let evidence = sessions.iter().take(10).map(|fact| of_fact(fact, "A logon.")).collect();
    Found::no("normal", 0.6, "the Security log covers the time and tells of no unusual logon")
        .with(evidence)
        .value("reasons", 0)
}

fn of_user(fact: &Fact, user: &str) -> bool {
    fact.get("TargetUserName").is_some_and(|name| plain(name) == *user)
}

/// Where a logon comes from, unless that is the host itself.
fn origin(fact: &Fact) -> Option<&str> {
    let address = fact.get("IpAddress").or_else(|| fact.get("WorkstationName"))?;
    let address = address.strip_prefix("::ffff:").unwrap_or(address);
    (!matches!(address, "127.0.0.1" | "::1" | "LOCAL") && !same_host(address, &fact.host)).then_some(address)
}

/// Logons over the network or by remote desktop shortly before; of other users only where Office was driven over COM.
fn remote(
    view: &View<'_>,
    sessions: &[&Fact],
    users: &BTreeSet<String>,
    begin: Time,
    before: i64,
) -> Vec<(String, Evidence)> {
    let driven = view.linked.processes.iter().any(|proc| {
        proc.automated
            && super::children::suspects(view)
                .iter()
                .any(|child| view.linked.processes.get(child.parent).is_some_and(|parent| parent.node == proc.node))
    });
    let mut found = Vec::new();
    for fact in sessions.iter().filter(|fact| fact.event_id == 4624) {
        let kind = fact.get("LogonType").unwrap_or_default();
        let time = fact.time.map(|time| time.ticks);
        let just_before = time.is_some_and(|time| time <= begin.ticks && time >= begin.ticks.saturating_sub(before));
        let theirs = users.iter().any(|user| of_user(fact, user)) || driven;
        if let Some(from) = origin(fact).filter(|_| just_before && theirs && REMOTE.contains(&kind)) {
            let user = fact.get("TargetUserName").unwrap_or("a user");
            let said = format!("{user} logged on from {from} (type {kind}) just before");
            found.push((said.clone(), of_fact(fact, format!("{said}."))));
        }
    }
    found
}

/// An hour at which the user hardly ever works: the share of logons within an hour of it.
fn off_hours(user: &str, own: &[&Fact], begin: Time, question: &Question) -> Option<(String, Evidence)> {
    let hour = |ticks: i64| ticks.div_euclid(3_600 * Time::SECOND).rem_euclid(24);
    let before: Vec<i64> = own
        .iter()
        .filter_map(|fact| fact.time)
        .map(|time| time.ticks)
        .filter(|time| *time < super::provenance::day(begin.ticks))
        .collect();
    let now = hour(begin.ticks);
    let near = before.iter().filter(|time| matches!((hour(**time) - now).rem_euclid(24), 0 | 1 | 23)).count();
    let enough = before.len() as f64 >= number(question, "history", 20.0);
    let share = (near as f64 + 0.5) / (before.len() as f64 + 1.0);
    let fact = own.last()?;
    (enough && share < number(question, "share", 0.05)).then(|| {
        let said = format!("{user} hardly ever works at that hour ({near} of {} logons)", before.len());
        (said.clone(), of_fact(fact, format!("{said}.")))
    })
}

/// A place that the user never logged on from before.
fn new_place(user: &str, own: &[&Fact], begin: Time, question: &Question) -> Option<(String, Evidence)> {
    let today = super::provenance::day(begin.ticks);
    let early = |fact: &&&Fact| fact.time.is_some_and(|time| time.ticks < today);
    let known: Vec<&str> = own.iter().filter(early).filter_map(|fact| origin(fact)).collect();
    if (known.len() as f64) < number(question, "history", 20.0) {
        return None;
    }
    let fact = own.iter().find(|fact| {
        let recent = fact.time.is_some_and(|time| time.ticks >= today && time.ticks <= begin.ticks);
        recent && origin(fact).is_some_and(|from| !known.contains(&from))
    })?;
    let said = format!("{user} never logged on from {} before", origin(fact).unwrap_or_default());
    Some((said.clone(), of_fact(fact, format!("{said}."))))
}

/// Logons of one user from two other places within an hour.
fn twice(user: &str, logons: &[&Fact], begin: Time) -> Option<(String, Evidence)> {
    let hour = 3_600 * Time::SECOND;
    let near = |fact: &&&Fact| fact.time.is_some_and(|time| time.ticks.abs_diff(begin.ticks) <= hour.unsigned_abs());
    let own = logons
        .iter()
        .filter(|fact| fact.event_id == 4624 && of_user(fact, user) && fact.get("LogonType") == Some("10"));
    let own: Vec<&&Fact> = own.filter(near).collect();
    let places: BTreeSet<&str> = own.iter().filter_map(|fact| origin(fact)).collect();
    let fact = own.first()?;
    (places.len() >= 2).then(|| {
        let places: Vec<&&str> = places.iter().collect();
        let said = format!("{user} has sessions from {} at once", some_of(&places, 3));
        (said.clone(), of_fact(fact, format!("{said}.")))
    })
}
