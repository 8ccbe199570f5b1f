mod apply;
mod disagreement;

pub use disagreement::Disagreement;

use crate::Catalog;
use crate::index::{Index, Part};
use ddefend_event::Time;
use ddefend_registry::{Coverage, Data, Entry, Fact, Intent, Origin, Place, Root, fold};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A user's classes stand in a hive of their own (`UsrClass.dat`): that all of `NTUSER.DAT` was read says nothing of them.
const CLASSES: &str = r"software\classes";

/// Most keys of one store; the rest is counted in [`Store::dropped`].
const KEYS: usize = 100_000;
/// Most values of one key, and most statements of one value.
const VALUES: usize = 4_096;

/// An input of a [`Store`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Its path.
    pub path: String,
    /// The group policy's or baseline's name.
    pub policy: Option<String>,
    /// What kind of statement it makes.
    pub intent: Intent,
}

/// What the inputs say of one user, or of one machine. One that was made by [`Store::new`] keeps facts that some check or
/// fault looks at, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Store {
    keys: BTreeMap<Part, BTreeMap<String, Key>>,
    whole: BTreeMap<Part, BTreeSet<String>>,
    sources: Vec<Arc<Source>>,
    filter: Option<Arc<Index>>,
    dropped: u64,
}

/// A key and what is said of it.
#[derive(Clone, Debug, Default)]
pub struct Key {
    /// As written.
    pub path: String,
    /// It exists (and is not only named by a removal or a deleted cell).
    pub exists: bool,
    /// All its values were taken away: what is not said of it afterwards is not there.
    pub cleared: bool,
    /// When it was last written.
    pub written: Option<Time>,
    /// What is said of its values, by folded name, in the order in which it was said.
    pub values: BTreeMap<String, Vec<Found>>,
    /// Where it was named first.
    pub source: Option<Arc<Source>>,
    /// Place there.
    pub place: Place,
}

/// What an input says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Name as written.
    pub name: String,
    /// Data; none where it is taken away (`**del.`).
    pub data: Option<Data>,
    /// When the key was last written.
    pub written: Option<Time>,
    /// Where it stands.
    pub place: Place,
    /// How it came to be read.
    pub origin: Origin,
    /// The input.
    pub source: Arc<Source>,
}

impl Store {
    /// A store that keeps what the content looks at.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        Self { filter: Some(catalog.index().clone()), ..Self::default() }
    }

    /// Takes what an input says of itself: with it, silence below these keys means absence.
    pub fn begin(&mut self, source: Source, coverage: &Coverage) -> Arc<Source> {
        if let Coverage::Whole(keys) = coverage {
            for (root, key) in keys {
                self.whole.entry(Part::of(root)).or_default().insert(fold(key.trim_matches('\\')));
            }
        }
        let source = Arc::new(source);
        self.sources.push(source.clone());
        source
    }

    /// Takes one fact. Later inputs win over earlier ones.
    pub fn take(&mut self, entry: Entry, source: &Arc<Source>) {
        let part = Part::of(&entry.root);
        let folded = fold(entry.key.trim_matches('\\'));
        match &entry.fact {
            Fact::KeyRemoved => return self.remove(part, &folded, &entry, source),
            Fact::ValuesRemoved => return self.clear(part, folded, &entry, source),
            Fact::Key | Fact::Value { .. } | Fact::ValueRemoved { .. } => {}
        }
        let deleted = entry.origin == Origin::Deleted;
        let (name, data) = match entry.fact.clone() {
            Fact::Value { name, data } => (name, Some(data)),
            Fact::ValueRemoved { name } => (name, None),
            _ => return self.key_is(part, folded, &entry, source),
        };
        let value = fold(&name);
        if self.filter.as_ref().is_some_and(|filter| !filter.keeps(part, &folded, &value)) {
            if data.is_some() {
                self.key_is(part, folded, &entry, source);
            }
            return;
        }
        let Some(key) = self.key(part, folded, &entry, source) else { return };
        key.exists |= !deleted && data.is_some();
        if key.values.len() >= VALUES && !key.values.contains_key(&value) {
            self.dropped += 1;
            return;
        }
        let said = key.values.entry(value).or_default();
        if said.len() >= VALUES {
            self.dropped += 1;
            return;
        }
        said.push(found(&entry, name, data, source));
    }

    /// Keys with their folded paths.
    pub fn keys(&self) -> impl Iterator<Item = (&Root, &str, &Key)> {
        self.keys.iter().flat_map(|(part, keys)| keys.iter().map(|(path, key)| (part.root(), path.as_str(), key)))
    }

    /// Whether the inputs would say so if the key existed.
    #[must_use]
    pub fn covers(&self, root: &Root, key: &str) -> bool {
        self.knows(Part::of(root), &fold(key))
    }

    /// The inputs.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().map(AsRef::as_ref)
    }

    /// How many facts were not kept because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) fn get(&self, part: Part, folded: &str) -> Option<&Key> {
        self.keys.get(&part)?.get(folded)
    }

    /// The key, with its folded path as the store holds it.
    pub(crate) fn entry(&self, part: Part, folded: &str) -> Option<(&str, &Key)> {
        self.keys.get(&part)?.get_key_value(folded).map(|(path, key)| (path.as_str(), key))
    }

    /// Keys whose folded path begins so.
    pub(crate) fn below(&self, part: Part, stem: &str) -> impl Iterator<Item = (&str, &Key)> {
        let keys = self.keys.get(&part).into_iter();
        keys.flat_map(move |keys| keys.range(stem.to_owned()..))
            .take_while(move |(path, _)| path.starts_with(stem))
            .map(|(path, key)| (path.as_str(), key))
    }

    /// [`Store::covers`] of a folded key.
    pub(crate) fn knows(&self, part: Part, folded: &str) -> bool {
        let Some(whole) = self.whole.get(&part) else { return false };
        let mut key = folded.trim_end_matches('\\');
        let classes = key.strip_prefix(CLASSES).filter(|rest| rest.is_empty() || rest.starts_with('\\'));
        let classes = classes.is_some() && part == Part::User;
        loop {
            if whole.contains(key) && (!classes || key.len() >= CLASSES.len()) {
                return true;
            }
            if key.is_empty() {
                return false;
            }
            key = key.rfind('\\').and_then(|at| key.get(..at)).unwrap_or_default();
        }
    }

    fn key(&mut self, part: Part, folded: String, entry: &Entry, source: &Arc<Source>) -> Option<&mut Key> {
        let keys = self.keys.entry(part).or_default();
        if keys.len() >= KEYS && !keys.contains_key(&folded) {
            self.dropped += 1;
            return None;
        }
        let new = || Key {
            path: entry.key.trim_matches('\\').to_owned(),
            source: Some(source.clone()),
            place: entry.place,
            ..Key::default()
        };
        Some(keys.entry(folded).or_insert_with(new))
    }

    fn key_is(&mut self, part: Part, folded: String, entry: &Entry, source: &Arc<Source>) {
        if self.filter.as_ref().is_some_and(|filter| !filter.keeps_key(part, &folded)) {
            return;
        }
        if let Some(key) = self.key(part, folded, entry, source) {
            key.exists |= entry.origin != Origin::Deleted;
            key.written = key.written.max(entry.written);
        }
    }

    /// The key and all below it are gone, and that is known: silence means absence from now on.
    fn remove(&mut self, part: Part, folded: &str, entry: &Entry, source: &Arc<Source>) {
        let below = format!("{folded}\\");
        for (path, key) in self.keys.entry(part).or_default() {
            if path == folded || path.starts_with(&below) {
                key.exists = false;
                take_away(key, entry, source);
            }
        }
        self.whole.entry(part).or_default().insert(folded.to_owned());
    }

    fn clear(&mut self, part: Part, folded: String, entry: &Entry, source: &Arc<Source>) {
        if self.filter.as_ref().is_some_and(|filter| !filter.keeps_key(part, &folded)) {
            return;
        }
        if let Some(key) = self.key(part, folded, entry, source) {
            key.cleared = true;
            take_away(key, entry, source);
        }
    }
}

fn take_away(key: &mut Key, entry: &Entry, source: &Arc<Source>) {
    for said in key.values.values_mut() {
        let live = said.iter().rev().find(|found| found.origin != Origin::Deleted);
        if let Some(name) = live.filter(|found| found.data.is_some()).map(|found| found.name.clone()) {
            said.push(found(entry, name, None, source));
        }
    }
}

fn found(entry: &Entry, name: String, data: Option<Data>, source: &Arc<Source>) -> Found {
    let (written, place, origin) = (entry.written, entry.place, entry.origin);
    Found { name, data, written, place, origin, source: source.clone() }
}
