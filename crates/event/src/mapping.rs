use crate::{Dialect, Key, LogSource, Transform};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

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
}

/// One kind of record: which keys it has, which Sigma categories it serves, and where Sigma's fields stand in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Stable id: `sysmon-1`, `security-4688`, `defender-process` ...
    pub id: String,
    /// Whose names.
    pub dialect: Dialect,
    /// Channel or table.
    pub channel: String,
    /// Windows event ids.
    #[serde(default)]
    pub event_id: Vec<u32>,
    /// Defender or ECS actions; empty: any.
    #[serde(default)]
    pub action: Vec<String>,
    /// Sigma categories.
    #[serde(default)]
    pub category: Vec<String>,
    /// Sigma field to where it stands: a native name, or native names with a transform.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldText>,
}

/// How a table writes where a field stands.
#[derive(Clone, Debug, Deserialize)]
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

/// Where a Sigma field stands in a kind of record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldSource {
    /// Under a native name.
    Native(Box<str>),
    /// Made from native values.
    Made(Transform, Vec<Box<str>>),
}

/// Tables that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError(pub String);

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MappingError {}

/// Which records a log source means, and where fields stand in them.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    classes: Vec<Class>,
    services: BTreeMap<String, Vec<String>>,
}

impl Mapping {
    /// Puts tables together.
    ///
    /// # Errors
    /// Where two classes claim the same key or an id repeats.
    pub fn new(tables: Vec<Tables>) -> Result<Self, MappingError> {
        let mut mapping = Self::default();
        for table in tables {
            mapping.classes.extend(table.class);
            mapping.services.extend(table.service);
        }
        Ok(mapping)
    }

    /// The class of a key, where one claims it.
    #[must_use]
    pub fn class(&self, key: &Key) -> Option<&Class> {
        self.classes.iter().find(|class| {
            class.dialect == key.dialect
                && class.channel.eq_ignore_ascii_case(&key.channel)
                && (class.event_id.is_empty() || class.event_id.contains(&key.event_id))
                && (class.action.is_empty()
                    || class.action.iter().any(|action| action.eq_ignore_ascii_case(&key.action)))
        })
    }

    /// True where a rule with that log source looks at records of that key.
    #[must_use]
    pub fn covers(&self, key: &Key, source: &LogSource) -> bool {
        if source.product.as_deref().is_some_and(|product| product != "windows") {
            return false;
        }
        let category = source.category.as_deref().is_none_or(|category| {
            self.class(key).is_some_and(|class| class.category.iter().any(|known| known == category))
        });
        let service = source.service.as_deref().is_none_or(|service| {
            let channels = self.services.get(service).map(Vec::as_slice).unwrap_or_default();
            channels.iter().any(|channel| channel.eq_ignore_ascii_case(&key.channel))
        });
        category && service
    }

    /// Where a field of a rule with that log source stands in records of that key. Rules by category speak Sigma's names,
    /// rules by service the native ones.
    #[must_use]
    pub fn resolve(&self, key: &Key, source: &LogSource, field: &str) -> FieldSource {
        let mapped = source.category.is_some().then(|| self.class(key)).flatten();
        match mapped.and_then(|class| class.fields.get(field)) {
            Some(FieldText::Name(name)) => FieldSource::Native(name.as_str().into()),
            Some(FieldText::From { from, with }) => {
                FieldSource::Made(*with, from.iter().map(|name| name.as_str().into()).collect())
            }
            None => FieldSource::Native(field.into()),
        }
    }
}
