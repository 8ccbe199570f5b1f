//! The table of processes: one entry per process, whichever logs tell of it.

use crate::{CaseEvidence, Fact, FactKind, Proc, Settings};
use ddefend_event::{Time, Zone};
use ddefend_hunt::{Lineage, Start, Who, file_name, guid_key, number};
use std::collections::HashMap;

/// An event may be written a little before the start of its process is.
const SLACK: i64 = 2 * Time::SECOND;
/// How many processes with the same id before an event are looked at.
const REUSES: usize = 64;
/// How many ancestors are followed.
pub(super) const GENERATIONS: usize = 32;

/// Fields of a process creation in the order of `ddefend_hunt::ProcessFields::names`.
const FIELDS: [&str; 11] = [
    "ProcessGuid",
    "ProcessId",
    "Image",
    "CommandLine",
    "User",
    "ParentProcessGuid",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
    "ParentUser",
    "UtcTime",
];

/// A process with the records that tell of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) proc: Proc,
    /// Indices of facts: its starts, then its ends.
    pub(super) facts: Vec<usize>,
    /// Attack surface reduction stopped it before it ran.
    pub(super) blocked: bool,
    pub(super) children: Vec<usize>,
    /// Who started it for somebody else, where it broke away.
    pub(super) broker: Option<usize>,
}

impl Row {
    pub(super) fn start(&self) -> Option<i64> {
        self.proc.start.map(|time| time.ticks)
    }

    pub(super) fn end(&self) -> Option<i64> {
        self.proc.end.map(|time| time.ticks)
    }
}

/// Every process of the logs.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    guids: HashMap<Box<str>, usize>,
    /// Per host and process id, in the order of their starts.
    pids: HashMap<(Box<str>, u64), Vec<usize>>,
}

/// Facts of a kind in the order of time; those without one stand last, in their own order.
pub(super) fn in_order(facts: &[Fact], kinds: &[FactKind]) -> Vec<usize> {
    let mut order: Vec<(i64, usize)> = facts
        .iter()
        .enumerate()
        .filter(|(_, fact)| kinds.contains(&fact.spec.kind))
        .map(|(index, fact)| (fact.ticks().unwrap_or(i64::MAX), index))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}

impl Table {
    pub(super) fn new(evidence: &CaseEvidence, settings: &Settings) -> Self {
        let facts = &evidence.facts;
        let mut lineage = Lineage::with_budget(usize::MAX);
        let mut told: Vec<(usize, usize)> = Vec::new();
        for index in in_order(facts, &[FactKind::Process]) {
            let Some(fact) = facts.get(index) else { continue };
            let values = FIELDS.iter().map(|field| fact.get(field).map(str::to_owned)).collect();
            let id = lineage.start(&Start { host: (*fact.host).into(), time: fact.time, values });
            told.push((usize::try_from(id).unwrap_or(usize::MAX), index));
        }
        let mut table = Self { rows: rows(&lineage), ..Self::default() };
        let blocked = blocked_records(evidence);
        for (id, index) in told {
            if let (Some(row), Some(fact)) = (table.rows.get_mut(id), facts.get(index)) {
                let stopped = blocked.contains(&(&fact.source, fact.record));
                row.blocked = stopped && (row.blocked || row.facts.is_empty());
                fill(row, fact, index);
            }
        }
        table.inferred_hosts(facts, &lineage);
        table.index(&lineage);
        table.by_digest(facts, settings);
        table.ends(facts);
        table
    }

    /// Processes that only a child names: they stand on its host.
    fn inferred_hosts(&mut self, facts: &[Fact], lineage: &Lineage) {
        for at in (0..self.rows.len()).rev() {
            let Some(row) = self.rows.get(at) else { continue };
            let (host, fact) = (row.proc.host.clone(), row.facts.first().copied());
            let shown = row.proc.known_as().to_owned();
            let parent = row.proc.parent;
            let Some(parent) = parent.and_then(|parent| self.rows.get_mut(parent)) else { continue };
            if parent.proc.inferred {
                parent.proc.host.clone_from(&host);
                if let Some(fact) = fact.and_then(|fact| facts.get(fact)).filter(|_| parent.proc.evidence.is_empty()) {
                    let text = format!("{} is named as the parent of {shown}.", parent.proc.name);
                    parent.proc.evidence.push(fact.evidence(text));
                }
            }
        }
        let parents: Vec<(usize, usize)> =
            self.rows.iter().enumerate().filter_map(|(at, row)| Some((row.proc.parent?, at))).collect();
        for (parent, child) in parents {
            let by_guid = lineage.guids(u64::try_from(parent).unwrap_or(u64::MAX)).iter().next().is_some();
            let inferred = self.rows.get(parent).is_none_or(|row| row.proc.inferred);
            if let Some(row) = self.rows.get_mut(child) {
                row.proc.parent_confidence = match (by_guid, inferred) {
                    (true, _) => 1.0,
                    (false, false) => 0.95,
                    (false, true) => 0.9,
                };
            }
            if let Some(row) = self.rows.get_mut(parent) {
                row.children.push(child);
            }
        }
    }

    fn index(&mut self, lineage: &Lineage) {
        for (at, row) in self.rows.iter().enumerate() {
            for guid in lineage.guids(u64::try_from(at).unwrap_or(u64::MAX)) {
                self.guids.insert(guid.clone(), at);
            }
            if let Some(pid) = row.proc.pid {
                self.pids.entry((row.proc.host.as_str().into(), pid)).or_default().push(at);
            }
        }
        let rows = &self.rows;
        for list in self.pids.values_mut() {
            list.sort_by_key(|at| rows.get(*at).and_then(Row::start).unwrap_or(i64::MIN));
        }
    }

    /// A copy of `cmd.exe` under another name shows by its digest where the logs know the original's.
    fn by_digest(&mut self, facts: &[Fact], settings: &Settings) {
        let lists = &settings.lists;
        let of_note = |name: &String| lists.interpreters.contains(name) || lists.tools.contains(name);
        let digest = |row: &Row| {
            let fact = facts.get(*row.facts.first()?)?;
            strongest(fact.get("Hashes")?)
        };
        let mut known: HashMap<String, String> = HashMap::new();
        for row in &self.rows {
            let system = row.proc.image.to_ascii_lowercase().contains(r":\windows\");
            if system
                && of_note(&row.proc.name)
                && let Some(digest) = digest(row)
            {
                known.insert(digest, row.proc.name.clone());
            }
        }
        if known.is_empty() {
            return;
        }
        for row in self.rows.iter_mut().filter(|row| row.proc.original.is_empty() && !of_note(&row.proc.name)) {
            if let Some(name) = digest(row).and_then(|digest| known.get(&digest)) {
                row.proc.original.clone_from(name);
            }
        }
    }

    fn ends(&mut self, facts: &[Fact]) {
        for index in in_order(facts, &[FactKind::ProcessEnd]) {
            let Some(fact) = facts.get(index) else { continue };
            let Some(at) = self.actor(fact) else { continue };
            if let Some(row) = self.rows.get_mut(at)
                && row.proc.end.is_none()
            {
                row.proc.end = fact.time;
                row.facts.push(index);
            }
        }
    }

    /// The process that a fact names as the acting one.
    pub(super) fn actor(&self, fact: &Fact) -> Option<usize> {
        let who = Who {
            guid: fact.get("ProcessGuid"),
            pid: fact.get("ProcessId").and_then(number),
            image: fact.get("Image"),
            ..Who::default()
        };
        self.find(&fact.host, who, fact.ticks())
    }

    /// A process by its id: the GUID where it is known, else the latest process with that id and name that had begun and
    /// had not ended. Ids are used again.
    pub(super) fn find(&self, host: &str, who: Who<'_>, time: Option<i64>) -> Option<usize> {
        if let Some(at) = who.guid.and_then(guid_key).and_then(|guid| self.guids.get(&guid)) {
            return Some(*at);
        }
        let list = self.pids.get(&(host.to_ascii_lowercase().into(), who.pid?))?;
        let until = time.map_or(list.len(), |time| {
            list.partition_point(|at| {
                self.rows.get(*at).and_then(Row::start).is_none_or(|start| start <= time.saturating_add(SLACK))
            })
        });
        let before = list.get(..until).unwrap_or(list);
        before.iter().rev().take(REUSES).copied().find(|at| {
            self.rows.get(*at).is_some_and(|row| {
                let ended = row.end().zip(time).is_some_and(|(end, time)| end.saturating_add(SLACK) < time);
                let fits = who.image.is_none_or(|image| {
                    row.proc.name.is_empty() || file_name(image).eq_ignore_ascii_case(&row.proc.name)
                });
                !ended && fits
            })
        })
    }
}

/// Records of attack surface reduction that stopped a process from starting.
fn blocked_records(evidence: &CaseEvidence) -> std::collections::HashSet<(&std::sync::Arc<str>, u64)> {
    let barriers = evidence.facts.iter().filter(|fact| fact.spec.kind == FactKind::Barrier);
    let blocked = barriers.filter(|fact| fact.get("ActionType").is_some_and(|action| action.ends_with("Blocked")));
    blocked.map(|fact| (&fact.source, fact.record)).collect()
}

fn rows(lineage: &Lineage) -> Vec<Row> {
    let mut rows = Vec::new();
    for id in 0..lineage.count() {
        let Some((process, parent)) = lineage.process(id) else {
            rows.push(Row::default());
            continue;
        };
        let mut proc = Proc {
            pid: process.pid,
            image: process.image.clone(),
            name: file_name(&process.image).to_lowercase(),
            command: process.command.clone(),
            user: process.user.clone(),
            start: Time::parse(&process.time),
            inferred: process.inferred,
            parent: parent.and_then(|parent| usize::try_from(parent).ok()),
            ..Proc::default()
        };
        if process.key.starts_with('{') {
            proc.guid.clone_from(&process.key);
        }
        rows.push(Row { proc, ..Row::default() });
    }
    rows
}

/// What the table of lineage does not keep.
fn fill(row: &mut Row, fact: &Fact, index: usize) {
    let proc = &mut row.proc;
    if proc.host.is_empty() {
        proc.host = fact.host.to_ascii_lowercase();
    }
    let set = |field: &mut String, name: &str| {
        if field.is_empty()
            && let Some(value) = fact.get(name)
        {
            value.clone_into(field);
        }
    };
    set(&mut proc.logon, "LogonId");
    set(&mut proc.command, "CommandLine");
    set(&mut proc.guid, "ProcessGuid");
    if proc.original.is_empty() {
        proc.original = fact.get("OriginalFileName").unwrap_or_default().to_lowercase();
    }
    if proc.start.is_none() {
        // `UtcTime` is UTC; a record without a zone gives none.
        let zone = fact.time.filter(|_| fact.get("UtcTime").is_none()).map_or(Zone::Utc, |time| time.zone);
        proc.start = fact.ticks().map(|ticks| Time { ticks, zone });
    }
    let words = super::line::split(&proc.command);
    proc.automated = words.iter().skip(1).any(|word| super::line::is_automation(word));
    let text = match (fact.get("CommandLine"), fact.get("ParentImage")) {
        (Some(command), Some(parent)) => format!("{} started {}: {command}", file_name(parent), proc.name),
        (Some(command), None) => format!("{} was started: {command}", proc.name),
        (None, Some(parent)) => format!("{} started {}", file_name(parent), proc.name),
        (None, None) => format!("{} was started", proc.name),
    };
    proc.evidence.push(fact.evidence(text));
    row.facts.push(index);
}

/// The longest digest of a `Hashes` field (`MD5=..,SHA256=..`), or the bare one.
pub(super) fn strongest(hashes: &str) -> Option<String> {
    let parts = hashes.split(',').filter(|part| !part.to_ascii_uppercase().starts_with("IMPHASH"));
    let values = parts.map(|part| part.rsplit('=').next().unwrap_or(part).trim());
    let hex = values.filter(|value| value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex.max_by_key(|value| value.len()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
