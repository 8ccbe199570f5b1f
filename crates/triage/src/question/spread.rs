//! Is it on other hosts?

use super::found::{Found, some_of};
use super::view::{Sort, View, base};
use ddefend_hunt::baseline::template;
use ddefend_model::case::Evidence;
use std::collections::{BTreeMap, BTreeSet};

/// Q11: hosts with the case's documents or commands.
pub(super) fn spread(view: &View<'_>) -> Found {
    let mut hosts: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    let mut note = |process: usize| {
        if let Some(proc) = view.linked.processes.get(process).filter(|proc| !proc.host.is_empty()) {
            hosts.entry(proc.host.to_lowercase()).or_default().extend(proc.evidence.iter().cloned());
        }
    };
    view.linked.matches.iter().filter(|found| found.confidence >= 0.7).for_each(|found| note(found.process));
    let names = document_names(view);
    for opening in &view.linked.openings {
        if names.contains(&base(&opening.path).to_lowercase()) {
            note(opening.process);
        }
    }
    // The same parent, child and form of command line on several hosts is the same attack.
    let mut forms: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for child in super::children::suspects(view) {
        let name = |at: usize| view.linked.processes.get(at).map(|proc| proc.name.clone()).unwrap_or_default();
        let command = view.linked.processes.get(child.process).map(|proc| template(&proc.command)).unwrap_or_default();
        forms.entry((name(child.parent), command)).or_default().push(child.process);
    }
    let largest = forms.values().max_by_key(|processes| {
        let hosts: BTreeSet<&str> =
            processes.iter().filter_map(|at| view.linked.processes.get(*at)).map(|proc| proc.host.as_str()).collect();
        hosts.len()
    });
    largest.into_iter().flatten().for_each(|process| note(*process));
    let count = hosts.len();
    if count >= 2 {
        let said: Vec<&String> = hosts.keys().collect();
        let what = format!("on {count} hosts: {}", some_of(&said, 5));
        let evidence = hosts.into_values().flat_map(|pieces| pieces.into_iter().take(2)).collect();
        return Found::yes("hosts", 0.9, what).with(evidence).value("hosts", count).value("further", count - 1);
    }
    let logged: BTreeSet<String> = view
        .evidence
        .coverage
        .iter()
        .map(|covered| covered.host.to_lowercase())
        .filter(|host| !host.is_empty())
        .collect();
    let others = logged.iter().filter(|host| !hosts.keys().any(|known| super::view::same_host(known, host)));
    if count == 1 && others.clone().count() >= 1 {
        let what = format!("the logs of {} hosts hold it on one", logged.len());
        return Found::no("one-host", 0.6, what).value("hosts", count).value("further", 0);
    }
    let gaps = vec!["a search of the fleet by hash, name and command".to_owned()];
    Found::unknown("", "the logs are of one host", gaps).value("hosts", count).value("further", 0)
}

/// File names of documents that start a program, lower case.
fn document_names(view: &View<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, _, sort) in &view.subjects {
        if let Some(file) = view.file(*file).filter(|_| *sort != Sort::Data) {
            names.insert(base(&file.scanned.artifact.path).to_lowercase());
            names.extend(file.provenance.contained.iter().map(|inner| base(&inner.name).to_lowercase()));
        }
    }
    names.remove("");
    names
}
