//! `content/attack/techniques.toml`: the ATT&CK ids that the content uses.

use crate::ContentError;
use crate::pack::{TECHNIQUES, parse};
use serde::Deserialize;
use std::collections::BTreeMap;

/// ATT&CK techniques by id, and ids that were replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Techniques {
    /// Release of ATT&CK that the names are from.
    pub version: String,
    /// Name of each technique that the content uses; `Parent: Name` for a sub-technique.
    pub technique: BTreeMap<String, String>,
    /// Tactics as tags write them, with their names.
    pub tactic: BTreeMap<String, String>,
    /// Old id to the one that replaced it.
    pub replaced: BTreeMap<String, String>,
}

impl Techniques {
    /// The technique's current id and name, through [`Self::replaced`] where the id is an old one.
    #[must_use]
    pub fn current(&self, id: &str) -> Option<(&str, &str)> {
        let id = self.replaced.get(id).map_or(id, String::as_str);
        self.technique.get_key_value(id).map(|(id, name)| (id.as_str(), name.as_str()))
    }
}

pub(crate) fn load() -> Result<Techniques, ContentError> {
    parse(TECHNIQUES)
}
