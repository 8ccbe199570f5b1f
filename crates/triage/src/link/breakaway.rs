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
    let canon: HashMap<usize, Canonical> = tree
        .iter()
        .filter(|at| !office.contains(at))
        .filter_map(|at| {
            let proc = &table.rows.get(*at)?.proc;
            Some((*at, canonical::of_process(&proc.image, &proc.command, knowledge, &tools)))
        })
        .collect();
    let named = Named::new(canon.values().chain(fields));
    let mut found: Vec<(usize, usize, f64)> = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let Some(start) = row.start().filter(|_| !inside.contains(&at)) else { continue };
        let Some(parent) = row.proc.parent.and_then(|parent| table.rows.get(parent)) else { continue };
        if broker(parent, settings).is_none() || !named.may_be(row) {
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
            let confidence = if office.contains(&cause) {
                let by_field = fields.iter().filter_map(|field| canonical::compare(field, &own));
                by_field.map(|(confidence, _)| confidence).filter(|c| *c >= 0.7).fold(0.0, f64::max) * 0.8
            } else {
                canon.get(&cause).map_or(0.0, |canon| overlap(canon, &own))
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

/// What the tree's command lines name, to pass over the many processes that it does not.
struct Named<'c> {
    words: HashSet<&'c str>,
}

impl<'c> Named<'c> {
    fn new(causes: impl Iterator<Item = &'c Canonical>) -> Self {
        let mut words = HashSet::new();
        for cause in causes {
            let tokens = cause.tokens.iter().map(|token| token.rsplit('\\').next().unwrap_or(token));
            words.extend(tokens.map(|token| token.trim_end_matches(".exe")));
            words.extend(cause.rare.iter().map(String::as_str));
        }
        Self { words }
    }

    /// True where the program or a word of its command line is named.
    fn may_be(&self, row: &Row) -> bool {
        let stem = row.proc.known_as().trim_end_matches(".exe");
        let command = row.proc.command.to_lowercase();
        let mut words = command.split(|c: char| c.is_whitespace() || "\"',;()=\\/".contains(c)).skip(1);
        self.words.contains(stem)
            || words.any(|word| word.len() > 3 && self.words.contains(word))
            || command.contains("://")
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
