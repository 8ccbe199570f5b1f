//! What the processes of the incident did within the window.

use super::network::Networks;
use super::table::Table;
use super::{paths, tree};
use crate::organisation::duration;
use crate::{CaseEvidence, ChildClass, Effect, EffectKind, Fact, FactKind, Opening, Settings, pattern};
use ddefend_event::Time;
use std::collections::{HashMap, HashSet};

/// Effects that are told of one case; a wiper deletes more files than anybody reads.
const MOST: usize = 5_000;
/// The window where the configuration has none that can be read: 10 minutes.
const WINDOW: i64 = 600 * Time::SECOND;

/// `10m`, `90s`, `1h` in ticks: `TimeWindow`, else the list's.
pub(crate) fn window(settings: &Settings) -> i64 {
    let own = settings.organisation.mutable.TimeWindow.as_deref();
    own.and_then(duration).or_else(|| duration(&settings.lists.time_window)).unwrap_or(WINDOW)
}

/// From when to when a process counts, and whether all of its effects do.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: i64,
    until: i64,
    whole: bool,
}

/// Effects in the order of the facts. `roots` are children of Office with their class, `openings` name documents.
pub(super) fn effects(
    evidence: &CaseEvidence,
    settings: &Settings,
    table: &Table,
    roots: &[(usize, usize, ChildClass)],
    openings: &[Opening],
) -> Vec<Effect> {
    let spans = spans(evidence, settings, table, roots, openings);
    if spans.is_empty() {
        return Vec::new();
    }
    let networks = Networks::new(settings);
    let mut found: Vec<(Effect, i64)> = Vec::new();
    for (index, fact) in evidence.facts.iter().enumerate() {
        if found.len() >= MOST {
            break;
        }
        let acting = match fact.spec.kind {
            FactKind::Network
            | FactKind::Dns
            | FactKind::File
            | FactKind::FileDelete
            | FactKind::Registry
            | FactKind::Module
            | FactKind::Pipe => table.actor(fact),
            FactKind::Service | FactKind::ScheduledTask => made_by(fact, table, &spans),
            _ => None,
        };
        let Some(process) = acting else { continue };
        let (Some(span), Some(time)) = (spans.get(&process), fact.ticks()) else { continue };
        if time < span.from || time > span.until {
            continue;
        }
        let Some((kind, target, external)) = effect(fact, settings, &networks, is_office(table, process, settings))
        else {
            continue;
        };
        if !span.whole
            && matches!(
                kind,
                EffectKind::Network | EffectKind::File | EffectKind::Deleted | EffectKind::Registry | EffectKind::Pipe
            )
        {
            continue;
        }
        found.push((Effect { process, kind, fact: index, target, external, first_seen: false }, span.from));
    }
    first_seen(evidence, &mut found);
    found.into_iter().map(|(effect, _)| effect).collect()
}

fn is_office(table: &Table, at: usize, settings: &Settings) -> bool {
    table.rows.get(at).is_some_and(|row| super::children::is_office(row, settings))
}

/// Trees below children that are not ordinary count whole; Office itself counts with what it has no use for: modules,
/// programs that it writes, persistence. Only where it opened a document with a finding or has such a child.
fn spans(
    evidence: &CaseEvidence,
    settings: &Settings,
    table: &Table,
    roots: &[(usize, usize, ChildClass)],
    openings: &[Opening],
) -> HashMap<usize, Span> {
    let window = window(settings);
    let mut spans: HashMap<usize, Span> = HashMap::new();
    let mut add = |at: usize, from: i64, until: i64, whole: bool| {
        let span = spans.entry(at).or_insert(Span { from, until, whole });
        *span = Span { from: span.from.min(from), until: span.until.max(until), whole: span.whole || whole };
    };
    for (parent, child, _) in roots.iter().filter(|(_, _, class)| *class != ChildClass::Allowed) {
        let Some(start) = table.rows.get(*child).and_then(super::table::Row::start) else { continue };
        for at in tree::descendants(table, &[*child]) {
            add(at, start, start.saturating_add(window), true);
        }
        let own = table.rows.get(*parent).and_then(super::table::Row::start).unwrap_or(start);
        let never = table.rows.get(*parent).is_some_and(|row| {
            settings.lists.never_parents.iter().any(|name| *name == row.proc.name || *name == row.proc.original)
        });
        // An Office that has run since the morning counts from shortly before what it started.
        let from = own.max(start.saturating_sub(window));
        add(*parent, from, start.saturating_add(window), never);
    }
    for opening in openings {
        let bad = opening.file.and_then(|file| evidence.files.get(file)).is_some_and(|file| {
            file.scanned.findings.iter().any(|finding| finding.level >= ddefend_model::Level::Medium)
        });
        if let Some(time) = opening.time.filter(|_| bad) {
            add(opening.process, time.ticks, time.ticks.saturating_add(window), false);
        }
    }
    // Equation Editor has no effects of its own: whatever it does is the exploit's.
    for (at, row) in table.rows.iter().enumerate() {
        let never = |name: &String| *name == row.proc.name || *name == row.proc.original;
        if let Some(start) = row.start().filter(|_| settings.lists.never_parents.iter().any(never)) {
            add(at, start, start.saturating_add(window), true);
        }
    }
    spans
}

/// Services and tasks name no process: the one of the tree whose command line names it, else none.
fn made_by(fact: &Fact, table: &Table, spans: &HashMap<usize, Span>) -> Option<usize> {
    let name = fact.get("ServiceName").or_else(|| fact.get("TaskName"))?;
    let name = name.rsplit('\\').next().unwrap_or(name).to_lowercase();
    let time = fact.ticks()?;
    let host = fact.host.to_ascii_lowercase();
    let logon = fact.get("SubjectLogonId").and_then(ddefend_hunt::number);
    let fits = |at: &&usize| {
        let Some(row) = table.rows.get(**at) else { return false };
        let before = row.start().is_some_and(|start| start <= time.saturating_add(2 * Time::SECOND));
        let same = logon.is_none_or(|logon| ddefend_hunt::number(&row.proc.logon).is_none_or(|own| own == logon));
        let names = name.len() > 2 && row.proc.command.to_lowercase().contains(&name);
        row.proc.host == host && before && same && names && spans.get(*at).is_some_and(|span| span.whole)
    };
    spans.keys().filter(fits).max_by_key(|at| (table.rows.get(**at).and_then(super::table::Row::start), **at)).copied()
}

/// What a fact is as an effect: kind, target, whether it lies outside.
fn effect(fact: &Fact, settings: &Settings, networks: &Networks, office: bool) -> Option<(EffectKind, String, bool)> {
    let lists = &settings.lists;
    let inside = |kind: EffectKind, target: &str| Some((kind, target.to_owned(), false));
    match fact.spec.kind {
        FactKind::Network => {
            if fact.get("Initiated").is_some_and(|value| value.eq_ignore_ascii_case("false")) {
                return None;
            }
            let ip = fact.get("DestinationIp").or_else(|| fact.get("DestinationHostname"))?;
            if super::network::read(ip).is_some_and(|address| address.is_loopback()) {
                return None;
            }
            let external = match super::network::read(ip) {
                Some(_) => networks.is_external(ip),
                None => networks.is_external_name(ip),
            };
            let shown = if ip.contains(':') { format!("[{ip}]") } else { ip.to_owned() };
            let target = fact.get("DestinationPort").map_or_else(|| ip.to_owned(), |port| format!("{shown}:{port}"));
            Some((EffectKind::Network, target, external))
        }
        FactKind::Dns => {
            let name = fact.get("QueryName")?;
            Some((EffectKind::Network, name.to_owned(), networks.is_external_name(name)))
        }
        FactKind::File => {
            let target = fact.get("TargetFilename")?;
            let normal = paths::normalise(target);
            let extension = normal.rsplit_once('.').map_or("", |(_, end)| end);
            let executable = lists.executable_extensions.iter().any(|known| known == extension);
            let startup = normal.contains(r"\start menu\programs\startup\");
            let kind = match (startup, executable && !normal.contains(r"\recent\")) {
                (true, _) => EffectKind::Persistence,
                (false, true) => EffectKind::Executable,
                (false, false) => EffectKind::File,
            };
            inside(kind, target)
        }
        FactKind::FileDelete => inside(EffectKind::Deleted, fact.get("TargetFilename")?),
        FactKind::Registry => {
            let key = fact.get("TargetObject")?;
            let deleted = fact.get("EventType").is_some_and(|kind| kind.starts_with("Delete"));
            let starts = lists.autostart_keys.iter().any(|known| pattern::fits(known, key));
            inside(if starts && !deleted { EffectKind::Persistence } else { EffectKind::Registry }, key)
        }
        FactKind::Module => {
            let module = fact.get("ImageLoaded")?;
            let own = settings.organisation.mutable.SuspiciousDLLList.as_ref();
            let name = paths::name(module);
            let listed = own.unwrap_or(&lists.suspicious_modules).iter().any(|known| known.eq_ignore_ascii_case(&name));
            if office && listed { inside(EffectKind::Module, module) } else { None }
        }
        FactKind::Pipe => inside(EffectKind::Pipe, fact.get("PipeName")?),
        FactKind::Service => inside(EffectKind::Persistence, fact.get("ServiceName")?),
        FactKind::ScheduledTask => inside(EffectKind::Persistence, fact.get("TaskName")?),
        _ => None,
    }
}

/// What of a fact is looked for earlier: an address without its port, a name, a path.
fn key(fact: &Fact) -> Option<String> {
    let value = match fact.spec.kind {
        FactKind::Network => fact.get("DestinationIp").or_else(|| fact.get("DestinationHostname")),
        FactKind::Dns => fact.get("QueryName"),
        FactKind::File | FactKind::FileDelete => fact.get("TargetFilename"),
        FactKind::Registry => fact.get("TargetObject"),
        FactKind::Module => fact.get("ImageLoaded"),
        FactKind::Pipe => fact.get("PipeName"),
        FactKind::Service => fact.get("ServiceName"),
        FactKind::ScheduledTask => fact.get("TaskName"),
        _ => None,
    };
    value.map(str::to_lowercase)
}

fn first_seen(evidence: &CaseEvidence, found: &mut [(Effect, i64)]) {
    let fact_key = |at: usize| evidence.facts.get(at).and_then(|fact| Some((fact.spec.kind, key(fact)?)));
    let wanted: HashSet<(FactKind, String)> = found.iter().filter_map(|(effect, _)| fact_key(effect.fact)).collect();
    let mut earliest: HashMap<(FactKind, String), i64> = HashMap::new();
    for fact in &evidence.facts {
        let (Some(key), Some(time)) = (key(fact), fact.ticks()) else { continue };
        let key = (fact.spec.kind, key);
        if wanted.contains(&key) {
            let first = earliest.entry(key).or_insert(time);
            *first = time.min(*first);
        }
    }
    for (effect, from) in found {
        let first = fact_key(effect.fact).and_then(|key| earliest.get(&key).copied());
        effect.first_seen = first.is_none_or(|first| first >= *from);
    }
}

#[cfg(test)]
#[path = "effects_tests.rs"]
mod tests;
