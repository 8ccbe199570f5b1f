//! What in the case's time can be dated.

use crate::{CaseEvidence, FactKind, Linked};
use ddefend_event::Time;
use ddefend_model::Level;
use ddefend_model::case::{EdgeKind, Moment, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Lines that are told.
const MOST: usize = 5_000;
/// How long before and behind the incident barriers and prompts belong to it: one hour.
const AROUND: i64 = 3600 * Time::SECOND;

/// Moments in time order; those without a time that can be read are left out.
pub(super) fn timeline(evidence: &CaseEvidence, linked: &Linked) -> Vec<Moment> {
    let mut all = Vec::new();
    graph(linked, &mut all);
    files(evidence, linked, &mut all);
    detections(evidence, linked, &mut all);
    around(evidence, linked, &mut all);
    memory(evidence, &mut all);
    let mut dated: BTreeMap<(i64, String, String, String), Moment> = BTreeMap::new();
    for moment in all {
        let Some(time) = Time::parse(&moment.time) else { continue };
        let key = (time.ticks, moment.host.clone(), moment.what.clone(), moment.text.clone());
        dated.entry(key).or_insert(moment);
    }
    dated.into_values().take(MOST).collect()
}

fn moment(time: &str, host: &str, what: &str, text: String, node: &str, source: &str) -> Moment {
    Moment {
        time: time.to_owned(),
        host: host.to_owned(),
        what: what.to_owned(),
        text,
        node: node.to_owned(),
        source: source.to_owned(),
        level: None,
    }
}

fn graph(linked: &Linked, all: &mut Vec<Moment>) {
    let mut drawn: BTreeMap<&str, (&str, NodeKind)> = BTreeMap::new();
    for node in &linked.nodes {
        drawn.insert(node.id.as_str(), (node.host.as_str(), node.kind));
        if node.kind == NodeKind::Process && !node.time.is_empty() {
            let command = node.attributes.get("command").map_or("", String::as_str);
            let source = node.evidence.first().map(|one| format!("{}, {}", one.source, one.place)).unwrap_or_default();
            let text = if command.is_empty() { node.label.clone() } else { format!("{}: {command}", node.label) };
            let blocked = node.attributes.contains_key("blocked");
            let what = if blocked { "process kept from starting" } else { "process started" };
            all.push(moment(&node.time, &node.host, what, text, &node.id, &source));
            if let Some(end) = node.attributes.get("end") {
                all.push(moment(end, &node.host, "process ended", node.label.clone(), &node.id, &source));
            }
        }
    }
    for edge in linked.edges.iter().filter(|edge| !edge.time.is_empty()) {
        let what = match edge.kind {
            EdgeKind::Opened => "document opened",
            EdgeKind::Saved | EdgeKind::Wrote => "file written",
            EdgeKind::Deleted => "file deleted",
            EdgeKind::Contacted => "connection",
            EdgeKind::Changed => "registry changed",
            EdgeKind::Persisted => "persistence",
            EdgeKind::Loaded => "module loaded",
            EdgeKind::Stopped => "stopped",
            EdgeKind::Delivered => "mail delivered",
            EdgeKind::InSession => "logon",
            EdgeKind::Prompted => "prompt",
            _ => continue,
        };
        let (from, to) = (drawn.get(edge.from.as_str()), drawn.get(edge.to.as_str()));
        let host = [from, to].into_iter().flatten().map(|(host, _)| *host).find(|host| !host.is_empty());
        let source = edge.evidence.first().map(|one| format!("{}, {}", one.source, one.place)).unwrap_or_default();
        let node = if edge.kind == EdgeKind::Opened { &edge.from } else { &edge.to };
        all.push(moment(&edge.time, host.unwrap_or_default(), what, edge.text.clone(), node, &source));
    }
}

/// Dates that documents and mails give themselves.
fn files(evidence: &CaseEvidence, linked: &Linked, all: &mut Vec<Moment>) {
    let drawn: BTreeSet<&str> = linked.nodes.iter().map(|node| node.id.as_str()).collect();
    for (at, file) in evidence.files.iter().enumerate() {
        let mail = file.provenance.mail.as_ref();
        let node = format!("{}:{}", if mail.is_some() { "mail" } else { "file" }, at + 1);
        if !drawn.contains(node.as_str()) {
            continue;
        }
        let path = &file.scanned.artifact.path;
        let level = file.scanned.worst();
        if let Some(mail) = mail {
            let from = mail.from.first().map_or("", |from| from.address.as_str());
            let text = format!("{from}: {}", mail.subject);
            all.push(Moment { level, ..moment(&mail.date, "", "mail sent", text, &node, path) });
            for hop in &mail.received {
                let text = format!("{} took the mail from {}", hop.by, hop.from);
                all.push(moment(&hop.time, "", "mail relayed", text, &node, path));
            }
        }
        for metadata in &file.provenance.documents {
            for (name, value) in &metadata.values {
                let what = match name.as_str() {
                    "created" => "document created",
                    "modified" => "document last saved",
                    "printed" | "last_printed" => "document printed",
                    _ => continue,
                };
                let text = format!("{path} says so of itself.");
                all.push(Moment { level, ..moment(value, "", what, text, &node, path) });
            }
        }
    }
    let mut known = BTreeSet::new();
    for record in &evidence.trust {
        if !known.insert((record.document.to_lowercase(), &record.time, &record.choice, &record.user)) {
            continue;
        }
        let text = format!("{} of {}: {}", record.user, record.document, record.choice);
        all.push(moment(&record.time, &record.host, "document trusted", text, "", &record.source));
    }
}

fn detections(evidence: &CaseEvidence, linked: &Linked, all: &mut Vec<Moment>) {
    let mut by_guid: BTreeMap<String, &str> = BTreeMap::new();
    for node in linked.nodes.iter().filter(|node| node.kind == NodeKind::Process) {
        if let Some(guid) = node.attributes.get("guid") {
            by_guid.insert(guid.to_ascii_uppercase(), node.id.as_str());
        }
    }
    for detection in &evidence.detections {
        let event = &detection.event;
        let acting = detection.lineage.last().and_then(|process| by_guid.get(&process.key.to_ascii_uppercase()));
        let source = format!("{}, record {}", event.source, event.record);
        let text = format!("{}: {}", detection.rule.title, detection.why);
        let host = event.host.to_ascii_lowercase();
        let told = moment(&event.time, &host, "detection", text, acting.copied().unwrap_or_default(), &source);
        all.push(Moment { level: Some(detection.rule.level), ..told });
    }
}

/// Barriers and prompts on the incident's hosts around its time.
fn around(evidence: &CaseEvidence, linked: &Linked, all: &mut Vec<Moment>) {
    let (Some(begin), Some(end)) = (linked.begin, linked.end) else { return };
    for fact in &evidence.facts {
        let what = match fact.spec.kind {
            FactKind::Barrier => "protection",
            FactKind::Prompt => "prompt shown",
            _ => continue,
        };
        let host = fact.host.to_ascii_lowercase();
        let Some(time) = fact.time.filter(|_| linked.hosts.contains(&host)) else { continue };
        if time.ticks < begin.ticks.saturating_sub(AROUND) || time.ticks > end.ticks.saturating_add(AROUND) {
            continue;
        }
        let fields = ["Data", "Threat Name", "ActionType", "Path", "Target Commandline", "Image", "New Value"];
        let text: Vec<&str> = fields.iter().filter_map(|field| fact.get(field)).take(3).collect();
        let text = if text.is_empty() { format!("event {}", fact.event_id) } else { text.join(", ") };
        let source = format!("{}, record {}", fact.source, fact.record);
        all.push(moment(&time.to_string(), &host, what, text, "", &source));
    }
}

fn memory(evidence: &CaseEvidence, all: &mut Vec<Moment>) {
    for image in &evidence.memory {
        all.push(moment(&image.taken, "", "memory taken", image.path.clone(), "", &image.path));
        if let Some(process) = &image.process {
            let level = image.hits.iter().filter_map(|hit| hit.level).max().filter(|level| *level > Level::Info);
            let text = format!("{}: {}", process.image, process.command);
            all.push(Moment { level, ..moment(&process.started, "", "dumped process started", text, "", &image.path) });
        }
    }
}
