//! Chains from a mail or document over Office and its child to what it did, and which of them belong to one incident.

use super::network::Networks;
use crate::{CaseEvidence, ChildClass, EffectKind, Linked, Settings};
use ddefend_model::Level;
use std::collections::{BTreeMap, BTreeSet};

/// Chains that are told.
const MOST: usize = 500;
/// Processes below a child that a chain goes through.
const DEPTH: usize = 16;

/// A chain: indices into [`Linked`] and [`CaseEvidence`].
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    pub(super) mail: Option<usize>,
    pub(super) save: Option<usize>,
    pub(super) file: Option<usize>,
    pub(super) opening: Option<usize>,
    pub(super) office: Option<usize>,
    /// Index of the match.
    pub(super) matched: Option<usize>,
    /// The finding, matched or not.
    pub(super) finding: Option<(usize, usize)>,
    /// Office's child and the way down from it.
    pub(super) below: Vec<usize>,
    pub(super) effect: Option<usize>,
    pub(super) score: f64,
    pub(super) points: i32,
}

/// Chains, the one that tells most and is surest first.
pub(super) fn chains(evidence: &CaseEvidence, linked: &Linked, settings: &Settings) -> Vec<Chain> {
    let below = by_parent(linked);
    let networks = Networks::new(settings);
    let mut chains = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for child in linked.children.iter().take(50_000) {
        let tree = tree_of(child.process, &below);
        let best = linked.matches.iter().enumerate().filter(|(_, one)| tree.contains(&one.process));
        let matched = best.max_by(|(a_at, a), (b_at, b)| a.confidence.total_cmp(&b.confidence).then(b_at.cmp(a_at)));
        if child.class == ChildClass::Allowed && matched.is_none_or(|(_, one)| one.confidence < 0.7) {
            continue;
        }
        let mut chain = Chain { office: Some(child.parent), score: 1.0, ..Chain::default() };
        if let Some((at, one)) = matched {
            chain.matched = Some(at);
            chain.finding = Some(one.finding);
            chain.file = Some(one.finding.0);
        }
        open(evidence, linked, &mut chain);
        if chain.matched.is_some() && chain.opening.is_none() && chain.file.is_some() {
            // The match stands without the opening: less sure, never dropped.
            chain.score *= 0.7;
        }
        chain.effect = best_effect(linked, &tree);
        let last = chain.effect.and_then(|at| linked.effects.get(at)).map_or_else(
            || chain.matched.and_then(|at| linked.matches.get(at)).map_or(child.process, |one| one.process),
            |effect| effect.process,
        );
        chain.below = way(linked, child.process, last);
        chain.points = points(evidence, linked, &chain, child.class, child.stopped);
        told.extend(chain.file);
        finish(linked, &mut chain);
        chains.push(chain);
        if chains.len() >= MOST {
            break;
        }
    }
    for (file, case) in evidence.files.iter().enumerate() {
        let worst =
            case.scanned.findings.iter().enumerate().max_by_key(|(at, one)| (one.level, std::cmp::Reverse(*at)));
        let Some((finding, worst)) = worst.filter(|(_, one)| one.level >= Level::Low) else { continue };
        if told.contains(&file) || chains.len() >= MOST {
            continue;
        }
        let mut chain = Chain { file: Some(file), finding: Some((file, finding)), score: 1.0, ..Chain::default() };
        open(evidence, linked, &mut chain);
        chain.office = chain.opening.and_then(|at| linked.openings.get(at)).map(|opening| opening.process);
        chain.points = i32::from(worst.level >= Level::Medium) + i32::from(chain.opening.is_some());
        finish(linked, &mut chain);
        chains.push(chain);
    }
    // Office that does on its own what only an exploit does (Equation Editor fetching a file).
    for (at, effect) in linked.effects.iter().enumerate() {
        let Some(proc) = linked.processes.get(effect.process) else { continue };
        let never = settings.lists.never_parents.iter().any(|name| *name == proc.name || *name == proc.original);
        let known = chains.iter().any(|chain| chain.office == Some(effect.process));
        if never && !known && (effect.external || networks.is_external(&effect.target)) {
            let mut chain =
                Chain { office: Some(effect.process), effect: Some(at), score: 1.0, points: 8, ..Chain::default() };
            open(evidence, linked, &mut chain);
            finish(linked, &mut chain);
            chains.push(chain);
        }
    }
    let start = |chain: &Chain| {
        let proc = chain.below.first().copied().or(chain.office).and_then(|at| linked.processes.get(at));
        proc.and_then(|proc| proc.start).map_or(i64::MAX, |time| time.ticks)
    };
    chains.sort_by(|a, b| {
        b.points
            .cmp(&a.points)
            .then(b.score.total_cmp(&a.score))
            .then(start(a).cmp(&start(b)))
            .then(a.file.cmp(&b.file))
    });
    chains
}

fn by_parent(linked: &Linked) -> BTreeMap<usize, Vec<usize>> {
    let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, proc) in linked.processes.iter().enumerate() {
        if let Some(parent) = proc.parent {
            below.entry(parent).or_default().push(at);
        }
    }
    below
}

fn tree_of(root: usize, below: &BTreeMap<usize, Vec<usize>>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([root]);
    let mut next = vec![root];
    while let Some(at) = next.pop() {
        for child in below.get(&at).into_iter().flatten() {
            if seen.insert(*child) {
                next.push(*child);
            }
        }
    }
    seen
}

/// The document of a chain: that of its finding where the process opened it, else the process's worst or last one.
fn open(evidence: &CaseEvidence, linked: &Linked, chain: &mut Chain) {
    let level = |file: Option<usize>| {
        let file = file.and_then(|file| evidence.files.get(file));
        file.and_then(|file| file.scanned.worst()).map_or(0, |level| level as u8 + 1)
    };
    let fits = |opening: &&crate::Opening| {
        chain.office.is_none_or(|office| opening.process == office)
            && (chain.matched.is_none() && chain.file.is_none() || opening.file == chain.file)
    };
    let candidates = linked.openings.iter().enumerate().filter(|(_, opening)| fits(opening));
    let best = candidates.max_by(|(a_at, a), (b_at, b)| {
        level(a.file).cmp(&level(b.file)).then(a.confidence.total_cmp(&b.confidence)).then(b_at.cmp(a_at))
    });
    if let Some((at, opening)) = best {
        chain.opening = Some(at);
        chain.file = chain.file.or(opening.file);
        if chain.office.is_none() {
            chain.office = Some(opening.process);
        }
    }
    if chain.finding.is_none()
        && let Some(file) = chain.file
        && let Some(case) = evidence.files.get(file)
    {
        let worst =
            case.scanned.findings.iter().enumerate().max_by_key(|(at, one)| (one.level, std::cmp::Reverse(*at)));
        chain.finding = worst.filter(|(_, one)| one.level >= Level::Low).map(|(at, _)| (file, at));
    }
    let mails = linked.mails.iter().enumerate().filter(|(_, link)| Some(link.file) == chain.file);
    let best = mails.max_by(|(a_at, a), (b_at, b)| {
        a.confidence.total_cmp(&b.confidence).then(a.mail.is_some().cmp(&b.mail.is_some())).then(b_at.cmp(a_at))
    });
    chain.mail = best.map(|(at, _)| at);
    chain.save = linked.saves.iter().position(|save| Some(save.opening) == chain.opening);
}

/// The effect that matters most: outside first, then what stays.
fn best_effect(linked: &Linked, tree: &BTreeSet<usize>) -> Option<usize> {
    let address = |target: &str| super::network::read(target.rsplit_once(':').map_or(target, |(ip, _)| ip)).is_some();
    let weight = |effect: &crate::Effect| match (effect.kind, effect.external) {
        (EffectKind::Network, true) if address(&effect.target) => 6,
        (EffectKind::Network, true) => 5,
        (EffectKind::Persistence, _) => 4,
        (EffectKind::Executable, _) => 3,
        (EffectKind::Network, false) => 2,
        _ => 0,
    };
    let own = linked.effects.iter().enumerate().filter(|(_, effect)| tree.contains(&effect.process));
    let best =
        own.map(|(at, effect)| (weight(effect), std::cmp::Reverse(at))).filter(|(weight, _)| *weight > 0).max()?;
    Some(best.1.0)
}

/// The processes from one down to another below it.
fn way(linked: &Linked, from: usize, to: usize) -> Vec<usize> {
    let mut way = vec![to];
    let mut at = to;
    while at != from
        && way.len() < DEPTH
        && let Some(parent) = linked.processes.get(at).and_then(|proc| proc.parent)
    {
        way.push(parent);
        at = parent;
    }
    way.reverse();
    if at == from { way } else { vec![from] }
}

fn points(evidence: &CaseEvidence, linked: &Linked, chain: &Chain, class: ChildClass, stopped: bool) -> i32 {
    let matched = chain.matched.and_then(|at| linked.matches.get(at)).map_or(0.0, |one| one.confidence);
    let matched = if matched >= 0.9 {
        6
    } else if matched >= 0.7 {
        4
    } else {
        i32::from(matched > 0.0)
    };
    let class = match class {
        ChildClass::Equation => 6,
        ChildClass::Interpreter => 4,
        ChildClass::Tool => 3,
        ChildClass::Rare => 2,
        ChildClass::Other => 1,
        ChildClass::Allowed => 0,
    };
    let file = chain.file.and_then(|file| evidence.files.get(file)).and_then(|file| file.scanned.worst());
    let file = i32::from(file >= Some(Level::Medium)) * 2;
    let effect = chain.effect.and_then(|at| linked.effects.get(at)).map_or(0, |effect| 1 + i32::from(effect.external));
    matched + class + file + effect - i32::from(stopped)
}

/// The product of the confidences along the chain.
fn finish(linked: &Linked, chain: &mut Chain) {
    let mut score = chain.score;
    score *= chain.mail.and_then(|at| linked.mails.get(at)).map_or(1.0, |link| link.confidence);
    score *= chain.save.and_then(|at| linked.saves.get(at)).map_or(1.0, |save| save.confidence);
    score *= chain.opening.and_then(|at| linked.openings.get(at)).map_or(1.0, |opening| opening.confidence);
    score *= chain.matched.and_then(|at| linked.matches.get(at)).map_or(1.0, |one| one.confidence);
    for at in &chain.below {
        score *= linked
            .processes
            .get(*at)
            .map_or(1.0, |proc| if proc.parent.is_some() { proc.parent_confidence } else { 1.0 });
    }
    chain.score = (score * 100.0).round() / 100.0;
}

/// Chains that hang together with the first: over a file, its digest, a command, or an Office process.
pub(super) fn together(evidence: &CaseEvidence, linked: &Linked, chains: &[Chain]) -> Vec<bool> {
    let keys: Vec<BTreeSet<String>> = chains.iter().map(|chain| keys(evidence, linked, chain)).collect();
    let mut inside: Vec<bool> = vec![false; chains.len()];
    let Some(first) = inside.first_mut() else { return inside };
    *first = true;
    let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, keys) in keys.iter().enumerate() {
        keys.iter().for_each(|key| by_key.entry(key.as_str()).or_default().push(at));
    }
    let mut next = vec![0];
    while let Some(at) = next.pop() {
        for other in keys.get(at).into_iter().flatten().filter_map(|key| by_key.get(key.as_str())).flatten() {
            if let Some(slot) = inside.get_mut(*other).filter(|slot| !**slot) {
                *slot = true;
                next.push(*other);
            }
        }
    }
    inside
}

fn keys(evidence: &CaseEvidence, linked: &Linked, chain: &Chain) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if let Some(file) = chain.file {
        keys.insert(format!("file {file}"));
        let case = evidence.files.get(file);
        let digest = case.map(|case| case.scanned.artifact.sha256.as_str()).filter(|digest| !digest.is_empty());
        keys.extend(digest.map(|digest| format!("digest {digest}")));
    }
    let finding = chain.finding.and_then(|(file, at)| evidence.files.get(file)?.scanned.findings.get(at));
    keys.extend(finding.and_then(|finding| finding.command.as_ref()).map(|command| format!("command {command}")));
    keys.extend(chain.office.map(|office| format!("process {office}")));
    let mail = chain.mail.and_then(|at| linked.mails.get(at));
    keys.extend(mail.and_then(|link| link.mail).map(|mail| format!("mail {mail}")));
    keys
}
