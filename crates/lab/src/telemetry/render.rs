//! Occurrences as the records of every source.

use super::ACTIVITY;
use super::occurrence::{Field, Kind, Occurrence};
use crate::digest::MARK;
use crate::moment::rfc3339;
use crate::scenario::{RawRecord, Source};
use crate::world::World;
use crate::{LabError, digest};
use ddefend_event::{Class, Dialect, Event, Head, Key, LogSource, Mapping, NativeError, Place, Time, Value, native};
use std::collections::BTreeMap;

/// A record, with who tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) source: Source,
    pub(crate) host: usize,
    pub(crate) event: Event,
}

/// Families of classes that tell of Sigma's categories, by the beginning of their ids; the last stands for other records
/// of Windows.
const FAMILIES: [&str; 5] = ["sysmon", "security", "defender", "ecs", "windows"];

/// Every record, numbered for each host and log.
pub(super) fn render(
    all: &[Occurrence],
    world: &World,
    mapping: &Mapping,
    command_lines: bool,
) -> Result<Vec<Told>, LabError> {
    let mut told = Vec::new();
    for occurrence in all {
        let mut own = match &occurrence.kind {
            Kind::Category(category) => of_category(occurrence, category, world, mapping),
            Kind::Class(id) => of_class(occurrence, id, world, mapping),
            Kind::Raw(record) => Ok(vec![raw(occurrence, record, world)]),
        }
        .map_err(|error| error.of(&occurrence.name))?;
        own.retain(|told| occurrence.only.is_empty() || occurrence.only.contains(&told.source));
        told.extend(own);
    }
    let mut counts: BTreeMap<(usize, Source, String), u64> = BTreeMap::new();
    for told in &mut told {
        let key = (told.host, told.source, log_of(&told.event.head.key));
        let number = counts.entry(key).or_default();
        *number = number.saturating_add(1);
        finish(told, *number, world, command_lines);
    }
    Ok(told)
}

/// The log that a record stands in: its channel, all of a product's exports together.
fn log_of(key: &Key) -> String {
    if key.dialect == Dialect::Windows { key.channel.to_string() } else { String::new() }
}

/// A category as every family tells it.
fn of_category(
    occurrence: &Occurrence,
    category: &str,
    world: &World,
    mapping: &Mapping,
) -> Result<Vec<Told>, LabError> {
    let source = LogSource { category: Some(category.into()), product: Some("windows".into()), service: None };
    let mut told = Vec::new();
    let mut missing: Option<Vec<String>> = None;
    let mut reasons = Vec::new();
    for family in FAMILIES {
        for class in mapping.classes_for(&source).into_iter().filter(|class| belongs(class, family)) {
            match native(occurrence, class, world, mapping) {
                Ok((event, left)) => {
                    // A class may write a record that another one reads, or one that the category does not mean.
                    let read = mapping.class(&event.head.key).is_some_and(|read| read.id == class.id);
                    if !read || !mapping.covers(&event.head.key, &source) {
                        continue;
                    }
                    let known = missing.take();
                    let kept = |name: &String| known.as_ref().is_none_or(|known| known.contains(name));
                    missing = Some(left.into_iter().filter(kept).collect());
                    told.push(Told { source: source_of(class), host: occurrence.host, event });
                    break;
                }
                Err(error) => reasons.push(format!("{}: {error}", class.id)),
            }
        }
    }
    match missing {
        None => Err(LabError(format!("no source can tell of {category}: {}", reasons.join("; ")))),
        Some(missing) if !missing.is_empty() => {
            Err(LabError(format!("no record of {category} has {}", missing.join(", "))))
        }
        Some(_) => Ok(told),
    }
}

fn of_class(occurrence: &Occurrence, id: &str, world: &World, mapping: &Mapping) -> Result<Vec<Told>, LabError> {
    let class = mapping.class_of_id(id).ok_or_else(|| LabError(format!("no kind of record is called '{id}'")))?;
    let (mut event, left) = native(occurrence, class, world, mapping).map_err(|error| LabError(error.to_string()))?;
    if !left.is_empty() && class.dialect == Dialect::Windows {
        return Err(LabError(format!("{id} has no {}", left.join(", "))));
    }
    // Tables and exports have more columns than the mappings name.
    for field in occurrence.fields.iter().filter(|field| left.contains(&field.name)) {
        if matches!(&*field.name, "ActionType" | "event.action") {
            event.head.key.action = field.value.as_str().into();
            event.data.retain(|(name, _)| **name != *field.name);
        }
        event.data.push((field.name.as_str().into(), Value::Text(field.value.as_str().into())));
    }
    Ok(vec![Told { source: source_of(class), host: occurrence.host, event }])
}

/// A record of a class, with the wanted fields that it has no room for.
fn native(
    occurrence: &Occurrence,
    class: &Class,
    world: &World,
    mapping: &Mapping,
) -> Result<(Event, Vec<String>), NativeError> {
    let host = world.full_name(occurrence.host);
    let extras = extras(occurrence, class, world);
    let mut fields: Vec<&Field> = occurrence.fields.iter().chain(&extras).collect();
    if class.channel.first().is_none_or(|channel| !channel.contains("Sysmon")) {
        fields.retain(|field| field.name != "UtcTime" || field.wanted);
    }
    let mut left = Vec::new();
    loop {
        let pairs: Vec<(&str, &str)> = fields.iter().map(|field| (&*field.name, &*field.value)).collect();
        let error = match mapping.native(&class.id, &pairs, &host, Some(occurrence.at), 0) {
            Ok(event) => return Ok((event, left)),
            Err(error) => error,
        };
        let before = fields.len();
        match &error {
            NativeError::NoField(name) => {
                left.extend(fields.iter().filter(|field| field.name == *name && field.wanted).map(|_| name.clone()));
                fields.retain(|field| field.name != *name);
            }
            NativeError::NoValue { field: name, .. } => {
                fields.retain(|field| field.name != *name || field.wanted);
            }
            // Of two that want different values of a native field, what the lab adds gives way, the last first.
            NativeError::Conflict(_) => {
                if let Some(at) = fields.iter().rposition(|field| !field.wanted) {
                    fields.remove(at);
                }
            }
            NativeError::NoClass(_) => {}
        }
        if fields.len() == before {
            return Err(error);
        }
    }
}

/// What records of a class carry besides.
fn extras(occurrence: &Occurrence, class: &Class, world: &World) -> Vec<Field> {
    let field = |name: &str, value: &str| Field { name: name.to_owned(), value: value.to_owned(), wanted: false };
    let mut extras = Vec::new();
    if class.id.starts_with("sysmon-") {
        extras.push(field("RuleName", MARK));
    }
    if class.id.starts_with("security-") {
        let user = occurrence.fields.iter().find(|field| field.name == "User").map(|field| &*field.value);
        let sid = world.hosts.iter().find(|host| user == Some(&*format!("LAB\\{}", host.user))).map(|host| &*host.sid);
        extras.extend(sid.map(|sid| field("SubjectUserSid", sid)));
    }
    if class.id == "security-4688" {
        extras.extend([field("TokenElevationType", "%%1938"), field("TargetUserSid", "S-1-0-0")]);
    }
    extras
}

/// A record that no class describes.
fn raw(occurrence: &Occurrence, record: &RawRecord, world: &World) -> Told {
    let RawRecord { channel, provider, event_id } = record;
    let text = |text: &str| Value::Text(text.into());
    let mut data: Vec<(Box<str>, Value)> =
        occurrence.fields.iter().map(|field| (field.name.as_str().into(), text(&field.value))).collect();
    let host = world.full_name(occurrence.host);
    for (name, value) in [
        (native::EVENT_ID, Value::Int(i64::from(*event_id))),
        (native::CHANNEL, text(channel)),
        (native::PROVIDER, text(provider)),
        (native::COMPUTER, text(&host)),
        (native::RECORD, Value::Int(0)),
        (native::TIME, text(&rfc3339(occurrence.at))),
    ] {
        data.push((name.into(), value));
    }
    let key = Key {
        dialect: Dialect::Windows,
        channel: channel.as_str().into(),
        provider: provider.as_str().into(),
        event_id: *event_id,
        action: "".into(),
    };
    let place = Place { source: "lab".into(), record: 0, offset: 0 };
    let event = Event { head: Head { place, key, time: Some(occurrence.at), host: host.as_str().into() }, data };
    Told { source: source_of_channel(channel), host: occurrence.host, event }
}

/// True where records of the class are of the family.
fn belongs(class: &Class, family: &str) -> bool {
    let named = |family: &str| class.id.strip_prefix(family).is_some_and(|rest| rest.starts_with('-'));
    match family {
        "windows" => class.dialect == Dialect::Windows && !["sysmon", "security"].iter().any(|family| named(family)),
        "defender" => class.dialect == Dialect::Defender,
        family => named(family),
    }
}

fn source_of(class: &Class) -> Source {
    match class.dialect {
        Dialect::Defender => Source::Defender,
        Dialect::Ecs => Source::Ecs,
        Dialect::Windows => source_of_channel(class.channel.first().map(String::as_str).unwrap_or_default()),
    }
}

fn source_of_channel(channel: &str) -> Source {
    match channel {
        "Security" => Source::Security,
        "OAlerts" => Source::OfficeAlerts,
        "Microsoft-Windows-Windows Defender/Operational" => Source::Windefend,
        channel if channel.contains("Sysmon") => Source::Sysmon,
        channel if channel.contains("PowerShell") => Source::Powershell,
        _ => Source::System,
    }
}

/// Number, marks, and what such records always carry.
fn finish(told: &mut Told, number: u64, world: &World, command_lines: bool) {
    let event = &mut told.event;
    event.head.place.record = number;
    let data = &mut event.data;
    let mut add = |name: &str, value: &str| {
        if !data.iter().any(|(known, _)| **known == *name) {
            data.push((name.into(), Value::Text(value.into())));
        }
    };
    match event.head.key.dialect {
        Dialect::Windows => {
            let key = &event.head.key;
            let security = &*key.channel == "Security";
            let id = key.event_id.to_string();
            let (guid, user) = match &*key.provider {
                "Microsoft-Windows-Sysmon" => ("{5770385F-C22A-43E0-BF4C-06F5698FFBD9}", "S-1-5-18"),
                "Microsoft-Windows-Security-Auditing" => ("{54849625-5478-4994-A5BA-3E3B0328C30D}", ""),
                "Microsoft-Windows-Windows Defender" => ("{11CD958A-C507-4EF3-B3F2-5FD9DFBD2C78}", "S-1-5-18"),
                "Microsoft-Windows-PowerShell" => ("{A0C1853B-5C40-4B15-8766-3CF1C58F985A}", ""),
                _ => ("", ""),
            };
            for (name, value) in [
                ("Provider_Guid", guid),
                ("Version", "0"),
                (native::LEVEL, if security { "0" } else { "4" }),
                (native::TASK, if key.provider.contains("Sysmon") { &*id } else { "0" }),
                (native::OPCODE, "0"),
                (native::KEYWORDS, if security { "0x8020000000000000" } else { "0x8000000000000000" }),
                ("Correlation_ActivityID", ACTIVITY),
                ("Execution_ProcessID", "3244"),
                ("Execution_ThreadID", "4120"),
                (native::USER_ID, user),
            ] {
                if !value.is_empty() {
                    add(name, value);
                }
            }
            if security && key.event_id == 4688 && !command_lines {
                data.retain(|(name, _)| &**name != "CommandLine");
            }
        }
        Dialect::Defender => {
            let device = digest::sha256(event.head.host.as_bytes());
            add("DeviceId", device.get(..40).unwrap_or_default());
            add("ReportId", &number.to_string());
            add("MachineGroup", MARK);
        }
        Dialect::Ecs => {
            let host = world.hosts.get(told.host).cloned().unwrap_or_default();
            for (name, value) in [
                ("ecs.version", "8.11.0"),
                ("event.kind", "event"),
                ("event.dataset", "endpoint.lab"),
                ("host.os.type", "windows"),
                ("host.hostname", &*host.name),
                ("host.ip", &*host.ip),
                ("labels.synthetic", MARK),
            ] {
                add(name, value);
            }
        }
    }
    for (name, value) in &mut event.data {
        if **name == *native::RECORD && event.head.key.dialect == Dialect::Windows {
            *value = Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        }
    }
}

/// A record moved in time, wherever it says when.
pub(crate) fn moved(event: &Event, ticks: i64) -> Event {
    let mut event = event.clone();
    event.head.time = event.head.time.map(|time| Time { ticks: time.ticks.saturating_add(ticks), ..time });
    let names = [
        native::TIME,
        "UtcTime",
        "CreationUtcTime",
        "PreviousCreationUtcTime",
        "Timestamp",
        "@timestamp",
        "Detection Time",
    ];
    for (name, value) in &mut event.data {
        let Value::Text(text) = value else { continue };
        if !names.contains(&&**name) {
            continue;
        }
        let Some(time) = Time::parse(text) else { continue };
        let later = Time { ticks: time.ticks.saturating_add(ticks), ..time };
        let text = if name.ends_with("UtcTime") { crate::moment::utc_time(later) } else { later.to_string() };
        *value = Value::Text(text.into());
    }
    event
}
