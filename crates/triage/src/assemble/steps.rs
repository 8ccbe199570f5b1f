//! The story: the best path step by step, then what else belongs to it.

use crate::{CaseEvidence, ChildClass, EffectKind, Fact, Linked};
use ddefend_event::{Time, Zone};
use ddefend_model::Level;
use ddefend_model::case::{Edge, EdgeKind, Evidence, Node, NodeKind, Step};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Characters of a command in a step.
const LONGEST: usize = 300;
/// Steps about effects beside the path.
const EFFECTS: usize = 25;

/// Steps of the case.
pub(super) fn steps(evidence: &CaseEvidence, linked: &Linked) -> Vec<Step> {
    let mut steps = Vec::new();
    let nodes: HashMap<&str, &Node> = linked.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut between: HashMap<(&str, &str), &Edge> = HashMap::new();
    for edge in &linked.edges {
        between.entry((edge.from.as_str(), edge.to.as_str())).or_insert(edge);
    }
    if let Some(story) = linked.stories.first() {
        let path: Vec<&Node> = story.nodes.iter().filter_map(|id| nodes.get(id.as_str()).copied()).collect();
        path_steps(&path, &between, &mut steps);
    }
    let told: BTreeSet<String> =
        linked.stories.first().map(|story| story.nodes.iter().cloned().collect()).unwrap_or_default();
    prompts(linked, &mut steps);
    barriers(evidence, linked, &mut steps);
    remote(evidence, linked, &mut steps);
    beside(evidence, linked, &told, &mut steps);
    elsewhere(linked, &mut steps);
    let mut steps = in_time(steps);
    if steps.is_empty() {
        detections(evidence, &mut steps);
    }
    if !steps.is_empty() {
        steps.extend(without_zone(evidence));
    }
    for (text, node) in &linked.others {
        steps.push(Step { text: format!("Also: {text}"), node: node.clone(), confidence: 1.0, ..Step::default() });
    }
    steps
}

/// Where no path leads through the records, what rules found tells what happened.
fn detections(evidence: &CaseEvidence, steps: &mut Vec<Step>) {
    let bad = evidence.detections.iter().filter(|one| one.rule.level >= Level::Medium);
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut found: Vec<_> = bad.filter(|one| known.insert((&one.rule.id, &one.event.time))).collect();
    found.sort_by_key(|one| Time::parse(&one.event.time).map(|time| time.ticks));
    for one in found.into_iter().take(EFFECTS) {
        let text = clip(&format!("{}: {}", one.rule.title, one.why));
        let proof = Evidence {
            kind: "detection".to_owned(),
            source: one.event.source.clone(),
            place: format!("record {}", one.event.record),
            time: one.event.time.clone(),
            host: one.event.host.clone(),
            text: one.why.clone(),
            ..Evidence::default()
        };
        let time = one.event.time.clone();
        steps.push(Step { time, text, confidence: 1.0, evidence: vec![proof], ..Step::default() });
    }
}

/// Times of records that do not name their zone stay as they are written; that is said once.
fn without_zone(evidence: &CaseEvidence) -> Option<Step> {
    let unknown = |fact: &&Fact| fact.time.is_some_and(|time| time.zone == Zone::Unknown);
    let mut logs: BTreeMap<&str, &Fact> = BTreeMap::new();
    for fact in evidence.facts.iter().filter(unknown) {
        logs.entry(&fact.source).or_insert(fact);
    }
    let names: Vec<&str> = logs.keys().copied().take(3).collect();
    let more = match logs.len().saturating_sub(names.len()) {
        0 => String::new(),
        more => format!(" and {more} more logs"),
    };
    let text = format!(
        "The times of {}{more} have no zone: they are shown as written, without a Z, and may lie hours from the others.",
        names.join(", ")
    );
    let proof: Vec<Evidence> =
        logs.values().take(3).map(|fact| fact.evidence("Its time has no zone.".to_owned())).collect();
    (!proof.is_empty()).then(|| Step { text, confidence: 1.0, evidence: proof, ..Step::default() })
}

/// In time order; a step without a time stays behind the one that it follows.
fn in_time(steps: Vec<Step>) -> Vec<Step> {
    let mut before = i64::MIN;
    let mut dated: Vec<(i64, Step)> = Vec::with_capacity(steps.len());
    for step in steps {
        before = Time::parse(&step.time).map_or(before, |time| time.ticks);
        dated.push((before, step));
    }
    dated.sort_by_key(|(time, _)| *time);
    dated.into_iter().map(|(_, step)| step).collect()
}

fn clip(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    format!("{} ...", text.chars().take(LONGEST).collect::<String>())
}

fn attribute<'n>(node: &'n Node, name: &str) -> &'n str {
    node.attributes.get(name).map_or("", String::as_str)
}

/// The zone of a file in words, in brackets.
fn zone(node: &Node) -> &'static str {
    match attribute(node, "zone") {
        "0" => " (local zone)",
        "1" => " (intranet zone)",
        "2" => " (trusted zone)",
        "3" => " (internet zone)",
        "4" => " (restricted zone)",
        _ => "",
    }
}

fn path_steps(path: &[&Node], between: &HashMap<(&str, &str), &Edge>, steps: &mut Vec<Step>) {
    let edge = |from: &Node, to: &Node| between.get(&(from.id.as_str(), to.id.as_str())).copied();
    let inner = path.iter().find(|node| node.kind == NodeKind::File && !attribute(node, "holder").is_empty());
    let document = inner.or_else(|| path.iter().find(|node| node.kind == NodeKind::File)).copied();
    let mut confidence = 1.0;
    for (at, node) in path.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| path.get(at)).copied();
        // The edge that leads here: from the step before, or over the command from the program before it.
        let mut into = before.and_then(|before| edge(before, node));
        let mut text = String::new();
        match node.kind {
            NodeKind::Mail => {
                let from = attribute(node, "from");
                let from = if from.is_empty() { String::new() } else { format!(" from {from}") };
                let subject = attribute(node, "subject");
                let subject =
                    if subject.is_empty() { String::new() } else { format!(", \u{201c}{}\u{201d},", clip(subject)) };
                let brought = document.map_or("a document", |node| node.label.as_str());
                into = path.iter().filter(|node| node.kind == NodeKind::File).find_map(|file| edge(node, file));
                text = format!("A mail{from}{subject} brought {brought}.");
            }
            NodeKind::Process => {
                let saved = document.and_then(|file| edge(node, file)).filter(|edge| edge.kind == EdgeKind::Saved);
                let opened = document.and_then(|file| edge(file, node)).filter(|edge| edge.kind == EdgeKind::Opened);
                let first_process = path.iter().take(at).all(|node| node.kind != NodeKind::Process);
                let parent = path.iter().take(at).rfind(|node| node.kind == NodeKind::Process).copied();
                if let (Some(saved), Some(file)) = (saved, document) {
                    into = Some(saved);
                    text = format!("{} saved {}{}.", node.label, file.label, zone(file));
                } else if let (Some(opened), Some(file)) = (opened, document) {
                    into = Some(opened);
                    text = format!("{} opened {}{}.", node.label, file.label, zone(file));
                } else if first_process || parent.is_none() {
                    text = format!("{} ran.", node.label);
                } else if let Some(parent) = parent {
                    let ran = before.filter(|node| node.kind == NodeKind::Command).and(into);
                    let started = edge(parent, node);
                    text = child(parent, node, started, ran);
                    if ran.is_some() {
                        confidence *= started.map_or(1.0, |edge| edge.confidence);
                    }
                    into = ran.or(started);
                }
            }
            NodeKind::Command => {
                into =
                    path.iter().find_map(|file| edge(file, node).filter(|edge| edge.kind == EdgeKind::Holds)).or(into);
                let holder = holder(document, node, path);
                let command = attribute(node, "command");
                text = if command.is_empty() {
                    format!("{holder} holds {}.", node.label)
                } else {
                    format!("{holder} holds {}, which runs: {}", node.label, clip(command))
                };
            }
            NodeKind::File if into.is_none_or(|edge| edge.kind != EdgeKind::Wrote) => {
                // Its saving or opening tells of it; alone it is a step of its own.
                let alone = !path.iter().any(|node| node.kind == NodeKind::Process);
                if alone {
                    text = format!("{}{} was delivered.", node.label, zone(node));
                }
            }
            _ => {
                if let Some(edge) = into {
                    let outside =
                        if attribute(node, "external") == "yes" { " It lies outside of the organisation." } else { "" };
                    text = format!("{}{outside}", clip(&edge.text));
                }
            }
        }
        if text.is_empty() {
            continue;
        }
        confidence *= into.map_or(1.0, |edge| edge.confidence);
        let time =
            into.map(|edge| edge.time.clone()).filter(|time| !time.is_empty()).unwrap_or_else(|| node.time.clone());
        let evidence = into.map(|edge| edge.evidence.clone()).filter(|list| !list.is_empty());
        let evidence = evidence.unwrap_or_else(|| node.evidence.iter().take(3).cloned().collect());
        let time = if node.kind == NodeKind::Command { String::new() } else { time };
        steps.push(Step { time, text, node: node.id.clone(), confidence: rounded(confidence), evidence });
    }
}

fn rounded(confidence: f64) -> f64 {
    (confidence * 100.0).round() / 100.0
}

/// What holds a command: of a file inside of another only what lies in its part.
fn holder<'n>(document: Option<&'n Node>, command: &Node, path: &[&'n Node]) -> &'n str {
    let Some(document) = document else { return "The document" };
    let name = ddefend_hunt::file_name(attribute(document, "path")).to_lowercase();
    if attribute(document, "holder").is_empty() || attribute(command, "part").to_lowercase().contains(&name) {
        return &document.label;
    }
    let whole = path.iter().find(|node| attribute(node, "path") == attribute(document, "holder"));
    whole.map_or(document.label.as_str(), |node| node.label.as_str())
}

/// A process that another started.
fn child(parent: &Node, node: &Node, started: Option<&Edge>, ran: Option<&Edge>) -> String {
    let away = started.is_some_and(|edge| edge.kind == EdgeKind::BrokeAway);
    let renamed = attribute(node, "original");
    let name =
        if renamed.is_empty() { node.label.clone() } else { format!("{} (which is {renamed}, renamed)", node.label) };
    let blocked = attribute(node, "blocked") == "yes";
    let verb = match (away, blocked) {
        (true, _) => "had somebody else start",
        (false, true) => "tried to start",
        (false, false) => "started",
    };
    let how = match ran.map(|edge| edge.rule.as_str()) {
        Some("exact") => " with the same command".to_owned(),
        Some("token-set") => " with nearly the same command".to_owned(),
        Some("rare-token") => " with a command that names the same".to_owned(),
        _ => {
            let command = attribute(node, "command");
            if command.is_empty() { String::new() } else { format!(": {}", clip(command)) }
        }
    };
    let end = if how.starts_with(':') { "" } else { "." };
    format!("{} {verb} {name}{how}{end}", parent.label)
}

/// What users were asked before it ran, and what they answered.
fn prompts(linked: &Linked, steps: &mut Vec<Step>) {
    let best = linked.stories.first().map(|story| story.nodes.as_slice()).unwrap_or_default();
    let prompted = linked.edges.iter().filter(|edge| edge.kind == EdgeKind::Prompted && best.contains(&edge.from));
    for edge in prompted.take(EFFECTS) {
        let (time, text) = (edge.time.clone(), clip(&edge.text));
        let evidence = edge.evidence.clone();
        steps.push(Step { time, text, node: edge.to.clone(), confidence: edge.confidence, evidence });
    }
}

fn barriers(evidence: &CaseEvidence, linked: &Linked, steps: &mut Vec<Step>) {
    for link in linked.barriers.iter().take(EFFECTS) {
        let (Some(proc), Some(fact)) = (linked.processes.get(link.process), evidence.facts.get(link.fact)) else {
            continue;
        };
        let by = if matches!(fact.event_id, 1117) { "Antivirus" } else { "Attack surface reduction" };
        let text = if proc.blocked {
            format!("{by} kept {} from starting on {}.", proc.name, proc.host)
        } else {
            format!("{by} stopped {} on {}.", proc.name, proc.host)
        };
        let time = fact.time.map(|time| time.to_string()).unwrap_or_default();
        let proof = vec![fact.evidence(text.clone())];
        steps.push(Step { time, text, node: proc.node.clone(), confidence: 0.9, evidence: proof });
    }
}

fn remote(evidence: &CaseEvidence, linked: &Linked, steps: &mut Vec<Step>) {
    for link in linked.logons.iter().filter(|link| link.remote).take(EFFECTS) {
        let (Some(proc), Some(fact)) = (linked.processes.get(link.process), evidence.facts.get(link.fact)) else {
            continue;
        };
        let from = fact.get("IpAddress").unwrap_or("the network");
        let text = format!("{} was started over COM just after a logon from {from} (T1021.003).", proc.name);
        let time = fact.time.map(|time| time.to_string()).unwrap_or_default();
        let proof = vec![fact.evidence(text.clone())];
        steps.push(Step { time, text, node: proc.node.clone(), confidence: rounded(link.confidence), evidence: proof });
    }
}

/// Effects that the path does not name: outside connections, persistence, programs, modules.
fn beside(evidence: &CaseEvidence, linked: &Linked, told: &BTreeSet<String>, steps: &mut Vec<Step>) {
    let labels: BTreeSet<&str> = linked
        .nodes
        .iter()
        .filter(|node| told.contains(&node.id))
        .flat_map(|node| [attribute(node, "target"), attribute(node, "path")])
        .filter(|text| !text.is_empty())
        .collect();
    let mut known: BTreeSet<(usize, &str)> = BTreeSet::new();
    for effect in &linked.effects {
        let verb = match (effect.kind, effect.external) {
            (EffectKind::Network, true) => "contacted",
            (EffectKind::Persistence, _) => "made start by itself:",
            (EffectKind::Executable, _) => "wrote a program or script:",
            (EffectKind::Module, _) => "loaded a module that Office has no use for:",
            _ => continue,
        };
        let Some(proc) = linked.processes.get(effect.process) else { continue };
        if labels.contains(effect.target.as_str())
            || !known.insert((effect.process, effect.target.as_str()))
            || known.len() > EFFECTS
        {
            continue;
        }
        let text = format!("{} {verb} {}", proc.name, clip(&effect.target));
        let fact = evidence.facts.get(effect.fact);
        let time = fact.and_then(|fact| fact.time).map(|time| time.to_string()).unwrap_or_default();
        let proof: Vec<Evidence> = fact.map(|fact| fact.evidence(text.clone())).into_iter().collect();
        steps.push(Step { time, text, node: proc.node.clone(), confidence: 1.0, evidence: proof });
    }
}

/// The same incident's children on other hosts or of other processes.
fn elsewhere(linked: &Linked, steps: &mut Vec<Step>) {
    let Some(best) = linked.stories.first() else { return };
    let mut known: BTreeSet<String> = BTreeSet::new();
    for story in linked.stories.iter().skip(1).filter(|story| story.own) {
        let fresh = linked.children.iter().find(|child| {
            let node = linked.processes.get(child.process).map(|proc| &proc.node);
            child.class != ChildClass::Allowed
                && node.is_some_and(|node| story.nodes.contains(node) && !best.nodes.contains(node))
        });
        let Some(child) = fresh else { continue };
        let (Some(proc), Some(parent)) = (linked.processes.get(child.process), linked.processes.get(child.parent))
        else {
            continue;
        };
        let text = format!("The same incident: {} {} {} on {}.", parent.name, proc.began(), proc.name, proc.host);
        if !known.insert(format!("{text}{}", proc.node)) || known.len() > EFFECTS {
            continue;
        }
        let time = proc.start.map(|time| time.to_string()).unwrap_or_default();
        let evidence = proc.evidence.iter().take(3).cloned().collect();
        steps.push(Step { time, text, node: proc.node.clone(), confidence: story.score, evidence });
    }
}
