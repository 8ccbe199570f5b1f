use super::before::Before;
use super::cells::{Cells, in_file};
use crate::{Entry, Fact, Origin, Place, Sink};
use ddefend_guard::{Budget, Exceeded};
use ddefend_model::{Diagnostic, Location, PartPath};
use std::collections::{BTreeMap, HashSet};

/// Diagnostics of one code that are told one by one.
const TOLD: u64 = 16;

/// Places that are remembered, so that nothing is told twice of them.
const PLACES: usize = 4_096;

/// What a hive of its size can hold at most: a hostile one says more, by sharing cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    elements: usize,
    values: usize,
    data: usize,
}

impl Left {
    /// Four bytes for an element of a list, 24 for a value, and no byte of data twice.
    pub(super) fn of(cells: &Cells<'_>) -> Self {
        let size = cells.bins.len();
        Self { elements: size.div_euclid(4), values: size.div_euclid(24), data: size }
    }

    pub(super) fn elements(&mut self, count: usize) -> bool {
        take(&mut self.elements, count)
    }

    pub(super) fn values(&mut self, count: usize) -> bool {
        take(&mut self.values, count)
    }

    pub(super) fn data(&mut self, bytes: usize) -> bool {
        take(&mut self.data, bytes)
    }
}

fn take(left: &mut usize, count: usize) -> bool {
    left.checked_sub(count).map(|now| *left = now).is_some()
}

/// The sink with what keeps a hive from flooding it.
pub(super) struct Out<'a> {
    sink: &'a mut dyn Sink,
    budget: &'a Budget,
    told: BTreeMap<&'static str, u64>,
    ended: bool,
    /// Places of which something was told.
    places: HashSet<(&'static str, u64)>,
    /// What the file held before its logs were applied.
    before: Option<Before>,
    /// What deleted cells hold.
    ghosts: Before,
}

impl<'a> Out<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink, budget: &'a Budget) -> Self {
        Self {
            sink,
            budget,
            told: BTreeMap::new(),
            ended: false,
            places: HashSet::new(),
            before: None,
            ghosts: Before::default(),
        }
    }

    pub(super) fn budget(&self) -> &'a Budget {
        self.budget
    }

    /// Compares facts from now on with those of the file without its logs, and of deleted cells.
    pub(super) fn compare(&mut self, before: Option<Before>, ghosts: Before) {
        self.before = before;
        self.ghosts = ghosts;
    }

    /// One fact of the hive as it is. False ends the reading.
    pub(super) fn live(&mut self, mut entry: Entry) -> bool {
        self.ghosts.meet(&entry);
        if self.before.as_mut().is_some_and(|before| !before.meet(&entry)) {
            entry.origin = Origin::Log;
        }
        self.entry(entry)
    }

    /// Reports what was there once: before the logs, in deleted cells, and `more`; no place twice.
    pub(super) fn gone(&mut self, more: Vec<Entry>) {
        let (before, ghosts) = (self.before.take().unwrap_or_default(), std::mem::take(&mut self.ghosts));
        let mut seen: HashSet<Place> = HashSet::new();
        for entry in before.gone().chain(ghosts.gone()).chain(more) {
            if seen.insert(entry.place) && !self.entry(entry) {
                return;
            }
        }
    }

    /// One fact. False ends the reading.
    fn entry(&mut self, entry: Entry) -> bool {
        let data = match &entry.fact {
            Fact::Value { name, .. } => name.len(),
            _ => 0,
        };
        if let Err(exceeded) = self.budget.produce(entry.key.len().saturating_add(data) as u64) {
            self.exceeded(&exceeded);
        }
        if !self.ended && !self.sink.entry(entry) {
            self.ended = true;
        }
        !self.ended
    }

    /// Something about a place in the hive bins.
    pub(super) fn tell(&mut self, code: &'static str, offset: u32, message: impl Into<String>) {
        self.tell_at(code, Some(in_file(offset)), message);
    }

    /// Something about a place in the file, or about all of it.
    pub(super) fn tell_at(&mut self, code: &'static str, offset: Option<u64>, message: impl Into<String>) {
        // The same place is met again where a key is looked up before the walk.
        if let Some(offset) = offset
            && self.places.len() < PLACES
            && !self.places.insert((code, offset))
        {
            return;
        }
        let told = self.told.entry(code).or_default();
        *told = told.saturating_add(1);
        if *told <= TOLD {
            let location = Location { offset, ..Location::default() };
            self.sink.diagnostic(Diagnostic::new(code, PartPath::default(), location, message));
        }
    }

    /// A limit that was hit: told once, and nothing more is read.
    pub(super) fn exceeded(&mut self, exceeded: &Exceeded) {
        if !self.ended {
            self.tell_at(exceeded.code, None, format!("{exceeded}; the rest of the hive was not read"));
        }
        self.ended = true;
    }

    /// Whether reading goes on: the time is not spent and the sink wants more.
    pub(super) fn goes_on(&mut self) -> bool {
        if let Err(exceeded) = self.budget.check_time() {
            self.exceeded(&exceeded);
        }
        !self.ended
    }

    /// Tells how many diagnostics were held back.
    pub(super) fn finish(&mut self) {
        for (code, told) in std::mem::take(&mut self.told) {
            let more = told.saturating_sub(TOLD);
            if more > 0 {
                let message = format!("{more} more of this kind in this hive");
                self.sink.diagnostic(Diagnostic::new(code, PartPath::default(), Location::default(), message));
            }
        }
    }
}
