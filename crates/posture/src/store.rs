mod apply;

use ddefend_event::Time;
use ddefend_registry::{Coverage, Data, Entry, Fact, Intent, Origin, Place, Root, fold};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// What the inputs say of one user, or of one machine. Keeps facts under keys that some check looks at, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Store {
    keys: BTreeMap<(Root, String), Key>,
    whole: BTreeSet<(Root, String)>,
    sources: Vec<Arc<Source>>,
}

/// A key and what is said of it.
#[derive(Clone, Debug, Default)]
pub struct Key {
    /// As written.
    pub path: String,
    /// It exists (and is not only named by a removal or a deleted cell).
    pub exists: bool,
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
    /// Takes what an input says of itself: with it, silence below these keys means absence.
    pub fn begin(&mut self, source: Source, coverage: &Coverage) -> Arc<Source> {
        if let Coverage::Whole(keys) = coverage {
            self.whole.extend(keys.iter().map(|(root, key)| (root.clone(), fold(key))));
        }
        let source = Arc::new(source);
        self.sources.push(source.clone());
        source
    }

    /// Takes one fact. Later inputs win over earlier ones.
    pub fn take(&mut self, entry: Entry, source: &Arc<Source>) {
        let at = (entry.root.clone(), fold(&entry.key));
        let key = self.keys.entry(at).or_insert_with(|| Key {
            path: entry.key.clone(),
            source: Some(source.clone()),
            place: entry.place,
            ..Key::default()
        });
        let (name, data) = match entry.fact {
            Fact::Key => {
                key.exists |= entry.origin != Origin::Deleted;
                key.written = key.written.max(entry.written);
                return;
            }
            Fact::Value { name, data } => {
                key.exists |= entry.origin != Origin::Deleted;
                (name, Some(data))
            }
            Fact::ValueRemoved { name } => (name, None),
            Fact::ValuesRemoved | Fact::KeyRemoved => return,
        };
        let (written, place, origin) = (entry.written, entry.place, entry.origin);
        let found = Found { name: name.clone(), data, written, place, origin, source: source.clone() };
        key.values.entry(fold(&name)).or_default().push(found);
    }

    /// Keys with their folded paths.
    pub fn keys(&self) -> impl Iterator<Item = (&Root, &str, &Key)> {
        self.keys.iter().map(|((root, path), key)| (root, path.as_str(), key))
    }

    /// Whether the inputs would say so if the key existed.
    #[must_use]
    pub fn covers(&self, root: &Root, key: &str) -> bool {
        let folded = fold(key);
        self.whole.iter().any(|(known, path)| {
            known == root
                && (path.is_empty()
                    || folded == *path
                    || folded.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('\\')))
        })
    }

    /// The inputs.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().map(AsRef::as_ref)
    }
}
