//! Which rules cannot fire on what was read, and why.

use super::{Class, FieldSource, Mapping, write};
use crate::{Dialect, Key, LogSource};
use std::fmt;

/// Whether a rule can fire on the kinds of records that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It can, as far as the mapping knows.
    Can,
    /// No record of its log source was read; the channels or tables that would serve, where they are known.
    NoLog(Vec<String>),
    /// Records of its log source were read, and none of their kinds has the field.
    NoField(String),
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Can => f.write_str("it can fire"),
            Self::NoLog(would) if would.is_empty() => f.write_str("no such log was read"),
            Self::NoLog(would) => write!(f, "no such log was read: it needs {}", would.join(" or ")),
            Self::NoField(field) => write!(f, "the field {field} is never in the records that were read"),
        }
    }
}

impl Mapping {
    /// Whether records of that key can have a field of a rule with that log source; none where the schema of such records
    /// is not known.
    #[must_use]
    pub fn has(&self, key: &Key, source: &LogSource, field: &str) -> Option<bool> {
        let class = self.class(key)?;
        let place = self.resolve(key, source, field);
        match class.dialect {
            Dialect::Windows if class.known.is_empty() => None,
            Dialect::Windows => Some(place.natives().any(|name| write::may(class, name) || name == MESSAGE)),
            Dialect::Defender | Dialect::Ecs => {
                let same = matches!(&place, FieldSource::Native(name) if **name == *field);
                if !same || self.common(class.dialect, field) || class_has(class, field) {
                    return Some(true);
                }
                // Windows' names mean nothing there where the tables do not say so; others may be the schema's own.
                let mut windows = self.classes.iter().filter(|class| !class.known.is_empty());
                let theirs = windows.any(|class| class.dialect == Dialect::Windows && write::may(class, field));
                theirs.then_some(false)
            }
        }
    }

    /// Whether a rule with that log source can fire on the kinds of records that were read. `fields` are those without which
    /// its detection cannot hold.
    #[must_use]
    pub fn reach(&self, source: &LogSource, fields: &[&str], seen: &[Key]) -> Reach {
        let covered: Vec<&Key> = seen.iter().filter(|key| self.covers(key, source)).collect();
        if covered.is_empty() {
            return Reach::NoLog(self.places(source));
        }
        let lacking = |key: &&Key| fields.iter().find(|field| self.has(key, source, field) == Some(false));
        let missing: Vec<_> = covered.iter().filter_map(lacking).collect();
        match missing.first() {
            Some(field) if missing.len() == covered.len() => Reach::NoField((**field).to_owned()),
            _ => Reach::Can,
        }
    }

    /// Channels and tables that serve a log source, as the tables write them; Windows' first.
    #[must_use]
    pub fn places(&self, source: &LogSource) -> Vec<String> {
        let mut places: Vec<String> = Vec::new();
        for class in self.classes_for(source) {
            let ids: Vec<String> = class.event_id.iter().map(ToString::to_string).collect();
            for channel in &class.channel {
                let few = (1..=4).contains(&ids.len());
                let place = if few { format!("{channel} {}", ids.join("/")) } else { channel.clone() };
                if class.dialect != Dialect::Ecs && !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        if let (None, Some(service)) = (&source.category, &source.service) {
            places.extend(self.service_names(service).iter().cloned());
        }
        places
    }

    fn common(&self, dialect: Dialect, field: &str) -> bool {
        self.common.get(&dialect).is_some_and(|fields| fields.contains_key(&field.to_ascii_lowercase()))
    }
}

/// The rendered text, which some shippers add.
const MESSAGE: &str = "Message";

fn class_has(class: &Class, field: &str) -> bool {
    class.fields.keys().any(|name| name.eq_ignore_ascii_case(field)) || write::may(class, field)
}
