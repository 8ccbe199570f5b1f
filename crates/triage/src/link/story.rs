//! The best path, which incident it belongs to, and the graph around all of them.

use super::graph::{self, Drawn, Graph};
use super::incident::{self, Chain};
use super::logon;
use crate::{CaseEvidence, Linked, Settings, Story};
use ddefend_event::Time;
use ddefend_model::Level;
use std::collections::{BTreeMap, BTreeSet};

/// Processes of one kind that are drawn around an incident.
const MOST: usize = 2_000;
/// Ancestors of Office that are drawn.
const ABOVE: usize = 3;

/// Fills in stories, graph, time, hosts and users.
pub(super) fn tell(evidence: &CaseEvidence, settings: &Settings, linked: &mut Linked) {
    let chains = incident::chains(evidence, linked, settings);
    let own = incident::together(evidence, linked, &chains);
    let processes = processes(linked, &chains);
    let wanted: Vec<usize> = processes.iter().copied().collect();
    linked.logons = logon::logons(evidence, &linked.processes, &wanted);
    linked.prompts = super::prompts::prompts(evidence, linked, &processes);
    let files = files(evidence, linked, &chains, &processes);
    let mut graph = Graph::default();
    let drawn = Drawn { evidence, linked, settings, processes: &processes, files: &files };
    graph::files(&mut graph, drawn);
    graph::processes(&mut graph, drawn);
    graph::effects(&mut graph, drawn);
    graph::prompts(&mut graph, drawn);
    let mut stories = Vec::new();
    for (chain, own) in chains.iter().zip(&own) {
        stories.push(Story { nodes: nodes(&mut graph, drawn, chain), score: chain.score, own: *own });
    }
    if let Some(best) = stories.first() {
        for node in graph.nodes.iter_mut().filter(|node| best.nodes.contains(&node.id)) {
            node.on_path = true;
        }
    }
    let others = others(evidence, linked, &chains, &own, &stories);
    span(evidence, linked, &chains, &own);
    linked.others = others;
    linked.stories = stories;
    linked.nodes = graph.nodes;
    linked.edges = graph.edges;
}

/// Processes around chains: Office, some ancestors, everything below.
fn processes(linked: &Linked, chains: &[Chain]) -> BTreeSet<usize> {
    let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, proc) in linked.processes.iter().enumerate() {
        if let Some(parent) = proc.parent {
            below.entry(parent).or_default().push(at);
        }
    }
    let mut found: BTreeSet<usize> = BTreeSet::new();
    for chain in chains {
        let mut next: Vec<usize> = chain.office.into_iter().chain(chain.below.iter().copied()).collect();
        let mut above = chain.office;
        for _ in 0..ABOVE {
            above = above.and_then(|at| linked.processes.get(at)).and_then(|proc| proc.parent);
            found.extend(above);
        }
        found.extend(chain.save.and_then(|at| linked.saves.get(at)).map(|save| save.process));
        while let Some(at) = next.pop().filter(|_| found.len() < MOST) {
            if found.insert(at) || chain.office == Some(at) {
                next.extend(below.get(&at).into_iter().flatten().filter(|child| !found.contains(*child)));
            }
        }
    }
    found
}

/// Files that are drawn: those with findings, those of chains, and mails.
fn files(evidence: &CaseEvidence, linked: &Linked, chains: &[Chain], processes: &BTreeSet<usize>) -> BTreeSet<usize> {
    let bad = evidence.files.iter().enumerate().filter(|(_, case)| case.scanned.worst() >= Some(Level::Low));
    let mut found: BTreeSet<usize> = bad.map(|(at, _)| at).collect();
    found.extend(chains.iter().filter_map(|chain| chain.file));
    let opened = linked.openings.iter().filter(|opening| processes.contains(&opening.process));
    found.extend(opened.filter_map(|opening| opening.file));
    found
}

/// A chain as node ids, from cause to effect.
fn nodes(graph: &mut Graph, drawn: Drawn<'_>, chain: &Chain) -> Vec<String> {
    let linked = drawn.linked;
    let process = |at: usize| linked.processes.get(at).map(|proc| proc.node.clone());
    let mut ids: Vec<Option<String>> = Vec::new();
    if let Some(link) = chain.mail.and_then(|at| linked.mails.get(at)) {
        let mail = link.mail.filter(|mail| *mail != link.file).map(|mail| graph::file_id(drawn.evidence, mail));
        ids.push(mail);
    }
    let holder = chain.opening.and_then(|at| linked.openings.get(at)).filter(|opening| opening.inside);
    ids.push(holder.and_then(|opening| opening.file).map(|file| graph::file_id(drawn.evidence, file)));
    ids.push(chain.save.and_then(|at| linked.saves.get(at)).and_then(|save| process(save.process)));
    ids.push(match (chain.opening, chain.file) {
        (Some(opening), _) => graph::opened_node(graph, drawn, opening),
        (None, Some(file)) => Some(graph::file_id(drawn.evidence, file)),
        (None, None) => None,
    });
    let ran = chain.matched.is_some() || chain.below.is_empty();
    ids.push(chain.office.and_then(process));
    ids.push(chain.finding.filter(|_| ran).and_then(|finding| graph::command_node(graph, drawn, finding)));
    ids.extend(chain.below.iter().map(|at| process(*at)));
    ids.push(chain.effect.and_then(|at| graph::effect_node(graph, drawn, at)));
    let mut seen = BTreeSet::new();
    let known: BTreeSet<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    ids.into_iter().flatten().filter(|id| known.contains(id.as_str()) && seen.insert(id.clone())).collect()
}

/// One sentence about each incident that does not hang together with the case's.
fn others(
    evidence: &CaseEvidence,
    linked: &Linked,
    chains: &[Chain],
    own: &[bool],
    stories: &[Story],
) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for ((chain, _), story) in chains.iter().zip(own).zip(stories).filter(|((_, own), _)| !**own) {
        if chain.points < 2 {
            continue;
        }
        let office = chain.office.and_then(|at| linked.processes.get(at));
        let child = chain.below.first().and_then(|at| linked.processes.get(*at));
        let inner = chain.opening.and_then(|at| linked.openings.get(at)).filter(|opening| opening.inside);
        let inner = inner.and_then(|opening| super::inner::label(evidence, opening));
        let file = chain.file.and_then(|at| evidence.files.get(at)).map(|case| case.scanned.artifact.path.clone());
        let file = inner.or(file);
        let text = match (office, child, file) {
            (Some(office), Some(child), _) => {
                format!("{} on {} {} {}.", office.name, office.host, child.began(), child.name)
            }
            (Some(office), None, Some(file)) => format!("{} on {} opened {file}.", office.name, office.host),
            (None, _, Some(file)) => format!("{file} holds findings; nothing shows that it was opened."),
            _ => continue,
        };
        if known.insert(text.clone()) && told.len() < 50 {
            told.push((text, story.nodes.last().cloned().unwrap_or_default()));
        }
    }
    told
}

/// When the case's incident begins and ends, on which hosts and for which users.
fn span(evidence: &CaseEvidence, linked: &mut Linked, chains: &[Chain], own: &[bool]) {
    let mut times: Vec<Time> = Vec::new();
    let mut hosts: BTreeSet<String> = BTreeSet::new();
    let mut users: BTreeSet<String> = BTreeSet::new();
    for (chain, _) in chains.iter().zip(own).filter(|(_, own)| **own) {
        times.extend(chain.opening.and_then(|at| linked.openings.get(at)).and_then(|opening| opening.time));
        for at in chain.below.iter().copied().chain(chain.office) {
            let Some(proc) = linked.processes.get(at) else { continue };
            hosts.insert(proc.host.clone());
            if !proc.user.is_empty() && !is_system(&proc.user) {
                users.insert(proc.user.clone());
            }
            // Office may have run since the morning: it begins with what it opened or started.
            if Some(at) != chain.office {
                times.extend(proc.start);
                times.extend(proc.end);
            }
        }
        for effect in &linked.effects {
            if chain.below.contains(&effect.process) || chain.office == Some(effect.process) {
                times.extend(evidence.facts.get(effect.fact).and_then(|fact| fact.time));
            }
        }
    }
    hosts.remove("");
    times.sort_by_key(|time| time.ticks);
    linked.begin = times.first().copied();
    linked.end = times.last().copied();
    linked.hosts = hosts.into_iter().collect();
    linked.users = users.into_iter().collect();
}

fn is_system(user: &str) -> bool {
    let name = user.rsplit('\\').next().unwrap_or(user);
    ["SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
#[path = "story_tests.rs"]
mod tests;
