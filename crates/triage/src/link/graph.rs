//! Nodes and edges of the case.

use super::inner;
use crate::{CaseEvidence, Effect, EffectKind, Fact, Linked, Settings};
use ddefend_hunt::file_name;
use ddefend_model::case::{Edge, EdgeKind, Evidence, Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Nodes of one kind that are drawn; the lists of [`Linked`] hold all.
const MOST: usize = 400;
/// Commands of one file that are drawn.
const COMMANDS: usize = 25;

/// The graph in the making: nodes by what they stand for.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    places: HashMap<String, usize>,
    counts: BTreeMap<&'static str, usize>,
    drawn: BTreeSet<(String, String, EdgeKind)>,
}

/// A node that stands for nothing yet.
fn blank(kind: NodeKind, label: impl Into<String>) -> Node {
    Node {
        id: String::new(),
        kind,
        label: label.into(),
        time: String::new(),
        host: String::new(),
        user: String::new(),
        attributes: BTreeMap::new(),
        level: None,
        on_path: false,
        evidence: Vec::new(),
    }
}

impl Graph {
    /// The node of a key, made where it is not there yet; none where there are too many of its sort.
    fn node(&mut self, sort: &'static str, key: &str, make: impl FnOnce() -> Node) -> Option<String> {
        let whole = format!("{sort}\0{key}");
        if let Some(node) = self.places.get(&whole).and_then(|at| self.nodes.get(*at)) {
            return Some(node.id.clone());
        }
        let count = self.counts.entry(sort).or_insert(0);
        if *count >= MOST {
            return None;
        }
        *count += 1;
        let mut node = make();
        if node.id.is_empty() {
            node.id = format!("{sort}:{count}");
        }
        let id = node.id.clone();
        self.places.insert(whole, self.nodes.len());
        self.nodes.push(node);
        Some(id)
    }

    fn edge(&mut self, from: Option<String>, to: Option<String>, kind: EdgeKind, told: Told) {
        let (Some(from), Some(to)) = (from, to) else { return };
        if !self.drawn.insert((from.clone(), to.clone(), kind)) {
            return;
        }
        let confidence = (told.confidence * 100.0).round() / 100.0;
        let Told { rule, time, text, evidence, .. } = told;
        self.edges.push(Edge { from, to, kind, confidence, rule: rule.to_owned(), time, text, evidence });
    }
}

/// What an edge says.
#[derive(Default)]
struct Told {
    confidence: f64,
    rule: &'static str,
    time: String,
    text: String,
    evidence: Vec<Evidence>,
}

/// What the graph is drawn from.
#[derive(Clone, Copy)]
pub(super) struct Drawn<'e> {
    pub(super) evidence: &'e CaseEvidence,
    pub(super) linked: &'e Linked,
    pub(super) settings: &'e Settings,
    /// Processes that are drawn.
    pub(super) processes: &'e BTreeSet<usize>,
    /// Files that are drawn.
    pub(super) files: &'e BTreeSet<usize>,
}

/// The node id of a collected file.
pub(super) fn file_id(evidence: &CaseEvidence, file: usize) -> String {
    let mail = evidence.files.get(file).is_some_and(|case| case.provenance.mail.is_some());
    format!("{}:{}", if mail { "mail" } else { "file" }, file + 1)
}

/// Evidence of a finding.
pub(super) fn finding_evidence(evidence: &CaseEvidence, (file, index): (usize, usize)) -> Vec<Evidence> {
    let Some(case) = evidence.files.get(file) else { return Vec::new() };
    let Some(finding) = case.scanned.findings.get(index) else { return Vec::new() };
    let place = match finding.location.offset {
        Some(offset) => format!("{}, offset {offset:#x}", finding.part),
        None => finding.part.to_string(),
    };
    vec![Evidence {
        kind: "finding".to_owned(),
        source: case.scanned.artifact.path.clone(),
        place,
        text: finding.title.clone(),
        ..Evidence::default()
    }]
}

/// What a field is called in a story: `DDEAUTO field #3`, `formula in Sheet1!A1`.
pub(super) fn field_name(evidence: &CaseEvidence, (file, index): (usize, usize)) -> String {
    let finding = evidence.files.get(file).and_then(|case| case.scanned.findings.get(index));
    let Some(finding) = finding else { return format!("finding #{}", index + 1) };
    if let Some(cell) = &finding.location.cell {
        let sheet = finding.location.sheet.as_ref().map(|sheet| format!("{sheet}!")).unwrap_or_default();
        return format!("formula in {sheet}{cell}");
    }
    let text = finding.link.as_ref().map(|link| link.effective.as_ref().unwrap_or(&link.raw));
    let word = text.and_then(|text| text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()));
    let keyword = word.filter(|word| word.len() <= 16).map(str::to_uppercase);
    let keyword = keyword.filter(|word| {
        ["DDE", "DDEAUTO", "LINK", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "EMBED", "DATABASE"]
            .contains(&word.as_str())
    });
    match keyword {
        Some(keyword) => format!("{keyword} field #{}", index + 1),
        None => format!("finding #{}", index + 1),
    }
}

/// Draws files, mails and commands.
pub(super) fn files(graph: &mut Graph, drawn: Drawn<'_>) {
    for file in drawn.files {
        let Some(case) = drawn.evidence.files.get(*file) else { continue };
        file_node(graph, drawn, *file);
        let mut commands: BTreeSet<&str> = BTreeSet::new();
        for (index, finding) in case.scanned.findings.iter().enumerate() {
            if finding.command.is_none() && finding.link.is_none() {
                continue;
            }
            let command = finding.command.as_deref().unwrap_or(&finding.title);
            let ran = drawn.linked.matches.iter().any(|one| one.finding == (*file, index));
            let new = commands.len() < COMMANDS && commands.insert(command);
            if !ran && !new {
                continue;
            }
            let node = command_node(graph, drawn, (*file, index));
            let evidence = finding_evidence(drawn.evidence, (*file, index));
            let text = format!("It holds a {}.", field_name(drawn.evidence, (*file, index)));
            let told = Told { confidence: 1.0, rule: "scan", text, evidence, ..Told::default() };
            graph.edge(Some(file_id(drawn.evidence, *file)), node, EdgeKind::Holds, told);
        }
    }
    for link in &drawn.linked.mails {
        if !drawn.files.contains(&link.file) || link.mail == Some(link.file) {
            continue;
        }
        let to = Some(file_id(drawn.evidence, link.file));
        let (from, evidence, time) = match (link.mail, link.journal) {
            (_, Some(journal)) => journal_node(graph, drawn, journal),
            (Some(mail), None) => {
                file_node(graph, drawn, mail);
                let headers = drawn.evidence.files.get(mail).and_then(|case| case.provenance.mail.as_ref());
                let time = headers.map(|mail| mail.date.clone()).unwrap_or_default();
                let source = drawn.evidence.files.get(mail).map(|case| case.scanned.artifact.path.clone());
                let text = "It is an attachment of this mail.".to_owned();
                let proof = Evidence {
                    kind: "mail".to_owned(),
                    source: source.unwrap_or_default(),
                    time: time.clone(),
                    text,
                    ..Evidence::default()
                };
                (Some(file_id(drawn.evidence, mail)), vec![proof], time)
            }
            (None, None) => continue,
        };
        let text = "The mail brought the file.".to_owned();
        let told = Told { confidence: link.confidence, rule: link.rule, time, text, evidence };
        graph.edge(from, to, EdgeKind::Delivered, told);
    }
}

fn file_node(graph: &mut Graph, drawn: Drawn<'_>, file: usize) {
    let Some(case) = drawn.evidence.files.get(file) else { return };
    let artifact = &case.scanned.artifact;
    let mail = case.provenance.mail.as_ref();
    let id = file_id(drawn.evidence, file);
    graph.node(if mail.is_some() { "mail" } else { "file" }, &format!("#{file}"), || {
        let kind = if mail.is_some() { NodeKind::Mail } else { NodeKind::File };
        let mut node = blank(kind, file_name(&artifact.path));
        node.id = id;
        node.level = case.scanned.worst();
        let mut set = |name: &str, value: &str| {
            if !value.is_empty() {
                node.attributes.insert(name.to_owned(), value.to_owned());
            }
        };
        set("path", &artifact.path);
        set("sha256", &artifact.sha256);
        set("type", &artifact.detected);
        let zone = drawn.linked.marks.get(file).into_iter().flatten().filter_map(|mark| mark.zone).max();
        set("zone", &zone.map(|zone| zone.to_string()).unwrap_or_default());
        if let Some(mail) = mail {
            set("message_id", &mail.message_id);
            set("subject", &mail.subject);
            set("from", mail.from.first().map_or("", |from| from.address.as_str()));
            node.time.clone_from(&mail.date);
        }
        node.evidence.push(Evidence {
            kind: "file".to_owned(),
            source: artifact.path.clone(),
            text: format!("{}, {} bytes, {} findings.", artifact.detected, artifact.size, case.scanned.findings.len()),
            ..Evidence::default()
        });
        node
    });
}

fn journal_node(graph: &mut Graph, drawn: Drawn<'_>, journal: usize) -> (Option<String>, Vec<Evidence>, String) {
    let Some(entry) = drawn.evidence.journal.get(journal) else { return (None, Vec::new(), String::new()) };
    let input = drawn.evidence.inputs.iter().find(|input| input.role == "journal");
    let proof = Evidence {
        kind: "mail".to_owned(),
        source: input.map_or_else(|| "mail journal".to_owned(), |input| input.path.clone()),
        place: format!("entry {}", journal + 1),
        time: entry.time.clone(),
        text: format!("{} to {} recipients: {} {}", entry.from, entry.to.len(), entry.action, entry.verdict),
        ..Evidence::default()
    };
    let made = graph.node("journal", &journal.to_string(), || {
        let mut node = blank(NodeKind::Mail, if entry.subject.is_empty() { &entry.message_id } else { &entry.subject });
        node.time.clone_from(&entry.time);
        for (name, value) in [
            ("message_id", &entry.message_id),
            ("from", &entry.from),
            ("to", &entry.to.join(", ")),
            ("action", &entry.action),
        ] {
            if !value.is_empty() {
                node.attributes.insert(name.to_owned(), value.clone());
            }
        }
        node.evidence.push(proof.clone());
        node
    });
    (made, vec![proof], entry.time.clone())
}

/// The node of a finding's command.
pub(super) fn command_node(graph: &mut Graph, drawn: Drawn<'_>, finding: (usize, usize)) -> Option<String> {
    let evidence = drawn.evidence;
    let found = evidence.files.get(finding.0)?.scanned.findings.get(finding.1)?;
    graph.node("command", &format!("{} {}", finding.0, finding.1), || {
        let mut node = blank(NodeKind::Command, field_name(evidence, finding));
        node.level = Some(found.level);
        node.attributes.insert("finding".to_owned(), found.id.0.to_string());
        node.attributes.insert("part".to_owned(), found.part.to_string());
        if let Some(command) = &found.command {
            let shown = inner::as_written(found, command, drawn.settings);
            node.attributes.insert("command".to_owned(), shown);
        }
        node.evidence = finding_evidence(evidence, finding);
        node
    })
}

/// Draws processes, who started whom, what they opened and ran.
pub(super) fn processes(graph: &mut Graph, drawn: Drawn<'_>) {
    let linked = drawn.linked;
    for at in drawn.processes {
        process_node(graph, linked, *at);
    }
    for at in drawn.processes {
        let Some(proc) = linked.processes.get(*at) else { continue };
        let Some(parent) = proc.parent.filter(|parent| drawn.processes.contains(parent)) else { continue };
        let from = linked.processes.get(parent).map(|parent| parent.node.clone());
        let by = linked.processes.get(parent).map(|parent| parent.name.clone()).unwrap_or_default();
        let (kind, rule, text) = if proc.broke_away {
            (EdgeKind::BrokeAway, "time-and-arguments", format!("{by} had {} started by somebody else.", proc.name))
        } else {
            (
                EdgeKind::Started,
                if proc.guid.is_empty() { "pid" } else { "guid" },
                format!("{by} {} {}.", proc.began(), proc.name),
            )
        };
        let time = proc.start.map(|time| time.to_string()).unwrap_or_default();
        let evidence = proc.evidence.iter().take(3).cloned().collect();
        let told = Told { confidence: proc.parent_confidence, rule, time, text, evidence };
        graph.edge(from, Some(proc.node.clone()), kind, told);
    }
    for (at, opening) in linked.openings.iter().enumerate().filter(|(_, one)| drawn.processes.contains(&one.process)) {
        let Some(proc) = linked.processes.get(opening.process) else { continue };
        let file = opened_node(graph, drawn, at);
        let time = opening.time.map(|time| time.to_string()).unwrap_or_default();
        let text = format!("{} opened {}.", proc.name, opening.path);
        let evidence = if opening.evidence.is_empty() { &proc.evidence } else { &opening.evidence };
        let told = Told {
            confidence: opening.confidence,
            rule: opening.rule,
            time,
            text,
            evidence: evidence.iter().take(3).cloned().collect(),
        };
        graph.edge(file.clone(), Some(proc.node.clone()), EdgeKind::Opened, told);
        for save in linked.saves.iter().filter(|save| save.opening == at) {
            process_node(graph, linked, save.process);
            let writer = linked.processes.get(save.process);
            let fact = drawn.evidence.facts.get(save.fact);
            let text = format!("{} wrote it.", writer.map_or("", |proc| proc.name.as_str()));
            let told = Told {
                confidence: save.confidence,
                rule: "path",
                time: fact.and_then(|fact| fact.time).map(|time| time.to_string()).unwrap_or_default(),
                evidence: fact.map(|fact| fact.evidence(text.clone())).into_iter().collect(),
                text,
            };
            graph.edge(writer.map(|proc| proc.node.clone()), file.clone(), EdgeKind::Saved, told);
        }
    }
    for one in linked.matches.iter().filter(|one| drawn.processes.contains(&one.process)) {
        let from = command_node(graph, drawn, one.finding);
        let Some(proc) = linked.processes.get(one.process) else { continue };
        let mut evidence = finding_evidence(drawn.evidence, one.finding);
        evidence.extend(proc.evidence.first().cloned());
        let rule = match one.how {
            "normalised" => "token-set",
            "partial" => "rare-token",
            other => other,
        };
        let time = proc.start.map(|time| time.to_string()).unwrap_or_default();
        let told = Told { confidence: one.confidence, rule, time, text: one.why.clone(), evidence };
        graph.edge(from, Some(proc.node.clone()), EdgeKind::Ran, told);
    }
}

/// The node of an opened document: the collected file, else one that only the logs name.
pub(super) fn opened_node(graph: &mut Graph, drawn: Drawn<'_>, opening: usize) -> Option<String> {
    let opening = drawn.linked.openings.get(opening)?;
    if let Some(file) = opening.file {
        file_node(graph, drawn, file);
        let holder = file_id(drawn.evidence, file);
        return if opening.inside { inner_node(graph, drawn, opening, (file, holder)) } else { Some(holder) };
    }
    let host = drawn.linked.processes.get(opening.process).map(|proc| proc.host.clone()).unwrap_or_default();
    let key = format!("{host} {}", super::paths::normalise(&opening.path));
    graph.node("named", &key, || {
        let mut node = blank(NodeKind::File, file_name(&opening.path));
        node.host = host;
        node.attributes.insert("path".to_owned(), opening.path.clone());
        node.attributes.insert("collected".to_owned(), "no".to_owned());
        node.evidence.clone_from(&opening.evidence);
        node
    })
}

/// The node of an opened file inside of a collected one.
fn inner_node(
    graph: &mut Graph,
    drawn: Drawn<'_>,
    opening: &crate::Opening,
    (file, holder): (usize, String),
) -> Option<String> {
    let label = inner::label(drawn.evidence, opening)?;
    let path = &drawn.evidence.files.get(file)?.scanned.artifact.path;
    let text = format!("It holds {}.", file_name(&opening.path));
    let proof = Evidence { kind: "file".to_owned(), source: path.clone(), text: text.clone(), ..Evidence::default() };
    let node = graph.node("inner", &format!("{file} {}", label.to_lowercase()), || {
        let mut node = blank(NodeKind::File, label);
        node.attributes.insert("path".to_owned(), opening.path.clone());
        node.attributes.insert("holder".to_owned(), path.clone());
        if let Some(zone) = inner::zone(drawn.linked, file, &opening.path) {
            node.attributes.insert("zone".to_owned(), zone.to_string());
        }
        node.evidence.push(proof.clone());
        node
    });
    let told = Told { confidence: 1.0, rule: "inside", text, evidence: vec![proof], ..Told::default() };
    graph.edge(Some(holder), node.clone(), EdgeKind::Holds, told);
    node
}

fn process_node(graph: &mut Graph, linked: &Linked, at: usize) {
    let Some(proc) = linked.processes.get(at) else { return };
    graph.node("process", &at.to_string(), || {
        let mut node = blank(NodeKind::Process, proc.name.clone());
        node.id.clone_from(&proc.node);
        node.time = proc.start.map(|time| time.to_string()).unwrap_or_default();
        node.host.clone_from(&proc.host);
        node.user.clone_from(&proc.user);
        let pid = proc.pid.map(|pid| pid.to_string()).unwrap_or_default();
        let end = proc.end.map(|time| time.to_string()).unwrap_or_default();
        let original = if proc.renamed() { proc.original.as_str() } else { "" };
        let automated = if proc.automated { "yes" } else { "" };
        let blocked = if proc.blocked { "yes" } else { "" };
        for (name, value) in [
            ("image", proc.image.as_str()),
            ("command", &proc.command),
            ("guid", &proc.guid),
            ("pid", &pid),
            ("end", &end),
            ("original", original),
            ("logon", &proc.logon),
            ("automated", automated),
            ("blocked", blocked),
        ] {
            if !value.is_empty() {
                node.attributes.insert(name.to_owned(), value.to_owned());
            }
        }
        node.evidence = proc.evidence.iter().take(5).cloned().collect();
        node
    });
}

/// What an effect is in the graph: kind of node and edge, sort, and the verb.
fn shape(effect: &Effect) -> Option<(&'static str, NodeKind, EdgeKind, &'static str)> {
    Some(match effect.kind {
        EffectKind::Network => ("network", NodeKind::Network, EdgeKind::Contacted, "contacted"),
        EffectKind::Executable | EffectKind::File => ("written", NodeKind::File, EdgeKind::Wrote, "wrote"),
        EffectKind::Deleted => ("written", NodeKind::File, EdgeKind::Deleted, "deleted"),
        EffectKind::Persistence => ("persistence", NodeKind::Persistence, EdgeKind::Persisted, "made start by itself"),
        EffectKind::Registry => ("registry", NodeKind::Registry, EdgeKind::Changed, "changed"),
        EffectKind::Module => ("module", NodeKind::Module, EdgeKind::Loaded, "loaded"),
        EffectKind::Pipe => return None,
    })
}

/// The node of an effect's target.
pub(super) fn effect_node(graph: &mut Graph, drawn: Drawn<'_>, at: usize) -> Option<String> {
    let effect = drawn.linked.effects.get(at)?;
    let proc = drawn.linked.processes.get(effect.process)?;
    let (sort, kind, ..) = shape(effect)?;
    let shared = effect.kind == EffectKind::Network;
    let key = format!("{} {}", if shared { "" } else { &proc.host }, effect.target.to_lowercase());
    graph.node(sort, &key, || {
        let short = if effect.kind == EffectKind::Network { &effect.target } else { file_name(&effect.target) };
        let mut node = blank(kind, short);
        if !shared {
            node.host.clone_from(&proc.host);
        }
        let name = if shared { "target" } else { "path" };
        node.attributes.insert(name.to_owned(), effect.target.clone());
        if shared {
            node.attributes.insert("external".to_owned(), if effect.external { "yes" } else { "no" }.to_owned());
        }
        if effect.first_seen {
            node.attributes.insert("first_seen".to_owned(), "yes".to_owned());
        }
        let fact = drawn.evidence.facts.get(effect.fact);
        node.time = fact.and_then(|fact| fact.time).map(|time| time.to_string()).unwrap_or_default();
        node
    })
}

/// Draws effects, logons, barriers and prompts.
pub(super) fn effects(graph: &mut Graph, drawn: Drawn<'_>) {
    let linked = drawn.linked;
    for (at, effect) in linked.effects.iter().enumerate().filter(|(_, one)| drawn.processes.contains(&one.process)) {
        let Some((_, _, kind, verb)) = shape(effect) else { continue };
        let node = effect_node(graph, drawn, at);
        let Some(proc) = linked.processes.get(effect.process) else { continue };
        let fact = drawn.evidence.facts.get(effect.fact);
        let text = format!("{} {verb} {}.", proc.name, effect.target);
        let told = Told {
            confidence: 1.0,
            rule: "actor",
            time: fact.and_then(|fact| fact.time).map(|time| time.to_string()).unwrap_or_default(),
            evidence: fact.map(|fact| fact.evidence(text.clone())).into_iter().collect(),
            text,
        };
        graph.edge(Some(proc.node.clone()), node, kind, told);
    }
    for link in linked.logons.iter().filter(|link| drawn.processes.contains(&link.process)) {
        let (Some(proc), Some(fact)) = (linked.processes.get(link.process), drawn.evidence.facts.get(link.fact)) else {
            continue;
        };
        let node = logon_node(graph, fact, link.fact);
        let (kind, rule, text) = if link.remote {
            let from = fact.get("IpAddress").unwrap_or("the network");
            (EdgeKind::Started, "dcom", format!("A logon from {from} had {} started over COM.", proc.name))
        } else {
            (EdgeKind::InSession, "logon-id", format!("{} ran in this session.", proc.name))
        };
        let time = fact.time.map(|time| time.to_string()).unwrap_or_default();
        let told = Told { confidence: link.confidence, rule, time, evidence: vec![fact.evidence(text.clone())], text };
        let (from, to) = (Some(proc.node.clone()), node);
        if link.remote { graph.edge(to, from, kind, told) } else { graph.edge(from, to, kind, told) }
    }
    for link in &linked.barriers {
        let (Some(proc), Some(fact)) = (linked.processes.get(link.process), drawn.evidence.facts.get(link.fact)) else {
            continue;
        };
        if !drawn.processes.contains(&link.process) {
            continue;
        }
        let how = if proc.blocked { "was stopped from starting" } else { "was stopped" };
        let text = format!("{} {how}.", proc.name);
        let node = graph.node("barrier", &link.fact.to_string(), || {
            let mut node = blank(NodeKind::Barrier, barrier_label(fact));
            node.time = fact.time.map(|time| time.to_string()).unwrap_or_default();
            node.host = fact.host.to_ascii_lowercase();
            node.evidence.push(fact.evidence(text.clone()));
            node
        });
        let time = fact.time.map(|time| time.to_string()).unwrap_or_default();
        let told =
            Told { confidence: 0.9, rule: "time-and-file", time, evidence: vec![fact.evidence(text.clone())], text };
        graph.edge(node, Some(proc.node.clone()), EdgeKind::Stopped, told);
    }
}

/// What a message box said: the longest of its record's values (program, text, number, version ...).
fn question(data: &str) -> String {
    let text = data.lines().max_by_key(|line| line.len()).unwrap_or_default();
    if text.is_empty() { "a message box".to_owned() } else { text.to_owned() }
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Draws what users were asked and what they answered.
pub(super) fn prompts(graph: &mut Graph, drawn: Drawn<'_>) {
    for (at, link) in drawn.linked.prompts.iter().enumerate() {
        let Some(proc) = drawn.linked.processes.get(link.process) else { continue };
        let fact = link.fact.and_then(|fact| drawn.evidence.facts.get(fact));
        let trust = link.trust.and_then(|trust| drawn.evidence.trust.get(trust));
        let (label, time, proof) = match (fact, trust) {
            (Some(fact), _) => {
                let text = question(fact.get("Data").unwrap_or_default());
                (text.clone(), fact.time.map(|time| time.to_string()).unwrap_or_default(), fact.evidence(text))
            }
            (None, Some(record)) => {
                let text = format!("{}: {}", record.choice, name(&record.document));
                let proof = Evidence {
                    kind: "registry".to_owned(),
                    source: record.source.clone(),
                    time: record.time.clone(),
                    host: record.host.clone(),
                    text: text.clone(),
                    ..Evidence::default()
                };
                (text, record.time.clone(), proof)
            }
            (None, None) => continue,
        };
        let node = graph.node("prompt", &at.to_string(), || {
            let mut node = blank(NodeKind::Prompt, label.clone());
            node.time.clone_from(&time);
            node.host.clone_from(&proc.host);
            node.evidence.push(proof.clone());
            node
        });
        let (rule, text) = match fact {
            Some(_) => ("program-and-time", format!("{} asked: {label}", proc.name)),
            None => ("path", format!("The user answered {}'s question ({label}).", proc.name)),
        };
        let told = Told { confidence: 0.8, rule, time, text, evidence: vec![proof] };
        graph.edge(Some(proc.node.clone()), node, EdgeKind::Prompted, told);
    }
}

fn barrier_label(fact: &Fact) -> String {
    match fact.event_id {
        1121 | 1122 => "attack surface reduction".to_owned(),
        1116 | 1117 => format!("antivirus: {}", fact.get("Threat Name").unwrap_or("a threat")),
        _ => fact.get("ActionType").unwrap_or("protection").to_owned(),
    }
}

fn logon_node(graph: &mut Graph, fact: &Fact, index: usize) -> Option<String> {
    let user = fact.get("TargetUserName").unwrap_or_default();
    graph.node("logon", &index.to_string(), || {
        let kind = fact.get("LogonType").unwrap_or("?");
        let mut node = blank(NodeKind::Logon, format!("logon type {kind} of {user}"));
        node.time = fact.time.map(|time| time.to_string()).unwrap_or_default();
        node.host = fact.host.to_ascii_lowercase();
        user.clone_into(&mut node.user);
        for (name, field) in [("from", "IpAddress"), ("workstation", "WorkstationName"), ("logon", "TargetLogonId")] {
            if let Some(value) = fact.get(field) {
                node.attributes.insert(name.to_owned(), value.to_owned());
            }
        }
        node.evidence.push(fact.evidence(format!("{user} logged on (type {kind}).")));
        node
    })
}
