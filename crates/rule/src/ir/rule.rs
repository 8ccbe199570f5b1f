use super::Expr;
use ddefend_event::LogSource;
use ddefend_model::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a rule was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Its file.
    pub file: String,
    /// Line of the document's first key, from 1.
    pub line: u32,
}

/// How mature a rule is (Sigma specification 2.1, "status").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Ready.
    Stable,
    /// Nearly.
    Test,
    /// May be noisy.
    Experimental,
    /// Replaced.
    Deprecated,
    /// Cannot be used as it stands.
    Unsupported,
}

/// What a rule says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Its id: a UUID, or the file's name where it has none.
    pub id: String,
    /// Short name that correlations and filters may use.
    pub name: Option<String>,
    /// One line.
    pub title: String,
    /// What and why.
    pub description: String,
    /// How bad; none counts as medium.
    pub level: Option<Level>,
    /// How mature.
    pub status: Option<Status>,
    /// Author.
    pub author: Option<String>,
    /// Addresses.
    pub references: Vec<String>,
    /// Tags such as `attack.t1559.002`.
    pub tags: Vec<String>,
    /// ATT&CK technique ids among the tags, as `T1559.002`.
    pub techniques: Vec<String>,
    /// What else it fires on.
    pub false_positives: Vec<String>,
    /// Fields worth showing.
    pub fields: Vec<String>,
    /// First date.
    pub date: Option<String>,
    /// Last change.
    pub modified: Option<String>,
    /// Keys that Sigma does not define, as text (lists one entry a line): `tuning`, `analytic`, `detection-strategy` ...
    pub custom: BTreeMap<String, String>,
    /// Where it was written.
    pub origin: Origin,
}

impl Meta {
    /// Level, medium where the rule gives none.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level.unwrap_or(Level::Medium)
    }
}

/// A rule on single events.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it says of itself.
    pub meta: Meta,
    /// Which records it looks at.
    pub source: LogSource,
    /// What it asks of them; filters are part of it.
    pub detection: Expr,
    /// True where its own matches are shown; false where it only feeds correlations.
    pub shown: bool,
}
