//! Counts over detections, for the summaries that people read. Memory is bounded, whatever the logs hold.

use super::shape;
use ddefend_model::{Detection, HuntSummary, Level};
use std::collections::{BTreeMap, BTreeSet};

/// Hosts and rules that are told apart; what comes later is counted together.
const NAMES: usize = 10_000;
/// Hosts remembered for one rule.
const HOSTS: usize = 1_000;
/// Under which hosts or rules beyond the bound are counted.
pub(super) const OTHERS: &str = "(others)";

/// Detections per level; [`Level`] is the index.
pub(super) type Levels = [u64; 5];

/// Counts of one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct RuleCount {
    pub(super) title: String,
    pub(super) level: Option<Level>,
    pub(super) count: u64,
    /// Hosts on which it fired, at most [`HOSTS`].
    pub(super) hosts: BTreeSet<String>,
    pub(super) first: String,
    pub(super) last: String,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) total: u64,
    pub(super) levels: Levels,
    pub(super) hosts: BTreeMap<String, Levels>,
    pub(super) rules: BTreeMap<String, RuleCount>,
    /// Earliest and latest time of a detection.
    pub(super) first: String,
    pub(super) last: String,
}

impl Tally {
    /// Counts a detection.
    pub(super) fn add(&mut self, detection: &Detection) {
        let level = detection.rule.level;
        self.total += 1;
        bump(&mut self.levels, level);
        let host = bounded(&self.hosts, shape::host(&detection.event));
        bump(self.hosts.entry(host.clone()).or_default(), level);
        let id = bounded(&self.rules, &detection.rule.id);
        let rule = self.rules.entry(id.clone()).or_default();
        rule.count += 1;
        rule.level = rule.level.max(Some(level));
        if rule.title.is_empty() {
            rule.title = if id == OTHERS { OTHERS.to_owned() } else { detection.rule.title.clone() };
        }
        if rule.hosts.len() < HOSTS {
            rule.hosts.insert(host);
        }
        widen(&mut rule.first, &mut rule.last, &detection.event.time);
        widen(&mut self.first, &mut self.last, &detection.event.time);
    }

    /// The time that the records cover, as far as the summary and the detections tell.
    pub(super) fn covered(&self, summary: &HuntSummary) -> Option<(String, String)> {
        let (mut first, mut last) = summary.span.clone()?;
        widen(&mut first, &mut last, &self.first);
        widen(&mut first, &mut last, &self.last);
        Some((first, last))
    }

    /// Rules, worst first, then by count, then by title.
    pub(super) fn worst_rules(&self) -> Vec<(&str, &RuleCount)> {
        let mut rules: Vec<(&str, &RuleCount)> = self.rules.iter().map(|(id, rule)| (id.as_str(), rule)).collect();
        rules.sort_by(|(_, a), (_, b)| {
            b.level.cmp(&a.level).then(b.count.cmp(&a.count)).then_with(|| a.title.cmp(&b.title))
        });
        rules
    }

    /// Hosts, worst first: by the count of the highest level, then the next.
    pub(super) fn worst_hosts(&self) -> Vec<(&str, &Levels)> {
        let mut hosts: Vec<(&str, &Levels)> = self.hosts.iter().map(|(host, levels)| (host.as_str(), levels)).collect();
        hosts.sort_by(|(a, left), (b, right)| right.iter().rev().cmp(left.iter().rev()).then_with(|| a.cmp(b)));
        hosts
    }
}

/// Where a level stands in [`Levels`].
pub(super) fn index(level: Level) -> usize {
    Level::ALL.iter().position(|known| *known == level).unwrap_or(0)
}

fn bump(levels: &mut Levels, level: Level) {
    if let Some(count) = levels.get_mut(index(level)) {
        *count += 1;
    }
}

fn bounded<T>(known: &BTreeMap<String, T>, name: &str) -> String {
    if known.len() < NAMES || known.contains_key(name) { name.to_owned() } else { OTHERS.to_owned() }
}

/// Times are RFC 3339 with a fixed number of digits: they sort as text.
fn widen(first: &mut String, last: &mut String, time: &str) {
    if time.is_empty() {
        return;
    }
    if first.is_empty() || time < first.as_str() {
        time.clone_into(first);
    }
    if time > last.as_str() {
        time.clone_into(last);
    }
}
