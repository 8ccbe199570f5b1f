//! The page of a technique.

use super::{EventRow, ExclusionRow, FieldRow, IndicatorRow, RuleRow, TechniqueRow};
use crate::{Catalog, Coverage, Technique};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A rule that covers a technique without a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InferredRow {
    /// The rule.
    pub rule: RuleRow,
    /// Why, in words.
    pub why: String,
    /// The tagged rule that it is compared with, where that is the reason.
    pub like: Option<RuleRow>,
}

/// Everything on a technique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TechniquePage {
    /// Its id.
    pub id: String,
    /// Name, detection strategies, analytics.
    pub about: Technique,
    /// Ids that it had before.
    pub formerly: Vec<String>,
    /// Its sub-techniques, or its parent, that rules cover.
    pub related: Vec<TechniqueRow>,
    /// Events that tagged rules look at, with how many of them.
    pub events: Vec<EventRow>,
    /// Fields that tagged rules filter on.
    pub fields: Vec<FieldRow>,
    /// What they ask for.
    pub indicators: Vec<IndicatorRow>,
    /// How many rows that table would have in all.
    pub indicators_all: usize,
    /// What they exclude.
    pub exclusions: Vec<ExclusionRow>,
    /// How many rows that table would have in all.
    pub exclusions_all: usize,
    /// Tagged rules by vendor.
    pub rules: BTreeMap<&'static str, Vec<RuleRow>>,
    /// Rules that cover it without a tag.
    pub inferred: Vec<InferredRow>,
}

impl Catalog {
    /// Techniques with how many rules cover them, by id.
    #[must_use]
    pub fn techniques_list(&self) -> Vec<TechniqueRow> {
        self.covered.keys().filter_map(|id| self.technique_row(id)).collect()
    }

    pub(crate) fn technique_row(&self, id: &str) -> Option<TechniqueRow> {
        let rules = self.covered.get(id)?;
        let tagged = rules.values().filter(|by| **by == Coverage::Tag).count();
        let name = self.knowledge.attack.technique(id).map(|technique| technique.name.clone()).unwrap_or_default();
        Some(TechniqueRow { id: id.to_owned(), name, tagged, inferred: rules.len() - tagged })
    }

    /// The page of a technique that some rule covers.
    #[must_use]
    pub fn technique(&self, id: &str) -> Option<TechniquePage> {
        let covered = self.covered.get(id)?;
        let tagged: Vec<usize> =
            covered.iter().filter(|(_, by)| **by == Coverage::Tag).map(|(rule, _)| *rule).collect();
        let (indicators, indicators_all) = self.indicator_rows(&tagged);
        let (exclusions, exclusions_all) = self.exclusion_rows(&tagged);
        let mut rules: BTreeMap<&'static str, Vec<RuleRow>> = BTreeMap::new();
        for row in tagged.iter().filter_map(|rule| self.row(*rule)) {
            rules.entry(row.vendor).or_default().push(row);
        }
        for list in rules.values_mut() {
            list.sort_by(|one, two| (one.title.to_lowercase(), &one.slug).cmp(&(two.title.to_lowercase(), &two.slug)));
        }
        let parent = id.split('.').next().unwrap_or(id);
        let related = self.covered.keys().filter(|other| *other != id && other.split('.').next() == Some(parent));
        let replaced = self.knowledge.attack.replaced();
        Some(TechniquePage {
            id: id.to_owned(),
            about: self.knowledge.attack.technique(id).cloned().unwrap_or_default(),
            formerly: replaced.iter().filter(|(_, today)| *today == id).map(|(old, _)| old.clone()).collect(),
            related: related.filter_map(|other| self.technique_row(other)).collect(),
            events: self.events_of(&tagged),
            fields: self.field_rows(&tagged),
            indicators,
            indicators_all,
            exclusions,
            exclusions_all,
            rules,
            inferred: self.inferred(covered),
        })
    }

    /// Events that rules look at, those of their own taxonomy first, then most rules first.
    pub(crate) fn events_of(&self, rules: &[usize]) -> Vec<EventRow> {
        let mut rows = Vec::new();
        for (at, users) in self.event_rules.iter().enumerate() {
            let ours: Vec<bool> = rules.iter().filter_map(|rule| users.get(rule).copied()).collect();
            if ours.is_empty() {
                continue;
            }
            if let Some(row) = self.event_row(at) {
                let own = ours.iter().filter(|own| **own).count();
                rows.push(EventRow { own, mapped: ours.len() - own, ..row });
            }
        }
        rows.sort_by(|one, two| {
            let key = |row: &EventRow| (Reverse(row.own), Reverse(row.mapped), row.provider.clone(), row.id.clone());
            key(one).cmp(&key(two))
        });
        rows
    }

    fn inferred(&self, covered: &BTreeMap<usize, Coverage>) -> Vec<InferredRow> {
        let row = |(rule, by): (&usize, &Coverage)| {
            let (why, like) = match by {
                Coverage::Tag => return None,
                Coverage::Signature { id } => {
                    let signature = self.knowledge.signatures.iter().find(|signature| signature.id == *id)?;
                    (signature.why.clone(), None)
                }
                Coverage::Broader { rule } => {
                    ("It fires on every event of a rule that is tagged.".to_owned(), self.row(*rule))
                }
                Coverage::Near { rule: like } => {
                    let of = self.neighbours.get(*rule)?;
                    let near = of.same.iter().chain(&of.near).find(|near| near.rule == *like);
                    let why = near.map_or_else(String::new, |near| {
                        format!("It shares {} of {} tests with a rule that is tagged.", near.shared, near.all)
                    });
                    (why, self.row(*like))
                }
            };
            Some(InferredRow { rule: self.row(*rule)?, why, like })
        };
        let mut rows: Vec<InferredRow> = covered.iter().filter_map(row).collect();
        rows.sort_by_key(|row| (row.why.clone(), row.rule.title.to_lowercase(), row.rule.slug.clone()));
        rows
    }
}
