mod barrier;
mod breakaway;
mod canonical;
mod children;
mod collection;
mod commands;
mod effects;
mod graph;
mod incident;
mod inner;
mod line;
mod logon;
mod mail;
mod network;
mod openings;
mod paths;
mod prompts;
mod story;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod tree;

pub(crate) use effects::window;
pub(crate) use inner::as_written;

use crate::{CaseEvidence, Linked, Save, Settings};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Hangs the records together.
#[must_use]
pub fn link(evidence: &CaseEvidence, settings: &Settings) -> Linked {
    let mut table = table::Table::new(evidence, settings);
    barrier::add_blocked(&mut table, evidence, settings);
    let is_office = |at: &usize| table.rows.get(*at).is_some_and(|row| children::is_office(row, settings));
    let office: Vec<usize> = (0..table.rows.len()).filter(is_office).collect();
    let fields = commands::fields(evidence, settings);
    let canons: Vec<canonical::Canonical> = fields.iter().map(|field| field.canon.clone()).collect();
    breakaway::join(&mut table, &office, &canons, settings);
    let collection = collection::Collection::new(evidence);
    let fleet = children::Fleet::new(&table, &office);
    let openings = openings::openings(evidence, settings, &table, &office, &collection);
    let effects = effects::effects(evidence, settings, &table, &roots(&table, &office, &fleet, settings), &openings);
    let busy: HashSet<usize> = effects.iter().map(|effect| effect.process).collect();
    let (children, barriers) = children::children(evidence, settings, &table, &office, &fleet, &busy);
    barrier::note_blocked(&mut table, evidence, &barriers, &busy);
    let mut linked = Linked { openings, effects, children, barriers, ..Linked::default() };
    linked.matches = commands::matches(settings, &table, &office, &fields, &linked.openings);
    linked.saves = saves(evidence, &table, &collection, &linked);
    linked.mails = mail::mails(evidence);
    (linked.marks, linked.inner_marks) = mail::marks(evidence, &collection);
    select(&table, &office, &mut linked);
    story::tell(evidence, settings, &mut linked);
    linked
}

/// Children of Office with their class.
fn roots(
    table: &table::Table,
    office: &[usize],
    fleet: &children::Fleet,
    settings: &Settings,
) -> Vec<(usize, usize, crate::ChildClass)> {
    let mut roots = Vec::new();
    for parent_at in office {
        let Some(parent) = table.rows.get(*parent_at) else { continue };
        for at in &parent.children {
            let Some(child) = table.rows.get(*at).filter(|child| !child.blocked) else { continue };
            roots.push((*parent_at, *at, children::class_of(parent, child, fleet, settings).0));
        }
    }
    roots
}

/// Who wrote the opened documents last before they were opened.
fn saves(
    evidence: &CaseEvidence,
    table: &table::Table,
    collection: &collection::Collection,
    linked: &Linked,
) -> Vec<Save> {
    let mut saves = Vec::new();
    for (at, opening) in linked.openings.iter().enumerate() {
        let Some(host) = table.rows.get(opening.process).map(|row| row.proc.host.as_str()) else { continue };
        let until = opening.time.map(|time| time.ticks);
        let path = paths::normalise(&opening.path);
        let written = collection.written(host, &path, until);
        let last = written.filter_map(|written| {
            let process = evidence.facts.get(written.fact).and_then(|fact| table.actor(fact))?;
            (process != opening.process).then_some((written.fact, process))
        });
        if let Some((fact, process)) = last.last() {
            saves.push(Save { process, opening: at, fact, confidence: 1.0 });
        }
    }
    saves
}

/// Names of tools, which say little by themselves.
fn programs(settings: &Settings) -> BTreeSet<String> {
    let lists = &settings.lists;
    let all = [&lists.office, &lists.interpreters, &lists.tools, &lists.allowed_children, &lists.never_parents];
    all.into_iter().flatten().cloned().collect()
}

/// Keeps the processes that matter, and makes all indices theirs.
fn select(table: &table::Table, office: &[usize], linked: &mut Linked) {
    let mut wanted: BTreeSet<usize> = tree::descendants(table, office).into_iter().collect();
    let below: Vec<usize> = wanted.iter().copied().collect();
    for at in below {
        wanted.extend(tree::ancestors(table, at));
        wanted.extend(table.rows.get(at).and_then(|row| row.broker));
    }
    wanted.extend(linked.saves.iter().map(|save| save.process));
    let place: HashMap<usize, usize> = wanted.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let new = |old: &mut usize| place.get(old).map(|at| *old = *at).is_some();
    for old in &wanted {
        let Some(row) = table.rows.get(*old) else { continue };
        let mut proc = row.proc.clone();
        proc.node = format!("process:{}", linked.processes.len() + 1);
        proc.parent = proc.parent.and_then(|parent| place.get(&parent).copied());
        linked.processes.push(proc);
    }
    linked.openings.iter_mut().for_each(|opening| _ = new(&mut opening.process));
    linked.saves.iter_mut().for_each(|save| _ = new(&mut save.process));
    linked.children.retain_mut(|child| new(&mut child.parent) && new(&mut child.process));
    linked.barriers.retain_mut(|link| new(&mut link.process));
    linked.matches.retain_mut(|one| new(&mut one.process));
    linked.effects.retain_mut(|effect| new(&mut effect.process));
}
