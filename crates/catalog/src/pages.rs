//! What each page of the catalog says, ready to be written as JSON or HTML.

mod event;
mod overview;
mod rule;
mod tables;
mod technique;

pub use event::EventPage;
pub use overview::{Overview, ReasonRow, VendorRow};
pub use rule::{NeighbourRow, RulePage, StageView};
pub use technique::{InferredRow, TechniquePage};

use crate::{Catalog, Kind};
use serde::Serialize;

/// A rule in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RuleRow {
    /// Name of its page, without ending.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Whose form.
    pub vendor: &'static str,
    /// Level as written.
    pub level: String,
    /// Whether it counts.
    pub standing: &'static str,
    /// True where its logic is in the catalog.
    pub read: bool,
}

/// A technique in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TechniqueRow {
    /// Its id.
    pub id: String,
    /// Its name; empty where it is not known.
    pub name: String,
    /// Rules that are tagged with it.
    pub tagged: usize,
    /// Rules that cover it without a tag.
    pub inferred: usize,
}

/// An event in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EventRow {
    /// Name of its page, without ending.
    pub slug: String,
    /// Provider.
    pub provider: String,
    /// Event id, table or category.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Rules that are written for it.
    pub own: usize,
    /// Rules that are written for another event that says the same.
    pub mapped: usize,
}

/// A field with how many rules filter on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldRow {
    /// By its Sigma name.
    pub field: String,
    /// Rules, each once.
    pub rules: usize,
    /// Rules per kind of test, most first.
    pub how: Vec<(Kind, usize)>,
    /// Values that most rules ask for.
    pub samples: Vec<String>,
}

/// A field, kind and value with how many rules ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndicatorRow {
    /// By its Sigma name.
    pub field: String,
    /// What is asked.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// Rules of this page.
    pub rules: usize,
    /// Rules of the whole catalog; none where there are no others.
    pub reach: Option<usize>,
    /// The same per context, most first; empty where there are no others.
    pub contexts: Vec<ContextCount>,
    /// Rules of the whole catalog that exclude it.
    pub excluded: usize,
}

/// Rules of a log's context.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ContextCount {
    /// `windows registry_set` ...
    pub context: String,
    /// Rules.
    pub rules: usize,
}

/// What rules exclude.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExclusionRow {
    /// By its Sigma name.
    pub field: String,
    /// What is asked.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// Rules of this page that exclude it.
    pub rules: usize,
    /// Rules of the whole catalog that ask for it.
    pub wanted: usize,
}

/// A piece of a rule's logic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum PredicateRow {
    /// All of them.
    All {
        /// What.
        of: Vec<PredicateRow>,
    },
    /// One of them.
    Any {
        /// What.
        of: Vec<PredicateRow>,
    },
    /// At least so many.
    AtLeast {
        /// How many.
        count: u32,
        /// Of what.
        of: Vec<PredicateRow>,
    },
    /// Not.
    Not {
        /// What.
        of: Box<PredicateRow>,
    },
    /// A field against one or more values of one kind.
    Test {
        /// By its Sigma name.
        field: String,
        /// What is asked.
        kind: Kind,
        /// Values; one is enough.
        values: Vec<String>,
        /// Case counts.
        cased: bool,
    },
    /// Something that is no test of a field against a value.
    Other {
        /// In words.
        text: String,
    },
}

impl Catalog {
    /// A rule as a row.
    #[must_use]
    pub fn row(&self, rule: usize) -> Option<RuleRow> {
        let entry = self.entries.get(rule)?;
        Some(RuleRow {
            slug: self.slugs.get(rule)?.clone(),
            title: entry.title.clone(),
            vendor: entry.vendor.as_str(),
            level: entry.level.clone(),
            standing: entry.standing.as_str(),
            read: !entry.stages.is_empty(),
        })
    }

    /// Name of an event's page.
    pub(crate) fn event_slug(&self, at: usize) -> String {
        self.events
            .get(at)
            .map(|event| crate::catalog::slug(&format!("{} {}", event.provider, event.id)))
            .unwrap_or_default()
    }

    /// An event as a row; counts are of all active rules.
    pub(crate) fn event_row(&self, at: usize) -> Option<EventRow> {
        let event = self.events.get(at)?;
        let rules = self.event_rules.get(at)?;
        let own = rules.values().filter(|own| **own).count();
        Some(EventRow {
            slug: self.event_slug(at),
            provider: event.provider.clone(),
            id: event.id.clone(),
            title: event.title.clone(),
            own,
            mapped: rules.len() - own,
        })
    }
}
