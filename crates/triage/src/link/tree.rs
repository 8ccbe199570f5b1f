//! Ways through the table of processes.

use super::table::{GENERATIONS, Table};
use std::collections::HashSet;

/// The processes and everything that they started, in the table's order.
pub(super) fn descendants(table: &Table, roots: &[usize]) -> Vec<usize> {
    let mut seen: HashSet<usize> = roots.iter().copied().collect();
    let mut next: Vec<usize> = roots.to_vec();
    while let Some(at) = next.pop() {
        for child in table.rows.get(at).into_iter().flat_map(|row| &row.children) {
            if seen.insert(*child) {
                next.push(*child);
            }
        }
    }
    let mut all: Vec<usize> = seen.into_iter().collect();
    all.sort_unstable();
    all
}

/// The ancestors of a process, nearest first.
pub(super) fn ancestors(table: &Table, at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = table.rows.get(at).and_then(|row| row.proc.parent);
    while let Some(parent) = next
        && found.len() < GENERATIONS
        && parent != at
        && !found.contains(&parent)
    {
        found.push(parent);
        next = table.rows.get(parent).and_then(|row| row.proc.parent);
    }
    found
}
