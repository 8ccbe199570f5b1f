//! A rule of a corpus as the catalog keeps it.

use crate::{Log, Tree};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whose form a rule has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Sigma.
    Sigma,
    /// Elastic.
    Elastic,
    /// Splunk.
    Splunk,
    /// Kusto: Microsoft Sentinel and Defender XDR.
    Kusto,
    /// MITRE's Cyber Analytics Repository.
    Car,
}

impl Vendor {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sigma => "Sigma",
            Self::Elastic => "Elastic",
            Self::Splunk => "Splunk",
            Self::Kusto => "Kusto",
            Self::Car => "CAR",
        }
    }
}

/// Whether a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// In use: only these count.
    Active,
    /// Replaced.
    Deprecated,
    /// Cannot be used as it stands.
    Unsupported,
}

impl Standing {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Unsupported => "unsupported",
        }
    }
}

/// Tests on records of one kind: a rule has one, a sequence or a join several.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Which records.
    pub log: Log,
    /// What must hold of them.
    pub tree: Tree,
}

/// Why a rule's logic is not in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Unread {
    /// Stable word: a diagnostic code, or `machine-learning`, `language`, `no-query`.
    pub reason: String,
    /// In words, with the place.
    pub message: String,
}

/// A rule with what it says of itself and what it asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Whose form.
    pub vendor: Vendor,
    /// Language by its name on the command line.
    pub language: String,
    /// File, as it was given, with `#n` behind it for the n-th line or query.
    pub path: String,
    /// The rule's own id; else its path.
    pub id: String,
    /// One line.
    pub title: String,
    /// What and why.
    pub description: String,
    /// Level or severity as written.
    pub level: String,
    /// Author as written.
    pub author: String,
    /// ATT&CK techniques as written, in capitals.
    pub techniques: Vec<String>,
    /// Whether it counts.
    pub standing: Standing,
    /// What it looks at; empty where it could not be read.
    pub stages: Vec<Stage>,
    /// Why it could not be read, or not as a whole.
    pub unread: Vec<Unread>,
    /// Its source.
    pub text: Arc<str>,
}

/// A file, or a part of it, that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// The file.
    pub path: String,
    /// Stable word.
    pub reason: String,
    /// In words.
    pub message: String,
}
