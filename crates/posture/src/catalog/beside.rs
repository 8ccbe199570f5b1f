//! What stands beside checks and ways: applications, profiles, side effects, spellings.

use super::Channel;
use ddefend_model::posture::Layer;
use serde::Deserialize;

/// An application and where it shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Name as checks use it.
    pub name: String,
    /// Name of its key: `Word`, `PowerPoint`.
    pub key: String,
    /// Its program: `WINWORD.EXE`.
    pub program: String,
}

/// Where the registry says which applications are there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// `HKLM` or `HKCU`.
    pub root: String,
    /// Key, with `<ver>` and `<app>`; what stands below counts as well where it says `used` or `active`.
    pub key: String,
    /// Value; empty where the key says it.
    #[serde(default)]
    pub value: String,
    /// What it says.
    pub says: Says,
    /// Version directory, where the key does not name it.
    #[serde(default)]
    pub version: Option<String>,
    /// How Office was installed where this is there.
    #[serde(default)]
    pub channel: Option<Channel>,
}

/// What an [`Evidence`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// The application is installed.
    Installed,
    /// The value is the build.
    Build,
    /// The value is a list of products ([`Product`]).
    Products,
    /// The user has settings of it, perhaps only written by a script.
    Used,
    /// The user worked with it: what only the application itself writes.
    Active,
    /// Nothing of applications; the engine reads it (profiles).
    Engine,
}

/// Products of Click-to-Run and the applications in them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Patterns of product ids, `*` for any characters: `O365ProPlus*`.
    pub like: Vec<String>,
    /// Applications.
    pub applications: Vec<String>,
}

/// A set of targets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// `strict`, `balanced`, `audit-only`.
    pub name: String,
    /// What it is for, in one sentence.
    pub about: String,
    /// Checks that DDE servers which run already need insecure: `--keep` goes with this profile where there are any.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// What it sets.
    #[serde(rename = "target")]
    pub targets: Vec<Target>,
}

/// What a profile sets one check to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The check.
    pub check: String,
    /// The place's layer: `policy` where there is one that Windows reads, else `user`. Versions whose policy is not read
    /// get it in the user layer.
    pub layer: Layer,
    /// The data: a number or a text. Where the check looks at bits, they are set beside those that are set already.
    pub data: Item,
    /// Version directories, where not all of the check's.
    #[serde(default)]
    pub versions: Vec<String>,
    /// Written only where the setting is insecure: for values that ordinary machines do not have.
    #[serde(default)]
    pub if_insecure: bool,
}

/// A number or a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Item {
    /// For `REG_DWORD`.
    Number(u64),
    /// For `REG_SZ`.
    Text(String),
}

/// Software that lives on DDE and what hardening does to it (seed 004's families of false positives).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideEffect {
    /// Stable id.
    pub id: String,
    /// Who is hit: `Market data feeds (RTD over DDE)`.
    pub who: String,
    /// Checks whose securing hits them.
    pub checks: Vec<String>,
    /// What stops, in one sentence.
    pub what: String,
    /// What to do instead, in one sentence.
    pub instead: String,
}

/// A spelling that is met in the wild.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Misspelling {
    /// As it is met.
    pub wrong: String,
    /// As it should be.
    pub right: String,
    /// Where it is met.
    pub seen_in: String,
}

/// What Intune calls a setting.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intune {
    /// The check.
    pub check: String,
    /// The data that it stands for; none for any.
    #[serde(default)]
    pub data: Option<u64>,
    /// `settingDefinitionId` of the Settings Catalog.
    #[serde(default)]
    pub definition: String,
    /// Which of its options: `enabled` (`_1`) or `disabled` (`_0`).
    #[serde(default)]
    pub choice: String,
    /// `settingDefinitionId` of the element below, whose option is the data.
    #[serde(default)]
    pub child: String,
    /// A policy of Policy CSP instead, whose value is the list `name=data|name=data` of all checks that name it.
    #[serde(default)]
    pub uri: String,
}
