use crate::moment::{moment, rfc3339};
use crate::scenario::{JournalSpec, Scenario};
use crate::world::{World, leaf, shifted};
use crate::{LabError, digest};
use ddefend_event::Time;
use ddefend_model::provenance::{Contained, JournalEntry};
use serde_json::json;
use std::fmt::Write as _;

const DAY: i64 = 86_400 * Time::SECOND;

/// The gateway's journal, one JSON object a line, oldest first.
///
/// # Errors
/// Where it names a mail or file that there is not.
pub(crate) fn journal(entries: &[JournalSpec], world: &World) -> Result<String, LabError> {
    let mut all = Vec::new();
    for spec in entries {
        let (at, entry) = entry(spec, world)?;
        all.push((at, entry.clone()));
        for back in 1..=spec.days {
            let at = shifted(at, DAY.saturating_mul(-i64::from(back)));
            let message_id = format!("{back}.{}", entry.message_id);
            all.push((at, JournalEntry { time: rfc3339(at), message_id, ..entry.clone() }));
        }
    }
    all.sort_by_key(|(at, _)| at.ticks);
    let mut out = String::new();
    for (_, entry) in all {
        let line = serde_json::to_string(&entry).map_err(|error| LabError(error.to_string()))?;
        _ = writeln!(out, "{line}");
    }
    Ok(out)
}

fn entry(spec: &JournalSpec, world: &World) -> Result<(Time, JournalEntry), LabError> {
    let mail = match &*spec.mail {
        "" => None,
        path => Some(world.mails.get(path).ok_or_else(|| LabError(format!("journal: there is no mail '{path}'")))?),
    };
    let mail = mail.cloned().unwrap_or_default();
    let fill = world.fill(0);
    let or = |given: &str, known: &str| if given.is_empty() { Ok(known.to_owned()) } else { fill.text(given) };
    let at = match (mail.at, spec.at.is_empty()) {
        (Some(at), true) => shifted(at, 6 * Time::SECOND),
        _ => moment(&spec.at, world.start())?,
    };
    let paths = if spec.attachments.is_empty() { &mail.attachments } else { &spec.attachments };
    let mut attachments = Vec::new();
    for path in paths {
        let file = world.files.get(path).ok_or_else(|| LabError(format!("journal: there is no file '{path}'")))?;
        attachments.push(Contained {
            part: String::new(),
            name: leaf(path).to_owned(),
            size: u64::try_from(file.made.bytes.len()).unwrap_or_default(),
            sha256: file.sha256.clone(),
        });
    }
    let default_id = || format!("{}@journal.lab.example", digest::sha256(rfc3339(at).as_bytes()));
    let message_id = or(&spec.message_id, &mail.message_id)?;
    let entry = JournalEntry {
        time: rfc3339(at),
        message_id: if message_id.is_empty() { default_id() } else { message_id },
        from: or(&spec.from, &mail.from)?,
        to: if spec.to.is_empty() { mail.to.clone() } else { spec.to.clone() },
        subject: or(&spec.subject, &mail.subject)?,
        action: or(&spec.action, "delivered")?,
        verdict: or(&spec.verdict, "clean")?,
        attachments,
        urls: spec.urls.clone(),
    };
    Ok((at, entry))
}

/// A cell of a CSV file (RFC 4180).
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Daily counts as CSV.
///
/// # Errors
/// Where a name has a placeholder that is not known.
pub(crate) fn history(scenario: &Scenario, world: &World) -> Result<Option<String>, LabError> {
    let Some(series) = &scenario.history else { return Ok(None) };
    let mut out = "metric,scope,name,day,count\r\n".to_owned();
    for spec in series {
        let name = world.fill(0).text(&spec.name)?;
        for (back, count) in (1_i64..).zip(spec.counts.iter().rev()).collect::<Vec<_>>().into_iter().rev() {
            let (year, month, day) = shifted(world.start(), DAY.saturating_mul(-back)).date();
            _ = write!(
                out,
                "{},{},{},{year:04}-{month:02}-{day:02},{count}\r\n",
                cell(&spec.metric),
                cell(&spec.scope),
                cell(&name)
            );
        }
    }
    Ok(Some(out))
}

/// Hosts of the organisation as CSV.
pub(crate) fn assets(scenario: &Scenario) -> Option<String> {
    let assets = scenario.assets.as_ref()?;
    let mut out = "host,role,ids\r\n".to_owned();
    for asset in assets {
        let ids: Vec<String> = asset.ids.iter().map(|(system, id)| format!("{system}={id}")).collect();
        _ = write!(out, "{},{},{}\r\n", cell(&asset.host), cell(&asset.role), cell(&ids.join(" ")));
    }
    Some(out)
}

/// Known indicators as a STIX 2.1 bundle.
///
/// # Errors
/// Where a value has a placeholder that is not known, or a kind has no pattern.
pub(crate) fn indicators(scenario: &Scenario, world: &World) -> Result<Option<String>, LabError> {
    let Some(list) = &scenario.indicators else { return Ok(None) };
    let id = |kind: &str, name: &str| format!("{kind}--{}", digest::guid(name).trim_matches(['{', '}']).to_lowercase());
    let time = rfc3339(world.start());
    let mut objects = Vec::new();
    for (number, spec) in list.iter().enumerate() {
        let value = world.fill(0).text(&spec.value)?;
        let path = match spec.kind.as_str() {
            "hash" => "file:hashes.'SHA-256'",
            "file" => "file:name",
            "url" => "url:value",
            "domain" => "domain-name:value",
            "ip" => "ipv4-addr:value",
            "sender" => "email-addr:value",
            "command" => "process:command_line",
            other => return Err(LabError(format!("indicators: '{other}' has no pattern in STIX"))),
        };
        let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
        objects.push(json!({
            "type": "indicator",
            "spec_version": "2.1",
            "id": id("indicator", &format!("{}/{number}/{value}", scenario.id)),
            "created": time,
            "modified": time,
            "valid_from": time,
            "name": world.fill(0).text(&spec.about)?,
            "labels": ["ddefend-lab-synthetic"],
            "pattern_type": "stix",
            "pattern": format!("[{path} = '{quoted}']"),
        }));
    }
    let bundle = json!({ "type": "bundle", "id": id("bundle", &scenario.id), "objects": objects });
    serde_json::to_string_pretty(&bundle).map(Some).map_err(|error| LabError(error.to_string()))
}
