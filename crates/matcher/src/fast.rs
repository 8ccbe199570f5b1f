use ddefend_event::{Key, Mapping, Row, Selection, Selector};
use ddefend_rule::ir::Rule;
use std::sync::Arc;

/// All rules as one: a plan per kind of record, made when that kind is first met.
#[derive(Debug)]
pub struct Matcher {
    rules: Arc<[Rule]>,
    mapping: Arc<Mapping>,
}

/// Memory of one worker.
#[derive(Debug, Default)]
pub struct Scratch {}

/// A rule that holds of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// Index of the rule.
    pub rule: u32,
    /// True where the rule asks for a deferred field: it may hold, and must be asked again of the completed event.
    pub deferred: bool,
}

impl Matcher {
    /// A matcher of those rules. `deferred` are Sigma fields that no record has and that are added later (ancestors of a
    /// process): tests of them count as "may be". `always` are Sigma fields with a log source each that are wanted of
    /// every record of that log source, rule or not; see [`Self::extra`].
    #[must_use]
    pub fn new(
        rules: Arc<[Rule]>,
        mapping: Arc<Mapping>,
        deferred: &[&str],
        always: &[(ddefend_event::LogSource, Vec<Box<str>>)],
    ) -> Self {
        let _ = (deferred, always);
        Self { rules, mapping }
    }

    /// Appends the rules that hold of the row, in the order of their indices.
    pub fn evaluate(&self, selection: &Selection, row: &Row<'_>, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        let _ = (selection, row, scratch, hits, &self.rules, &self.mapping);
    }

    /// The values of an `always` entry's fields in the row, none where the row's kind is not covered by its log source.
    #[must_use]
    pub fn extra(&self, entry: usize, selection: &Selection, row: &Row<'_>) -> Option<Vec<Option<String>>> {
        let _ = (entry, selection, row);
        None
    }
}

impl Selector for Matcher {
    fn select(&self, key: &Key) -> Option<Arc<Selection>> {
        let _ = key;
        None
    }
}
