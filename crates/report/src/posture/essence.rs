//! What makes two users alike: everything that was found of them but their names, and where it was read.

use ddefend_model::posture::{Audit, Change, Fault};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher};

/// Shapes that are told apart; audits of later ones are all shown.
const SHAPES: usize = 50_000;
/// Names that are kept of each.
const NAMES: usize = 5;

/// Audits that were counted instead of shown, by the first of their kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Alike {
    shapes: BTreeMap<u128, usize>,
    kinds: Vec<Kind>,
}

/// Audits of one kind.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// They are machines, or the machine's parts of policies.
    machine: bool,
    /// The one that was shown.
    pub(super) first: String,
    /// The first few others.
    pub(super) names: Vec<String>,
    /// How many others there are.
    pub(super) count: u64,
}

impl Alike {
    /// True where one like it was met before: it is counted then.
    pub(super) fn folds(&mut self, audit: &Audit) -> bool {
        self.counts(essence(audit), audit.user.is_empty(), || name(audit))
    }

    /// The same for anything with a digest and a name.
    pub(super) fn counts(&mut self, shape: u128, machine: bool, name: impl Fn() -> String) -> bool {
        if let Some(kind) = self.shapes.get(&shape).and_then(|at| self.kinds.get_mut(*at)) {
            kind.count += 1;
            if kind.names.len() < NAMES {
                kind.names.push(name());
            }
            return true;
        }
        if self.shapes.len() < SHAPES {
            self.shapes.insert(shape, self.kinds.len());
            self.kinds.push(Kind { machine, first: name(), names: Vec::new(), count: 0 });
        }
        false
    }

    /// Every kind, in the order in which they were met.
    pub(super) fn all(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.iter()
    }

    /// Kinds with more than one audit, in the order in which they were met.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(|kind| kind.count > 0)
    }
}

impl Kind {
    /// `3 alike`, `3 alike in the machine's part`.
    pub(super) fn alike(&self) -> String {
        let part = if self.machine { " in the machine's part" } else { "" };
        format!("{} alike{part}", self.count + 1)
    }

    /// `alice on WS-017, bob on WS-017 and 3 more`.
    pub(super) fn others(&self) -> String {
        let more = self.count.saturating_sub(self.names.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", self.names.join(", "))
    }
}

/// `alice on WS-017`, or the host for the machine.
pub(super) fn name(audit: &Audit) -> String {
    named(&audit.host, &audit.user)
}

/// The same for a host and a user.
pub(super) fn named(host: &str, user: &str) -> String {
    if user.is_empty() { host.to_owned() } else { format!("{user} on {host}") }
}

/// A digest of all that was found.
fn essence(audit: &Audit) -> u128 {
    digest(|hasher| feed(audit, hasher))
}

/// 128 bits, so that two things are not taken for one by chance.
pub(super) fn digest(feed: impl Fn(&mut DefaultHasher)) -> u128 {
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    for (index, hasher) in halves.iter_mut().enumerate() {
        index.hash(hasher);
        feed(hasher);
    }
    let [high, low] = halves.map(|hasher| hasher.finish());
    u128::from(high) << 64 | u128::from(low)
}

fn feed(audit: &Audit, to: &mut DefaultHasher) {
    // A key may be written with the user's security identifier.
    let key = |key: &str| if audit.sid.is_empty() { key.to_owned() } else { key.replace(&audit.sid, "") };
    audit.user.is_empty().hash(to);
    for known in &audit.applications {
        (&known.application, &known.version, &known.build, &known.channel, known.certain).hash(to);
    }
    for check in &audit.checks {
        (&check.id, key(&check.key), &check.value, &check.application, &check.version).hash(to);
        (check.verdict, check.outcome, &check.effective, &check.means, check.layer).hash(to);
        (check.enforced, check.explicit, check.level, &check.default, &check.notes).hash(to);
        for seen in &check.evidence {
            (&seen.id, seen.layer, key(&seen.key), &seen.value, &seen.kind, &seen.data).hash(to);
            (seen.verdict, &seen.origin, &seen.policy).hash(to);
        }
        check.faults.iter().for_each(|fault| feed_fault(fault, &key(&fault.key), to));
    }
    for exposure in &audit.exposures {
        (&exposure.id, &exposure.application, &exposure.version, exposure.state, exposure.enforced).hash(to);
        (exposure.level, &exposure.decided_by, &exposure.why, &exposure.bypasses).hash(to);
        for barrier in &exposure.barriers {
            (&barrier.check, &barrier.strength, barrier.holds, barrier.enforced, barrier.layer, &barrier.void).hash(to);
        }
        for change in exposure.undone_by.iter().chain(&exposure.closed_by) {
            feed_change(change, &key(&change.key), to);
        }
        exposure.undone_by.len().hash(to);
    }
    audit.faults.iter().for_each(|fault| feed_fault(fault, &key(&fault.key), to));
}

fn feed_fault(fault: &Fault, key: &str, to: &mut DefaultHasher) {
    (&fault.id, &fault.check, key, &fault.value, &fault.data, &fault.message).hash(to);
}

fn feed_change(change: &Change, key: &str, to: &mut DefaultHasher) {
    (&change.check, key, &change.value, &change.data, &change.by).hash(to);
}
