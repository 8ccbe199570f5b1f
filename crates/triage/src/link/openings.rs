//! Which documents Office processes opened.

use super::collection::{Collection, Match};
use super::table::Table;
use super::{line, paths};
use crate::{CaseEvidence, Fact, FactKind, Opening, Settings};
use ddefend_event::Time;
use ddefend_hunt::file_name;
use std::collections::{BTreeMap, HashSet};

/// How long before its opening by DDE a file may have been written.
const WRITTEN: i64 = 60 * Time::SECOND;
/// Openings of one process that are told.
const MOST: usize = 200;

/// Documents of the processes in `office`, in their order.
pub(super) fn openings(
    evidence: &CaseEvidence,
    settings: &Settings,
    table: &Table,
    office: &[usize],
    collection: &Collection,
) -> Vec<Opening> {
    let traces = traces(evidence, settings, table, office);
    let saved = saved(evidence, settings);
    let mut all = Vec::new();
    for at in office {
        let Some(row) = table.rows.get(*at) else { continue };
        let proc = &row.proc;
        let mut own: Vec<Opening> = Vec::new();
        let mut add =
            |path: &str, time: Option<Time>, rule: Option<(&'static str, f64)>, fact: Option<(&Fact, &str)>| {
                let normal = paths::normalise(path);
                let known = own.iter().any(|known: &Opening| paths::normalise(&known.path) == normal);
                let known_name =
                    rule.is_some() && own.iter().any(|known| paths::name(&known.path) == paths::name(path));
                if known || known_name || own.len() >= MOST || normal.is_empty() {
                    return;
                }
                let found = collection.find(&proc.host, &normal, time.map(|time| time.ticks));
                own.extend(told(*at, path, time, &found, rule, fact));
            };
        for path in line::documents(&proc.command) {
            add(&path, proc.start, None, None);
        }
        for (path, rule, confidence, fact) in traces.get(at).into_iter().flatten() {
            let name = file_name(path);
            let folder = path.get(..path.len().saturating_sub(name.len())).unwrap_or_default();
            let owned = collection.owned(name).filter(|_| *rule == "owner-file");
            let path = owned.map_or_else(|| path.clone(), |name| format!("{folder}{name}"));
            add(&path, fact.time, Some((*rule, *confidence)), Some((*fact, "wrote its trace of the open file")));
        }
        let nothing = own.is_empty();
        if nothing && !row.proc.inferred {
            let start = proc.start.map(|time| time.ticks);
            if let Some(fact) = start.and_then(|start| last_saved(&saved, &proc.host, start)) {
                let path = fact.get("TargetFilename").unwrap_or_default();
                let normal = paths::normalise(path);
                let found = collection.find(&proc.host, &normal, start);
                let rule = Some(("written-before", 0.5));
                own.extend(told(*at, path, proc.start, &found, rule, Some((fact, "was written just before"))));
            }
        }
        all.append(&mut own);
    }
    all
}

/// Openings of a path: one for each file that it may be, else one of a file that was not collected.
fn told(
    process: usize,
    path: &str,
    time: Option<Time>,
    found: &[Match],
    rule: Option<(&'static str, f64)>,
    fact: Option<(&Fact, &str)>,
) -> Vec<Opening> {
    let evidence = || fact.iter().map(|(fact, text)| fact.evidence(format!("{}: {text}", file_name(path)))).collect();
    let how = |confidence: f64, own: &'static str| match rule {
        Some((rule, factor)) => (confidence * factor, rule),
        None => (confidence, own),
    };
    if found.is_empty() {
        let (confidence, rule) = how(1.0, "path");
        let path = path.to_owned();
        return vec![Opening {
            process,
            file: None,
            inside: false,
            path,
            confidence,
            rule,
            time,
            evidence: evidence(),
        }];
    }
    let of = |found: &Match| {
        let (confidence, rule) = how(found.confidence, found.rule);
        Opening {
            process,
            file: Some(found.file),
            inside: found.inside,
            path: path.to_owned(),
            confidence,
            rule,
            time,
            evidence: evidence(),
        }
    };
    found.iter().map(of).collect()
}

type Trace<'f> = (String, &'static str, f64, &'f Fact);

/// What Office writes beside an open document: its owner file `~$name` (Microsoft Support, "Description of how Word creates
/// temporary files") and the shell's `Recent\name.lnk`.
fn traces<'f>(
    evidence: &'f CaseEvidence,
    settings: &Settings,
    table: &Table,
    office: &[usize],
) -> BTreeMap<usize, Vec<Trace<'f>>> {
    let wanted: HashSet<usize> = office.iter().copied().collect();
    let mut found: BTreeMap<usize, Vec<Trace<'f>>> = BTreeMap::new();
    for fact in evidence.facts.iter().filter(|fact| fact.spec.kind == FactKind::File) {
        let image = fact.get("Image").map(|image| file_name(image).to_lowercase()).unwrap_or_default();
        if !settings.lists.office.contains(&image) {
            continue;
        }
        let Some(target) = fact.get("TargetFilename") else { continue };
        let name = file_name(target);
        let folder = target.get(..target.len().saturating_sub(name.len())).unwrap_or_default();
        let trace = if let Some(rest) = name.strip_prefix("~$") {
            // The owner file of `Invoice.docx` is `~$voice.docx`; a short name keeps all of it.
            Some((format!("{folder}{rest}"), "owner-file", 0.9))
        } else if let Some(document) = name.strip_suffix(".lnk").or_else(|| name.strip_suffix(".LNK")) {
            let recent = folder.to_lowercase().contains(r"\recent\");
            (recent && document.contains('.')).then(|| (document.to_owned(), "recent", 0.8))
        } else {
            None
        };
        let Some((path, rule, confidence)) = trace else { continue };
        let Some(at) = table.actor(fact).filter(|at| wanted.contains(at)) else { continue };
        found.entry(at).or_default().push((path, rule, confidence, fact));
    }
    found
}

/// Document files that mail programs, browsers and the shell wrote: per host in time order.
fn saved<'f>(evidence: &'f CaseEvidence, settings: &Settings) -> BTreeMap<String, Vec<(i64, &'f Fact)>> {
    let mut found: BTreeMap<String, Vec<(i64, &Fact)>> = BTreeMap::new();
    for fact in evidence.facts.iter().filter(|fact| fact.spec.kind == FactKind::File) {
        let (Some(target), Some(time)) = (fact.get("TargetFilename"), fact.ticks()) else { continue };
        let name = paths::name(target);
        let extension = name.rsplit_once('.').map_or("", |(_, end)| end);
        let document = settings.lists.document_extensions.iter().any(|known| known == extension);
        if document && !name.starts_with("~$") {
            found.entry(fact.host.to_ascii_lowercase()).or_default().push((time, fact));
        }
    }
    found.values_mut().for_each(|list| list.sort_by_key(|(time, fact)| (*time, fact.record)));
    found
}

fn last_saved<'f>(saved: &BTreeMap<String, Vec<(i64, &'f Fact)>>, host: &str, start: i64) -> Option<&'f Fact> {
    let list = saved.get(host)?;
    let until = list.partition_point(|(time, _)| *time <= start);
    let (time, fact) = list.get(until.checked_sub(1)?)?;
    (*time >= start.saturating_sub(WRITTEN)).then_some(*fact)
}

#[cfg(test)]
#[path = "openings_tests.rs"]
mod tests;
