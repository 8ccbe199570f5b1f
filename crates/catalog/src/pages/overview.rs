//! The first page.

use super::{RuleRow, TechniqueRow};
use crate::{Catalog, Coverage, Standing, Vendor};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Rules of a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VendorRow {
    /// Whose form.
    pub vendor: &'static str,
    /// Rules that count.
    pub active: usize,
    /// Of those, with their logic in the catalog.
    pub read: usize,
    /// Of those, with a part that could not be read.
    pub partly: usize,
    /// Rules that lie apart as deprecated.
    pub deprecated: usize,
    /// Rules that lie apart as unsupported.
    pub unsupported: usize,
}

/// Why rules or files are not in the counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonRow {
    /// Whose form; empty for files that are no rules.
    pub vendor: &'static str,
    /// Stable word.
    pub reason: String,
    /// How many.
    pub count: usize,
    /// One of them.
    pub sample: String,
}

/// Everything on the first page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Rules by vendor.
    pub vendors: Vec<VendorRow>,
    /// Different fields that active rules ask for.
    pub fields: usize,
    /// Different tests.
    pub indicators: usize,
    /// Events that active rules look at.
    pub events: usize,
    /// Techniques with tagged rules.
    pub tagged: usize,
    /// Techniques with rules that cover them only without a tag.
    pub inferred_only: usize,
    /// Techniques that most rules cover.
    pub top: Vec<TechniqueRow>,
    /// Rules whose logic could not be read, by reason.
    pub unread: Vec<ReasonRow>,
    /// Files that are no rules, by reason.
    pub skipped: Vec<ReasonRow>,
}

impl Catalog {
    /// The first page.
    #[must_use]
    pub fn overview(&self) -> Overview {
        let techniques = self.techniques_list();
        let mut top = techniques.clone();
        top.sort_by_key(|row| (Reverse(row.tagged), row.id.clone()));
        top.truncate(20);
        let used = |at: &usize| self.wanted_by.get(*at).is_some_and(|rules| !rules.is_empty());
        let literals: Vec<usize> = (0..self.literals.len()).filter(used).collect();
        let fields: BTreeSet<String> = literals
            .iter()
            .filter_map(|at| self.literals.get(*at))
            .map(|literal| literal.field.to_ascii_lowercase())
            .collect();
        let tags = self.covered.values().filter(|rules| rules.values().any(|by| *by == Coverage::Tag)).count();
        Overview {
            vendors: self.vendors(),
            fields: fields.len(),
            indicators: literals.len(),
            events: self.events_list().len(),
            tagged: tags,
            inferred_only: self.covered.len() - tags,
            top,
            unread: self.unread(),
            skipped: self.skipped_rows(),
        }
    }

    /// All rules by title.
    #[must_use]
    pub fn rules_list(&self) -> Vec<RuleRow> {
        let mut rows: Vec<RuleRow> = (0..self.entries.len()).filter_map(|rule| self.row(rule)).collect();
        rows.sort_by_key(|row| (row.title.to_lowercase(), row.slug.clone()));
        rows
    }

    fn vendors(&self) -> Vec<VendorRow> {
        let mut rows: BTreeMap<Vendor, VendorRow> = BTreeMap::new();
        for entry in &self.entries {
            let row = rows.entry(entry.vendor).or_insert_with(|| VendorRow {
                vendor: entry.vendor.as_str(),
                active: 0,
                read: 0,
                partly: 0,
                deprecated: 0,
                unsupported: 0,
            });
            match entry.standing {
                Standing::Active => {
                    row.active += 1;
                    row.read += usize::from(!entry.stages.is_empty());
                    row.partly += usize::from(!entry.stages.is_empty() && !entry.unread.is_empty());
                }
                Standing::Deprecated => row.deprecated += 1,
                Standing::Unsupported => row.unsupported += 1,
            }
        }
        rows.into_values().collect()
    }

    fn unread(&self) -> Vec<ReasonRow> {
        let mut rows: BTreeMap<(Vendor, &str), ReasonRow> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.standing == Standing::Active && entry.stages.is_empty()) {
            let Some(why) = entry.unread.first() else { continue };
            let row = rows.entry((entry.vendor, &why.reason)).or_insert_with(|| ReasonRow {
                vendor: entry.vendor.as_str(),
                reason: why.reason.clone(),
                count: 0,
                sample: why.message.clone(),
            });
            row.count += 1;
        }
        rows.into_values().collect()
    }

    fn skipped_rows(&self) -> Vec<ReasonRow> {
        let mut rows: BTreeMap<&str, ReasonRow> = BTreeMap::new();
        for skipped in &self.skipped {
            let row = rows.entry(&skipped.reason).or_insert_with(|| ReasonRow {
                vendor: "",
                reason: skipped.reason.clone(),
                count: 0,
                sample: format!("{}: {}", skipped.path, skipped.message),
            });
            row.count += 1;
        }
        rows.into_values().collect()
    }
}
