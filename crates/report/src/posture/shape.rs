//! Small readings of an audit that several outputs share: what is in order, what is worst, the answer in words.

use super::head;
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Change, Check, Exposure, Fault, Outcome, Seen, Verdict, Way};
use std::collections::{BTreeMap, BTreeSet};

/// Dynamic Data Exchange, the technique that the question is about.
pub(super) const DDE: &str = "T1559.002";

/// True where there is nothing to do about a check.
pub(super) fn in_order(check: &Check) -> bool {
    check.outcome == Outcome::Secure
        && matches!(check.verdict, Verdict::Secure | Verdict::Absent)
        && check.faults.is_empty()
}

/// True where the inputs, or what is known of the build, do not say.
pub(super) fn is_unknown(check: &Check) -> bool {
    check.verdict == Verdict::Unknown || (check.outcome == Outcome::Unknown && check.verdict == Verdict::Absent)
}

/// True where all is well, but for something applied wrongly beside it.
pub(super) fn is_leftover(check: &Check) -> bool {
    check.outcome == Outcome::Secure
        && matches!(check.verdict, Verdict::Secure | Verdict::Absent)
        && !check.faults.is_empty()
}

/// True for what somebody has to do something about, as far as is known.
pub(super) fn is_wrong(check: &Check) -> bool {
    !in_order(check) && !is_unknown(check) && !is_leftover(check)
}

/// What somebody set wrongly always has a row of its own; what nobody set where it matters.
pub(super) fn is_worth_a_row(check: &Check) -> bool {
    check.level >= Level::Medium || matches!(check.verdict, Verdict::Insecure | Verdict::Misapplied)
}

/// Where a check stands in a list with the worst first; equal ones keep the order of the content.
fn urgency(check: &Check) -> (u8, std::cmp::Reverse<Level>, u8) {
    let group = match (check.outcome, check.verdict) {
        (Outcome::Insecure, _) => 0,
        (_, Verdict::Misapplied | Verdict::Insecure) => 1,
        (Outcome::Secure, _) if !check.faults.is_empty() => 2,
        (Outcome::Unknown, _) => 3,
        (Outcome::Secure, _) => 4,
    };
    let verdict = match check.verdict {
        Verdict::Insecure => 0,
        Verdict::Misapplied => 1,
        Verdict::Absent => 2,
        Verdict::Unknown => 3,
        Verdict::Secure => 4,
    };
    (group, std::cmp::Reverse(check.level), verdict)
}

/// Checks with the worst first.
pub(super) fn by_urgency<'a>(checks: impl Iterator<Item = &'a Check>) -> Vec<&'a Check> {
    let mut checks: Vec<&Check> = checks.collect();
    checks.sort_by_key(|check| urgency(check));
    checks
}

/// Ways in with the widest open first, of those that are as wide the ways by DDE.
pub(super) fn by_way<'a>(exposures: &'a [Exposure], attack: &BTreeMap<String, String>) -> Vec<&'a Exposure> {
    let mut sorted: Vec<&Exposure> = exposures.iter().collect();
    sorted.sort_by_key(|exposure| (rank(exposure.state), !is_dde(attack, exposure), std::cmp::Reverse(exposure.level)));
    sorted
}

/// True for a way by DDE, and where the content does not say what it is by.
pub(super) fn is_dde(attack: &BTreeMap<String, String>, exposure: &Exposure) -> bool {
    let technique = technique(attack, exposure);
    technique.is_empty() || technique == DDE
}

/// Things that are alike but for the version, with the versions.
pub(super) struct Versions<'a, T> {
    pub(super) first: &'a T,
    pub(super) versions: Vec<&'a str>,
}

impl<T> Versions<'_, T> {
    /// `Word 15.0, 16.0`.
    pub(super) fn product(&self, application: &str) -> String {
        product(application, &self.versions.join(", "))
    }
}

/// Brings together what differs in its version only, in the order of the first of each.
fn over_versions<'a, T>(
    all: impl Iterator<Item = &'a T>,
    version: impl Fn(&'a T) -> &'a str,
    alike: impl Fn(&T, &T) -> bool,
) -> Vec<Versions<'a, T>> {
    let mut groups: Vec<Versions<'a, T>> = Vec::new();
    for one in all {
        match groups.iter_mut().find(|group| alike(group.first, one) && !group.versions.contains(&version(one))) {
            Some(group) => group.versions.push(version(one)),
            None => groups.push(Versions { first: one, versions: vec![version(one)] }),
        }
    }
    for group in &mut groups {
        group.versions.retain(|version| !version.is_empty());
        group.versions.sort_unstable();
    }
    groups
}

/// Ways in that stand alike in several versions, told once.
pub(super) fn merged_ways<'a>(exposures: impl Iterator<Item = &'a Exposure>) -> Vec<Versions<'a, Exposure>> {
    let facts = |way: &Exposure| (way.state, way.enforced, is_loose(way), way.level);
    let alike = |one: &Exposure, other: &Exposure| {
        (&one.id, &one.application, &one.decided_by, &one.title)
            == (&other.id, &other.application, &other.decided_by, &other.title)
            && facts(one) == facts(other)
    };
    over_versions(exposures, |way| &way.version, alike)
}

/// Checks that stand alike in several versions, told once.
pub(super) fn merged_checks<'a>(checks: impl Iterator<Item = &'a Check>) -> Vec<Versions<'a, Check>> {
    let facts = |check: &Check| (check.verdict, check.outcome, check.layer, check.enforced, check.level);
    let alike = |one: &Check, other: &Check| {
        (&one.id, &one.application, &one.effective, &one.means)
            == (&other.id, &other.application, &other.effective, &other.means)
            && facts(one) == facts(other)
    };
    over_versions(checks, |check| &check.version, alike)
}

/// Open, clicks, unknown, closed.
fn rank(way: Way) -> u8 {
    match way {
        Way::Open => 0,
        Way::Clicks => 1,
        Way::Unknown => 2,
        Way::Closed => 3,
    }
}

/// Every fault: those of checks and those that belong to none.
pub(super) fn faults(audit: &Audit) -> Vec<&Fault> {
    let mut met = BTreeSet::new();
    let all = audit.checks.iter().flat_map(|check| &check.faults).chain(&audit.faults);
    all.filter(|fault| {
        met.insert((&fault.id, &fault.check, &fault.key, &fault.value, &fault.data, &fault.source, &fault.place))
    })
    .collect()
}

/// `Word 16.0`.
pub(super) fn product(application: &str, version: &str) -> String {
    if version.is_empty() { application.to_owned() } else { format!("{application} {version}") }
}

/// `HKCU\…\Security!AllowDDE`, as Policy Analyzer and Sigma rules of 4657 write it.
pub(super) fn setting(key: &str, value: &str) -> String {
    match (key.is_empty(), value.is_empty()) {
        (true, _) => value.to_owned(),
        (false, true) => key.to_owned(),
        (false, false) => format!("{key}!{value}"),
    }
}

/// `set HKCU\…!AllowDDE to 0`, `delete …`.
pub(super) fn change(change: &Change) -> String {
    let setting = setting(&change.key, &change.value);
    match &change.data {
        Some(data) => format!("set {setting} to {data}"),
        None => format!("delete {setting}"),
    }
}

/// Who can make a change, in words.
pub(super) fn maker(change: &Change) -> &str {
    match change.by.as_str() {
        "user" => "any process of the user",
        "administrator" => "an administrator",
        other => other,
    }
}

/// True where any process of the user can open it, or open it further.
pub(super) fn is_loose(exposure: &Exposure) -> bool {
    exposure.undone_by.iter().any(|change| change.by == "user")
}

/// A change and the ways in that it is about.
#[derive(Clone, Debug)]
pub(super) struct Lever<'a> {
    pub(super) change: &'a Change,
    pub(super) ways: Vec<&'a Exposure>,
}

/// Changes that are the same for several ways in, told once.
fn levers<'a>(pairs: impl Iterator<Item = (&'a Change, &'a Exposure)>) -> Vec<Lever<'a>> {
    let mut levers: Vec<Lever<'a>> = Vec::new();
    for (change, exposure) in pairs {
        let same = |lever: &&mut Lever<'a>| {
            let known = lever.change;
            (&known.key, &known.value, &known.data, &known.by) == (&change.key, &change.value, &change.data, &change.by)
        };
        match levers.iter_mut().find(same) {
            Some(lever) if lever.ways.last().is_some_and(|last| std::ptr::eq(*last, exposure)) => {}
            Some(lever) => lever.ways.push(exposure),
            None => levers.push(Lever { change, ways: vec![exposure] }),
        }
    }
    levers
}

/// How many of a lever's ways are by DDE, and the worst level of all.
fn weight(lever: &Lever<'_>, attack: &BTreeMap<String, String>) -> (usize, Option<Level>) {
    let dde = lever.ways.iter().filter(|way| is_dde(attack, way)).count();
    (dde, lever.ways.iter().map(|way| way.level).max())
}

/// For each way in that is not closed the best change that closes it: for what is open first, then for clicks, then for
/// what is not known; of those what closes the most ways.
pub(super) fn closers<'a>(audit: &'a Audit, attack: &BTreeMap<String, String>) -> Vec<Lever<'a>> {
    let ways = audit.exposures.iter().filter(|exposure| exposure.state != Way::Closed);
    let mut levers = levers(ways.filter_map(|exposure| Some((exposure.closed_by.first()?, exposure))));
    levers.sort_by_key(|lever| {
        let state = lever.ways.iter().map(|way| rank(way.state)).min();
        let such = lever.ways.iter().filter(|way| Some(rank(way.state)) == state).count();
        (state, std::cmp::Reverse((such, lever.ways.len(), weight(lever, attack))))
    });
    levers
}

/// What any process of the user can change so that a way in opens, or opens further.
pub(super) fn openers<'a>(audit: &'a Audit, attack: &BTreeMap<String, String>) -> Vec<Lever<'a>> {
    let pairs =
        audit.exposures.iter().flat_map(|exposure| exposure.undone_by.iter().map(move |change| (change, exposure)));
    let mut levers = levers(pairs.filter(|(change, _)| change.by == "user"));
    // Ways by DDE first, then the worst, then what is about the most ways.
    levers.sort_by_key(|lever| {
        let (dde, worst) = weight(lever, attack);
        std::cmp::Reverse((dde > 0, worst, dde, lever.ways.len()))
    });
    levers
}

/// What goes round barriers, with how many ways in it is about.
pub(super) fn bypasses(audit: &Audit) -> Vec<(&str, u64)> {
    let mut found: Vec<(&str, u64)> = Vec::new();
    for bypass in audit.exposures.iter().flat_map(|exposure| &exposure.bypasses) {
        match found.iter_mut().find(|(known, _)| known == bypass) {
            Some((_, count)) => *count += 1,
            None => found.push((bypass, 1)),
        }
    }
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found
}

/// `policy, enforced`; `user, only set`; `default`.
pub(super) fn standing(check: &Check) -> String {
    let layer = check.layer.as_str();
    match (check.verdict, check.enforced) {
        (Verdict::Absent | Verdict::Unknown, false) => layer.to_owned(),
        (_, true) => format!("{layer}, enforced"),
        (_, false) => format!("{layer}, only set"),
    }
}

/// The file and the place in it.
pub(super) fn place(seen: &Seen) -> String {
    if seen.place.is_empty() { seen.source.clone() } else { format!("{}, {}", seen.source, seen.place) }
}

/// A way's technique, where the content says it.
pub(super) fn technique<'a>(attack: &'a BTreeMap<String, String>, exposure: &Exposure) -> &'a str {
    attack.get(&exposure.id).map_or("", String::as_str)
}

/// Counts of ways in by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    pub(super) open: u64,
    pub(super) clicks: u64,
    pub(super) closed: u64,
    pub(super) unknown: u64,
    /// Closed, but any process of the user can open it.
    pub(super) loose: u64,
}

impl Ways {
    fn add(&mut self, exposure: &Exposure) {
        match exposure.state {
            Way::Open => self.open += 1,
            Way::Clicks => self.clicks += 1,
            Way::Closed => self.closed += 1,
            Way::Unknown => self.unknown += 1,
        }
        self.loose += u64::from(exposure.state == Way::Closed && is_loose(exposure));
    }

    pub(super) fn total(&self) -> u64 {
        self.open + self.clicks + self.closed + self.unknown
    }

    /// `1 open, 2 by clicks, 3 closed`.
    pub(super) fn words(&self) -> String {
        let counts =
            [(self.open, "open"), (self.clicks, "by clicks"), (self.unknown, "not known"), (self.closed, "closed")];
        let words = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// Whether DDE can start programs, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The worst state that counts.
    pub(super) state: Way,
    /// `YES`, `YES, WITH CLICKS`, `NOT KNOWN`, `NO`.
    pub(super) word: &'static str,
    /// What that rests on.
    pub(super) why: String,
    /// Grave settings that `why` does not tell of; empty for none.
    pub(super) alarm: String,
    /// Ways in that are no DDE, in one sentence; empty for none.
    pub(super) beside: String,
    /// Ways by DDE.
    pub(super) ways: Ways,
}

/// The answer for one user; none where nothing was judged.
pub(super) fn answer(audit: &Audit, attack: &BTreeMap<String, String>) -> Option<Answer> {
    let (mut ways, mut beside) = (Ways::default(), Ways::default());
    for exposure in &audit.exposures {
        let technique = technique(attack, exposure);
        if technique.is_empty() || technique == DDE { ways.add(exposure) } else { beside.add(exposure) }
    }
    if ways.total() == 0 {
        return None;
    }
    let mut alarm = head::alarm(audit);
    let total = count(ways.total(), "way in", "ways in");
    let (state, word, why) = if ways.open > 0 {
        let why = format!(
            "{} of {total} by DDE {}: the application's own prompts stand in the way, or nothing.",
            ways.open,
            are(ways.open, "open")
        );
        (Way::Open, "YES", why)
    } else if ways.clicks > 0 {
        let needs = if ways.clicks == 1 { "needs" } else { "need" };
        (
            Way::Clicks,
            "YES, WITH CLICKS",
            format!("{} of {total} by DDE {needs} clicks of the user; none is open.", ways.clicks),
        )
    } else if ways.unknown > 0 {
        let open = format!("The inputs do not decide {} of {total} by DDE.", ways.unknown);
        let why = alarm.take().map_or(open.clone(), |alarm| format!("But {alarm} {open}"));
        (Way::Unknown, "NOT KNOWN", why)
    } else if ways.loose > 0 {
        let why = format!(
            "{total} by DDE {}, but any process of the user can open {} again.",
            are(ways.total(), "closed"),
            ways.loose
        );
        (Way::Closed, "NO, NOT ENFORCED", why)
    } else {
        (
            Way::Closed,
            "NO",
            format!(
                "{total} by DDE {}, and the user cannot open {}.",
                are(ways.total(), "closed"),
                if ways.total() == 1 { "it" } else { "them" }
            ),
        )
    };
    let beside =
        if beside.total() == 0 { String::new() } else { format!("Ways in other than DDE: {}.", beside.words()) };
    Some(Answer { state, word, why, alarm: alarm.unwrap_or_default(), beside, ways })
}

fn are(count: u64, what: &str) -> String {
    if count == 1 { format!("is {what}") } else { format!("are {what}") }
}

/// `1 way in`, `3 ways in`.
pub(super) fn count(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Applications as they were met: `Word 16.0 (build 16.0.17328.20184, c2r)`; those of one version and build together.
pub(super) fn installed(audit: &Audit) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for known in &audit.applications {
        let mut facts: Vec<&str> = Vec::new();
        facts.extend((!known.build.is_empty()).then_some(known.build.as_str()));
        facts.extend((!known.channel.is_empty()).then_some(known.channel.as_str()));
        facts.extend((!known.certain).then_some("only seen in settings"));
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
        let key = format!("{}{facts}", known.version);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, names)) => names.push(&known.application),
            None => groups.push((key, vec![&known.application])),
        }
    }
    groups.into_iter().map(|(key, names)| format!("{} {key}", names.join(", ")).trim_end().to_owned()).collect()
}
