//! What is usual here: pairs of parent and child with the form of the command line, learned from a clean period (ATT&CK
//! DET0201/AN1393 calls them AllowedParentChildPairs).

mod file;
mod increase;
mod learner;
mod template;

pub use file::{BaselineError, MAX_BYTES, MAX_PAIRS};
pub use increase::{DayCount, Increase, increase, negative_binomial_tail, predictive};
pub use learner::{Learner, Start};
pub use template::template;

use ddefend_model::{Familiarity, MatchedField};
use ddefend_rule::ir::Meta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Key of a rule's `custom` part that governs the baseline; `never` forbids that it takes detections away.
pub const CUSTOM_KEY: &str = "baseline";

/// A parent, a child, and the form of the child's command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// Parent's file name, lower case.
    pub parent: String,
    /// Child's file name, lower case.
    pub child: String,
    /// [`template`] of the child's command line.
    pub command: String,
}

impl Pair {
    /// From paths or file names and a command line.
    #[must_use]
    pub fn new(parent: &str, child: &str, command: &str) -> Self {
        Self { parent: file_name(parent), child: file_name(child), command: template(command) }
    }
}

/// How often a pair was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// On how many hosts.
    pub hosts: u64,
    /// On how many days (UTC).
    pub days: u64,
    /// How often.
    pub count: u64,
}

/// Where a baseline comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of ddefend that learned it.
    pub tool: String,
    /// Earliest process start, RFC 3339; empty where no record had a time.
    pub from: String,
    /// Latest process start.
    pub to: String,
    /// Hosts.
    pub hosts: u64,
    /// Process starts.
    pub events: u64,
    /// Process starts that were not learned because the limit of pairs was reached: those pairs count as new.
    #[serde(default)]
    pub dropped: u64,
}

/// What was learned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    provenance: Provenance,
    pairs: BTreeMap<Pair, Seen>,
}

/// What a baseline says of a detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// How well the pair is known.
    pub familiarity: Familiarity,
    /// True where the detection is to be counted and not shown.
    pub suppress: bool,
}

/// Most hosts that a rare pair may stand on (facts: stacking, at most 1 % of the hosts and at most 3).
const RARE_HOSTS: u64 = 3;
/// Share of the hosts, in hosts of the fleet per host with the pair.
const RARE_SHARE: u64 = 100;

impl Baseline {
    /// From what was counted.
    pub(crate) fn new(provenance: Provenance, pairs: BTreeMap<Pair, Seen>) -> Self {
        Self { provenance, pairs }
    }

    /// Where it comes from.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// How many pairs it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// True where nothing was learned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// How well a pair is known: never seen, rare (at most 3 hosts, and at most one host in a hundred), or usual. Paths
    /// are cut to file names and the command line to its [`template`].
    #[must_use]
    pub fn familiarity(&self, parent: &str, child: &str, command: &str) -> Familiarity {
        let Some(seen) = self.pairs.get(&Pair::new(parent, child, command)) else { return Familiarity::New };
        let few = seen.hosts <= RARE_HOSTS && seen.hosts.saturating_mul(RARE_SHARE) <= self.provenance.hosts;
        if few { Familiarity::Rare } else { Familiarity::Known }
    }

    /// What to do with a detection of a process start. It is suppressed where the pair is usual, the rule asked for the
    /// parent (`fields` name one: a rule on the child alone, or on ancestors further up, says nothing of the pair), and
    /// the rule does not forbid it with `baseline: never` among its custom keys.
    #[must_use]
    pub fn judge(&self, rule: &Meta, fields: &[MatchedField], parent: &str, child: &str, command: &str) -> Judgement {
        let familiarity = self.familiarity(parent, child, command);
        let forbidden = rule.custom.get(CUSTOM_KEY).is_some_and(|value| value.trim().eq_ignore_ascii_case("never"));
        let asks_parent = fields.iter().any(|field| field.field.starts_with("Parent"));
        Judgement { familiarity, suppress: familiarity == Familiarity::Known && asks_parent && !forbidden }
    }
}

/// Characters of a file name that are looked at; NTFS allows 255.
const LONGEST_NAME: usize = 1_024;

/// File name of a path, lower case.
fn file_name(path: &str) -> String {
    let path = path.trim().trim_matches('"');
    let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
    name.chars().take(LONGEST_NAME).flat_map(char::to_lowercase).collect()
}
