//! Processes that somebody else started on behalf of a process of the tree: WMI, the task scheduler, COM, the shell.

use super::canonical::{self, Canonical};
use super::table::{Row, Table};
use crate::Settings;
use ddefend_event::Time;
use std::collections::{BTreeSet, HashMap, HashSet};

/// How long behind its cause a process may start.
const WITHIN: i64 = 60 * Time::SECOND;
/// Processes of the tree that are looked at for one that broke away.
const CAUSES: usize = 64;

/// Who started a process for somebody else, in words.
pub(super) fn broker<'s>(row: &Row, settings: &'s Settings) -> Option<&'s str> {
    let name = row.proc.known_as();
    let command = row.proc.command.to_lowercase();
    let brokers = settings.lists.breakaway.iter();
    brokers
        .filter(|broker| broker.image == name)
        .find(|broker| broker.command.is_empty() || command.is_empty() || command.contains(&broker.command))
        .map(|broker| broker.by.as_str())
}

/// Hangs processes that broke away below what caused them. `fields` are the findings' commands: Office itself says nothing
/// on its own command line of what a field makes it do.
pub(super) fn join(table: &mut Table, office: &[usize], fields: &[Canonical], settings: &Settings) {
    let tools: BTreeSet<String> = super::programs(settings);
    let knowledge = settings.knowledge.as_deref();
    let tree = super::tree::descendants(table, office);
    if tree.is_empty() {
        return;
    }
    let inside: HashSet<usize> = tree.iter().copied().collect();
    let mut causes: HashMap<&str, Vec<(i64, usize)>> = HashMap::new();
    for at in &tree {
        let Some(row) = table.rows.get(*at) else { continue };
        if let Some(start) = row.start() {
            causes.entry(row.proc.host.as_str()).or_default().push((start, *at));
        }
    }
    causes.values_mut().for_each(|list| list.sort_unstable());
    let office: HashSet<usize> = office.iter().copied().collect();
    let mut canon: HashMap<usize, Canonical> = HashMap::new();
    let mut found: Vec<(usize, usize, f64)> = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let Some(start) = row.start().filter(|_| !inside.contains(&at)) else { continue };
        let Some(parent) = row.proc.parent.and_then(|parent| table.rows.get(parent)) else { continue };
        if broker(parent, settings).is_none() {
            continue;
        }
        let Some(list) = causes.get(row.proc.host.as_str()) else { continue };
        let until = list.partition_point(|(time, _)| *time <= start);
        let near = list.get(..until).unwrap_or_default().iter().rev().take(CAUSES);
        let near: Vec<usize> =
            near.take_while(|(time, _)| start.saturating_sub(*time) <= WITHIN).map(|(_, at)| *at).collect();
        if near.is_empty() {
            continue;
        }
        let own = canonical::of_process(&row.proc.image, &row.proc.command, knowledge, &tools);
        let mut best: Option<(f64, usize)> = None;
        for cause in near {
            let Some(cause_row) = table.rows.get(cause) else { continue };
            let confidence = if office.contains(&cause) {
                let by_field = fields.iter().filter_map(|field| canonical::compare(field, &own));
                by_field.map(|(confidence, _)| confidence).filter(|c| *c >= 0.7).fold(0.0, f64::max) * 0.8
            } else {
                let cause_canon = canon.entry(cause).or_insert_with(|| {
                    let (image, command) = (&cause_row.proc.image, &cause_row.proc.command);
                    canonical::of_process(image, command, knowledge, &tools)
                });
                overlap(cause_canon, &own)
            };
            // The latest cause stands first and wins where two say the same.
            if confidence > best.map_or(0.0, |(best, _)| best) {
                best = Some((confidence, cause));
            }
        }
        if let Some((confidence, cause)) = best {
            found.push((at, cause, confidence));
        }
    }
    for (at, cause, confidence) in found {
        let old = table.rows.get(at).and_then(|row| row.proc.parent);
        if let Some(parent) = old.and_then(|old| table.rows.get_mut(old)) {
            parent.children.retain(|child| *child != at);
        }
        if let Some(row) = table.rows.get_mut(at) {
            row.broker = old;
            row.proc.parent = Some(cause);
            row.proc.broke_away = true;
            row.proc.parent_confidence = confidence;
        }
        if let Some(row) = table.rows.get_mut(cause) {
            row.children.push(at);
        }
    }
}

/// How sure a command line made another process run: its arguments are those of the process (`wmic process call create
/// "..."`, `schtasks /tr ...`).
fn overlap(cause: &Canonical, own: &Canonical) -> f64 {
    let stem = own.image.trim_end_matches(".exe");
    let named = cause.tokens.iter().any(|token| {
        let name = token.rsplit('\\').next().unwrap_or(token);
        !stem.is_empty() && name.trim_end_matches(".exe") == stem
    }) && cause.image != own.image;
    let arguments: Vec<&String> = own.tokens.iter().filter(|token| **token != own.image).collect();
    let shared = arguments.iter().filter(|token| cause.tokens.contains(**token)).count();
    let all = !arguments.is_empty() && shared == arguments.len();
    let rare = cause.rare.intersection(&own.rare).next().is_some();
    match (named, all, rare) {
        (true, true, _) => 0.9,
        (true, false, true) => 0.8,
        (false, _, true) => 0.6,
        (true, false, false) if arguments.is_empty() => 0.7,
        _ => 0.0,
    }
}

#[cfg(test)]
#[path = "breakaway_tests.rs"]
mod tests;
