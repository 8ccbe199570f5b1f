use super::{Event, Key, Match, Plan};
use std::collections::HashMap;

/// One sample a key: an event for each term, all different, the earliest that can be had.
pub(super) fn run(plan: &Plan, events: &[Event]) -> Vec<Match> {
    let terms = plan.stages.len();
    let mut keys: HashMap<&Key, Vec<Vec<usize>>> = HashMap::new();
    let mut order: Vec<&Key> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        for (stage, plan) in plan.stages.iter().enumerate() {
            let Some((_, key)) = event.fits.iter().find(|(fits, _)| *fits == plan.term) else { continue };
            let found = keys.entry(key).or_insert_with(|| {
                order.push(key);
                vec![Vec::new(); terms]
            });
            // As many as there are terms are enough to find different ones.
            if let Some(found) = found.get_mut(stage).filter(|found| found.len() < terms) {
                found.push(at);
            }
        }
    }
    order.iter().filter_map(|key| keys.get(key)).filter_map(|found| assign(found)).collect()
}

/// An event for each stage (augmenting paths).
fn assign(found: &[Vec<usize>]) -> Option<Match> {
    let mut taken: HashMap<usize, usize> = HashMap::new();
    for stage in 0..found.len() {
        let mut seen = Vec::new();
        if !place(stage, found, &mut taken, &mut seen) {
            return None;
        }
    }
    let mut made: Match = taken.into_iter().map(|(event, stage)| (stage, event)).collect();
    made.sort_unstable();
    Some(made)
}

/// Without recursion: breadth first over stages, then back along the way.
fn place(start: usize, found: &[Vec<usize>], taken: &mut HashMap<usize, usize>, seen: &mut Vec<usize>) -> bool {
    // Each entry: a stage, the event that it was asked to give up, the entry that asked.
    let mut queue: Vec<(usize, Option<usize>, usize)> = vec![(start, None, 0)];
    let mut at = 0_usize;
    while let Some((stage, _, _)) = queue.get(at).copied() {
        for event in found.get(stage).map(Vec::as_slice).unwrap_or_default() {
            if seen.contains(event) {
                continue;
            }
            seen.push(*event);
            match taken.get(event) {
                Some(holder) => queue.push((*holder, Some(*event), at)),
                None => {
                    let (mut free, mut entry) = (*event, at);
                    while let Some((stage, gives, asked)) = queue.get(entry).copied() {
                        taken.insert(free, stage);
                        let Some(gives) = gives else { break };
                        (free, entry) = (gives, asked);
                    }
                    return true;
                }
            }
        }
        at = at.saturating_add(1);
    }
    false
}
