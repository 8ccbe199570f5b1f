mod barrier;
mod breakaway;
mod canonical;
mod children;
mod collection;
mod commands;
mod line;
mod openings;
mod paths;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod tree;

use crate::{CaseEvidence, Linked, Settings};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Hangs the records together.
#[must_use]
pub fn link(evidence: &CaseEvidence, settings: &Settings) -> Linked {
    let mut table = table::Table::new(evidence, settings);
    barrier::add_blocked(&mut table, evidence, settings);
    let office: Vec<usize> = (0..table.rows.len())
        .filter(|at| table.rows.get(*at).is_some_and(|row| children::is_office(row, settings)))
        .collect();
    let fields = commands::fields(evidence, settings);
    let canons: Vec<canonical::Canonical> = fields.iter().map(|field| field.canon.clone()).collect();
    breakaway::join(&mut table, &office, &canons, settings);
    let collection = collection::Collection::new(evidence);
    let fleet = children::Fleet::new(&table, &office);
    let mut linked = Linked {
        openings: openings::openings(evidence, settings, &table, &office, &collection),
        children: children::children(evidence, settings, &table, &office, &fleet, &HashSet::new()),
        ..Linked::default()
    };
    linked.matches = commands::matches(settings, &table, &office, &fields, &linked.openings);
    select(&table, &office, &mut linked);
    linked
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
    let place: HashMap<usize, usize> = wanted.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let new = |old: usize| place.get(&old).copied();
    for old in &wanted {
        let Some(row) = table.rows.get(*old) else { continue };
        let mut proc = row.proc.clone();
        proc.node = format!("process:{}", linked.processes.len() + 1);
        proc.parent = proc.parent.and_then(new);
        linked.processes.push(proc);
    }
    linked.openings.retain_mut(|opening| {
        new(opening.process).is_some_and(|at| {
            opening.process = at;
            true
        })
    });
    linked.children.retain_mut(|child| {
        let (Some(parent), Some(process)) = (new(child.parent), new(child.process)) else { return false };
        (child.parent, child.process) = (parent, process);
        true
    });
    linked.matches.retain_mut(|one| {
        new(one.process).is_some_and(|at| {
            one.process = at;
            true
        })
    });
}
