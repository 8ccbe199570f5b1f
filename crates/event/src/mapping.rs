mod check;
mod column;
mod reach;
mod tables;
mod write;

pub use column::{Origin, Rows};
pub use reach::Reach;
pub use tables::{Class, FieldSource, FieldText, Tables, Unserved};
pub use write::NativeError;

use crate::table::TableSet;
use crate::{Dialect, Key, LogSource};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

/// Tables that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError(pub String);

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MappingError {}

/// A condition that a kind of record puts on rules of a category: the field is absent or has one of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Native field.
    pub native: Box<str>,
    /// Values, compared without case.
    pub values: Vec<Box<str>>,
}

/// Which records a log source means, and where fields stand in them. Names of channels, actions, services, categories and
/// fields are compared without ASCII case.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    classes: Vec<Class>,
    /// Sigma fields of each class in lower case.
    fields: Vec<Fields>,
    whens: Vec<HashMap<String, Vec<When>>>,
    /// Candidates by dialect and channel in lower case.
    index: HashMap<(Dialect, String), Vec<usize>>,
    /// Channels of a service, all in lower case.
    services: HashMap<String, Vec<String>>,
    /// The same as the tables write them.
    written: HashMap<String, Vec<String>>,
    providers: HashMap<String, String>,
    provider_names: Vec<String>,
    aliases: HashMap<String, Fields>,
    common: HashMap<Dialect, Fields>,
    unserved: Vec<Unserved>,
    tables: Arc<TableSet>,
}

type Fields = HashMap<String, FieldSource>;

impl Mapping {
    /// Puts tables together.
    ///
    /// # Errors
    /// Where an id repeats, two classes claim the same key, two tables say different things of the same service, provider
    /// or alias, or an entry cannot work (a transform with the wrong number of inputs, no channel).
    pub fn new(tables: Vec<Tables>) -> Result<Self, MappingError> {
        let tables = check::merge(tables)?;
        check::classes(&tables)?;
        let mut mapping = Self {
            written: lower(tables.service.clone(), |names| names),
            services: lower(tables.service, |names| names.iter().map(|name| name.to_ascii_lowercase()).collect()),
            provider_names: tables.provider.keys().cloned().collect(),
            providers: lower(tables.provider, |channel| channel.to_ascii_lowercase()),
            aliases: lower(tables.alias, |fields| sources(&fields)),
            common: tables.common.iter().map(|(dialect, fields)| (*dialect, sources(fields))).collect(),
            unserved: tables.unserved,
            ..Self::default()
        };
        for (at, class) in tables.class.iter().enumerate() {
            for channel in &class.channel {
                mapping.index.entry((class.dialect, channel.to_ascii_lowercase())).or_default().push(at);
            }
            mapping.fields.push(sources(&class.fields));
            mapping.whens.push(lower(class.when.clone(), |fields| fields.into_iter().map(when).collect()));
        }
        mapping.classes = tables.class;
        Ok(mapping)
    }

    /// The class of a key, where one claims it.
    #[must_use]
    pub fn class(&self, key: &Key) -> Option<&Class> {
        self.at(key).and_then(|at| self.classes.get(at))
    }

    /// The class with that id.
    #[must_use]
    pub fn class_of_id(&self, id: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.id == id)
    }

    /// Every class, in the order of the tables.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Sigma fields of a class that stand elsewhere than under their own name, with where they stand, by name.
    #[must_use]
    pub fn fields(&self, class: &Class) -> BTreeMap<String, FieldSource> {
        class.fields.iter().map(|(field, text)| (field.clone(), text.into())).collect()
    }

    /// Classes that serve a log source, in the order of the tables; none for rules by service or product alone, which
    /// need no class.
    #[must_use]
    pub fn classes_for(&self, source: &LogSource) -> Vec<&Class> {
        let Some(category) = source.category.as_deref().filter(|_| is_windows(source)) else { return Vec::new() };
        let channels = source.service.as_deref().map(|service| self.channels(service));
        let in_service = |class: &&Class| {
            channels.is_none_or(|channels| {
                class.channel.iter().any(|channel| channels.iter().any(|known| known.eq_ignore_ascii_case(channel)))
            })
        };
        self.classes.iter().filter(|class| serves(class, category)).filter(in_service).collect()
    }

    /// Channels of a Sigma service, in lower case; empty for services that are not known.
    #[must_use]
    pub fn channels(&self, service: &str) -> &[String] {
        self.services.get(&service.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Channels of a Sigma service as the tables write them.
    #[must_use]
    pub fn service_names(&self, service: &str) -> &[String] {
        self.written.get(&service.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Sigma services in alphabetical order.
    #[must_use]
    pub fn services(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.written.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Log sources that no record can serve, with the reason.
    #[must_use]
    pub fn unserved(&self) -> &[Unserved] {
        &self.unserved
    }

    /// True where a rule with that log source looks at records of that key. A rule by category looks at every class that
    /// serves it; one of `product: windows` alone at every Windows record; other products at none.
    #[must_use]
    pub fn covers(&self, key: &Key, source: &LogSource) -> bool {
        if let Some(entry) = self.entry_of(source) {
            return self.rows_of(key, entry).is_some();
        }
        if !is_windows(source) {
            return false;
        }
        if source.category.is_none() && key.dialect != Dialect::Windows {
            return false;
        }
        let category = source
            .category
            .as_deref()
            .is_none_or(|category| self.class(key).is_some_and(|class| serves(class, category)));
        let service = source.service.as_deref().is_none_or(|service| {
            let channel = self.channel(key);
            key.dialect == Dialect::Windows && self.channels(service).contains(&channel)
        });
        category && service
    }

    /// Where a field of a rule with that log source stands in records of that key. Rules by category speak Sigma's names,
    /// rules by service the native ones (or those that Sigma's rules use for them, see `alias` in the tables).
    #[must_use]
    pub fn resolve(&self, key: &Key, source: &LogSource, field: &str) -> FieldSource {
        if let Some(entry) = self.entry_of(source) {
            let found = self.rows_of(key, entry).and_then(|rows| rows.field(field));
            return found.unwrap_or_else(|| FieldSource::Chained(Arc::default()));
        }
        let name = field.to_ascii_lowercase();
        let mapped = if source.category.is_some() {
            self.at(key).and_then(|at| self.fields.get(at))
        } else if key.dialect == Dialect::Windows {
            self.aliases.get(&self.channel(key))
        } else {
            None
        };
        let found = mapped.and_then(|fields| fields.get(&name));
        let found = found.or_else(|| self.common.get(&key.dialect).and_then(|fields| fields.get(&name)));
        found.cloned().unwrap_or_else(|| FieldSource::Native(field.into()))
    }

    /// What must hold of records of that key beside the detection of a rule with that log source: each field absent or
    /// with one of the values.
    #[must_use]
    pub fn conditions(&self, key: &Key, source: &LogSource) -> &[When] {
        if let Some(entry) = self.entry_of(source) {
            let rows = self.rows_of(key, entry);
            let found = rows.as_ref().and_then(|rows| rows.source().cloned());
            return found.map(|source| self.conditions(key, &source)).unwrap_or_default();
        }
        let whens = self.at(key).and_then(|at| self.whens.get(at));
        let category = source.category.as_deref().map(str::to_ascii_lowercase).unwrap_or_default();
        whens.and_then(|whens| whens.get(&category)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The key's channel in lower case, where the tables know it: nothing in them tells other channels apart.
    #[must_use]
    pub fn known_channel(&self, key: &Key) -> Option<String> {
        let channel = (key.dialect, self.channel(key));
        let known = self.index.contains_key(&channel)
            || self.aliases.contains_key(&channel.1)
            || self.services.values().any(|channels| channels.contains(&channel.1));
        known.then_some(channel.1)
    }

    /// The channel in lower case; the provider's usual one where the record does not say.
    fn channel(&self, key: &Key) -> String {
        if key.channel.is_empty() && key.dialect == Dialect::Windows {
            return self.providers.get(&key.provider.to_ascii_lowercase()).cloned().unwrap_or_default();
        }
        key.channel.to_ascii_lowercase()
    }

    fn at(&self, key: &Key) -> Option<usize> {
        let candidates = self.index.get(&(key.dialect, self.channel(key)))?;
        candidates.iter().copied().find(|at| self.classes.get(*at).is_some_and(|class| claims(class, key)))
    }
}

fn claims(class: &Class, key: &Key) -> bool {
    let provider = class
        .provider
        .as_deref()
        .is_none_or(|provider| key.provider.is_empty() || provider.eq_ignore_ascii_case(&key.provider));
    let action = || class.action.iter().any(|action| action.eq_ignore_ascii_case(&key.action));
    provider
        && (class.event_id.is_empty() || class.event_id.contains(&key.event_id))
        && (class.action.is_empty() || action())
}

fn serves(class: &Class, category: &str) -> bool {
    class.category.iter().any(|known| known.eq_ignore_ascii_case(category))
}

fn is_windows(source: &LogSource) -> bool {
    source.product.as_deref().is_none_or(|product| product.eq_ignore_ascii_case("windows"))
}

fn sources(fields: &BTreeMap<String, FieldText>) -> Fields {
    fields.iter().map(|(field, text)| (field.to_ascii_lowercase(), text.into())).collect()
}

fn lower<V, W>(map: BTreeMap<String, V>, make: impl Fn(V) -> W) -> HashMap<String, W> {
    map.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), make(value))).collect()
}

fn when((name, values): (String, Vec<String>)) -> When {
    When { native: name.into(), values: values.into_iter().map(Into::into).collect() }
}

#[cfg(test)]
mod tests;
