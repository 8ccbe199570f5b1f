//! Tables that techniques, events and rules share.

use super::{ContextCount, ExclusionRow, FieldRow, IndicatorRow};
use crate::{Catalog, Kind, Literal};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Sample values of a field.
const SAMPLES: usize = 6;
/// Rows of a table.
const ROWS: usize = 400;
/// Contexts of a row.
const CONTEXTS: usize = 6;

impl Catalog {
    /// Fields that rules filter on, most rules first.
    pub(crate) fn field_rows(&self, rules: &[usize]) -> Vec<FieldRow> {
        let mut fields: BTreeMap<String, BTreeMap<Kind, BTreeSet<usize>>> = BTreeMap::new();
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut values: BTreeMap<String, BTreeMap<usize, usize>> = BTreeMap::new();
        for rule in rules {
            let Some(shape) = self.shapes.get(*rule) else { continue };
            for at in &shape.wanted {
                let Some(literal) = self.literals.get(*at) else { continue };
                let key = literal.field.to_ascii_lowercase();
                names.entry(key.clone()).or_insert_with(|| literal.field.to_string());
                fields.entry(key.clone()).or_default().entry(literal.kind).or_default().insert(*rule);
                *values.entry(key).or_default().entry(*at).or_default() += 1;
            }
        }
        let row = |(key, kinds): (String, BTreeMap<Kind, BTreeSet<usize>>)| {
            let all: BTreeSet<usize> = kinds.values().flatten().copied().collect();
            let mut how: Vec<(Kind, usize)> = kinds.into_iter().map(|(kind, rules)| (kind, rules.len())).collect();
            how.sort_by_key(|(kind, rules)| (Reverse(*rules), *kind));
            let mut best: Vec<(usize, usize)> = values.remove(&key).unwrap_or_default().into_iter().collect();
            best.sort_by_key(|(at, rules)| (Reverse(*rules), *at));
            let value = |(at, _): (usize, usize)| {
                self.literals.get(at).map(|literal| literal.value.to_string()).filter(|value| !value.is_empty())
            };
            let samples = best.into_iter().filter_map(value).take(SAMPLES).collect();
            FieldRow { field: names.remove(&key).unwrap_or(key), rules: all.len(), how, samples }
        };
        let mut rows: Vec<FieldRow> = fields.into_iter().map(row).collect();
        rows.sort_by(|one, two| (Reverse(one.rules), &one.field).cmp(&(Reverse(two.rules), &two.field)));
        rows
    }

    /// What rules ask for, most rules first; and how many rows there are in all.
    pub(crate) fn indicator_rows(&self, rules: &[usize]) -> (Vec<IndicatorRow>, usize) {
        let counts = self.counts(rules, true);
        let all = counts.len();
        let rows = counts.into_iter().take(ROWS).filter_map(|(at, here)| self.indicator(at, here)).collect();
        (rows, all)
    }

    fn indicator(&self, at: usize, here: usize) -> Option<IndicatorRow> {
        let Literal { field, kind, value } = self.literals.get(at)?;
        let users = self.wanted_by.get(at)?;
        let others = users.len() > here;
        Some(IndicatorRow {
            field: field.to_string(),
            kind: *kind,
            value: value.to_string(),
            rules: here,
            reach: others.then_some(users.len()),
            contexts: if others { self.contexts(users) } else { Vec::new() },
            excluded: self.excluded_by.get(at).map_or(0, Vec::len),
        })
    }

    fn contexts(&self, rules: &[usize]) -> Vec<ContextCount> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in rules.iter().filter_map(|rule| self.entries.get(*rule)) {
            let contexts: BTreeSet<&str> =
                entry.stages.iter().flat_map(|stage| &stage.log.contexts).map(String::as_str).collect();
            for context in contexts {
                *counts.entry(context).or_default() += 1;
            }
        }
        let mut rows: Vec<ContextCount> =
            counts.into_iter().map(|(context, rules)| ContextCount { context: context.to_owned(), rules }).collect();
        rows.sort_by_key(|row| (Reverse(row.rules), row.context.clone()));
        rows.truncate(CONTEXTS);
        rows
    }

    /// What rules exclude, most rules first; and how many rows there are in all.
    pub(crate) fn exclusion_rows(&self, rules: &[usize]) -> (Vec<ExclusionRow>, usize) {
        let counts = self.counts(rules, false);
        let all = counts.len();
        let row = |(at, here): (usize, usize)| {
            let Literal { field, kind, value } = self.literals.get(at)?;
            let wanted = self.wanted_by.get(at).map_or(0, Vec::len);
            Some(ExclusionRow { field: field.to_string(), kind: *kind, value: value.to_string(), rules: here, wanted })
        };
        (counts.into_iter().take(ROWS).filter_map(row).collect(), all)
    }

    /// Literals with how many of the rules have them, most first.
    fn counts(&self, rules: &[usize], wanted: bool) -> Vec<(usize, usize)> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for shape in rules.iter().filter_map(|rule| self.shapes.get(*rule)) {
            for at in if wanted { &shape.wanted } else { &shape.excluded } {
                *counts.entry(*at).or_default() += 1;
            }
        }
        let mut counts: Vec<(usize, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(at, rules)| (Reverse(*rules), *at));
        counts
    }
}
