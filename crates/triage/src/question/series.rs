//! Daily counts of the time before, from the history file and from the case's own logs.

use super::provenance::day;
use super::view::{View, list, rule_name, same_host};
use crate::ChildClass;
use crate::playbook::Question;
use ddefend_event::Time;
use std::collections::{BTreeMap, BTreeSet};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    /// Documents with something that starts a program.
    Findings,
    /// Interpreters and tools that Office started.
    Children,
    /// Changes of DDE settings.
    Registry,
    /// Children that attack surface reduction blocked or noted.
    Asr,
}

impl Metric {
    pub(super) const ALL: [Self; 4] = [Self::Findings, Self::Children, Self::Registry, Self::Asr];

    /// Its name in the history file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Findings => "findings",
            Self::Children => "office-interpreter",
            Self::Registry => "dde-registry",
            Self::Asr => "asr",
        }
    }

    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Findings => "documents that start a program",
            Self::Children => "interpreters started by Office",
            Self::Registry => "changes of DDE settings",
            Self::Asr => "blocked children of Office",
        }
    }

    /// Logs that tell of it.
    const fn logs(self) -> &'static [&'static str] {
        match self {
            Self::Findings => &[],
            Self::Children => &["sysmon", "defender", "ecs", "security"],
            Self::Registry => &["sysmon", "defender", "ecs"],
            Self::Asr => &["windefend", "defender"],
        }
    }
}

/// Length of a day in ticks.
pub(super) const DAY: i64 = 86_400 * Time::SECOND;

/// Counts of one metric by host and day, from the case.
pub(super) fn counts(view: &View<'_>, question: &Question, metric: Metric, today: i64) -> BTreeMap<(String, i64), u64> {
    let mut counts: BTreeMap<(String, i64), u64> = BTreeMap::new();
    let mut add = |host: &str, time: Option<i64>| {
        if let Some(time) = time {
            *counts.entry((host.to_lowercase(), day(time))).or_default() += 1;
        }
    };
    match metric {
        Metric::Findings => {
            // A scan has no date: what it found counts for the incident's day.
            let host = view.linked.hosts.first().cloned().unwrap_or_default();
            documents(view).iter().for_each(|_| add(&host, Some(today)));
        }
        Metric::Children => {
            for child in &view.linked.children {
                let counted = matches!(child.class, ChildClass::Interpreter | ChildClass::Tool | ChildClass::Equation);
                if let Some(proc) = view.linked.processes.get(child.process).filter(|_| counted) {
                    add(&proc.host, proc.start.map(|time| time.ticks));
                }
            }
        }
        Metric::Registry => {
            let rules = list(question, "registry_rules");
            let mut records = BTreeSet::new();
            for detection in &view.evidence.detections {
                let mut new = || records.insert((detection.event.source.clone(), detection.event.record));
                if rules.iter().any(|rule| rule == rule_name(detection)) && new() {
                    add(&detection.event.host, Time::parse(&detection.event.time).map(|time| time.ticks));
                }
            }
        }
        Metric::Asr => {
            let rules = list(question, "asr_rule");
            for fact in view.evidence.facts.iter().filter(|fact| matches!(fact.event_id, 1121 | 1122)) {
                let id = fact.get("ID").unwrap_or_default().trim_matches(['{', '}']);
                if rules.iter().any(|rule| rule.eq_ignore_ascii_case(id)) {
                    add(&fact.host, fact.time.map(|time| time.ticks));
                }
            }
        }
    }
    counts
}

/// Documents that start a program, without mails that only carry one of them.
fn documents(view: &View<'_>) -> BTreeSet<usize> {
    let mut files: BTreeSet<usize> = view
        .subjects
        .iter()
        .filter(|(_, _, sort)| *sort != super::view::Sort::Data)
        .map(|(file, _, _)| *file)
        .collect();
    for link in &view.linked.mails {
        if let Some(mail) = link.mail.filter(|mail| *mail != link.file && files.contains(&link.file)) {
            files.remove(&mail);
        }
    }
    files
}

/// Days before today on which the metric was looked at, with its counts.
pub(super) fn history(
    view: &View<'_>,
    metric: Metric,
    host: Option<&str>,
    today: i64,
    window: i64,
    own: &BTreeMap<(String, i64), u64>,
) -> BTreeMap<i64, u64> {
    let first = today.saturating_sub(window.saturating_mul(DAY));
    let inside = |day: i64| day >= first && day < today;
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    let scope = if host.is_some() { "host" } else { "org" };
    let entries = view.evidence.history.iter().filter(|entry| {
        entry.metric == metric.name() && entry.scope == scope && host.is_none_or(|host| same_host(&entry.name, host))
    });
    let counted: Vec<(i64, u64)> = entries.filter_map(|entry| Some((date(&entry.day)?, entry.count))).collect();
    // A day that the file leaves out between its first and the incident's had nothing to count.
    if let Some(begin) = counted.iter().map(|(day, _)| *day).min() {
        let mut day = begin.max(first);
        while day < today {
            days.insert(day, 0);
            day = day.saturating_add(DAY);
        }
    }
    for (day, count) in counted.into_iter().filter(|(day, _)| inside(*day)) {
        let known = days.entry(day).or_default();
        *known = known.saturating_add(count);
    }
    if let Some(host) = host {
        for covered in view.evidence.coverage.iter().filter(|covered| same_host(&covered.host, host)) {
            let Some((from, until)) = covered.span.filter(|_| metric.logs().contains(&covered.log.as_str())) else {
                continue;
            };
            // Only whole days count: the first is whole only where it begins at midnight.
            let mut day_now = day(from.ticks.saturating_add(DAY - 1)).max(first);
            while day_now < today && day_now.saturating_add(DAY) <= until.ticks {
                let seen = own
                    .iter()
                    .filter(|((name, day), _)| *day == day_now && same_host(name, host))
                    .map(|(_, count)| *count)
                    .sum();
                let known = days.entry(day_now).or_default();
                *known = (*known).max(seen);
                day_now = day_now.saturating_add(DAY);
            }
        }
    }
    // Days inside of confirmed cases are no history.
    for entry in view.evidence.history.iter().filter(|entry| entry.metric == "confirmed") {
        let theirs = entry.name.is_empty() || host.is_none_or(|host| same_host(&entry.name, host));
        if let Some(day) = date(&entry.day).filter(|_| theirs) {
            days.remove(&day);
        }
    }
    days
}

/// Today's count that the history file knows, for a scope.
pub(super) fn told_today(view: &View<'_>, metric: Metric, host: Option<&str>, today: i64) -> u64 {
    let scope = if host.is_some() { "host" } else { "org" };
    let entries = view.evidence.history.iter().filter(|entry| {
        entry.metric == metric.name() && entry.scope == scope && host.is_none_or(|host| same_host(&entry.name, host))
    });
    entries.filter(|entry| date(&entry.day) == Some(today)).map(|entry| entry.count).sum()
}

/// The beginning of a day that is written `2026-03-01`.
fn date(text: &str) -> Option<i64> {
    Time::parse(&format!("{}T00:00:00Z", text.trim())).map(|time| time.ticks)
}
