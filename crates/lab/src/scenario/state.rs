use serde::Deserialize;
use std::collections::BTreeMap;

/// A hive of the registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HiveSpec {
    /// Path below `evidence/` (`hives/NTUSER.DAT`, `hives/SOFTWARE`); the name says which hive it is.
    pub path: String,
    /// Host; empty: the first.
    pub host: String,
    /// False: only `hives/before` and `hives/after` have it.
    pub collected: Option<bool>,
    /// Values before the incident.
    pub before: Vec<ValueSpec>,
    /// Values that it changed, merged over those before.
    pub after: Vec<ValueSpec>,
    /// Documents that the user trusted.
    pub trust: Vec<TrustSpec>,
}

/// A value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValueSpec {
    /// Key below the hive's root: `Software\Microsoft\Office\16.0\Word\Security`.
    pub key: String,
    /// Name; empty: the key alone.
    pub name: String,
    /// A number (`REG_DWORD`).
    pub dword: Option<u32>,
    /// A text (`REG_SZ`).
    pub text: Option<String>,
    /// True: the value (without a name the key) is removed.
    pub removed: bool,
    /// When the key was written; default `start`.
    pub at: String,
}

/// A document that the user trusted: 24 bytes in `Security\Trusted Documents\TrustRecords`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustSpec {
    /// `Word`, `Excel` ...
    pub application: String,
    /// `16.0`, the default.
    pub version: String,
    /// Path on the host as Office writes it (`%USERPROFILE%/Downloads/Invoice.docx`), with placeholders.
    pub document: String,
    /// When.
    pub at: String,
    /// `editing`, `content` or a number.
    pub choice: String,
}

/// A process dump.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemorySpec {
    /// Path below `evidence/`.
    pub path: String,
    /// Process that was dumped.
    pub process: String,
    /// When; default ten minutes after `start`.
    pub at: String,
    /// Modules beside those that it always has: paths.
    pub modules: Vec<String>,
    /// Texts in its memory.
    pub strings: Vec<MemoryText>,
}

/// A text in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryText {
    /// Text, with placeholders (`{field:evidence.docx}`, `{command:...}`); nothing else of it may be an instruction.
    pub text: String,
    /// `ascii` or `utf-16`, the default.
    pub encoding: String,
}

/// Daily counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistorySpec {
    /// `findings`, `office-interpreter`, `dde-registry`, `asr`.
    pub metric: String,
    /// `host`, `user` or `org`.
    pub scope: String,
    /// Name; empty for `org`.
    pub name: String,
    /// Counts of the days before that of `start`, the last day last.
    pub counts: Vec<u64>,
}

/// A known indicator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndicatorSpec {
    /// `hash`, `url`, `domain`, `ip`, `file`, `command`, `sender` ...
    pub kind: String,
    /// Value, with placeholders.
    pub value: String,
    /// What it stands for.
    pub about: String,
}

/// A host of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssetSpec {
    /// Name.
    pub host: String,
    /// What it is for.
    pub role: String,
    /// Ids in other systems.
    pub ids: BTreeMap<String, String>,
}
