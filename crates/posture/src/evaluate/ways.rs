//! Ways in: which barriers stand, which are void, how far it gets.

use super::changes::{Changes, Thought};
use super::layers::Brief;
use crate::{Catalog, Strength, Way};
use ddefend_model::Level;
use ddefend_model::posture::{Barrier, Change, Check, Exposure, Installed, Layer, Outcome, Way as State};
use std::collections::BTreeMap;

/// Checks by id and version.
#[derive(Default)]
pub(super) struct Board {
    briefs: BTreeMap<(String, String), Brief>,
}

impl Board {
    pub(super) fn take(&mut self, check: &Check) {
        let (outcome, layer, enforced, level) = (check.outcome, check.layer, check.enforced, check.level);
        let brief = Brief { outcome, layer, enforced, level, means: check.means.clone() };
        self.put(&check.id, &check.version, brief);
    }

    pub(super) fn put(&mut self, id: &str, version: &str, brief: Brief) {
        self.briefs.insert((id.to_owned(), version.to_owned()), brief);
    }

    /// The check in that version; in no version where it has none.
    pub(super) fn get(&self, id: &str, version: &str) -> Option<&Brief> {
        let at = |version: &str| self.briefs.get(&(id.to_owned(), version.to_owned()));
        at(version).or_else(|| at(""))
    }
}

/// A barrier as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stands<'c> {
    checks: Vec<&'c str>,
    strength: Strength,
    holds: Outcome,
    enforced: bool,
    layer: Layer,
    void: Option<&'c str>,
}

impl Stands<'_> {
    fn works(&self) -> bool {
        self.holds == Outcome::Secure && self.void.is_none()
    }

    fn unsure(&self) -> bool {
        self.holds == Outcome::Unknown && self.void.is_none()
    }

    fn closes(&self) -> bool {
        self.strength <= Strength::Blocks
    }
}

/// A way in as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged<'c> {
    pub(super) state: State,
    pub(super) enforced: bool,
    barriers: Vec<Stands<'c>>,
    bypasses: Vec<&'c str>,
}

impl Judged<'_> {
    /// How far it gets, as a number; barriers that work count where the state is the same.
    pub(super) fn openness(&self) -> usize {
        match self.state {
            State::Closed => 0,
            State::Clicks => 1,
            State::Unknown => 2,
            State::Open => 3,
        }
    }
}

/// A folder that somebody has trusted is worth telling; it takes more to make barriers void ([`crate::Bypass`]).
fn goes_round(brief: &Brief) -> bool {
    brief.outcome == Outcome::Insecure && brief.level >= Level::Medium
}

/// The checks of one way, looked up once.
pub(super) struct Here<'b> {
    briefs: Vec<(&'b str, &'b Brief)>,
}

impl<'b> Here<'b> {
    pub(super) fn new(way: &'b Way, version: &str, board: &'b Board) -> Self {
        let mut briefs: Vec<(&str, &Brief)> = Vec::new();
        for id in ids(way) {
            if let Some(brief) = board.get(id, version).filter(|_| briefs.iter().all(|(known, _)| *known != id)) {
                briefs.push((id, brief));
            }
        }
        Self { briefs }
    }

    fn get(&self, id: &str) -> Option<&'b Brief> {
        self.briefs.iter().find(|(known, _)| *known == id).map(|(_, brief)| *brief)
    }
}

/// Every check that a way looks at; some more than once.
pub(super) fn ids(way: &Way) -> impl Iterator<Item = &str> {
    let barriers = way.barriers.iter().flat_map(|barrier| &barrier.checks);
    barriers.chain(way.bypasses.iter().map(|bypass| &bypass.check)).map(String::as_str)
}

/// Works out how far a way gets.
pub(super) fn judge<'c>(way: &'c Way, here: &Here<'_>, thought: Option<&Thought>) -> Judged<'c> {
    let get = |id: &str| match thought {
        Some(thought) if thought.check == id => Some(&thought.brief),
        _ => here.get(id),
    };
    let bypasses: Vec<_> = way.bypasses.iter().filter(|bypass| get(&bypass.check).is_some_and(goes_round)).collect();
    let mut barriers = Vec::new();
    for barrier in &way.barriers {
        let found: Vec<(&str, &Brief)> = barrier.checks.iter().filter_map(|id| Some((id.as_str(), get(id)?))).collect();
        let outcome = |outcome: Outcome| found.iter().find(|(_, brief)| brief.outcome == outcome);
        // The one that brings it down speaks for the barrier; where all hold, the one that is easiest to change.
        let weakest = || found.iter().max_by_key(|(_, brief)| (!brief.enforced, brief.layer));
        let Some((_, speaks)) = outcome(Outcome::Insecure).or_else(|| outcome(Outcome::Unknown)).or_else(weakest)
        else {
            continue;
        };
        let void =
            bypasses.iter().find(|bypass| found.iter().any(|(id, _)| bypass.voids.iter().any(|void| void == id)));
        barriers.push(Stands {
            checks: found.iter().map(|(id, _)| *id).collect(),
            strength: barrier.strength,
            holds: speaks.outcome,
            enforced: speaks.enforced,
            layer: speaks.layer,
            void: void.map(|bypass| bypass.check.as_str()),
        });
    }
    barriers.sort_by_key(|barrier| barrier.strength);
    let closed = barriers.iter().any(|barrier| barrier.works() && barrier.closes());
    let clicks = barriers.iter().any(Stands::works);
    let unknown = barriers.iter().any(Stands::unsure);
    let state = match (closed, clicks, unknown) {
        (true, ..) => State::Closed,
        (_, true, _) => State::Clicks,
        (_, _, true) => State::Unknown,
        _ => State::Open,
    };
    let counts = |barrier: &&Stands<'_>| barrier.works() && (barrier.closes() || state == State::Clicks);
    let enforced = barriers.iter().filter(counts).any(|barrier| barrier.enforced);
    let bypasses = bypasses.iter().map(|bypass| bypass.why.as_str()).collect();
    Judged { state, enforced, barriers, bypasses }
}

/// Works out every way in of the applications that are there.
pub(super) fn exposures(
    catalog: &Catalog,
    host: &str,
    user: &str,
    applications: &[Installed],
    board: &Board,
    changes: &mut Changes<'_>,
) -> Vec<Exposure> {
    let mut found = Vec::new();
    for way in catalog.ways() {
        for version in &way.versions {
            let there = applications.iter().any(|one| one.application == way.application && one.version == *version);
            if !there {
                continue;
            }
            let here = Here::new(way, version, board);
            let judged = judge(way, &here, None);
            let (undone_by, closed_by) = changes.of(way, version, &here, &judged);
            found.push(exposure(catalog, (host, user), way, version, &here, &judged, (undone_by, closed_by)));
        }
    }
    found
}

fn exposure(
    catalog: &Catalog,
    (host, user): (&str, &str),
    way: &Way,
    version: &str,
    here: &Here<'_>,
    judged: &Judged<'_>,
    (undone_by, closed_by): (Vec<Change>, Vec<Change>),
) -> Exposure {
    let decider = decider(judged);
    let mut bypasses: Vec<String> = Vec::new();
    for why in &judged.bypasses {
        if !bypasses.iter().any(|known| known == why) {
            bypasses.push((*why).to_owned());
        }
    }
    Exposure {
        id: way.id.clone(),
        title: way.title.clone(),
        host: host.to_owned(),
        user: user.to_owned(),
        application: way.application.clone(),
        version: version.to_owned(),
        state: judged.state,
        enforced: judged.enforced,
        level: level(way.level, judged),
        decided_by: decider.map(|barrier| decided_by(judged, barrier)).unwrap_or_default(),
        why: why(catalog, here, judged, decider),
        barriers: judged.barriers.iter().map(barrier).collect(),
        undone_by,
        closed_by,
        bypasses,
    }
}

fn barrier(stands: &Stands<'_>) -> Barrier {
    Barrier {
        check: stands.checks.join(" + "),
        strength: stands.strength.as_str().to_owned(),
        holds: stands.holds,
        enforced: stands.enforced && stands.holds == Outcome::Secure,
        layer: stands.layer,
        void: stands.void.unwrap_or_default().to_owned(),
    }
}

/// The barrier that makes the state what it is: an enforced one before others, for it is what makes the way enforced;
/// among equals the strongest that works. Where none works, the strongest there is.
fn decider<'j, 'c>(judged: &'j Judged<'c>) -> Option<&'j Stands<'c>> {
    let fits = |barrier: &&Stands<'_>| match judged.state {
        State::Closed => barrier.works() && barrier.closes(),
        State::Clicks => barrier.works(),
        State::Unknown => barrier.unsure(),
        State::Open => true,
    };
    let lasts = |barrier: &Stands<'_>| judged.enforced && barrier.works() && barrier.enforced;
    judged.barriers.iter().filter(fits).min_by_key(|barrier| (!lasts(barrier), barrier.strength, !barrier.enforced))
}

/// Undecided barriers that are named.
const NAMED: usize = 3;

/// What is not known: each barrier that would close the way, if it held.
fn undecided(judged: &Judged<'_>) -> String {
    let closing = judged.barriers.iter().filter(|barrier| barrier.unsure() && barrier.closes());
    let mut names: Vec<String> = closing.map(|barrier| barrier.checks.join(" and ")).collect();
    if names.is_empty() {
        names = judged.barriers.iter().filter(|barrier| barrier.unsure()).map(|one| one.checks.join(" and ")).collect();
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more == 0 { format!("not known: {names}") } else { format!("not known: {names} and {more} more") }
}

fn decided_by(judged: &Judged<'_>, barrier: &Stands<'_>) -> String {
    if judged.state == State::Unknown {
        return undecided(judged);
    }
    let checks = barrier.checks.join(" and ");
    match barrier.layer {
        Layer::Default => format!("{checks} by default"),
        layer => format!("{checks} in the {} layer", layer.as_str()),
    }
}

/// The level as it stands: full where it is open, one less where clicks carry it or something is not known, low where it
/// is closed and the user could open it, info where it is closed for good.
fn level(level: Level, judged: &Judged<'_>) -> Level {
    let less = |by: usize| {
        let at = Level::ALL.iter().position(|known| *known == level).unwrap_or_default();
        Level::ALL.get(at.saturating_sub(by).max(1)).copied().unwrap_or(level).min(level)
    };
    match (judged.state, judged.enforced) {
        (State::Open, _) => level,
        (State::Unknown, _) => less(1),
        (State::Clicks, enforced) => {
            let hinders = judged.barriers.iter().any(|one| one.works() && one.strength == Strength::Hinders);
            less(if hinders && enforced { 2 } else { 1 })
        }
        (State::Closed, true) => Level::Info,
        (State::Closed, false) => Level::Low.min(level),
    }
}

fn why(catalog: &Catalog, here: &Here<'_>, judged: &Judged<'_>, decider: Option<&Stands<'_>>) -> String {
    let Some(decider) = decider else { return "Nothing that could stand in the way is known.".into() };
    let titles: Vec<String> = decider
        .checks
        .iter()
        .map(|id| {
            let title = catalog.check(id).map_or(*id, |check| check.title.as_str());
            match here.get(id).map(|brief| brief.means.as_str()) {
                None | Some("") => title.to_owned(),
                Some(means) => format!("{title}: {means}"),
            }
        })
        .collect();
    let titles = titles.join("; ");
    let layer = match decider.layer {
        Layer::Default => "by default".to_owned(),
        layer => format!("in the {} layer", layer.as_str()),
    };
    match judged.state {
        State::Closed if judged.enforced => format!("{titles} ({layer}), and the user cannot change it."),
        State::Closed => format!("{titles} ({layer}), but any process of the user can change it."),
        State::Clicks => {
            let unsure = judged.barriers.iter().filter(|one| one.closes() && one.unsure());
            let unsure: Vec<String> = unsure.map(|one| one.checks.join(" and ")).collect();
            let unsure = match unsure.as_slice() {
                [] => String::new(),
                some => format!(" Whether {} closes it, the inputs do not say.", some.join(" or ")),
            };
            format!("Only clicks stand in the way. {titles} ({layer}).{unsure}")
        }
        State::Unknown => format!("The inputs do not say whether this holds: {titles}."),
        State::Open if decider.void.is_some() => format!("What stands in the way is gone round. {titles} ({layer})."),
        State::Open => format!("Nothing stands in the way but the application's own prompts. {titles} ({layer})."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_named_as_far_as_it_helps() {
        let stands = |check: &'static str, strength, holds| Stands {
            checks: vec![check],
            strength,
            holds,
            enforced: false,
            layer: Layer::Default,
            void: None,
        };
        let told = |names: &[&'static str]| {
            let mut barriers: Vec<_> =
                names.iter().map(|name| stands(name, Strength::Blocks, Outcome::Unknown)).collect();
            barriers.push(stands("OPEN", Strength::Closes, Outcome::Insecure));
            barriers.push(stands("ASKS", Strength::Asks, Outcome::Unknown));
            undecided(&Judged { state: State::Unknown, enforced: false, barriers, bypasses: Vec::new() })
        };
        assert_eq!(told(&["A", "B"]), "not known: A, B");
        assert_eq!(told(&["A", "B", "C", "D", "E"]), "not known: A, B, C and 2 more");
        assert_eq!(told(&[]), "not known: ASKS");
    }
}
