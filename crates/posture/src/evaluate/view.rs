//! What is said of the places of a check: the stores of the user and of the machine, with one change laid over them.

use crate::index::{Part, Spot};
use crate::store::{Found, Key, Store};
use crate::{Check, Kind, Place};
use ddefend_registry::{Data, Intent, Origin, fold};

/// One change, laid over what the inputs say.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) part: Part,
    /// As written, below the root.
    pub(super) key: String,
    pub(super) folded: String,
    pub(super) name: String,
    pub(super) value: String,
    /// None takes the value away.
    pub(super) data: Option<Data>,
}

impl Edit {
    pub(super) fn new(part: Part, key: &str, name: &str, data: Option<Data>) -> Self {
        Self { part, key: key.to_owned(), folded: fold(key), name: name.to_owned(), value: fold(name), data }
    }
}

/// The inputs as one user sees them.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) user: &'a Store,
    pub(super) machine: &'a Store,
    pub(super) edit: Option<&'a Edit>,
}

/// Where a value stands now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Now<'a> {
    /// These data.
    Set(&'a Data),
    /// A key or file without a value, which is all that is asked for.
    There,
    /// Taken away; true where a policy says so.
    Removed(bool),
    /// Only found in free cells.
    Gone,
}

/// A value that the inputs say something of.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    pub(super) spot: &'a Spot,
    pub(super) place: &'a Place,
    /// Key and value as written.
    pub(super) key: &'a str,
    pub(super) folded: &'a str,
    pub(super) name: &'a str,
    pub(super) now: Now<'a>,
    pub(super) said: &'a [Found],
    pub(super) holder: Option<&'a Key>,
}

impl<'a> View<'a> {
    pub(super) fn store(&self, part: Part) -> &'a Store {
        if part == Part::User { self.user } else { self.machine }
    }

    /// The data of one value, as they are now.
    pub(super) fn value(&self, part: Part, folded: &str, value: &str) -> Option<&'a Data> {
        let said = self.store(part).get(part, folded).and_then(|key| key.values.get(value));
        match self.now(part, folded, value, said.map(Vec::as_slice).unwrap_or_default()) {
            Some(Now::Set(data)) => Some(data),
            _ => None,
        }
    }

    /// Everything that is said of one place in one version.
    pub(super) fn items(&self, check: &'a Check, spot: &'a Spot, version: &str) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        let (Some(place), Some(key)) = (check.places.get(spot.place), spot.key(version)) else { return items };
        let store = self.store(spot.part);
        if spot.wild {
            for (folded, found) in store.below(spot.part, key).filter(|(folded, _)| spot.fits(version, folded)) {
                self.values(check, spot, place, folded, found, &mut items);
            }
        } else if let Some((folded, found)) = store.entry(spot.part, key) {
            self.values(check, spot, place, folded, found, &mut items);
        }
        self.added(spot, place, key, version, &mut items);
        items
    }

    fn values(
        &self,
        check: &Check,
        spot: &'a Spot,
        place: &'a Place,
        folded: &'a str,
        key: &'a Key,
        items: &mut Vec<Item<'a>>,
    ) {
        let mut tell = |name: &'a str, now: Now<'a>, said: &'a [Found]| {
            items.push(Item { spot, place, key: &key.path, folded, name, now, said, holder: Some(key) });
        };
        if spot.any_value {
            for (value, said) in &key.values {
                if let Some(now) = self.now(spot.part, folded, value, said) {
                    tell(name_of(said), now, said);
                }
            }
            return;
        }
        let said = key.values.get(&spot.value).map(Vec::as_slice).unwrap_or_default();
        match self.now(spot.part, folded, &spot.value, said) {
            Some(now @ (Now::Set(_) | Now::Removed(_))) => tell(name_of(said), now, said),
            now if key.exists && spot.value.is_empty() && place.kind.unwrap_or(check.kind) == Kind::Any => {
                let _ = now;
                tell("", Now::There, said);
            }
            Some(now) => tell(name_of(said), now, said),
            None => {}
        }
    }

    /// None where nothing is said.
    fn now(&self, part: Part, folded: &str, value: &str, said: &'a [Found]) -> Option<Now<'a>> {
        if let Some(edit) = self.edit
            && edit.part == part
            && edit.value == value
            && edit.folded == folded
        {
            return edit.data.as_ref().map(Now::Set).or(Some(Now::Removed(false)));
        }
        let live = said.iter().rev().find(|found| found.origin != Origin::Deleted);
        match live {
            Some(Found { data: Some(data), .. }) => Some(Now::Set(data)),
            Some(found) => Some(Now::Removed(found.source.intent == Intent::Policy)),
            None => (!said.is_empty()).then_some(Now::Gone),
        }
    }

    /// A change may make a key or a value that no input names.
    fn added(&self, spot: &'a Spot, place: &'a Place, key: &str, version: &str, items: &mut Vec<Item<'a>>) {
        let Some(edit) = self.edit.filter(|edit| edit.part == spot.part) else { return };
        let here = if spot.wild { spot.fits(version, &edit.folded) } else { edit.folded == key };
        let named = spot.any_value || spot.value == edit.value;
        let known = items.iter().any(|item| item.folded == edit.folded && fold(item.name) == edit.value);
        if let Some(data) = edit.data.as_ref().filter(|_| here && named && !known) {
            let (key, folded, name) = (edit.key.as_str(), edit.folded.as_str(), edit.name.as_str());
            items.push(Item { spot, place, key, folded, name, now: Now::Set(data), said: &[], holder: None });
        }
    }

    /// Whether silence about a place means that nothing is there.
    pub(super) fn covers(&self, spot: &Spot, version: &str) -> bool {
        let Some(key) = spot.key(version) else { return true };
        let store = self.store(spot.part);
        let said = |found: &Key| {
            found.cleared
                || found
                    .values
                    .get(&spot.value)
                    .is_some_and(|said| said.iter().any(|found| found.origin != Origin::Deleted))
        };
        store.knows(spot.part, key)
            || !spot.wild && store.get(spot.part, key).is_some_and(said)
            || self.edit.is_some_and(|edit| edit.part == spot.part && edit.folded == key && edit.value == spot.value)
    }
}

fn name_of(said: &[Found]) -> &str {
    let live = said.iter().rev().find(|found| found.origin != Origin::Deleted).or(said.last());
    live.map(|found| found.name.as_str()).unwrap_or_default()
}
