//! Which process started which, per host, in bounded memory.

use crate::bound;
use ddefend_event::{Time, Zone};
use ddefend_model::Process;
use std::collections::{HashMap, VecDeque};

/// Bytes that the table may hold; the oldest processes are forgotten first.
const BUDGET: usize = 24 << 20;
/// What a process costs beside its texts.
const OVERHEAD: usize = 400;
/// How many ancestors are followed: chains of an attack are short, loops of forged ids are not.
const GENERATIONS: usize = 32;
/// Two logs tell of the same start where process id and image agree and the times differ by no more than this.
const SAME: i64 = 2 * Time::SECOND;
/// How many earlier processes with the same id are looked at.
const REUSES: usize = 64;
/// Text of a field that is kept.
const TEXT: usize = 8 << 10;

/// A process creation, as a record tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Computer.
    pub host: Box<str>,
    /// When the record was written.
    pub time: Option<Time>,
    /// Values in the order of [`crate::ProcessFields::names`].
    pub values: Vec<Option<String>>,
}

impl Start {
    /// A value; none where it is absent, empty or Windows' dash.
    pub(crate) fn value(&self, index: usize) -> Option<&str> {
        self.values.get(index)?.as_deref().filter(|value| !value.is_empty() && *value != "-")
    }
}

/// Names a process: a GUID, or what else the record has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Who<'a> {
    /// GUID of whichever log.
    pub guid: Option<&'a str>,
    /// Process id.
    pub pid: Option<u64>,
    /// Path or name.
    pub image: Option<&'a str>,
    /// Command line.
    pub command: Option<&'a str>,
    /// User.
    pub user: Option<&'a str>,
}

/// Decimal or `0x` hexadecimal.
#[must_use]
pub fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A start as Sysmon's `UtcTime` has it: it names no zone because it is always UTC.
fn utc(text: &str) -> Option<Time> {
    Time::parse(text).map(|time| Time { zone: Zone::Utc, ..time })
}

/// A GUID in one way of writing; none for the empty one.
#[must_use]
pub fn guid_key(guid: &str) -> Option<Box<str>> {
    let guid = bound::name(guid.trim_matches(['{', '}'])).to_ascii_lowercase();
    guid.bytes().any(|byte| byte != b'0' && byte != b'-').then(|| guid.into_boxed_str())
}

/// True where two ids are of the same product: Sysmon's and Windows' are GUIDs, Defender's are numbers, Elastic's are
/// neither. Ids of two products may name one process; two of the same never do.
fn alike(a: &str, b: &str) -> bool {
    let form = |id: &str| (id.len() == 36 && id.contains('-'), id.bytes().all(|byte| byte.is_ascii_digit()));
    form(a) == form(b)
}

/// A process of the table: counted up from 0 in the order in which processes were first told of.
pub type Id = u64;

#[derive(Debug)]
struct Node {
    process: Process,
    /// Ticks, where known.
    start: Option<i64>,
    /// Ticks of the first child, where a child told of it before its own start was seen.
    child: Option<i64>,
    host: Box<str>,
    /// One per product that tells of it.
    guids: Vec<Box<str>>,
    parent: Option<Id>,
    size: usize,
}

/// Processes that were seen.
#[derive(Debug)]
pub struct Lineage {
    nodes: HashMap<Id, Node>,
    guids: HashMap<Box<str>, Id>,
    /// Per host and process id: processes that had it, oldest first.
    pids: HashMap<(Box<str>, u64), VecDeque<Id>>,
    order: VecDeque<Id>,
    next: Id,
    held: usize,
    budget: usize,
}

impl Default for Lineage {
    fn default() -> Self {
        Self::with_budget(BUDGET)
    }
}

impl Lineage {
    /// A table that holds about so many bytes and forgets the oldest processes beyond.
    #[must_use]
    pub fn with_budget(budget: usize) -> Self {
        Self {
            nodes: HashMap::new(),
            guids: HashMap::new(),
            pids: HashMap::new(),
            order: VecDeque::new(),
            next: 0,
            held: 0,
            budget,
        }
    }

    /// How many processes were ever told of: ids are smaller.
    #[must_use]
    pub fn count(&self) -> Id {
        self.next
    }

    /// A process, with its parent; none where it was forgotten.
    #[must_use]
    pub fn process(&self, id: Id) -> Option<(&Process, Option<Id>)> {
        self.nodes.get(&id).map(|node| (&node.process, node.parent))
    }

    /// The ids that products have for a process, in one way of writing.
    #[must_use]
    pub fn guids(&self, id: Id) -> &[Box<str>] {
        self.nodes.get(&id).map_or(&[], |node| &node.guids)
    }

    /// Takes a process creation; its process.
    pub fn start(&mut self, start: &Start) -> Id {
        let host = bound::name(&start.host).to_ascii_lowercase().into_boxed_str();
        let pid = |index| start.value(index).and_then(number);
        let own = Who {
            guid: start.value(0),
            pid: pid(1),
            image: start.value(2),
            command: start.value(3),
            user: start.value(4),
        };
        let parent = Who {
            guid: start.value(5),
            pid: pid(6),
            image: start.value(7),
            command: start.value(8),
            user: start.value(9),
        };
        let time = start.value(10).and_then(utc).or(start.time);
        let ticks = time.map(|time| time.ticks);
        let parent = self.parent(&host, parent, ticks);
        if let Some(known) = self.same(&host, own, ticks) {
            self.complete(known, own, time);
            if let Some(node) = self.nodes.get_mut(&known) {
                node.parent = node.parent.or(parent);
            }
            return known;
        }
        self.insert(host, own, time, parent, false)
    }

    /// The process that a record names, as far as it is known.
    #[must_use]
    pub fn find(&self, host: &str, who: Who<'_>, time: Option<i64>) -> Option<Id> {
        if let Some(id) = who.guid.and_then(guid_key).and_then(|guid| self.guids.get(&guid)) {
            return Some(*id);
        }
        let host = bound::name(host).to_ascii_lowercase().into_boxed_str();
        let candidates = self.pids.get(&(host, who.pid?))?;
        // Process ids are used again: the latest start that is not after the event, and its name must fit.
        let own = who.guid.and_then(guid_key);
        candidates.iter().rev().take(REUSES).copied().find(|id| {
            self.nodes.get(id).is_some_and(|node| {
                // The same product knows it by another id: it is another process.
                let other = own.as_deref().is_some_and(|own| node.guids.iter().any(|known| alike(known, own)));
                let before = node.start.zip(time).is_none_or(|(start, time)| start <= time.saturating_add(SAME));
                before && !other && fits(&node.process.image, who.image)
            })
        })
    }

    /// The process behind its ancestors, oldest first.
    #[must_use]
    pub fn chain(&self, id: Id) -> Vec<Process> {
        let mut chain = Vec::new();
        let mut seen = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next
            && chain.len() < GENERATIONS
            && !seen.contains(&id)
            && let Some(node) = self.nodes.get(&id)
        {
            seen.push(id);
            chain.push(node.process.clone());
            next = node.parent;
        }
        chain.reverse();
        chain
    }

    fn parent(&mut self, host: &str, who: Who<'_>, child: Option<i64>) -> Option<Id> {
        if who.guid.is_none() && who.pid.is_none() && who.image.is_none() {
            return None;
        }
        if let Some(id) = self.find(host, who, child) {
            self.complete(id, who, None);
            return Some(id);
        }
        let id = self.insert(host.into(), who, None, None, true);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.child = child;
        }
        Some(id)
    }

    /// A process that another record of the same start has told of, or that a child has named before.
    fn same(&self, host: &str, who: Who<'_>, time: Option<i64>) -> Option<Id> {
        if let Some(id) = who.guid.and_then(guid_key).and_then(|guid| self.guids.get(&guid)) {
            return Some(*id);
        }
        let candidates = self.pids.get(&(host.into(), who.pid?))?;
        let own = who.guid.and_then(guid_key);
        candidates.iter().rev().take(REUSES).copied().find(|id| {
            self.nodes.get(id).is_some_and(|node| {
                let close = node.start.zip(time).is_some_and(|(a, b)| a.abs_diff(b) <= SAME.unsigned_abs());
                // Logs that stand newest first tell of the child before its parent.
                let awaited = node.start.is_none()
                    && node.child.zip(time).is_some_and(|(child, start)| start <= child.saturating_add(SAME));
                let close = close || awaited;
                let other_guid = own.as_deref().is_some_and(|own| node.guids.iter().any(|known| alike(known, own)));
                close && !other_guid && fits(&node.process.image, who.image)
            })
        })
    }

    fn complete(&mut self, id: Id, who: Who<'_>, time: Option<Time>) {
        let guid = who.guid.and_then(guid_key);
        let Some(node) = self.nodes.get_mut(&id) else { return };
        let mut added = 0;
        if time.is_some() && node.process.inferred {
            // Its own record says better than a child's.
            let told = [(&mut node.process.image, who.image), (&mut node.process.command, who.command)];
            told.into_iter().filter(|(_, own)| own.is_some()).for_each(|(known, _)| known.clear());
        }
        let mut set = |field: &mut String, value: Option<&str>| {
            if let Some(value) = value.filter(|_| field.is_empty()) {
                *field = clip(value);
                added += field.len();
            }
        };
        set(&mut node.process.image, who.image);
        set(&mut node.process.command, who.command);
        set(&mut node.process.user, who.user);
        node.process.pid = node.process.pid.or(who.pid);
        if let Some(time) = time {
            node.process.inferred = false;
            if node.start.is_none() {
                node.start = Some(time.ticks);
                node.process.time = time.to_string();
            }
        }
        node.size += added;
        self.held += added;
        if let Some(guid) = guid.filter(|guid| !node.guids.iter().any(|known| alike(known, guid))) {
            node.guids.push(guid.clone());
            self.guids.insert(guid, id);
        }
    }

    fn insert(&mut self, host: Box<str>, who: Who<'_>, time: Option<Time>, parent: Option<Id>, inferred: bool) -> Id {
        let id = self.next;
        self.next += 1;
        let guid = who.guid.and_then(guid_key);
        let shown = time.map(|time| time.to_string()).unwrap_or_default();
        let key = guid.as_deref().map_or_else(
            || {
                let pid = who.pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string());
                let at = if shown.is_empty() { format!("?{id}") } else { shown.clone() };
                format!("{host}/{pid}@{at}")
            },
            |guid| format!("{{{}}}", guid.to_ascii_uppercase()),
        );
        let process = Process {
            key,
            pid: who.pid,
            image: who.image.map(clip).unwrap_or_default(),
            command: who.command.map(clip).unwrap_or_default(),
            user: who.user.map(clip).unwrap_or_default(),
            time: shown,
            inferred,
        };
        let texts = process.key.len() + process.image.len() + process.command.len() + process.user.len();
        let size = texts + host.len() + OVERHEAD;
        if let Some(guid) = &guid {
            self.guids.insert(guid.clone(), id);
        }
        if let Some(pid) = who.pid {
            self.pids.entry((host.clone(), pid)).or_default().push_back(id);
        }
        self.held += size;
        let start = time.map(|time| time.ticks);
        let guids = guid.into_iter().collect();
        self.nodes.insert(id, Node { process, start, child: None, host, guids, parent, size });
        self.order.push_back(id);
        self.evict();
        id
    }

    fn evict(&mut self) {
        while self.held > self.budget
            && let Some(id) = self.order.pop_front()
        {
            let Some(node) = self.nodes.remove(&id) else { continue };
            self.held = self.held.saturating_sub(node.size);
            for guid in &node.guids {
                self.guids.remove(guid);
            }
            if let Some(pid) = node.process.pid {
                let key = (node.host, pid);
                if let Some(ids) = self.pids.get_mut(&key) {
                    // Both are in the order of arrival: the oldest is in front.
                    if ids.front() == Some(&id) {
                        ids.pop_front();
                    }
                    if ids.is_empty() {
                        self.pids.remove(&key);
                    }
                }
            }
        }
    }

    /// How many processes of each host are known, for tests and the curious.
    #[cfg(test)]
    fn hosts(&self) -> std::collections::BTreeMap<&str, usize> {
        let mut hosts = std::collections::BTreeMap::new();
        for node in self.nodes.values() {
            *hosts.entry(&*node.host).or_default() += 1;
        }
        hosts
    }
}

/// True where two images may be the same: one is unknown, or the file names agree.
fn fits(known: &str, asked: Option<&str>) -> bool {
    let name = crate::wording::file_name;
    known.is_empty() || asked.is_none_or(|asked| name(known).eq_ignore_ascii_case(name(asked)))
}

fn clip(text: &str) -> String {
    bound::clip(text, TEXT).to_owned()
}

#[cfg(test)]
#[path = "lineage_tests.rs"]
mod tests;
