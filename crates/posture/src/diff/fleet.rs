use super::compare::difference;
use super::side::{Member, Side, State, silent, turn};
use ddefend_model::posture::{Difference, DifferenceSummary, Standing, Subject, Turn};
use std::collections::BTreeMap;

/// What one stands for in a vote: who set it and when does not matter.
type Vote<'s> = &'s Standing;

/// Compares each machine with most machines, and each user with most users. Where there is no majority of more than half
/// of those that say something, nothing is told.
pub fn fleet(side: &Side, emit: &mut dyn FnMut(Difference)) -> DifferenceSummary {
    let mut summary = DifferenceSummary { compared: side.members.len() as u64, ..DifferenceSummary::default() };
    for people in [false, true] {
        let members: Vec<&Member> = side.members.iter().filter(|member| people != member.user.is_empty()).collect();
        let usual = usual(side, &members);
        for member in &members {
            for (item, state) in &member.held {
                let (Some(thing), Some(state)) = (side.items.get(*item), side.states.get(*state)) else { continue };
                let found = match (thing.subject, usual.get(item)) {
                    (Subject::Fault, None) => Some((None, Turn::Worse, None)),
                    (Subject::Fault, Some(_)) | (_, None) => None,
                    (_, Some((most, count, of))) if !silent(&state.standing, side.is_policy(member)) => {
                        let turn = turn(&most.standing, &state.standing);
                        turn.map(|turn| (Some(*most), turn, Some((*count, *of))))
                    }
                    (_, Some(_)) => None,
                };
                let Some((most, turn, majority)) = found else { continue };
                *summary.differences.entry(turn.as_str().to_owned()).or_default() += 1;
                emit(Difference {
                    host: member.host.clone(),
                    user: member.user.clone(),
                    majority,
                    ..difference(thing, most, Some(state), turn)
                });
            }
        }
    }
    summary
}

/// Of each item how most of those stand that say something: a state that is like it, how many, and of how many. Faults
/// are there where most have them.
fn usual<'s>(side: &'s Side, members: &[&'s Member]) -> BTreeMap<u32, (&'s State, u64, u64)> {
    let mut votes: BTreeMap<u32, BTreeMap<Vote<'s>, (&'s State, u64)>> = BTreeMap::new();
    for member in members {
        for (item, state) in &member.held {
            let Some(state) = side.states.get(*state).filter(|state| !silent(&state.standing, side.is_policy(member)))
            else {
                continue;
            };
            votes.entry(*item).or_default().entry(&state.standing).or_insert((state, 0)).1 += 1;
        }
    }
    let mut usual = BTreeMap::new();
    for (item, votes) in votes {
        let fault = side.items.get(item).is_some_and(|item| item.subject == Subject::Fault);
        let of = if fault { members.len() as u64 } else { votes.values().map(|(_, count)| count).sum() };
        let Some((state, count)) = votes.into_values().max_by_key(|(_, count)| *count) else { continue };
        if count * 2 > of && of > 1 {
            usual.insert(item, (state, count, of));
        }
    }
    usual
}
