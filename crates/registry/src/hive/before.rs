use crate::{Entry, Fact, Origin, Sink, fold};
use ddefend_model::Diagnostic;
use std::collections::HashMap;

/// Facts that are compared with those of the hive as it is: of the file before its logs were applied, or of deleted
/// cells.
#[derive(Debug, Default)]
pub(super) struct Before {
    entries: Vec<Option<Entry>>,
    at: HashMap<(String, Option<String>), Vec<usize>>,
}

impl Before {
    /// One more fact.
    pub(super) fn add(&mut self, entry: Entry) {
        self.at.entry(named(&entry)).or_default().push(self.entries.len());
        self.entries.push(Some(entry));
    }

    /// Whether a fact of the hive as it is was there before. It is forgotten here then.
    pub(super) fn meet(&mut self, entry: &Entry) -> bool {
        let mut same = false;
        if self.entries.is_empty() {
            return same;
        }
        for at in self.at.get(&named(entry)).into_iter().flatten() {
            if let Some(slot) = self.entries.get_mut(*at)
                && slot.as_ref().is_some_and(|old| data(&old.fact) == data(&entry.fact))
            {
                *slot = None;
                same = true;
            }
        }
        same
    }

    /// What was there once and is not there now.
    pub(super) fn gone(self) -> impl Iterator<Item = Entry> {
        self.entries.into_iter().flatten().map(|entry| Entry { origin: Origin::Deleted, ..entry })
    }
}

impl FromIterator<Entry> for Before {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut before = Self::default();
        entries.into_iter().for_each(|entry| before.add(entry));
        before
    }
}

fn named(entry: &Entry) -> (String, Option<String>) {
    let name = match &entry.fact {
        Fact::Value { name, .. } | Fact::ValueRemoved { name } => Some(fold(name)),
        Fact::Key | Fact::ValuesRemoved | Fact::KeyRemoved => None,
    };
    (fold(&entry.key), name)
}

fn data(fact: &Fact) -> Option<&crate::Data> {
    match fact {
        Fact::Value { data, .. } => Some(data),
        _ => None,
    }
}

impl Sink for Before {
    fn entry(&mut self, entry: Entry) -> bool {
        self.add(entry);
        true
    }

    /// The hive with its logs is what counts; damage that they mend is none.
    fn diagnostic(&mut self, _: Diagnostic) {}
}
