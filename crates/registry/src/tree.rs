use crate::interest::fold;
use crate::{Data, Entry, Fact, Root};
use ddefend_event::Time;
use std::collections::BTreeMap;

/// Keys and values in memory, merged from facts the way that Windows merges them; what the writers write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Keys by root and folded path.
    pub keys: BTreeMap<(Root, String), Key>,
}

/// A key of a [`Tree`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// The path as it was first written.
    pub path: String,
    /// When it was last written, where known.
    pub written: Option<Time>,
    /// Values by folded name: name as written, and data.
    pub values: BTreeMap<String, (String, Data)>,
}

impl Tree {
    /// Merges one fact as Windows would: a removal of what is not there changes nothing.
    pub fn apply(&mut self, entry: &Entry) {
        let at = (entry.root.clone(), fold(&entry.key));
        match &entry.fact {
            Fact::Key => {
                self.key(at, entry);
            }
            Fact::Value { name, data } => {
                let value = (name.clone(), data.clone());
                self.key(at, entry).values.insert(fold(name), value);
            }
            Fact::ValueRemoved { name } => {
                if let Some(key) = self.keys.get_mut(&at) {
                    key.values.remove(&fold(name));
                }
            }
            Fact::ValuesRemoved => {
                if let Some(key) = self.keys.get_mut(&at) {
                    key.values.clear();
                }
            }
            Fact::KeyRemoved => {
                let below = format!("{}\\", at.1);
                self.keys.retain(|(root, path), _| *root != at.0 || (*path != at.1 && !path.starts_with(&below)));
            }
        }
    }

    /// The data of a value, names compared without regard to case.
    #[must_use]
    pub fn value(&self, root: &Root, key: &str, name: &str) -> Option<&Data> {
        self.keys.get(&(root.clone(), fold(key)))?.values.get(&fold(name)).map(|(_, data)| data)
    }

    fn key(&mut self, at: (Root, String), entry: &Entry) -> &mut Key {
        let new = || Key { path: entry.key.clone(), written: entry.written, values: BTreeMap::new() };
        self.keys.entry(at).or_insert_with(new)
    }
}
