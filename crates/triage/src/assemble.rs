//! The story, the timeline, and the case as a whole.

mod indicators;
mod records;
mod steps;
mod timeline;

use crate::{CaseEvidence, Linked, Settings};
use ddefend_event::Time;
use ddefend_model::Level;
use ddefend_model::case::{Answer, CASE_VERSION, Case, Decision, Document, EdgeKind, NodeKind, PlaybookRef, Task};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Puts the case together.
#[must_use]
pub fn assemble(
    evidence: &CaseEvidence,
    linked: Linked,
    answers: Vec<Answer>,
    decision: Decision,
    tasks: Vec<Task>,
    settings: &Settings,
) -> Case {
    let as_of = as_of(evidence, settings);
    let story = steps::steps(evidence, &linked);
    let timeline = timeline::timeline(evidence, &linked);
    let shown = |time: Option<Time>| time.map(|time| time.to_string()).unwrap_or_default();
    let mut case = Case {
        case_version: CASE_VERSION,
        id: id(evidence, settings, &as_of),
        title: title(evidence, &linked, &decision),
        playbook: PlaybookRef {
            id: settings.playbook.playbook.clone(),
            digest: settings.playbook.digest.clone(),
            content: settings.content.clone(),
        },
        as_of,
        span: (shown(linked.begin), shown(linked.end)),
        indicators: indicators::indicators(evidence, &linked, &decision, settings),
        documents: documents(evidence, &linked),
        story,
        timeline,
        decision,
        answers,
        tasks,
        nodes: linked.nodes,
        edges: linked.edges,
        detections: evidence.detections.clone(),
        posture: evidence.audits.clone(),
        memory: evidence.memory.clone(),
        inputs: evidence.inputs.clone(),
        hunt: evidence.hunt.clone(),
        diagnostics: evidence.diagnostics.clone(),
        ..Case::default()
    };
    case.records = records::records(evidence, &case);
    case
}

/// The point in time that a case is judged at: given, else the latest time of a log, else of a mail (whose headers anybody
/// may have written).
fn as_of(evidence: &CaseEvidence, settings: &Settings) -> String {
    if let Some(given) = &settings.as_of {
        return given.clone();
    }
    let logs = evidence.facts.iter().filter_map(|fact| fact.time);
    let spans = evidence.coverage.iter().filter_map(|log| log.span.map(|(_, last)| last));
    let detections = evidence.detections.iter().filter_map(|one| Time::parse(&one.event.time));
    let latest = logs.chain(spans).chain(detections).max_by_key(|time| time.ticks);
    let mails = evidence.files.iter().filter_map(|case| case.provenance.mail.as_ref());
    let dates = mails.map(|mail| mail.date.as_str()).chain(evidence.journal.iter().map(|entry| entry.time.as_str()));
    let latest = latest.or_else(|| dates.filter_map(Time::parse).max_by_key(|time| time.ticks));
    latest.map(|time| time.to_string()).unwrap_or_default()
}

/// The same for the same inputs, playbook and configuration, wherever and whenever it is worked out.
fn id(evidence: &CaseEvidence, settings: &Settings, as_of: &str) -> String {
    let mut digest = Sha256::new();
    let mut add = |text: &str| {
        digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        digest.update(text.as_bytes());
    };
    for input in &evidence.inputs {
        add(&input.path);
        add(&input.sha256);
    }
    add(&settings.playbook.playbook);
    add(&settings.playbook.digest);
    add(&settings.content);
    add(&format!("{:?}", settings.organisation));
    add(as_of);
    let hex: String = digest.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    format!("case-{hex}")
}

/// What happened, on which host, to whom.
fn title(evidence: &CaseEvidence, linked: &Linked, decision: &Decision) -> String {
    let path = linked.stories.first().map(|story| story.nodes.as_slice()).unwrap_or_default();
    let nodes: Vec<_> = path.iter().filter_map(|id| linked.nodes.iter().find(|node| node.id == *id)).collect();
    let document = nodes.iter().rfind(|node| node.kind == NodeKind::File && node.id.starts_with(['f', 'i', 'n']));
    let document = document.or_else(|| nodes.iter().find(|node| node.kind == NodeKind::Mail));
    let at = nodes.iter().position(|node| node.kind == NodeKind::Command).unwrap_or(nodes.len());
    let is_process = |node: &&&ddefend_model::case::Node| node.kind == NodeKind::Process;
    let mut processes = nodes.iter().filter(is_process);
    let child = nodes.iter().skip(at).find(is_process);
    let office = nodes.iter().take(at).rfind(is_process).or_else(|| processes.next());
    let what = match (office, child, document) {
        (Some(office), Some(child), Some(document)) => {
            format!("{} {} {} from {}", office.label, began(child), child.label, document.label)
        }
        (Some(office), None, Some(document)) => {
            let opener = opener(linked, &document.id).unwrap_or(&office.label);
            format!("{opener} opened {}", document.label)
        }
        (Some(office), Some(child), None) => format!("{} {} {}", office.label, began(child), child.label),
        (None, _, Some(document)) => document.label.clone(),
        (Some(office), None, None) => office.label.clone(),
        _ if worst(evidence).is_some() => {
            let worst = worst(evidence).map(|one| format!("{} on {}", one.rule.title, one.event.host));
            worst.unwrap_or_default()
        }
        _ => {
            let files = evidence.files.len();
            format!("{files} documents and mails, {} detections", evidence.detections.len())
        }
    };
    let hosts = match linked.hosts.as_slice() {
        [] => String::new(),
        [host] => format!(" on {host}"),
        [host, rest @ ..] => format!(" on {host} and {} more", rest.len()),
    };
    let users = match linked.users.as_slice() {
        [] => String::new(),
        [user] => format!(" ({user})"),
        [user, rest @ ..] => format!(" ({user} and {} more)", rest.len()),
    };
    format!("{}: {what}{hosts}{users}", capital(decision.verdict.in_words()))
}

/// What a process' parent did: see [`crate::Proc::began`].
fn began(child: &ddefend_model::case::Node) -> &'static str {
    if child.attributes.contains_key("blocked") { "tried to start" } else { "started" }
}

/// The first of the worst detections, where it is one to act on.
fn worst(evidence: &CaseEvidence) -> Option<&ddefend_model::Detection> {
    let bad = evidence.detections.iter().filter(|one| one.rule.level >= Level::Medium);
    bad.min_by_key(|one| std::cmp::Reverse(one.rule.level))
}

/// Name of the process that opened a document.
fn opener<'l>(linked: &'l Linked, document: &str) -> Option<&'l String> {
    let edge = linked.edges.iter().find(|edge| edge.kind == EdgeKind::Opened && edge.from == document)?;
    linked.nodes.iter().find(|node| node.id == edge.to).map(|node| &node.label)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Files with a finding, and those on the path.
fn documents(evidence: &CaseEvidence, linked: &Linked) -> Vec<Document> {
    let on_path: BTreeSet<&str> =
        linked.nodes.iter().filter(|node| node.on_path).map(|node| node.id.as_str()).collect();
    let mut documents = Vec::new();
    for (at, file) in evidence.files.iter().enumerate() {
        let ids = [format!("file:{}", at + 1), format!("mail:{}", at + 1)];
        let named = ids.iter().find(|id| on_path.contains(id.as_str()));
        if named.is_none() && file.scanned.worst() < Some(Level::Low) {
            continue;
        }
        let mut provenance = file.provenance.clone();
        if let Some(marks) = linked.marks.get(at) {
            provenance.marks.clone_from(marks);
        }
        let [own, mail] = ids;
        documents.push(Document {
            node: if provenance.mail.is_some() { mail } else { own },
            scanned: file.scanned.clone(),
            provenance,
            surroundings: file.surroundings.clone(),
        });
    }
    documents
}

#[cfg(test)]
#[path = "assemble/tests.rs"]
mod tests;
