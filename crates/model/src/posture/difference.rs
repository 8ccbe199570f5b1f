use super::{Layer, Outcome, Verdict, Way};
use crate::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What differs between two audits: two dates, two hosts, a host and a baseline, one of a fleet and the rest of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Id of the check, way in or fault.
    pub id: String,
    /// What differs.
    pub subject: Subject,
    /// Its title; what is wrong, for a fault.
    pub title: String,
    /// Host, of the later side where they have different names.
    pub host: String,
    /// User, of the later side; empty for the machine.
    pub user: String,
    /// Application.
    pub application: String,
    /// Version directory.
    pub version: String,
    /// For better or worse.
    pub turn: Turn,
    /// How much it matters.
    pub level: Level,
    /// How it stands on the earlier side, or with most of the fleet; absent where it is not known there at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Standing>,
    /// How it stands on the later side, or with this one of the fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Standing>,
    /// Who made it as it is now: a policy's name, the user, or the layer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// When the key that decides now was last written (RFC 3339), where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// Of a fleet: how many stand as `before` says, and of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority: Option<(u64, u64)>,
}

/// What a [`Difference`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A way in.
    Exposure,
    /// A check.
    Check,
    /// Hardening that was applied wrongly.
    Fault,
}

impl Subject {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::Check => "check",
            Self::Fault => "fault",
        }
    }
}

/// For better or worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It protects less, or is easier undone.
    Worse,
    /// It differs, and protects as much.
    Changed,
    /// It protects more, or is less easily undone.
    Better,
}

impl Turn {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Changed => "changed",
            Self::Better => "better",
        }
    }
}

/// How something stands on one side of a [`Difference`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Standing {
    /// The host there, where it has another name than the difference says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The user there, where another than the difference says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// What the settings say; checks only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What it comes to; checks only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How far it gets; ways in only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Way>,
    /// The data in effect; of a fault, the data as found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<String>,
    /// The data in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub means: String,
    /// The layer that decides; checks only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// Whether the user cannot change it.
    pub enforced: bool,
}

/// Counts over a whole comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceSummary {
    /// Machines and users that were compared, pairs of them; of a fleet, its members.
    pub compared: u64,
    /// Differences by turn.
    pub differences: BTreeMap<String, u64>,
    /// Hosts and users (`HOST\user`) that only the earlier side has.
    pub only_before: Vec<String>,
    /// Hosts and users that only the later side has.
    pub only_after: Vec<String>,
    /// Diagnostics by code.
    pub diagnostics: BTreeMap<String, u64>,
    /// Wall time in milliseconds; absent where output must be reproducible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<u64>,
}
