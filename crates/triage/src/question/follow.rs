//! Did connections, files or persistence follow?

use super::found::{Found, some_of};
use super::view::{View, of_fact};
use crate::EffectKind;
use ddefend_model::case::{Evidence, Held};
use std::collections::{BTreeMap, BTreeSet};

/// Children that need a reason, and everything below them.
pub(super) fn tree(view: &View<'_>) -> BTreeSet<usize> {
    let mut tree: BTreeSet<usize> = super::children::suspects(view).iter().map(|child| child.process).collect();
    loop {
        let before = tree.len();
        for (at, proc) in view.linked.processes.iter().enumerate() {
            if proc.parent.is_some_and(|parent| tree.contains(&parent)) {
                tree.insert(at);
            }
        }
        if tree.len() == before {
            return tree;
        }
    }
}

/// Hosts whose logs do not reach to the end of the window: what follows later than the log's end is not known. What has
/// ended before does nothing any more.
fn short(view: &View<'_>, tree: &BTreeSet<usize>) -> Vec<String> {
    let window = crate::link::window(view.settings);
    let until = |at: &usize| {
        let proc = view.linked.processes.get(*at)?;
        Some(proc.end.map_or(proc.start?.ticks.saturating_add(window), |end| end.ticks))
    };
    let until = tree.iter().filter_map(until).max().or(view.begin.map(|begin| begin.ticks.saturating_add(window)));
    let logs = ["sysmon", "defender", "ecs"];
    let mut missing = view.hosts();
    missing.retain(|host| !view.covered(host, &logs) || !view.reaches(host, &logs, until));
    if view.hosts().is_empty() { view.uncovered(&logs) } else { missing }
}

/// Q8: effects of the tree within the window.
pub(super) fn follow_up(view: &View<'_>) -> Found {
    let tree = tree(view);
    if tree.is_empty() {
        let children = super::children::office_child(view);
        return match children.held {
            Held::No => Found::no("none", children.confidence, "Office started nothing that anything could follow")
                .value("kinds", 0),
            _ => Found::unknown("", "what Office started is not known", children.gaps),
        };
    }
    let mut kinds: BTreeMap<&'static str, Vec<(String, Evidence)>> = BTreeMap::new();
    for effect in view.linked.effects.iter().filter(|effect| tree.contains(&effect.process)) {
        let kind = match effect.kind {
            EffectKind::Network if effect.external && effect.first_seen => "network",
            EffectKind::Executable => "file",
            EffectKind::Persistence => "persistence",
            _ => continue,
        };
        let Some(fact) = view.evidence.facts.get(effect.fact) else { continue };
        let name = view.linked.processes.get(effect.process).map_or("a process", |proc| proc.name.as_str());
        let verb = match kind {
            "network" => "contacted",
            "file" => "wrote",
            _ => "made start by itself",
        };
        let said = format!("{name} {verb} {}", effect.target);
        let piece = of_fact(fact, format!("{said}."));
        kinds.entry(kind).or_default().push((said, piece));
    }
    if !kinds.is_empty() {
        let said: Vec<String> = kinds.values().filter_map(|all| all.first()).map(|(said, _)| said.clone()).collect();
        let detail = if kinds.len() > 1 { "several" } else { kinds.keys().next().copied().unwrap_or("several") };
        let count = kinds.len();
        let evidence = kinds.into_values().flatten().map(|(_, piece)| piece).collect();
        return Found::yes(detail, 0.9, some_of(&said, 3)).with(evidence).value("kinds", count);
    }
    let missing = short(view, &tree);
    if missing.is_empty() {
        return Found::no("none", 0.75, "the logs cover the window and tell of no connection outside, no program written and nothing that starts by itself")
            .value("kinds", 0);
    }
    let gaps = missing
        .iter()
        .map(|host| format!("connections, file and registry events of {host} (Sysmon 3, 11, 13, 22; EDR)"))
        .collect();
    Found::unknown(
        "",
        format!("no log of connections, files and settings covers the whole window on {}", some_of(&missing, 3)),
        gaps,
    )
}
