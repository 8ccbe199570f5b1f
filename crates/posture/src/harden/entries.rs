//! Steps as facts about the registry: the change, and the way back.

use super::before::Before;
use super::plan::{Batch, Plan, State, Step};
use ddefend_registry::{Entry, Fact, Origin, Place, Root, fold};
use std::collections::{BTreeMap, BTreeSet};

/// The change.
#[must_use]
pub fn forward(steps: &[Step]) -> Vec<Entry> {
    let writes = steps.iter().filter(|step| step.state == State::Write);
    sorted(writes.map(|step| {
        let name = step.value.clone();
        let fact = match &step.data {
            Some(data) => Fact::Value { name, data: data.clone() },
            None => Fact::ValueRemoved { name },
        };
        entry(&step.root, &step.key, fact)
    }))
}

/// The way back: former data, and values that were absent taken away. Keys stay, because others may have put something
/// into them since; and so does every value whose former state the inputs did not tell ([`not_known`]).
#[must_use]
pub fn undo(steps: &[Step]) -> Vec<Entry> {
    let writes = steps.iter().filter(|step| step.state == State::Write);
    sorted(writes.filter_map(|step| {
        let fact = match (&step.before, step.before.data()) {
            (Before::Unknown, _) => return None,
            (Before::Was(name, ..), Some(data)) => Fact::Value { name: name.clone(), data },
            _ => Fact::ValueRemoved { name: step.value.clone() },
        };
        Some(entry(&step.root, &step.key, fact))
    }))
}

/// What is written over a state that the inputs did not tell: no undo brings it back.
pub fn not_known(steps: &[Step]) -> impl Iterator<Item = &Step> {
    steps.iter().filter(|step| step.state == State::Write && step.before == Before::Unknown)
}

/// Plans with the same change and the same way back, put together; the machine's first, then in the order of the plans.
#[must_use]
pub fn batches(plans: &[Plan]) -> Vec<Batch> {
    let mut found: Vec<Batch> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for plan in plans {
        let steps: Vec<Step> = plan.writes().cloned().collect();
        let Some(root) = steps.first().map(|step| step.root.clone()) else { continue };
        let made: Vec<&Option<String>> = steps.iter().map(|step| &step.made).collect();
        let key = format!("{:?}{:?}{made:?}", forward(&steps), undo(&steps));
        let at = *known.entry(key).or_insert(found.len());
        let owner = (plan.host.clone(), plan.user.clone());
        match found.get_mut(at) {
            Some(batch) => batch.owners.push(owner),
            None => found.push(Batch { name: String::new(), root, owners: vec![owner], steps }),
        }
    }
    found.sort_by_key(|batch| batch.root != Root::Machine);
    let mut taken = BTreeSet::new();
    for (index, batch) in found.iter_mut().enumerate() {
        let sort = if batch.root == Root::Machine { "machine" } else { "user" };
        let one = match batch.owners.as_slice() {
            [(host, user)] if user.is_empty() => format!("{sort}-{}", plain(host)),
            [(_, user)] => format!("{sort}-{}", plain(user)),
            _ => format!("{sort}s-{}", index + 1),
        };
        batch.name = if taken.insert(fold(&one)) { one } else { format!("{one}-{}", index + 1) };
        taken.insert(fold(&batch.name));
    }
    found
}

/// One set of steps for everybody, for outputs that are deployed to many: each value once.
#[must_use]
pub fn together(batches: &[Batch]) -> Vec<Step> {
    let mut seen = BTreeSet::new();
    let all = batches.iter().flat_map(|batch| &batch.steps);
    all.filter(|step| seen.insert((step.root.clone(), fold(&step.key), fold(&step.value)))).cloned().collect()
}

/// A name that every file system takes.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    name.chars().map(plain).take(48).collect()
}

fn sorted(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_by_cached_key(|entry| (entry.root.clone(), fold(&entry.key)));
    entries
}

fn entry(root: &Root, key: &str, fact: Fact) -> Entry {
    Entry {
        root: root.clone(),
        key: key.to_owned(),
        fact,
        written: None,
        place: Place::Unknown,
        origin: Origin::Written,
    }
}
