use super::{Event, Key, Match, Plan};
use std::collections::HashMap;

/// A sequence that is not complete: places of its events.
type Pending = Vec<usize>;

/// Takes the events through the states. Each key has one pending sequence a state: a newer one replaces an older one. An
/// event moves the sequence of the state before on, or takes it away where `maxspan` is over. An `until` takes away all of
/// the key that began before it.
pub(super) fn run(plan: &Plan, events: &[Event]) -> Vec<Match> {
    let steps: Vec<(usize, usize)> = (plan.stages.iter().enumerate())
        .filter(|(_, stage)| !stage.missing)
        .map(|(at, stage)| (at, stage.term))
        .collect();
    let mut states: HashMap<&Key, Vec<Option<Pending>>> = HashMap::new();
    let mut complete: Vec<(Pending, &Key)> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        // The last step first: an event does not follow itself.
        for (step, (_, term)) in steps.iter().enumerate().rev() {
            let Some((_, key)) = event.fits.iter().find(|(fits, _)| fits == term) else { continue };
            let mut sequence = match step.checked_sub(1) {
                None => Vec::new(),
                Some(before) => {
                    let held = states.get_mut(key).and_then(|states| states.get_mut(before)).and_then(Option::take);
                    let Some(held) = held else { continue };
                    if exceeds(plan, events, &held, event) {
                        continue;
                    }
                    held
                }
            };
            sequence.push(at);
            if step.saturating_add(1) == steps.len() {
                complete.push((sequence, key));
                continue;
            }
            let states = states.entry(key).or_insert_with(|| vec![None; steps.len()]);
            if let Some(state) = states.get_mut(step) {
                *state = Some(sequence);
            }
        }
        let until = plan.until.and_then(|until| event.fits.iter().find(|(fits, _)| *fits == until));
        if let Some((_, key)) = until {
            states.remove(key);
        }
    }
    let missing = Missing::new(plan, events);
    complete.retain(|(sequence, key)| missing.none(plan, events, sequence, key));
    complete.sort_by(|left, right| left.0.cmp(&right.0));
    let stages: Vec<usize> = steps.iter().map(|(stage, _)| *stage).collect();
    complete.into_iter().map(|(sequence, _)| stages.iter().copied().zip(sequence).collect()).collect()
}

fn exceeds(plan: &Plan, events: &[Event], held: &[usize], event: &Event) -> bool {
    let first = held.first().and_then(|first| events.get(*first)).map_or(event.time, |first| first.time);
    plan.maxspan.is_some_and(|most| event.time.saturating_sub(first) > most)
}

/// Where the events are that must not happen: by term and key, in order.
struct Missing<'e> {
    places: HashMap<(usize, &'e Key), Vec<usize>>,
}

impl<'e> Missing<'e> {
    fn new(plan: &Plan, events: &'e [Event]) -> Self {
        let mut places: HashMap<(usize, &Key), Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            for (term, key) in &event.fits {
                if plan.stages.iter().any(|stage| stage.missing && stage.term == *term) {
                    places.entry((*term, key)).or_default().push(at);
                }
            }
        }
        Self { places }
    }

    /// True where none of the events happened that must not: between the events around the missing one; before the first
    /// event from `maxspan` before the last one on; after the last until `maxspan` after the first.
    fn none(&self, plan: &Plan, events: &[Event], sequence: &[usize], key: &Key) -> bool {
        let most = plan.maxspan.unwrap_or(i64::MAX);
        let time = |at: Option<&usize>| at.and_then(|at| events.get(*at)).map_or(0, |event| event.time);
        let (first, last) = (time(sequence.first()), time(sequence.last()));
        let mut before = 0_usize;
        for stage in &plan.stages {
            if !stage.missing {
                before = before.saturating_add(1);
                continue;
            }
            let Some(places) = self.places.get(&(stage.term, key)) else { continue };
            let from = before.checked_sub(1).and_then(|before| sequence.get(before)).copied();
            let to = sequence.get(before).copied();
            let happened = places.iter().any(|at| {
                let time = time(Some(at));
                from.map_or(time >= last.saturating_sub(most), |from| *at > from)
                    && to.map_or(time <= first.saturating_add(most), |to| *at < to)
            });
            if happened {
                return false;
            }
        }
        true
    }
}
