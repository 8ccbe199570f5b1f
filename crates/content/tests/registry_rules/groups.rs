//! Which rules there are: `content/rules/registry/groups.toml`.

use super::say::{Said, Spot, anything, matches, said, spot};
use ddefend_model::Level;
use ddefend_model::posture::{Layer, Verdict};
use ddefend_posture::{Arm, Catalog, Check, Match, Place};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder of the rules on registry events.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/rules/registry")
}

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum On {
    /// Data that do not protect are written.
    Set,
    /// Data that no arm knows are written.
    Odd,
    /// A value that can protect, or its key, is deleted.
    Deleted,
    /// A value or a key is renamed away or into place.
    Renamed,
}

/// A rule to be written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) on: On,
    /// Ids of checks; `*` at the end stands for the rest.
    pub(crate) checks: Vec<String>,
    /// Only arms of this level.
    pub(crate) arms: Option<Level>,
    /// Where it is not the highest of the checks'; `why` says why.
    pub(crate) level: Option<Level>,
    pub(crate) why: Option<String>,
    pub(crate) references: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) falsepositives: Vec<String>,
    pub(crate) tuning: Vec<String>,
    #[serde(default)]
    pub(crate) strategy: bool,
    pub(crate) analytic: Option<String>,
    /// Values that no check knows.
    #[serde(default)]
    pub(crate) also: Vec<Also>,
    /// Further ends of keys, for renaming.
    #[serde(default)]
    pub(crate) keys: Vec<String>,
}

/// Values beside those of the checks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Also {
    pub(crate) ends: Vec<String>,
    pub(crate) number: Vec<u64>,
}

/// Checks whose settings rules written by hand look at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hand {
    pub(crate) rule: String,
    pub(crate) checks: Vec<String>,
    pub(crate) on: On,
    #[allow(dead_code, reason = "for people")]
    pub(crate) why: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Groups {
    pub(crate) group: Vec<Group>,
    #[serde(default)]
    pub(crate) hand: Vec<Hand>,
}

pub(crate) fn read() -> Groups {
    let text = std::fs::read_to_string(folder().join("groups.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

pub(crate) fn names(patterns: &[String], id: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => pattern == id,
    })
}

/// A value that is looked at: where, and what data say.
#[derive(Clone, Debug)]
pub(crate) struct Term<'a> {
    pub(crate) check: &'a Check,
    pub(crate) place: Place,
    pub(crate) level: Level,
    pub(crate) is: Match,
    pub(crate) said: Said,
    /// What is taken out: data that an earlier arm knows.
    pub(crate) not: Vec<Said>,
}

/// True where Windows writes the place into the registry.
pub(crate) fn registry(place: &Place) -> bool {
    matches!(place.root.as_str(), "HKCU" | "HKLM") && place.layer != Layer::Reported
}

/// The numbers below the first that a match is for.
fn below(is: &Match) -> Option<Said> {
    is.from.map(|from| Said::Numbers((0..from).collect()))
}

/// Every place with every arm that does not protect there.
pub(crate) fn insecure(check: &Check) -> Vec<Term<'_>> {
    let mut terms = Vec::new();
    let is_rest = |arm: &Arm| arm.verdict == Verdict::Insecure && arm.level != Some(Level::Info) && anything(&arm.is);
    let rest = check.arms.iter().position(is_rest).unwrap_or(usize::MAX);
    let safe = check.arms.iter().rposition(|arm| arm.verdict != Verdict::Insecure).unwrap_or(0);
    for place in check.places.iter().filter(|place| registry(place)) {
        for (number, arm) in check.arms.iter().enumerate().filter(|(_, arm)| arm.verdict == Verdict::Insecure) {
            let mut is = arm.is.clone();
            let before = check.arms.iter().take(number);
            let earlier: Vec<&Match> = before.clone().map(|arm| &arm.is).collect();
            // What does not protect either needs not be told apart, but for the levels of numbers.
            let kept: Vec<&Match> = before.filter(|arm| arm.verdict != Verdict::Insecure).map(|arm| &arm.is).collect();
            is.number
                .retain(|number| !earlier.iter().any(|earlier| matches(earlier, &number.to_string(), Some(*number))));
            let all_taken = is.number.is_empty() && !arm.is.number.is_empty();
            // What no arm that protects would take is part of the rest.
            let protects = |text: &String| {
                let secure = check.arms.iter().filter(|arm| arm.verdict == Verdict::Secure);
                secure.into_iter().any(|arm| matches(&arm.is, text, None))
            };
            let apart = number > safe || (!is.text.is_empty() && !is.text.iter().any(protects));
            if all_taken || (number != rest && rest < check.arms.len() && apart) {
                continue;
            }
            let open = is.number.is_empty() && is.text.is_empty();
            let mut not: Vec<Said> = below(&is).into_iter().collect();
            if open {
                let cut =
                    |set: Option<u64>, clear: Option<u64>| set.zip(clear).is_some_and(|(set, clear)| set & clear != 0);
                let apart = |it: &&&Match| !cut(it.bits, is.clear) && !cut(is.bits, it.clear);
                let kept: Vec<_> = kept.iter().filter(apart).collect();
                assert!(kept.iter().all(|it| it.from.is_none()), "{}: 'from' before another arm", check.id);
                not.extend(kept.iter().map(|it| said(it, place)));
            }
            let levels = check.arms.iter().filter(|arm| arm.verdict == Verdict::Insecure).map(|arm| arm.level);
            let highest = levels.map(|level| level.unwrap_or(check.level)).max();
            let level = if number == rest { highest } else { arm.level }.unwrap_or(check.level);
            terms.push(Term { check, place: place.clone(), level, said: said(&is, place), is, not });
        }
        for cancel in check.cancels.iter().filter(|cancel| cancel.verdict == Verdict::Insecure) {
            if !cancel.layers.is_empty() && !cancel.layers.contains(&place.layer) {
                continue;
            }
            let mut there = place.clone();
            there.value.clone_from(&cancel.value);
            there.pick = None;
            if !cancel.key.is_empty() {
                there.key.clone_from(&cancel.key);
            }
            if !cancel.root.is_empty() {
                there.root.clone_from(&cancel.root);
            }
            let said = said(&cancel.is, &there);
            let itself = check.places.iter().any(|place| place.value.eq_ignore_ascii_case(&there.value));
            if itself {
                continue;
            }
            terms.push(Term {
                check,
                place: there,
                level: check.level,
                said,
                is: cancel.is.clone(),
                not: below(&cancel.is).into_iter().collect(),
            });
        }
    }
    terms
}

impl Groups {
    /// The group that a term belongs to: the first that names it.
    pub(crate) fn of(&self, term: &Term<'_>) -> Option<&Group> {
        self.group.iter().find(|group| {
            group.on == On::Set
                && names(&group.checks, &term.check.id)
                && group.arms.is_none_or(|level| level == term.level)
        })
    }

    pub(crate) fn by_hand(&self, on: On, check: &str) -> bool {
        self.hand.iter().any(|hand| hand.on == on && names(&hand.checks, check))
    }

    /// The checks of a group that no rule written by hand stands for and, of deletions, no earlier group.
    pub(crate) fn checks<'a>(&self, group: &Group, catalog: &'a Catalog) -> Vec<&'a Check> {
        let first = |check: &Check| self.group.iter().find(|it| it.on == group.on && names(&it.checks, &check.id));
        catalog
            .checks()
            .iter()
            .filter(|check| names(&group.checks, &check.id) && !self.by_hand(group.on, &check.id))
            .filter(|check| group.on == On::Set || first(check).is_some_and(|first| first.name == group.name))
            .collect()
    }

    /// What a rule on written data looks at. What several checks share (a value that cancels many) is the first group's.
    pub(crate) fn terms<'a>(&self, group: &Group, catalog: &'a Catalog) -> Vec<Term<'a>> {
        let all = catalog.checks().iter().filter(|check| !self.by_hand(On::Set, &check.id)).flat_map(insecure);
        let (mut own, mut others) = (Vec::new(), BTreeSet::new());
        let before: Vec<&str> =
            self.group.iter().take_while(|it| it.name != group.name).map(|it| it.name.as_str()).collect();
        for term in all {
            let Some(owner) = self.of(&term) else { continue };
            if owner.name == group.name {
                own.push(term);
            } else if before.contains(&owner.name.as_str()) {
                others.insert(term.key());
            }
        }
        own.retain(|term| !others.contains(&term.key()));
        own
    }
}

impl Term<'_> {
    fn key(&self) -> (Option<Spot>, Said) {
        (spot(&self.place, Some(&self.place.value)), self.said.clone())
    }
}

/// True where some data of a check protect.
pub(crate) fn can_protect(check: &Check) -> bool {
    check.arms.iter().any(|arm| arm.verdict == Verdict::Secure)
}
