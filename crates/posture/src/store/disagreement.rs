//! Inputs that tell of the same value differently.

use super::{Found, Store};
use ddefend_registry::{Intent, Origin};
use std::collections::BTreeSet;

/// A value of which two inputs say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Key and name.
    pub name: String,
    /// An input, and its data in words.
    pub before: (String, String),
    /// The input that was read last, and its data in words.
    pub last: (String, String),
}

impl Store {
    /// Values of which two inputs that tell how the registry was say different things. Policies are to differ.
    pub fn disagreements(&self) -> impl Iterator<Item = Disagreement> {
        let keys = self.keys.iter().flat_map(|(part, keys)| keys.values().map(|key| (*part, key)));
        keys.flat_map(|(part, key)| {
            key.values.values().filter_map(move |said| {
                let live = |found: &&Found| found.origin != Origin::Deleted && found.source.intent == Intent::State;
                let mut heard = BTreeSet::new();
                // Of each input what it says last.
                let mut live = said.iter().rev().filter(live).filter(move |found| heard.insert(&found.source));
                let last = live.next()?;
                let differs = |found: &&Found| {
                    let same = found.data.as_ref().zip(last.data.as_ref()).is_none_or(|(one, two)| one.is_same(two));
                    !same
                };
                let words = |found: &Found| {
                    let data = found.data.as_ref().map(ToString::to_string).unwrap_or_default();
                    (found.source.path.clone(), data)
                };
                let before = live.find(differs)?;
                let name = format!("{}\\{}", part.show(&key.path), last.name);
                Some(Disagreement { name, before: words(before), last: words(last) })
            })
        })
    }
}
