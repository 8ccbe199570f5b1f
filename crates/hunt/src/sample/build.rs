use super::read::{RawKind, Sample, SampleError, SampleRecord, Stands};
use ddefend_event::{Class, Dialect, Event, Head, Key, LogSource, Mapping, Place, Time, Value, Zone, native};

/// When samples begin: 2026-03-02T09:00:00Z, a Monday morning.
const BEGIN: i64 = 1_772_442_000 * Time::SECOND;
/// Where they happen unless they say otherwise.
const HOST: &str = "ws-042.example";
/// Families whose records are Windows'; `windows` stands for those that neither of the others has, with or without a class.
const WINDOWS: [&str; 3] = ["windows", "sysmon", "security"];

impl Sample {
    /// True where the sample is for that family of records, given what its rule claims.
    #[must_use]
    pub fn claims(&self, rule: &[String], schema: &str) -> bool {
        self.schemas.as_deref().unwrap_or(rule).iter().any(|claimed| claimed == schema)
    }

    /// The sample as records of a family (`sysmon`, `security`, `defender`, `ecs`, `windows`), in its order.
    ///
    /// # Errors
    /// Where the family has no such records, or they cannot carry a field or a value.
    pub fn events(&self, mapping: &Mapping, schema: &str) -> Result<Vec<Event>, SampleError> {
        let numbered = self.records.iter().zip(1_u64..);
        numbered.map(|(record, number)| record.event(mapping, schema, number)).collect()
    }
}

impl SampleRecord {
    fn event(&self, mapping: &Mapping, schema: &str, number: u64) -> Result<Event, SampleError> {
        let host = self.fields.iter().find(|(field, _)| field == native::COMPUTER);
        let host = host.and_then(|(_, values)| values.first()).map_or(HOST, String::as_str);
        let time = Time { ticks: self.at.saturating_mul(Time::SECOND).saturating_add(BEGIN), zone: Zone::Utc };
        let fields: Vec<(&str, &str)> = self
            .fields
            .iter()
            .filter(|(field, _)| field != native::COMPUTER)
            .flat_map(|(field, values)| values.iter().map(|value| (field.as_str(), value.as_str())))
            .collect();
        match &self.stands {
            Stands::Class(id) => mapping
                .native(id, &fields, host, Some(time), number)
                .map_err(|error| SampleError(format!("{id}: {error}"))),
            Stands::Category(category) => of_category(mapping, schema, category, &fields, host, time, number),
            Stands::Raw(kind) => {
                let family = match kind.dialect {
                    Dialect::Windows => WINDOWS.contains(&schema),
                    Dialect::Defender => schema == "defender",
                    Dialect::Ecs => schema == "ecs",
                };
                if !family {
                    return Err(SampleError(format!("{schema} has no such records")));
                }
                Ok(raw(kind, &fields, host, time, number))
            }
        }
    }
}

fn of_category(
    mapping: &Mapping,
    schema: &str,
    category: &str,
    fields: &[(&str, &str)],
    host: &str,
    time: Time,
    number: u64,
) -> Result<Event, SampleError> {
    let source = LogSource { category: Some(category.into()), product: Some("windows".into()), service: None };
    let mut reasons = Vec::new();
    for class in mapping.classes_for(&source) {
        if !belongs(class, schema) {
            continue;
        }
        match mapping.native(&class.id, fields, host, Some(time), number) {
            // A class may write a record that another one reads: a key that is deleted, written as a value that is.
            Ok(event) if mapping.class(&event.head.key).is_none_or(|read| read.id != class.id) => {
                reasons.push(format!("{}: another class reads that record", class.id));
            }
            Ok(event) if mapping.covers(&event.head.key, &source) => return Ok(event),
            Ok(_) => reasons.push(format!("{}: the record is none of {category}", class.id)),
            Err(error) => reasons.push(format!("{}: {error}", class.id)),
        }
    }
    if reasons.is_empty() {
        reasons.push(format!("{schema} has no records of {category}"));
    }
    Err(SampleError(reasons.join("; ")))
}

/// True where records of the class are of the family.
fn belongs(class: &Class, family: &str) -> bool {
    let named = |family: &str| class.id.strip_prefix(family).is_some_and(|rest| rest.starts_with('-'));
    match family {
        "windows" => class.dialect == Dialect::Windows && !WINDOWS.iter().any(|family| named(family)),
        family => named(family),
    }
}

fn raw(kind: &RawKind, fields: &[(&str, &str)], host: &str, time: Time, record: u64) -> Event {
    let RawKind { dialect, channel, provider, event_id, action } = kind;
    let mut data: Vec<(Box<str>, Value)> =
        fields.iter().map(|(name, value)| ((*name).into(), Value::Text((*value).into()))).collect();
    let mut add = |name: &str, value: Value| data.push((name.into(), value));
    let text = |text: &str| Value::Text(text.into());
    match dialect {
        Dialect::Windows => {
            add(native::EVENT_ID, Value::Int(i64::from(*event_id)));
            add(native::CHANNEL, text(channel));
            add(native::PROVIDER, text(provider));
            add(native::COMPUTER, text(host));
            add(native::RECORD, Value::Int(i64::try_from(record).unwrap_or(i64::MAX)));
            add(native::TIME, text(&time.to_string()));
        }
        Dialect::Defender => {
            add("Timestamp", text(&time.to_string()));
            add("DeviceName", text(host));
        }
        Dialect::Ecs => {
            add("@timestamp", text(&time.to_string()));
            add("host.name", text(host));
        }
    }
    let key = Key {
        dialect: *dialect,
        channel: channel.as_str().into(),
        provider: provider.as_str().into(),
        event_id: *event_id,
        action: action.as_str().into(),
    };
    let place = Place { source: "sample".into(), record, offset: 0 };
    Event { head: Head { place, key, time: Some(time), host: host.into() }, data }
}
