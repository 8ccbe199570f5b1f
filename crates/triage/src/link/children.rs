//! What Office programs started, and what is to be made of it.

use super::table::{Row, Table};
use crate::{BarrierLink, CaseEvidence, Child, ChildClass, Fact, FactKind, Settings, pattern};
use ddefend_event::Time;
use ddefend_hunt::{baseline::template, file_name};
use std::collections::{HashMap, HashSet};

/// At most so many hosts, and at most one in a hundred (facts: stacking).
const RARE_HOSTS: usize = 3;
const RARE_SHARE: usize = 100;
/// A barrier's record and the start that it stopped.
const BARRIER: i64 = 5 * Time::SECOND;
/// A process that ends so soon did nothing.
const AT_ONCE: i64 = Time::SECOND;

/// True for a program of Office, by its name or version resource.
pub(super) fn is_office(row: &Row, settings: &Settings) -> bool {
    let lists = &settings.lists;
    let known = |name: &String| lists.office.contains(name) || lists.never_parents.contains(name);
    known(&row.proc.name) || (!row.proc.original.is_empty() && known(&row.proc.original))
}

/// On how many hosts each parent, child and form of command line stands.
pub(super) struct Fleet {
    hosts: usize,
    pairs: HashMap<(String, String, String), HashSet<String>>,
}

fn pair(parent: &Row, child: &Row) -> (String, String, String) {
    (parent.proc.known_as().to_owned(), child.proc.known_as().to_owned(), template(&child.proc.command))
}

impl Fleet {
    pub(super) fn new(table: &Table, office: &[usize]) -> Self {
        let hosts: HashSet<&str> = table.rows.iter().map(|row| row.proc.host.as_str()).collect();
        let mut pairs: HashMap<_, HashSet<String>> = HashMap::new();
        for parent in office.iter().filter_map(|at| table.rows.get(*at)) {
            for child in parent.children.iter().filter_map(|at| table.rows.get(*at)) {
                pairs.entry(pair(parent, child)).or_default().insert(child.proc.host.clone());
            }
        }
        Self { hosts: hosts.len(), pairs }
    }

    /// On how many hosts, where that is few.
    fn rare(&self, parent: &Row, child: &Row) -> Option<usize> {
        let seen = self.pairs.get(&pair(parent, child)).map_or(0, HashSet::len);
        (seen <= RARE_HOSTS && seen.saturating_mul(RARE_SHARE) <= self.hosts).then_some(seen)
    }
}

/// Class, reason and family of a child.
pub(super) fn class_of(parent: &Row, child: &Row, fleet: &Fleet, settings: &Settings) -> (ChildClass, String, String) {
    let lists = &settings.lists;
    let (by, name) = (parent.proc.known_as(), child.proc.known_as());
    let contains = |list: &[String]| list.iter().any(|known| *known == *name || *known == child.proc.name);
    let never = |known: &String| *known == parent.proc.name || *known == *by;
    if lists.never_parents.iter().any(never) {
        let why = format!("{by} has no reason to start anything.");
        return (ChildClass::Equation, why, String::new());
    }
    if let Some(known) = settings.organisation.benign_child.iter().find(|known| {
        let child_fits = |text: &str| !text.is_empty() && pattern::fits(&known.child, text);
        let parent_fits = |text: &str| known.parent.is_empty() || pattern::fits(&known.parent, text);
        let either = child_fits(&child.proc.command) || child_fits(&child.proc.image);
        !known.child.is_empty() && either && (parent_fits(&parent.proc.command) || parent_fits(&parent.proc.image))
    }) {
        let why = format!("The organisation knows it ({}).", known.family);
        return (ChildClass::Allowed, why, known.family.clone());
    }
    let renamed = if child.proc.renamed() { format!(", renamed to {}", child.proc.name) } else { String::new() };
    let own = settings.organisation.mutable.AllowedParentChildPairs.as_ref();
    let allowed = own.unwrap_or(&lists.allowed_children);
    let fits = |entry: &String| {
        let entry = entry.to_lowercase();
        match entry.split_once('>') {
            Some((parent, child)) => parent.trim() == by && child.trim() == name,
            None => entry == name,
        }
    };
    let at_home = in_system(&child.proc.image, settings);
    if !child.proc.renamed() && at_home && allowed.iter().any(fits) {
        return (ChildClass::Allowed, "Office starts it of itself.".to_owned(), String::new());
    }
    if contains(&lists.interpreters) {
        return (ChildClass::Interpreter, format!("{name} runs commands or scripts{renamed}."), String::new());
    }
    if contains(&lists.tools) {
        return (ChildClass::Tool, format!("{name} is a tool that attacks run{renamed}."), String::new());
    }
    if !at_home {
        let why = format!("{name} runs from a folder that users write to.");
        return (ChildClass::Rare, why, String::new());
    }
    if let Some(seen) = fleet.rare(parent, child) {
        let why = format!("{by} started {name} in this way on {seen} of {} hosts.", fleet.hosts);
        return (ChildClass::Rare, why, String::new());
    }
    (ChildClass::Other, String::new(), String::new())
}

/// True where a program runs from a folder that only administrators write to, or its folder is not known.
fn in_system(image: &str, settings: &Settings) -> bool {
    let path = super::paths::normalise(image);
    if !path.trim_start_matches('\\').contains('\\') {
        return true;
    }
    settings.lists.system_folders.iter().any(|folder| pattern::fits(folder, &path))
}

/// Barriers of attack surface reduction and antivirus per host.
pub(super) struct Barriers<'f> {
    per_host: HashMap<String, Vec<(usize, &'f Fact)>>,
}

impl<'f> Barriers<'f> {
    pub(super) fn new(evidence: &'f CaseEvidence) -> Self {
        let mut per_host: HashMap<String, Vec<(usize, &Fact)>> = HashMap::new();
        for (index, fact) in evidence.facts.iter().enumerate().filter(|(_, fact)| fact.spec.kind == FactKind::Barrier) {
            per_host.entry(fact.host.to_ascii_lowercase()).or_default().push((index, fact));
        }
        Self { per_host }
    }

    /// The barrier that stopped a process: its file or command line, within seconds.
    pub(super) fn of(&self, row: &Row) -> Option<(usize, &'f Fact)> {
        let start = row.start()?;
        self.per_host.get(&row.proc.host)?.iter().copied().find(|(_, fact)| {
            let near = fact.ticks().is_some_and(|time| time.abs_diff(start) <= BARRIER.unsigned_abs());
            near && stops(fact) && names(fact, row)
        })
    }
}

/// True for a record that says that something was stopped, not only noted.
pub(super) fn stops(fact: &Fact) -> bool {
    match fact.event_id {
        1121 => true,
        1117 => fact.get("Action Name").is_none_or(|action| !action.eq_ignore_ascii_case("allow")),
        _ => fact.get("ActionType").is_some_and(|action| action.ends_with("Blocked")),
    }
}

fn names(fact: &Fact, row: &Row) -> bool {
    let path = fact.get("Path").or_else(|| fact.get("Image")).unwrap_or_default();
    let command = fact.get("Target Commandline").or_else(|| fact.get("CommandLine"));
    let same_file = path.split(';').any(|path| {
        let path = path.trim().trim_start_matches("file:_").trim_start_matches("CmdLine:_");
        file_name(path).eq_ignore_ascii_case(&row.proc.name)
    });
    same_file && command.is_none_or(|command| row.proc.command.is_empty() || command.trim() == row.proc.command.trim())
}

/// Children of Office processes in the table's order; `busy` holds processes that had effects.
pub(super) fn children(
    evidence: &CaseEvidence,
    settings: &Settings,
    table: &Table,
    office: &[usize],
    fleet: &Fleet,
    busy: &HashSet<usize>,
) -> (Vec<Child>, Vec<BarrierLink>) {
    let mut links = Vec::new();
    let barriers = Barriers::new(evidence);
    let mut all = Vec::new();
    for parent_at in office {
        let Some(parent) = table.rows.get(*parent_at) else { continue };
        for at in &parent.children {
            let Some(child) = table.rows.get(*at) else { continue };
            let (class, why, family) = class_of(parent, child, fleet, settings);
            let over = child.start().zip(child.end()).is_some_and(|(start, end)| end.saturating_sub(start) <= AT_ONCE);
            let idle = over && child.children.is_empty() && !busy.contains(at);
            let barrier = barriers.of(child);
            links.extend(barrier.map(|(fact, _)| BarrierLink { process: *at, fact }));
            let stopped = child.blocked || barrier.is_some() || idle;
            all.push(Child { parent: *parent_at, process: *at, class, why, family, stopped });
        }
    }
    (all, links)
}
