//! Processes that attack surface reduction stopped before they began: no log tells of their start.

use super::table::{Row, Table};
use crate::{BarrierLink, CaseEvidence, FactKind, Proc, Settings};
use ddefend_event::Time;
use ddefend_hunt::file_name;
use std::collections::{HashMap, HashSet};

/// A barrier's record and the start that it stopped.
const NEAR: i64 = 5 * Time::SECOND;

/// Marks what attack surface reduction kept from starting, though a log tells of a start: it did nothing (`busy` holds
/// those that did something), and nothing began below it.
pub(super) fn note_blocked(
    table: &mut Table,
    evidence: &CaseEvidence,
    barriers: &[BarrierLink],
    busy: &HashSet<usize>,
) {
    for link in barriers {
        let reduction = evidence.facts.get(link.fact).is_some_and(|fact| {
            let action = fact.get("ActionType").unwrap_or_default();
            fact.event_id == 1121 || (action.starts_with("Asr") && action.ends_with("Blocked"))
        });
        let row =
            table.rows.get_mut(link.process).filter(|row| row.children.is_empty() && !busy.contains(&link.process));
        if let Some(row) = row.filter(|_| reduction) {
            row.blocked = true;
        }
    }
    table.rows.iter_mut().for_each(|row| row.proc.blocked = row.blocked);
}

/// Adds what Office would have started (Defender 1121, "Path" below "Process Name").
pub(super) fn add_blocked(table: &mut Table, evidence: &CaseEvidence, settings: &Settings) {
    let lists = &settings.lists;
    let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (at, row) in table.rows.iter().enumerate() {
        by_name.entry((row.proc.host.clone(), row.proc.name.clone())).or_default().push(at);
    }
    for (index, fact) in evidence.facts.iter().enumerate() {
        if fact.spec.kind != FactKind::Barrier || fact.event_id != 1121 {
            continue;
        }
        let (Some(path), Some(parent)) = (fact.get("Path"), fact.get("Process Name")) else { continue };
        let (name, parent_name) = (file_name(path).to_lowercase(), file_name(parent).to_lowercase());
        let office = lists.office.contains(&parent_name) || lists.never_parents.contains(&parent_name);
        let program = lists.executable_extensions.iter().any(|end| name.ends_with(&format!(".{end}")));
        if !office || !program {
            continue;
        }
        let host = fact.host.to_ascii_lowercase();
        let time = fact.time;
        let ticks = fact.ticks().unwrap_or_default();
        let known = by_name.get(&(host.clone(), name.clone())).into_iter().flatten().any(|at| {
            table.rows.get(*at).and_then(Row::start).is_some_and(|start| start.abs_diff(ticks) <= NEAR.unsigned_abs())
        });
        if known {
            continue;
        }
        let parents = by_name.get(&(host.clone(), parent_name.clone())).into_iter().flatten();
        let alive = |at: &&usize| {
            table.rows.get(**at).is_some_and(|row| {
                row.start().is_none_or(|start| start <= ticks.saturating_add(NEAR))
                    && row.end().is_none_or(|end| end.saturating_add(NEAR) >= ticks)
            })
        };
        let latest = parents.filter(alive).max_by_key(|at| table.rows.get(**at).and_then(Row::start)).copied();
        let text = format!("Attack surface reduction kept {parent_name} from starting {name}.");
        let proof = fact.evidence(text);
        let parent_at = latest.unwrap_or_else(|| {
            let proc = Proc {
                host: host.clone(),
                image: parent.to_owned(),
                name: parent_name.clone(),
                command: fact.get("Parent Commandline").unwrap_or_default().to_owned(),
                user: fact.get("User").unwrap_or_default().to_owned(),
                inferred: true,
                evidence: vec![proof.clone()],
                ..Proc::default()
            };
            table.rows.push(Row { proc, ..Row::default() });
            table.rows.len() - 1
        });
        let at = table.rows.len();
        let proc = Proc {
            host: host.clone(),
            image: path.to_owned(),
            name: name.clone(),
            command: fact.get("Target Commandline").unwrap_or_default().to_owned(),
            user: fact.get("User").unwrap_or_default().to_owned(),
            start: time,
            parent: Some(parent_at),
            parent_confidence: if latest.is_some() { 0.9 } else { 0.8 },
            evidence: vec![proof],
            ..Proc::default()
        };
        table.rows.push(Row { proc, facts: vec![index], blocked: true, ..Row::default() });
        if let Some(row) = table.rows.get_mut(parent_at) {
            row.children.push(at);
        }
        by_name.entry((host.clone(), name)).or_default().push(at);
        by_name.entry((host, parent_name)).or_default().push(parent_at);
    }
}
