//! Tags as bits: a condition is three masks, so a link is held against every rule for next to nothing.

use super::KnowledgeError;
use serde::Deserialize;
use std::collections::BTreeMap;

const WORDS: usize = 4;
const MOST: usize = WORDS * 64;

/// A set of the tags that some condition names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagSet([u64; WORDS]);

impl TagSet {
    fn insert(&mut self, tag: usize) {
        if let Some(word) = self.0.get_mut(tag / 64) {
            *word |= 1 << (tag % 64);
        }
    }

    fn holds_all(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine & theirs == *theirs)
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(mine, theirs)| mine & theirs != 0)
    }
}

/// Numbers for the tags that conditions name; tags that none names need none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner(BTreeMap<String, usize>);

impl Interner {
    fn number(&mut self, tag: &str) -> Result<usize, KnowledgeError> {
        if let Some(number) = self.0.get(tag) {
            return Ok(*number);
        }
        let number = self.0.len();
        if number >= MOST {
            return Err(KnowledgeError::TooManyTags { most: MOST });
        }
        self.0.insert(tag.to_owned(), number);
        Ok(number)
    }

    /// The bits of tags; unnamed ones have none.
    pub(crate) fn set<'t>(&self, tags: impl IntoIterator<Item = &'t str>) -> TagSet {
        let mut set = TagSet::default();
        for number in tags.into_iter().filter_map(|tag| self.0.get(tag)) {
            set.insert(*number);
        }
        set
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// When something applies: all of `all`, at least one of `any` (where any is named), none of `none`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Tags that must all be there.
    #[serde(default)]
    pub all: Vec<String>,
    /// Tags of which one must be there.
    #[serde(default)]
    pub any: Vec<String>,
    /// Tags of which none may be there.
    #[serde(default)]
    pub none: Vec<String>,
    #[serde(skip)]
    masks: [TagSet; 3],
}

impl Condition {
    pub(crate) fn compile(&mut self, tags: &mut Interner) -> Result<(), KnowledgeError> {
        for (mask, names) in self.masks.iter_mut().zip([&self.all, &self.any, &self.none]) {
            for name in names {
                mask.insert(tags.number(name)?);
            }
        }
        Ok(())
    }

    pub(crate) fn fits(&self, tags: &TagSet) -> bool {
        let [all, any, none] = &self.masks;
        tags.holds_all(all) && (self.any.is_empty() || tags.meets(any)) && !tags.meets(none)
    }
}
