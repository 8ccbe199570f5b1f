//! Changes merged over a store the way Windows merges them: what ends as it was keeps its evidence.

use super::{Found, Key, Source, Store};
use crate::index::Part;
use ddefend_registry::{Data, Entry, Fact, Origin, Place, fold};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A key while changes are merged.
#[derive(Default)]
struct Merged {
    path: String,
    exists: bool,
    values: BTreeMap<String, Value>,
    source: Option<Arc<Source>>,
    place: Place,
}

/// A value while changes are merged: as the store has it, or as a change left it.
struct Value {
    data: Option<Data>,
    changed: Option<Changed>,
}

/// The change that spoke last.
struct Changed {
    name: String,
    place: Place,
    source: Arc<Source>,
}

type Keys = BTreeMap<(Part, String), Merged>;

impl Store {
    /// Merges changes, in their order, as `reg import` would. A value that ends as it was before all of them keeps what
    /// the inputs said of it, so that a change and its undo leave the store as it was. Of one that ends otherwise, what
    /// was in effect is replaced.
    pub fn apply<'a>(&mut self, changes: impl Iterator<Item = (&'a Source, &'a [Entry])>) {
        let mut keys = Keys::new();
        for (source, entries) in changes {
            let source = Arc::new(source.clone());
            for entry in entries.iter().filter(|entry| entry.origin != Origin::Deleted) {
                self.merge(&mut keys, entry, &source);
            }
        }
        for (at, merged) in keys {
            self.settle(at, merged);
        }
    }

    /// Whether some check looks at it.
    fn wants(&self, at: &(Part, String), fact: &Fact) -> bool {
        let Some(filter) = &self.filter else { return true };
        match fact {
            Fact::Value { name, .. } | Fact::ValueRemoved { name } => {
                filter.keeps(at.0, &at.1, &fold(name)) || filter.keeps_key(at.0, &at.1)
            }
            Fact::Key | Fact::ValuesRemoved => filter.keeps_key(at.0, &at.1),
            Fact::KeyRemoved => true,
        }
    }

    fn merge(&self, keys: &mut Keys, entry: &Entry, source: &Arc<Source>) {
        let at = (Part::of(&entry.root), fold(entry.key.trim_matches('\\')));
        if !self.wants(&at, &entry.fact) {
            return;
        }
        let change = |name: &str| Changed { name: name.to_owned(), place: entry.place, source: source.clone() };
        match &entry.fact {
            Fact::Key | Fact::Value { .. } => {
                let folded = at.1.clone();
                let part = at.0;
                let key = self.open(keys, at);
                if !key.exists {
                    key.exists = true;
                    entry.key.trim_matches('\\').clone_into(&mut key.path);
                    (key.source, key.place) = (Some(source.clone()), entry.place);
                }
                if let Fact::Value { name, data } = &entry.fact
                    && self.filter.as_ref().is_none_or(|filter| filter.keeps(part, &folded, &fold(name)))
                {
                    let value = Value { data: Some(data.clone()), changed: Some(change(name)) };
                    key.values.insert(fold(name), value);
                }
            }
            Fact::ValueRemoved { name } => {
                let value = Value { data: None, changed: Some(change(name)) };
                self.open(keys, at).values.insert(fold(name), value);
            }
            Fact::ValuesRemoved => self.open(keys, at).clear(&change("")),
            Fact::KeyRemoved => {
                let below = format!("{}\\", at.1);
                let inside = |path: &String| *path == at.1 || path.starts_with(&below);
                let known = self.keys.get(&at.0).into_iter().flat_map(BTreeMap::keys);
                let made = keys.keys().filter(|(part, _)| *part == at.0).map(|(_, path)| path);
                let gone: BTreeSet<String> = known.chain(made).filter(|path| inside(path)).cloned().collect();
                for path in gone {
                    let key = self.open(keys, (at.0, path));
                    key.exists = false;
                    key.clear(&change(""));
                }
            }
        }
    }

    /// The key as it stands so far.
    fn open<'k>(&self, keys: &'k mut Keys, at: (Part, String)) -> &'k mut Merged {
        let known = self.get(at.0, &at.1);
        keys.entry(at).or_insert_with(|| {
            let Some(key) = known else { return Merged::default() };
            let values = key.values.iter().map(|(name, found)| {
                (name.clone(), Value { data: in_effect(found).and_then(|found| found.data.clone()), changed: None })
            });
            let (source, place) = (key.source.clone(), key.place);
            Merged { path: key.path.clone(), exists: key.exists, values: values.collect(), source, place }
        })
    }

    /// Puts what differs back.
    fn settle(&mut self, at: (Part, String), merged: Merged) {
        let known = self.get(at.0, &at.1);
        let silent = known.is_none() && merged.values.values().all(|value| value.data.is_none());
        if silent && !merged.exists {
            return;
        }
        let covered = self.knows(at.0, &at.1);
        let mut used: Vec<Arc<Source>> = Vec::new();
        let keys = self.keys.entry(at.0).or_default();
        let key = keys.entry(at.1).or_insert_with(|| Key { path: merged.path, ..Key::default() });
        if key.exists != merged.exists {
            key.exists = merged.exists;
            key.source.clone_from(&merged.source);
            key.place = merged.place;
            // An empty key that is left over says nothing.
            let bare = merged.exists && merged.values.values().all(|value| value.data.is_none());
            used.extend(merged.source.filter(|_| !bare));
        }
        for (name, value) in merged.values {
            let Some(changed) = value.changed else { continue };
            let found = key.values.entry(name.clone()).or_default();
            if in_effect(found).and_then(|found| found.data.as_ref()) == value.data.as_ref() {
                if found.is_empty() {
                    key.values.remove(&name);
                }
                continue;
            }
            used.push(changed.source.clone());
            found.retain(|found| found.origin == Origin::Deleted);
            // Where silence means absence, nothing needs to be said of what is gone.
            if value.data.is_some() || !covered {
                found.push(Found {
                    name: changed.name,
                    data: value.data,
                    written: None,
                    place: changed.place,
                    origin: Origin::Written,
                    source: changed.source,
                });
            } else if found.is_empty() {
                key.values.remove(&name);
            }
        }
        for source in used {
            if !self.sources.iter().any(|known| Arc::ptr_eq(known, &source)) {
                self.sources.push(source);
            }
        }
    }
}

impl Merged {
    fn clear(&mut self, change: &Changed) {
        for (name, value) in &mut self.values {
            let name = value.changed.as_ref().map_or(name, |changed| &changed.name).clone();
            let changed = Changed { name, place: change.place, source: change.source.clone() };
            *value = Value { data: None, changed: Some(changed) };
        }
    }
}

/// What is in effect: the last that was said, free cells aside.
fn in_effect(found: &[Found]) -> Option<&Found> {
    found.iter().rev().find(|found| found.origin != Origin::Deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ddefend_registry::{Coverage, Intent, Root};

    const KEY: &str = r"Software\Microsoft\Office\16.0\Word\Security";

    fn entry(key: &str, fact: Fact) -> Entry {
        let (place, origin) = (Place::Line(1), Origin::Written);
        Entry { root: Root::User, key: key.to_owned(), fact, written: None, place, origin }
    }

    fn set(name: &str, data: u32) -> Entry {
        entry(KEY, Fact::Value { name: name.to_owned(), data: Data::Dword(data) })
    }

    fn removed(name: &str) -> Entry {
        entry(KEY, Fact::ValueRemoved { name: name.to_owned() })
    }

    fn source(path: &str) -> Source {
        Source { path: path.to_owned(), policy: None, intent: Intent::State }
    }

    fn store() -> Store {
        let mut store = Store::default();
        let begun = store.begin(source("NTUSER.DAT"), &Coverage::Whole(vec![(Root::User, String::new())]));
        store.take(set("AllowDDE", 2), &begun);
        store.take(set("Other", 7), &begun);
        store
    }

    fn applied(changes: &[(&str, &[Entry])]) -> Store {
        let mut store = store();
        let sources: Vec<Source> = changes.iter().map(|(path, _)| source(path)).collect();
        store.apply(sources.iter().zip(changes.iter().map(|(_, entries)| *entries)));
        store
    }

    fn words(store: &Store) -> String {
        format!("{store:?}")
    }

    #[test]
    fn change_and_undo_leave_the_store_as_it_was() {
        let before = words(&store());
        let change = [set("allowdde", 0), set("New", 1), entry(r"Software\New", Fact::Key)];
        let undo = [set("AllowDDE", 2), removed("New"), entry(r"Software\New", Fact::KeyRemoved)];
        assert_ne!(words(&applied(&[("change.reg", &change)])), before);
        assert_eq!(words(&applied(&[("change.reg", &change), ("undo.reg", &undo)])), before);
        let rename = [entry(KEY, Fact::KeyRemoved), set("AllowDDE", 2), set("Other", 7)];
        assert_eq!(words(&applied(&[("remake.reg", &rename)])), before);
        assert_eq!(
            words(&applied(&[("nothing.reg", &[removed("Missing"), entry("Software", Fact::ValuesRemoved)])])),
            before
        );
    }

    #[test]
    fn what_changed_has_the_evidence_of_the_change() {
        let store = applied(&[("a.reg", &[set("AllowDDE", 1)]), ("b.reg", &[set("AllowDDE", 0), removed("Other")])]);
        let (_, _, key) = store.keys().next().unwrap();
        let found = &key.values["allowdde"];
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].data.clone(), found[0].source.path.as_str()), (Some(Data::Dword(0)), "b.reg"));
        assert!(!key.values.contains_key("other"));
        assert_eq!(store.sources().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["NTUSER.DAT", "b.reg"]);
    }

    #[test]
    fn a_key_goes_with_all_below_it() {
        let store = applied(&[("a.reg", &[entry(r"Software\Microsoft", Fact::KeyRemoved)])]);
        assert!(store.keys().all(|(_, _, key)| !key.exists && key.values.is_empty()));
    }
}
