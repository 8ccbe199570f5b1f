//! What stood at a place before.

use crate::{Key, Store};
use ddefend_registry::{Data, Intent, Origin, Root, fold};
use std::collections::BTreeMap;

/// What a value was before the change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Before {
    /// The inputs do not say; no undo touches the value.
    Unknown,
    /// It was not there.
    Absent,
    /// Name as it was written, type and raw bytes of its data.
    Was(String, u32, Vec<u8>),
}

impl Before {
    /// The data, where there was one.
    #[must_use]
    pub fn data(&self) -> Option<Data> {
        match self {
            Self::Was(_, kind, bytes) => Some(Data::from_raw(*kind, bytes)),
            Self::Unknown | Self::Absent => None,
        }
    }
}

/// Segments of the shortest key that an undo takes away. `Software\Policies` may have been missing when the audit looked;
/// when the undo runs, it may hold what others put there.
const SHALLOW: usize = 4;

/// A store's keys, to be looked up by name.
pub(super) struct View<'a> {
    store: &'a Store,
    keys: BTreeMap<(&'a Root, &'a str), &'a Key>,
}

impl<'a> View<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, keys: store.keys().map(|(root, path, key)| ((root, path), key)).collect() }
    }

    /// The value as the registry had it. What policies will write is not the registry's state.
    pub(super) fn value(&self, root: &Root, key: &str, name: &str) -> Before {
        let folded = fold(key);
        let found = self.keys.get(&(root, folded.as_str())).and_then(|key| key.values.get(&fold(name)));
        let is_state = |origin: Origin, intent: Intent| origin != Origin::Deleted && intent == Intent::State;
        let state = found.into_iter().flatten().rfind(|found| is_state(found.origin, found.source.intent));
        match state.map(|found| (&found.name, &found.data)) {
            Some((name, Some(data))) => Before::Was(name.clone(), data.kind(), data.to_raw()),
            Some((_, None)) => Before::Absent,
            None if self.store.covers(root, key) => Before::Absent,
            None => Before::Unknown,
        }
    }

    /// The topmost key on the way to this one that was not there, where the inputs say so, [`SHALLOW`] ones aside.
    pub(super) fn missing(&self, root: &Root, key: &str) -> Option<String> {
        let mut at = Some(key);
        let mut missing = None;
        while let Some(path) = at {
            let shallow = path.split('\\').count() < SHALLOW;
            if shallow || self.exists(root, path) || !self.store.covers(root, path) {
                break;
            }
            missing = Some(path.to_owned());
            at = path.rsplit_once('\\').map(|(above, _)| above);
        }
        missing
    }

    /// Whether the key, or one below it, is there.
    fn exists(&self, root: &Root, key: &str) -> bool {
        let folded = fold(key);
        let below = format!("{folded}\\");
        let at = self.keys.get(&(root, folded.as_str()));
        let under = self
            .keys
            .range((root, below.as_str())..)
            .take_while(|((of, path), _)| *of == root && path.starts_with(&below));
        at.into_iter().chain(under.map(|(_, key)| key)).any(|key| key.exists)
    }
}
