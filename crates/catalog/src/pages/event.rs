//! The page of an event.

use super::{EventRow, FieldRow, IndicatorRow, RuleRow, TechniqueRow};
use crate::{Catalog, Coverage};
use serde::Serialize;
use std::cmp::Reverse;

/// Rules that an event's page lists.
const RULES: usize = 300;

/// Everything on an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventPage {
    /// What it is.
    pub event: EventRow,
    /// Fields that rules written for it filter on.
    pub fields: Vec<FieldRow>,
    /// What they ask for most.
    pub indicators: Vec<IndicatorRow>,
    /// Techniques that they are tagged with, with how many of them.
    pub techniques: Vec<TechniqueRow>,
    /// Rules written for it, or for an event that says the same; the first by title.
    pub rules: Vec<RuleRow>,
}

impl Catalog {
    /// Events, by provider and id.
    #[must_use]
    pub fn events_list(&self) -> Vec<EventRow> {
        (0..self.events.len()).filter_map(|at| self.event_row(at)).filter(|row| row.own + row.mapped > 0).collect()
    }

    /// The page of an event by the name of its page.
    #[must_use]
    pub fn event(&self, slug: &str) -> Option<EventPage> {
        let at = (0..self.events.len()).find(|at| self.event_slug(*at) == slug)?;
        let event = self.event_row(at)?;
        let rules: Vec<usize> = self.event_rules.get(at)?.keys().copied().collect();
        let (mut indicators, _) = self.indicator_rows(&rules);
        indicators.truncate(100);
        let count = |id: &String| {
            let covered = self.covered.get(id)?;
            let ours = rules.iter().filter_map(|rule| covered.get(rule));
            let (tagged, inferred): (Vec<_>, Vec<_>) = ours.partition(|by| **by == Coverage::Tag);
            let row = self.technique_row(id)?;
            (!tagged.is_empty()).then_some(TechniqueRow { tagged: tagged.len(), inferred: inferred.len(), ..row })
        };
        let mut techniques: Vec<TechniqueRow> = self.covered.keys().filter_map(count).collect();
        techniques.sort_by_key(|row| (Reverse(row.tagged), row.id.clone()));
        let mut listed: Vec<RuleRow> = rules.iter().filter_map(|rule| self.row(*rule)).collect();
        listed.sort_by_key(|row| (row.title.to_lowercase(), row.slug.clone()));
        listed.truncate(RULES);
        Some(EventPage { event, fields: self.field_rows(&rules), indicators, techniques, rules: listed })
    }
}
