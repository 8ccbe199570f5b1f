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
    let missing = view.uncovered(&["sysmon", "defender", "ecs"]);
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
        format!("no log of connections, files and settings covers the time on {}", some_of(&missing, 3)),
        gaps,
    )
}
