//! The way back: a record of a kind from Sigma's fields, for test samples in every schema.

use super::{Class, FieldSource, Mapping};
use crate::{Dialect, Event, Head, Key, Place, Time, Value, native};
use std::fmt;

/// Why a kind of record cannot say what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NativeError {
    /// No class has that id.
    NoClass(String),
    /// Records of the class have no such field.
    NoField(String),
    /// The field cannot have that value there.
    NoValue {
        /// Sigma field.
        field: String,
        /// Value.
        value: String,
    },
    /// Two Sigma fields want different values of one native field.
    Conflict(String),
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClass(id) => write!(f, "no kind of record is called '{id}'"),
            Self::NoField(field) => write!(f, "such records have no '{field}'"),
            Self::NoValue { field, value } => write!(f, "such records cannot say {field} = '{value}'"),
            Self::Conflict(name) => write!(f, "two fields want different values of '{name}'"),
        }
    }
}

impl std::error::Error for NativeError {}

/// Native fields that every Windows record may have.
const HEAD: &[&str] = &[
    native::EVENT_ID,
    native::CHANNEL,
    native::PROVIDER,
    native::COMPUTER,
    native::LEVEL,
    native::TASK,
    native::OPCODE,
    native::KEYWORDS,
    native::RECORD,
    native::TIME,
    native::USER_ID,
    "Version",
    "Qualifiers",
    "Provider_Guid",
    "Execution_ProcessID",
    "Execution_ThreadID",
    "Correlation_ActivityID",
    "Correlation_RelatedActivityID",
];

impl Mapping {
    /// A record of that class that says what the Sigma fields say: [`Mapping::resolve`] finds every one of them again, with
    /// the same value up to ASCII case. Native names that the class knows and Sigma does not use may be given as well. The
    /// record's kind and what such records always carry is added.
    ///
    /// # Errors
    /// Where no class has the id, or its records cannot carry a field or a value.
    pub fn native(
        &self,
        class_id: &str,
        fields: &[(&str, &str)],
        host: &str,
        time: Option<Time>,
        record: u64,
    ) -> Result<Event, NativeError> {
        let class = self.class_of_id(class_id).ok_or_else(|| NativeError::NoClass(class_id.to_owned()))?;
        let mut data = Data::default();
        let mut given: Vec<&(&str, &str)> = fields.iter().collect();
        if class.dialect != Dialect::Windows {
            given.retain(|(field, _)| !["Computer", "ComputerName", "UtcTime"].contains(field));
        }
        for (field, value) in given {
            self.put(class, field, value, &mut data)?;
        }
        for (name, value) in &class.typical {
            data.add(name, value);
        }
        Ok(self.finish(class, data, host, time, record))
    }

    fn put(&self, class: &Class, field: &str, value: &str, data: &mut Data) -> Result<(), NativeError> {
        let name = field.to_ascii_lowercase();
        let at = self.classes.iter().position(|known| known.id == class.id);
        let mapped = at.and_then(|at| self.fields.get(at)).and_then(|fields| fields.get(&name));
        match mapped {
            Some(FieldSource::Native(native)) => data.set(native, value),
            Some(FieldSource::Made(transform, names)) => {
                let refused = || NativeError::NoValue { field: field.to_owned(), value: value.to_owned() };
                let natives = transform.inverse(value, names.len()).ok_or_else(refused)?;
                names.iter().zip(natives).try_for_each(|(name, native)| match native {
                    Some(native) => data.set(name, &native),
                    None => Ok(()),
                })
            }
            Some(FieldSource::Chained(_)) => Err(NativeError::NoField(field.to_owned())),
            None if may(class, field) => data.set(field, value),
            None => Err(NativeError::NoField(field.to_owned())),
        }
    }

    fn finish(&self, class: &Class, mut data: Data, host: &str, time: Option<Time>, record: u64) -> Event {
        let channel = class.channel.first().cloned().unwrap_or_default();
        let mut key = Key {
            dialect: class.dialect,
            channel: channel.as_str().into(),
            provider: "".into(),
            event_id: class.event_id.first().copied().unwrap_or_default(),
            action: "".into(),
        };
        let moment = time.map(|time| time.to_string()).unwrap_or_default();
        let action = class.action.first().map(String::as_str).unwrap_or_default();
        match class.dialect {
            Dialect::Windows => {
                key.provider = self.writer(class).into();
                data.number(native::EVENT_ID, u64::from(key.event_id));
                data.add(native::CHANNEL, &channel);
                data.add(native::PROVIDER, &key.provider);
                data.add(native::COMPUTER, host);
                data.number(native::RECORD, record);
                data.add(native::TIME, &moment);
            }
            Dialect::Defender => {
                data.add("Timestamp", &moment);
                data.add("DeviceName", host);
                data.add("ActionType", action);
                key.action = data.text("ActionType").into();
            }
            Dialect::Ecs => {
                data.add("@timestamp", &moment);
                data.add("host.name", host);
                data.add("event.category", &channel);
                data.add("event.action", action);
                key.action = data.text("event.action").into();
            }
        }
        let place = Place { source: class.id.as_str().into(), record, offset: 0 };
        Event { head: Head { place, key, time, host: host.into() }, data: data.0 }
    }

    /// The provider that writes such records; of several for the channel the last by name.
    fn writer(&self, class: &Class) -> String {
        let channel = class.channel.first().map(|channel| channel.to_ascii_lowercase()).unwrap_or_default();
        let known =
            self.provider_names.iter().filter(|name| self.providers.get(&name.to_ascii_lowercase()) == Some(&channel));
        class.provider.clone().or_else(|| known.max().cloned()).unwrap_or_default()
    }
}

/// True where a class's records may have a native field of that name.
pub(super) fn may(class: &Class, field: &str) -> bool {
    let mapped = || class.fields.values().any(|text| text.natives().any(|name| name.eq_ignore_ascii_case(field)));
    let known = || class.known.iter().any(|name| name.eq_ignore_ascii_case(field));
    let head = || HEAD.iter().any(|name| name.eq_ignore_ascii_case(field));
    match class.dialect {
        Dialect::Windows => class.known.is_empty() || known() || head(),
        Dialect::Defender => mapped() || field.eq_ignore_ascii_case("ActionType"),
        Dialect::Ecs => mapped() || field.eq_ignore_ascii_case("event.action"),
    }
}

#[derive(Default)]
struct Data(Vec<(Box<str>, Value)>);

impl Data {
    /// Sets a value; another one under the name is a conflict. `Data` (values without names) may repeat.
    fn set(&mut self, name: &str, value: &str) -> Result<(), NativeError> {
        let known = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            Some((_, known)) if name != native::DATA => {
                let same = known.cell().to_text().eq_ignore_ascii_case(value);
                if same { Ok(()) } else { Err(NativeError::Conflict(name.to_owned())) }
            }
            _ => {
                self.0.push((name.into(), Value::Text(value.into())));
                Ok(())
            }
        }
    }

    /// Adds a value where there is none and the value says something.
    fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() && !self.has(name) {
            self.0.push((name.into(), Value::Text(value.into())));
        }
    }

    fn number(&mut self, name: &str, value: u64) {
        if !self.has(name) {
            self.0.push((name.into(), i64::try_from(value).map_or(Value::Uint(value), Value::Int)));
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn text(&self, name: &str) -> String {
        let known = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, value)| value.cell().to_text()).unwrap_or_default()
    }
}
