//! The words of posture: checks, layers, verdicts, ways in. What a [`Check`] looks at and what it means is content.

mod difference;

pub use difference::{Difference, DifferenceSummary, Standing, Subject, Turn};

use crate::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What stands behind the values of one setting for one user, application and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The check's id: `DDE-WORD-ALLOW`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Host: the computer's name, or the folder that its files stand in.
    pub host: String,
    /// Key of the setting that decides, or of the one to set where none is: with its root, as Windows writes it.
    pub key: String,
    /// Name of its value.
    pub value: String,
    /// Whose; empty for the machine.
    pub user: String,
    /// Application: `Word`, `Excel`, `Office`, `Windows` ...
    pub application: String,
    /// Version directory: `16.0`; empty where the setting has none.
    pub version: String,
    /// What the settings say.
    pub verdict: Verdict,
    /// What that comes to on this machine, defaults included.
    pub outcome: Outcome,
    /// The data in effect, or the default's; null where it is not known.
    #[serde(default)]
    pub effective: Option<String>,
    /// The data in effect in words: `DDE is off`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub means: String,
    /// The layer that decides.
    pub layer: Layer,
    /// True where the user, and so any process of the user, cannot change it.
    pub enforced: bool,
    /// True where a policy says "not configured" in so many words (`**del.`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explicit: bool,
    /// How much it matters where it is not secure.
    pub level: Level,
    /// ATT&CK mitigation: `M1042`; empty for none.
    pub mitigation: String,
    /// Class: `core`, `neighbour`, `baseline`, `strict` ...
    pub class: String,
    /// Why the default is what it is, or why it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub default: String,
    /// Every setting that was looked at and found, in the order of the layers; the first that says something decides.
    pub evidence: Vec<Seen>,
    /// Hardening that was applied wrongly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Whatever else is worth knowing, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Set, and it protects.
    Secure,
    /// Set, and it does not.
    Insecure,
    /// Not set in any layer.
    Absent,
    /// Somebody tried to set it, and Office does not see it.
    Misapplied,
    /// The inputs do not say.
    Unknown,
}

impl Verdict {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
            Self::Absent => "absent",
            Self::Misapplied => "misapplied",
            Self::Unknown => "unknown",
        }
    }
}

/// What it comes to, defaults included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Protected.
    Secure,
    /// Not protected.
    Insecure,
    /// The default depends on what the inputs do not say (the build).
    Unknown,
}

impl Outcome {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a setting stands; the first of those that say something decides (Microsoft Learn, Cloud Policy: "priority").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// What the product itself reports as in effect (`Get-MpPreference`).
    Reported,
    /// Cloud Policy service.
    Cloud,
    /// Group policy, or Intune's administrative templates.
    Policy,
    /// Device management (Policy Manager).
    Mdm,
    /// The machine's own setting.
    Machine,
    /// The user's own setting (Trust Center).
    User,
    /// Nothing is set.
    Default,
}

impl Layer {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Cloud => "cloud",
            Self::Policy => "policy",
            Self::Mdm => "mdm",
            Self::Machine => "machine",
            Self::User => "user",
            Self::Default => "default",
        }
    }
}

/// A setting that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Id of the place: `DDE-WORD-ALLOW.policy`.
    pub id: String,
    /// Its layer.
    pub layer: Layer,
    /// Key, with its root.
    pub key: String,
    /// Name of the value, as it is written there.
    pub value: String,
    /// Type as `reg query` prints it; empty for a removal.
    #[serde(rename = "type", default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Data in text; absent where the setting is taken away (`**del.`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What this setting alone says.
    pub verdict: Verdict,
    /// When the key was last written (RFC 3339), where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written: String,
    /// The file it was read from.
    pub source: String,
    /// Offset or line in it: `offset 4096`, `line 12`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// `written`, `log` (only a transaction log holds it) or `deleted` (found in free cells, not in effect).
    pub origin: String,
    /// The group policy's or baseline's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
}

/// Hardening that was applied wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable id, one of [`fault`].
    pub id: String,
    /// The check that it was meant for.
    pub check: String,
    /// Key as found, with its root.
    pub key: String,
    /// Value as found.
    pub value: String,
    /// Data as found.
    pub data: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What it should be, in one sentence.
    pub remedy: String,
    /// The file it was read from.
    pub source: String,
    /// Offset or line in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
}

/// Stable ids of faults.
pub mod fault {
    /// A key has the name of the value, so the value itself is not there.
    pub const KEY: &str = "fault.key-for-value";
    /// The value stands under a key where nothing reads it.
    pub const PATH: &str = "fault.wrong-path";
    /// The data has a type that is not read.
    pub const TYPE: &str = "fault.wrong-type";
    /// Only versions that are not installed have it.
    pub const VERSION: &str = "fault.wrong-version";
    /// A policy for users stands in the machine's part, or the other way round.
    pub const ROOT: &str = "fault.wrong-root";
    /// The value's name is misspelt or holds junk.
    pub const NAME: &str = "fault.wrong-name";
    /// The data is none that means anything.
    pub const DATA: &str = "fault.wrong-data";
    /// Every id.
    pub const ALL: &[&str] = &[KEY, PATH, TYPE, VERSION, ROOT, NAME, DATA];
}

/// Whether a way in is open for one user, application and version: single values say little, the chain of them does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Id of the way: `word-field`.
    pub id: String,
    /// Its title: `A DDE field in a Word document starts a program`.
    pub title: String,
    /// Host.
    pub host: String,
    /// Whose; empty for the machine.
    pub user: String,
    /// Application.
    pub application: String,
    /// Version directory.
    pub version: String,
    /// How far it gets.
    pub state: Way,
    /// True where what closes it cannot be changed by the user.
    pub enforced: bool,
    /// How much it matters as it stands.
    pub level: Level,
    /// The check and layer that decide, in words: `DDE-WORD-ALLOW in the policy layer`.
    pub decided_by: String,
    /// One sentence for people.
    pub why: String,
    /// Every barrier on the way, strongest first.
    pub barriers: Vec<Barrier>,
    /// Single changes, each of which opens it (or opens it further), with who can make them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone_by: Vec<Change>,
    /// Single changes, each of which closes it; strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed_by: Vec<Change>,
    /// What already goes round barriers: trusted locations, lost mark of the web.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bypasses: Vec<String>,
}

/// How far a way in gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// It ends: the feature or the behaviour is off.
    Closed,
    /// Clicks of the user carry it through.
    Clicks,
    /// Only the application's own prompts stand in the way, or nothing.
    Open,
    /// The inputs do not say.
    Unknown,
}

impl Way {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Clicks => "clicks",
            Self::Open => "open",
            Self::Unknown => "unknown",
        }
    }
}

/// One barrier on a way in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barrier {
    /// The check.
    pub check: String,
    /// What it does to the way where it holds: `closes`, `blocks`, `asks`.
    pub strength: String,
    /// Whether it holds.
    pub holds: Outcome,
    /// Whether it is enforced.
    pub enforced: bool,
    /// The layer that decides it.
    pub layer: Layer,
    /// The bypass that makes it void, where one does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub void: String,
}

/// A change of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The check.
    pub check: String,
    /// Key, with its root.
    pub key: String,
    /// Value.
    pub value: String,
    /// Data to write; absent for a deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Who can make it: `user` (any process of the user) or `administrator`.
    pub by: String,
    /// What it does, in one sentence.
    pub effect: String,
}

/// What was found of one user of one host, or of the host itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Host: the computer's name, or the folder that its files stand in.
    pub host: String,
    /// User's name or security identifier; empty for the machine.
    pub user: String,
    /// Security identifier, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sid: String,
    /// Applications met: installed, or only used.
    pub applications: Vec<Installed>,
    /// Checks, in the order of the content.
    pub checks: Vec<Check>,
    /// Ways in.
    pub exposures: Vec<Exposure>,
    /// Hardening applied wrongly that belongs to no check above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Inputs that it rests on.
    pub sources: Vec<String>,
}

impl Audit {
    /// The user of an audit of a group policy that stands alone.
    pub const POLICY_USER: &str = "(policy)";
}

/// An application of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Installed {
    /// Application.
    pub application: String,
    /// Version directory.
    pub version: String,
    /// Build: `16.0.17328.20184`; empty where not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build: String,
    /// `c2r`, `msi`, or empty where not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// True where the machine says that it is installed; false where only the user's settings or a policy name it.
    pub certain: bool,
}

/// Counts over a whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostureSummary {
    /// Hosts.
    pub hosts: u64,
    /// Users.
    pub users: u64,
    /// Inputs read.
    pub inputs: u64,
    /// Bytes of the inputs.
    pub bytes: u64,
    /// Checks by verdict.
    pub checks: BTreeMap<String, u64>,
    /// Ways in by state.
    pub exposures: BTreeMap<String, u64>,
    /// Faults by id.
    pub faults: BTreeMap<String, u64>,
    /// Diagnostics by code.
    pub diagnostics: BTreeMap<String, u64>,
    /// Wall time in milliseconds; absent where output must be reproducible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<u64>,
}
