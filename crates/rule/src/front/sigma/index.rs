//! Rules and correlations by id and by name.

use crate::ir::{Feed, Meta};
use std::collections::HashMap;

/// What references may mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    ids: HashMap<String, Vec<Feed>>,
    names: HashMap<String, Vec<Feed>>,
}

impl Index {
    /// Adds one; of several with one id or name, the first is the one that is meant.
    pub(super) fn add(&mut self, meta: &Meta, feed: Feed) {
        self.ids.entry(meta.id.to_ascii_lowercase()).or_default().push(feed);
        if let Some(name) = &meta.name {
            self.names.entry(name.clone()).or_default().push(feed);
        }
    }

    /// All that a reference means: an id, without case, or a name.
    pub(super) fn all(&self, reference: &str) -> impl Iterator<Item = Feed> {
        let ids = self.ids.get(&reference.to_ascii_lowercase());
        let names = self.names.get(reference);
        ids.into_iter().chain(names).flatten().copied()
    }

    /// What a reference means.
    pub(super) fn first(&self, reference: &str) -> Option<Feed> {
        self.all(reference).next()
    }
}
