//! What the files under `content/mappings` hold.

use crate::table::Chain;
use crate::{Dialect, Transform};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `content/mappings/*.toml` says, as read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// Kinds of records.
    #[serde(default)]
    pub class: Vec<Class>,
    /// Sigma services with the channels that they mean.
    #[serde(default)]
    pub service: BTreeMap<String, Vec<String>>,
    /// Providers with the channel that they write to, for records that do not say theirs (carved ones, CSV).
    #[serde(default)]
    pub provider: BTreeMap<String, String>,
    /// Channels with fields that rules by service call otherwise than the record does.
    #[serde(default)]
    pub alias: BTreeMap<String, BTreeMap<String, FieldText>>,
    /// Dialects with fields that every record of theirs has, whatever its class.
    #[serde(default)]
    pub common: BTreeMap<Dialect, BTreeMap<String, FieldText>>,
    /// Log sources of `product: windows` or no product that no record can serve, with the reason.
    #[serde(default)]
    pub unserved: Vec<Unserved>,
}

/// One kind of record: which keys it has, which Sigma categories it serves, and where Sigma's fields stand in it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Stable id: `sysmon-1`, `security-4688`, `defender-process` ...
    pub id: String,
    /// Whose names.
    pub dialect: Dialect,
    /// Channels, tables or ECS categories, any of them.
    pub channel: Vec<String>,
    /// Windows provider, where the channel has several that use the same event ids.
    #[serde(default)]
    pub provider: Option<String>,
    /// Windows event ids.
    #[serde(default)]
    pub event_id: Vec<u32>,
    /// Defender or ECS actions; empty: any.
    #[serde(default)]
    pub action: Vec<String>,
    /// Sigma categories.
    #[serde(default)]
    pub category: Vec<String>,
    /// Sigma field to where it stands: a native name, or native names with a transform. Fields that stand under Sigma's own
    /// name are not listed.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldText>,
    /// For a category: native fields that, where they are there, must have one of the values, because the key alone does
    /// not tell (one event id for setting and deleting).
    #[serde(default)]
    pub when: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Native fields that such records have, where the schema is known whole; empty where it is not.
    #[serde(default)]
    pub known: Vec<String>,
    /// Native values that a writer of test records adds where the Sigma fields give none.
    #[serde(default)]
    pub typical: BTreeMap<String, String>,
}

/// How a table writes where a field stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum FieldText {
    /// A native name.
    Name(String),
    /// Native names and what makes one value of them.
    From {
        /// Native names.
        from: Vec<String>,
        /// What makes one value.
        with: Transform,
    },
}

/// A log source that no record can serve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unserved {
    /// Category.
    #[serde(default)]
    pub category: Option<String>,
    /// Service.
    #[serde(default)]
    pub service: Option<String>,
    /// Why.
    pub why: String,
}

/// Where a Sigma field stands in a kind of record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldSource {
    /// Under a native name.
    Native(Box<str>),
    /// Made from native values.
    Made(Transform, Vec<Box<str>>),
    /// Made from native values by way of Sigma's fields, for columns of other schemas.
    Chained(Arc<Chain>),
}

impl FieldText {
    /// Native names that it needs.
    pub fn natives(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::Name(name) => (Some(name.as_str()), [].as_slice()),
            Self::From { from, .. } => (None, from.as_slice()),
        };
        one.into_iter().chain(many.iter().map(String::as_str))
    }
}

impl From<&FieldText> for FieldSource {
    fn from(text: &FieldText) -> Self {
        match text {
            FieldText::Name(name) => Self::Native(name.as_str().into()),
            FieldText::From { from, with } => Self::Made(*with, from.iter().map(|name| name.as_str().into()).collect()),
        }
    }
}

impl FieldSource {
    /// Native names that it needs.
    pub fn natives(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self {
            Self::Native(name) => (Some(&**name), [].as_slice()),
            Self::Made(_, names) => (None, names.as_slice()),
            Self::Chained(chain) => (None, chain.inputs.as_slice()),
        };
        one.into_iter().chain(many.iter().map(|name| &**name))
    }

    /// Values of the field in an owned record, as text; empty where it is absent.
    #[must_use]
    pub fn read(&self, event: &crate::Event) -> Vec<String> {
        if let Self::Native(name) = self {
            return event.values(name).map(|value| value.cell().to_text()).collect();
        }
        let first = |name: &str| event.values(name).next().map(|value| value.cell().to_text());
        let inputs: Vec<Option<String>> = self.natives().map(first).collect();
        let inputs: Vec<Option<&str>> = inputs.iter().map(Option::as_deref).collect();
        self.apply(&inputs).into_iter().collect()
    }

    /// The value from those of [`FieldSource::natives`], each absent or as text; of a native field its first.
    #[must_use]
    pub fn apply(&self, inputs: &[Option<&str>]) -> Option<String> {
        match self {
            Self::Native(_) => inputs.first().copied().flatten().map(str::to_owned),
            Self::Made(transform, _) => transform.apply(inputs),
            Self::Chained(chain) => chain.apply(inputs).map(std::borrow::Cow::into_owned),
        }
    }
}
