//! A scenario as files: the evidence, the same telemetry in every form, hives before and after, what must be found.

use crate::moment::rfc3339;
use crate::scenario::{MarkForm, Scenario, Source};
use crate::telemetry::{self, Told};
use crate::world::{World, leaf};
use crate::{LabError, mail, state};
use ddefend_event::{Dialect, Event, Mapping, Time};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Files of a scenario: path below its folder, with `/`, and bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Forms of telemetry: schema of [`ddefend_source::schemas`], ending of its files, whether `lab new` writes it.
pub const FORMS: [(&str, &str, bool); 13] = [
    ("evtx", "evtx", true),
    ("winxml", "xml", true),
    ("winlogbeat", "ndjson", true),
    ("ecs", "ndjson", true),
    ("sysmon-json", "ndjson", true),
    ("defender", "ndjson", true),
    ("splunk", "ndjson", true),
    ("defender-csv", "csv", false),
    ("evtx-json", "ndjson", false),
    ("evtxecmd-csv", "csv", false),
    ("mordor", "ndjson", false),
    ("nxlog", "ndjson", false),
    ("wazuh", "ndjson", false),
];

/// A scenario that was built.
#[derive(Clone, Debug, Default)]
pub struct Lab {
    /// Everything that `lab new` writes.
    pub files: Files,
    /// Records of the evidence.
    pub records: usize,
}

/// Builds a scenario. `mapping` says how fields are written in every schema.
///
/// # Errors
/// Where the scenario contradicts itself, names what there is not, or a source cannot say what it wants.
pub fn build(scenario: &Scenario, mapping: &Mapping) -> Result<Lab, LabError> {
    let world = world(scenario)?;
    let told = telemetry::records(scenario, &world, mapping)?;
    let mut files = Files::new();
    evidence(scenario, &world, &mut files)?;
    let records = logs(scenario, &world, &told, &mut files)?;
    for (form, _, usual) in FORMS {
        if usual {
            files.extend(form_files(scenario, &world, &told, form, "telemetry/")?);
        }
    }
    for hive in state::hives(scenario, &world)? {
        if hive.collected {
            put(&mut files, &hive.path, hive.after.clone())?;
        }
        files.insert(format!("hives/before/{}", hive.path), hive.before);
        files.insert(format!("hives/after/{}", hive.path), hive.after);
    }
    for (path, bytes) in state::dumps(scenario, &world)? {
        put(&mut files, &path, bytes)?;
    }
    if !scenario.organisation.is_empty() {
        let text = world.fill(0).text(&scenario.organisation).map_err(|error| error.of("organisation"))?;
        files.insert("organisation.toml".to_owned(), text.into_bytes());
    }
    files.insert("expected.json".to_owned(), expected(scenario, &world)?);
    files.insert("README.md".to_owned(), readme(scenario, &world).into_bytes());
    Ok(Lab { files, records })
}

/// Telemetry of a scenario in some forms, below `ID/`, with what must be found; for validating another system.
///
/// # Errors
/// As [`build`], and where no form has that name.
pub fn export(scenario: &Scenario, mapping: &Mapping, forms: &[&str]) -> Result<Files, LabError> {
    let world = world(scenario)?;
    let told = telemetry::records(scenario, &world, mapping)?;
    let mut files = Files::new();
    for form in forms {
        files.extend(form_files(scenario, &world, &told, form, &format!("{}/", scenario.id))?);
    }
    files.insert(format!("{}/expected.json", scenario.id), expected(scenario, &world)?);
    Ok(files)
}

/// Expected detections of scenarios as CSV: one row for each rule that must fire, one without a rule where none may.
#[must_use]
pub fn expected_csv(scenarios: &[Scenario]) -> String {
    let mut out = "scenario,group,technique,rule,verdict,outcome\r\n".to_owned();
    for scenario in scenarios {
        let Scenario { id, group, expected, .. } = scenario;
        let none = [String::new()];
        let rules = if expected.detections.is_empty() { &none[..] } else { &expected.detections };
        for rule in rules {
            out += &format!("{id},{group},T1559.002,{rule},{},{}\r\n", expected.verdict, expected.outcome);
        }
    }
    out
}

/// A scenario whose `start` is another moment.
#[must_use]
pub fn rebased(scenario: &Scenario, start: Time) -> Scenario {
    Scenario { start: rfc3339(start), ..scenario.clone() }
}

fn world(scenario: &Scenario) -> Result<World, LabError> {
    let mut world = World::of(scenario)?;
    for spec in &scenario.mails {
        let mailed = mail::make(spec, &world).map_err(|error| error.of(&spec.path))?;
        world.add_mail(spec, mailed)?;
    }
    world.add_processes(scenario)?;
    Ok(world)
}

/// Adds a file of the evidence.
fn put(files: &mut Files, path: &str, bytes: Vec<u8>) -> Result<(), LabError> {
    let bad = path.is_empty()
        || path.contains(['\\', '\0'])
        || path.split('/').any(|step| step.is_empty() || step == "." || step == "..");
    if bad {
        return Err(LabError(format!("'{path}' is no path below the evidence")));
    }
    match files.insert(format!("evidence/{path}"), bytes) {
        None => Ok(()),
        Some(_) => Err(LabError(format!("{path}: a file twice"))),
    }
}

/// Documents, mails, marks, journal and lists.
fn evidence(scenario: &Scenario, world: &World, files: &mut Files) -> Result<(), LabError> {
    let bytes = |path: &str| world.files.get(path).map(|file| file.made.bytes.clone()).unwrap_or_default();
    for spec in &scenario.files {
        if spec.is_collected() {
            put(files, &spec.path, bytes(&spec.path))?;
        }
        let mark = spec.mark.as_ref().filter(|mark| mark.form != MarkForm::Stream && spec.is_collected());
        if let Some(mark) = mark {
            let text = state::zone_identifier(mark, world)?;
            put(files, &format!("{}:Zone.Identifier", spec.path), text.into_bytes())?;
        }
    }
    for spec in &scenario.mails {
        if spec.collected.unwrap_or(true) {
            put(files, &spec.path, bytes(&spec.path))?;
        }
    }
    if let Some(journal) = &scenario.journal {
        put(files, "mail/journal.jsonl", state::journal(journal, world)?.into_bytes())?;
    }
    for (name, text) in [
        ("history.csv", state::history(scenario, world)?),
        ("assets.csv", state::assets(scenario)),
        ("indicators.json", state::indicators(scenario, world)?),
    ] {
        if let Some(text) = text {
            put(files, name, text.into_bytes())?;
        }
    }
    Ok(())
}

/// What was logged on each host, as it was collected: event logs by channel, exports by product.
fn logs(scenario: &Scenario, world: &World, told: &[Told], files: &mut Files) -> Result<usize, LabError> {
    let mut records = 0_usize;
    for (host, computer) in world.hosts.iter().enumerate() {
        let sources = telemetry::sources(scenario, world, host);
        let own: Vec<&Told> = told.iter().filter(|told| told.host == host && sources.contains(&told.source)).collect();
        records = records.saturating_add(own.len());
        for (name, bytes) in evtx(&own)? {
            put(files, &format!("logs/{}/{name}", computer.name), bytes)?;
        }
        for (source, form, name) in
            [(Source::Defender, "defender", "defender.ndjson"), (Source::Ecs, "ecs", "ecs.ndjson")]
        {
            let events: Vec<Event> =
                own.iter().filter(|told| told.source == source).map(|told| told.event.clone()).collect();
            if sources.contains(&source) {
                put(files, &format!("logs/{}/{name}", computer.name), written(form, &events)?)?;
            }
        }
    }
    Ok(records)
}

/// Event logs by channel, named as Windows names them.
fn evtx(told: &[&Told]) -> Result<Vec<(String, Vec<u8>)>, LabError> {
    let windows = told.iter().filter(|told| told.event.head.key.dialect == Dialect::Windows);
    let channels: BTreeSet<&str> = windows.clone().map(|told| &*told.event.head.key.channel).collect();
    let mut out = Vec::new();
    for channel in channels {
        let own = windows.clone().filter(|told| *told.event.head.key.channel == *channel);
        let events: Vec<Event> = own.map(|told| told.event.clone()).collect();
        out.push((format!("{}.evtx", channel.replace('/', "%4")), written("evtx", &events)?));
    }
    Ok(out)
}

/// Telemetry in a form, a file for each host (for event logs, for each host and channel).
fn form_files(scenario: &Scenario, world: &World, told: &[Told], form: &str, below: &str) -> Result<Files, LabError> {
    let known = FORMS.iter().find(|(name, ..)| *name == form);
    let (_, ending, _) = known.ok_or_else(|| LabError(format!("no form is called '{form}'")))?;
    let mut files = Files::new();
    for (host, computer) in world.hosts.iter().enumerate() {
        let sources = telemetry::sources(scenario, world, host);
        let watched = [Source::Sysmon, Source::Security, Source::Defender, Source::Ecs]
            .iter()
            .any(|known| sources.contains(known));
        let of = |told: &&Told| {
            told.host == host
                && match form {
                    "ecs" => watched && told.source == Source::Ecs,
                    "defender" | "defender-csv" => watched && told.source == Source::Defender,
                    "sysmon-json" => told.source == Source::Sysmon && sources.contains(&Source::Sysmon),
                    _ => sources.contains(&told.source) && told.event.head.key.dialect == Dialect::Windows,
                }
        };
        let own: Vec<&Told> = told.iter().filter(of).collect();
        if own.is_empty() {
            continue;
        }
        let folder = format!("{below}{form}/");
        if form == "evtx" {
            files.extend(
                evtx(&own)?.into_iter().map(|(name, bytes)| (format!("{folder}{}/{name}", computer.name), bytes)),
            );
        } else {
            let events: Vec<Event> = own.iter().map(|told| told.event.clone()).collect();
            files.insert(format!("{folder}{}.{ending}", computer.name), written(form, &events)?);
        }
    }
    Ok(files)
}

fn written(form: &str, events: &[Event]) -> Result<Vec<u8>, LabError> {
    let schema = ddefend_source::schema(form).ok_or_else(|| LabError(format!("no schema is called '{form}'")))?;
    ddefend_source::write(schema, events).ok_or_else(|| LabError(format!("'{form}' is only read")))
}

fn expected(scenario: &Scenario, world: &World) -> Result<Vec<u8>, LabError> {
    let hosts: Vec<String> = (0..world.hosts.len()).map(|host| world.full_name(host)).collect();
    let value = json!({
        "scenario": scenario.id,
        "title": scenario.title,
        "group": scenario.group,
        "technique": "T1559.002",
        "synthetic": true,
        "start": rfc3339(world.start()),
        "hosts": hosts,
        "expected": scenario.expected,
    });
    let text = serde_json::to_string_pretty(&value).map_err(|error| LabError(error.to_string()))?;
    Ok((text + "\n").into_bytes())
}

fn readme(scenario: &Scenario, world: &World) -> String {
    let Scenario { id, title, text, source, .. } = scenario;
    let organisation = if scenario.organisation.is_empty() { "" } else { " --organisation organisation.toml" };
    let documents: Vec<&str> = scenario.files.iter().map(|file| leaf(&file.path)).collect();
    let words = |letter: char| if letter.is_control() || "<>&`[]".contains(letter) { '_' } else { letter };
    let documents: String = documents.join(", ").chars().map(words).collect();
    format!(
        "# {title}\n\n{text}\n\nScenario `{id}`, from: {source}. It begins at {}.\n\n\
         **Everything here is synthetic.** It was made by `ddefend lab new {id}`; no computer was attacked. Files that run \
         anything ({documents}) run `whoami`, `calc` or an `echo` and nothing else. Records name computers that end in \
         `.lab.example`, carry the activity id `{}` or the words `{}`, and digests of programs are made from their names.\n\n\
         | Path | What it is |\n|---|---|\n\
         | `evidence/` | what a responder would have collected |\n\
         | `organisation.toml` | what the organisation says of itself; never part of the evidence |\n\
         | `telemetry/` | the same records in every form that ddefend reads, for other systems |\n\
         | `hives/` | registry hives before and after |\n\
         | `expected.json` | what must be found |\n\n\
         ```\nddefend triage{organisation} evidence\nddefend hunt telemetry/evtx\n```\n",
        rfc3339(world.start()),
        telemetry::ACTIVITY,
        crate::MARK,
    )
}
