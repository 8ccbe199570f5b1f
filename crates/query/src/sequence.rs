//! EQL's sequences and samples (Elasticsearch reference, "EQL search", "How sequence queries handle matches").
//!
//! Order: by time, events of the same time as they arrived. Rows of several tables may arrive in any order, so the events
//! that fit a term are kept until all tables have ended and are taken through the states then. Only those are kept, and
//! counted against the limits.
//!
//! One event that comes by several tables (a process start is in `process` and in `any`) is one event: the same time and
//! the same whole record by another table.

mod machine;
mod op;
mod sample;

pub(crate) use op::{Port, SequenceOp, TermPlan};

use crate::row::Row;

/// What happens in which order.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// False for samples.
    pub(crate) ordered: bool,
    /// Ticks from the first to the last event.
    pub(crate) maxspan: Option<i64>,
    /// The term of each stage; repeated ones stand several times.
    pub(crate) stages: Vec<Stage>,
    /// The term that ends what is pending.
    pub(crate) until: Option<usize>,
}

/// A step of a sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) term: usize,
    /// It must not happen.
    pub(crate) missing: bool,
}

/// A key of a sequence as bytes, the same exactly where the values are.
pub(crate) type Key = Box<[u8]>;

/// An event that fits terms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event {
    /// Ticks since 1970.
    pub(crate) time: i64,
    /// The whole record as bytes; empty where it is not known.
    pub(crate) identity: Key,
    /// Which table it came by.
    pub(crate) port: usize,
    /// Terms that it fits, each with its key.
    pub(crate) fits: Vec<(usize, Key)>,
    /// Its columns in the result.
    pub(crate) row: Row,
}

/// Events of one sequence: the stage (from 0) and the place of each event.
pub(crate) type Match = Vec<(usize, usize)>;

/// All matches over events, which are put in order first.
pub(crate) fn matches(plan: &Plan, events: &mut Vec<Event>) -> Vec<Match> {
    events.sort_by_key(|event| event.time);
    merge(events);
    if plan.ordered { machine::run(plan, events) } else { sample::run(plan, events) }
}

/// The same event by several tables becomes one.
fn merge(events: &mut Vec<Event>) {
    let mut out: Vec<Event> = Vec::with_capacity(events.len());
    let mut group = 0;
    for event in events.drain(..) {
        if out.get(group).is_some_and(|first| first.time != event.time) {
            group = out.len();
        }
        let same = |known: &&mut Event| {
            !event.identity.is_empty()
                && known.identity == event.identity
                && known.port != event.port
                && known.fits.iter().all(|(term, _)| event.fits.iter().all(|(other, _)| term != other))
        };
        match out.iter_mut().skip(group).find(same) {
            Some(known) => known.fits.extend(event.fits),
            None => out.push(event),
        }
    }
    *events = out;
}
