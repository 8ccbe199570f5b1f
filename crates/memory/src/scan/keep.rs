//! Hits, the worst and first ones, each text once.

use ddefend_model::Level;
use ddefend_model::memory::MemoryHit;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Worst first, then in the order of offsets.
type Rank = (Reverse<Option<Level>>, u64, String);
/// What makes two hits the same.
type Same = (String, String, String, String);

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) hits: Vec<MemoryHit>,
    /// Hits that were only counted.
    pub(crate) more: u64,
    /// First command line of each Office program, by the text in lower case to its arguments.
    pub(crate) office: Vec<String>,
}

/// Most command lines of Office programs that are remembered.
const OFFICE: usize = 64;

#[derive(Debug)]
pub(super) struct Keep {
    most: usize,
    hits: BTreeMap<Rank, MemoryHit>,
    known: HashMap<Same, Rank>,
    more: u64,
    office: Vec<String>,
}

fn same(hit: &MemoryHit) -> Same {
    (hit.kind.clone(), hit.encoding.clone(), hit.text.to_lowercase(), hit.of.clone())
}

impl Keep {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), hits: BTreeMap::new(), known: HashMap::new(), more: 0, office: Vec::new() }
    }

    /// Adds a hit; hits come in the order in which texts were met.
    pub(super) fn add(&mut self, hit: MemoryHit, office: bool) {
        if office && self.office.len() < OFFICE && !self.office.contains(&hit.text) {
            self.office.push(hit.text.clone());
        }
        let key = same(&hit);
        if let Some(first) = self.known.get(&key).and_then(|rank| self.hits.get_mut(rank)) {
            first.count = first.count.saturating_add(1);
            return;
        }
        let rank = (Reverse(hit.level), hit.offset, format!("{}\u{0}{}\u{0}{}", hit.kind, hit.encoding, hit.of));
        if self.hits.len() >= self.most {
            self.more = self.more.saturating_add(1);
            if self.hits.last_key_value().is_none_or(|(last, _)| *last <= rank) {
                return;
            }
            if let Some((_, gone)) = self.hits.pop_last() {
                self.known.remove(&same(&gone));
            }
        }
        self.known.insert(key, rank.clone());
        self.hits.insert(rank, hit);
    }

    pub(super) fn finish(self) -> Kept {
        Kept { hits: self.hits.into_values().collect(), more: self.more, office: self.office }
    }
}
