//! What happened, before anybody told of it.

use crate::moment::{after, moment, rfc3339, span, utc_time};
use crate::scenario::{EventSpec, FileSpec, MarkForm, MarkSpec, RawRecord, Scenario, Source};
use crate::world::{Process, World, shifted};
use crate::{LabError, digest};
use ddefend_event::Time;

/// How a record is chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Sigma category.
    Category(String),
    /// Class of the mappings.
    Class(String),
    /// A kind that no class describes.
    Raw(RawRecord),
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    /// The scenario says so: some source must be able to carry it.
    pub(super) wanted: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Occurrence {
    pub(super) at: Time,
    pub(super) host: usize,
    pub(super) kind: Kind,
    pub(super) fields: Vec<Field>,
    pub(super) only: Vec<Source>,
    /// What to call it in an error.
    pub(super) name: String,
}

/// Everything that a scenario says happened.
pub(super) fn of(scenario: &Scenario, world: &World) -> Result<Vec<Occurrence>, LabError> {
    let mut all = Vec::new();
    for (id, process) in world.processes.iter().filter(|(_, process)| !process.silent) {
        all.extend(lifetime(id, process));
    }
    for (number, event) in scenario.events.iter().enumerate() {
        let name = format!("event {} ({})", number.saturating_add(1), event.category);
        all.extend(events(event, world, &name).map_err(|error| error.of(&name))?);
    }
    for file in &scenario.files {
        let mark = file.mark.as_ref().filter(|mark| mark.form != MarkForm::SideFile);
        if let Some(mark) = mark {
            all.push(stream(file, mark, world).map_err(|error| error.of(&file.path))?);
        }
    }
    Ok(all)
}

/// Start and end of a process.
pub(super) fn lifetime(id: &str, process: &Process) -> Vec<Occurrence> {
    let Some(at) = process.at else { return Vec::new() };
    let of = |at, category: &str, fields| Occurrence {
        at,
        host: process.host,
        kind: Kind::Category(category.to_owned()),
        fields,
        only: process.only.clone(),
        name: format!("process {id}"),
    };
    let mut all = vec![of(at, "process_creation", start_fields(process, at))];
    if let Some(end) = process.end {
        all.push(of(end, "process_termination", actor_fields(process, end)));
    }
    all
}

fn field(name: &str, value: impl Into<String>) -> Field {
    Field { name: name.to_owned(), value: value.into(), wanted: false }
}

/// Fields of a process's start.
fn start_fields(process: &Process, at: Time) -> Vec<Field> {
    let mut fields = vec![
        field("Image", &*process.image),
        field("CommandLine", &*process.command),
        field("ProcessId", process.pid.to_string()),
        field("ProcessGuid", &*process.guid),
        field("User", &*process.user),
        field("OriginalFileName", &*process.original),
        field("Description", &*process.description),
        field("Product", if process.company.contains("Microsoft") { "Microsoft Windows Operating System" } else { "" }),
        field("Company", &*process.company),
        field("CurrentDirectory", &*process.directory),
        field("LogonId", &*process.logon),
        field("LogonGuid", digest::guid(&process.logon)),
        field("TerminalSessionId", "1"),
        field("IntegrityLevel", &*process.integrity),
        field("Hashes", &*process.hashes),
        field("UtcTime", utc_time(at)),
    ];
    if let Some(parent) = &process.parent {
        fields.extend([
            field("ParentImage", &*parent.image),
            field("ParentCommandLine", &*parent.command),
            field("ParentProcessId", parent.pid.to_string()),
            field("ParentProcessGuid", &*parent.guid),
            field("ParentUser", &*parent.user),
        ]);
    }
    fields.retain(|field| !field.value.is_empty());
    fields
}

/// Fields of something that a process does.
fn actor_fields(process: &Process, at: Time) -> Vec<Field> {
    let mut fields = vec![
        field("Image", &*process.image),
        field("ProcessId", process.pid.to_string()),
        field("ProcessGuid", &*process.guid),
        field("User", &*process.user),
        field("CommandLine", &*process.command),
        field("UtcTime", utc_time(at)),
    ];
    if let Some(parent) = &process.parent {
        fields.push(field("ParentImage", &*parent.image));
        fields.push(field("ParentProcessId", parent.pid.to_string()));
    }
    fields
}

fn events(event: &EventSpec, world: &World, name: &str) -> Result<Vec<Occurrence>, LabError> {
    let process = match &*event.process {
        "" => None,
        id => Some(world.find(id).ok_or_else(|| LabError(format!("there is no process '{id}'")))?),
    };
    let host = match (&*event.host, process) {
        ("", Some(process)) => process.host,
        (host, _) => world.host(host)?,
    };
    let kind = match (&*event.category, &*event.class, &event.record) {
        (category, "", None) if !category.is_empty() => Kind::Category(category.to_owned()),
        ("", class, None) if !class.is_empty() => Kind::Class(class.to_owned()),
        ("", "", Some(raw)) => Kind::Raw(raw.clone()),
        _ => return Err(LabError("it needs one of category, class and record".to_owned())),
    };
    let mut wanted = Vec::new();
    for (name, values) in &event.fields {
        for value in values.texts() {
            let value = world.fill(host).text(&value)?;
            wanted.push(Field { name: name.clone(), value, wanted: true });
        }
    }
    let every = if event.every.is_empty() { 10 * Time::SECOND } else { span(&event.every)? };
    let first = moment(&event.at, world.start())?;
    let all = (0..i64::from(event.times.max(1))).map(|number| {
        let at = shifted(first, every.saturating_mul(number));
        let mut fields = wanted.clone();
        if let Some(process) = process.filter(|_| !matches!(kind, Kind::Raw(_))) {
            fields.extend(actor_fields(process, at));
        } else if matches!(kind, Kind::Category(_)) {
            fields.push(field("UtcTime", utc_time(at)));
        }
        if kind == Kind::Category("file_event".to_owned()) {
            fields.push(field("CreationUtcTime", utc_time(at)));
        }
        Occurrence { at, host, kind: kind.clone(), fields, only: event.only.clone(), name: name.to_owned() }
    });
    Ok(all.collect())
}

/// Sysmon 15: a mark of the web written as a stream, with the digest of the file that it is on.
fn stream(file: &FileSpec, mark: &MarkSpec, world: &World) -> Result<Occurrence, LabError> {
    let minute = after(world.start(), -60 * Time::SECOND);
    let at = if mark.at.is_empty() { minute } else { moment(&mark.at, world.start())? };
    let process = match &*mark.process {
        "" => None,
        id => Some(world.find(id).ok_or_else(|| LabError(format!("there is no process '{id}'")))?),
    };
    let filed = world.files.get(&file.path).ok_or_else(|| LabError("the file was not made".to_owned()))?;
    let host = process.map_or(0, |process| process.host);
    let mut fields = vec![
        field("TargetFilename", format!("{}:Zone.Identifier", filed.windows)),
        field("CreationUtcTime", utc_time(at)),
        field("Hash", format!("SHA256={}", filed.sha256.to_uppercase())),
        field("Contents", mark_text(mark, world)?.replace("\r\n", "  ")),
    ];
    match process {
        Some(process) => fields.extend(actor_fields(process, at)),
        None => fields.extend(actor_fields(&world.explorer(&rfc3339(at), host), at)),
    }
    let kind = Kind::Category("create_stream_hash".to_owned());
    Ok(Occurrence { at, host, kind, fields, only: Vec::new(), name: file.path.clone() })
}

/// The text of a `Zone.Identifier` stream.
fn mark_text(mark: &MarkSpec, world: &World) -> Result<String, LabError> {
    crate::state::zone_identifier(mark, world)
}
