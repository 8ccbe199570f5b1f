use super::{Baseline, MAX_PAIRS, Pair, Provenance, Seen};
use ddefend_event::Time;
use std::collections::{BTreeMap, BTreeSet};

/// Hosts told apart for one pair: beyond that their number no longer matters.
const HOSTS: usize = 1_000;
/// Days told apart for one pair.
const DAYS: usize = 1_000;
/// Hosts told apart at all.
const ALL_HOSTS: usize = 1_000_000;

/// A process start.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// Computer.
    pub host: &'a str,
    /// When.
    pub time: Option<Time>,
    /// Parent's image: path or file name.
    pub parent: &'a str,
    /// Child's image: path or file name.
    pub child: &'a str,
    /// Child's command line.
    pub command: &'a str,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    hosts: BTreeSet<u32>,
    days: BTreeSet<i64>,
    count: u64,
}

/// Learns from the process starts of a clean period; the order of the starts does not matter unless a limit is reached.
#[derive(Clone, Debug, Default)]
pub struct Learner {
    pairs: BTreeMap<Pair, Counted>,
    hosts: BTreeMap<String, u32>,
    span: Option<(Time, Time)>,
    events: u64,
    dropped: u64,
}

impl Learner {
    /// Learns one start. Starts without a child are no starts; one without a parent is learned under an empty name.
    pub fn learn(&mut self, start: &Start<'_>) {
        if start.child.trim().is_empty() {
            return;
        }
        self.events += 1;
        if let Some(time) = start.time {
            let (first, last) = self.span.unwrap_or((time, time));
            self.span = Some((first.min(time), last.max(time)));
        }
        let host = self.host(start.host);
        let pair = Pair::new(start.parent, start.child, start.command);
        if self.pairs.len() >= MAX_PAIRS && !self.pairs.contains_key(&pair) {
            self.dropped += 1;
            return;
        }
        let counted = self.pairs.entry(pair).or_default();
        counted.count += 1;
        if counted.hosts.len() < HOSTS {
            counted.hosts.insert(host);
        }
        if let Some(time) = start.time
            && counted.days.len() < DAYS
        {
            counted.days.insert(time.ticks.div_euclid(Time::SECOND * 86_400));
        }
    }

    fn host(&mut self, name: &str) -> u32 {
        let next = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        let name = name.to_lowercase();
        if self.hosts.len() >= ALL_HOSTS && !self.hosts.contains_key(&name) {
            return u32::MAX;
        }
        *self.hosts.entry(name).or_insert(next)
    }

    /// The baseline of what was learned. `tool` is the version that goes into its provenance.
    #[must_use]
    pub fn finish(self, tool: &str) -> Baseline {
        let time = |time: Option<Time>| time.map(|time| time.to_string()).unwrap_or_default();
        let provenance = Provenance {
            tool: tool.to_owned(),
            from: time(self.span.map(|(first, _)| first)),
            to: time(self.span.map(|(_, last)| last)),
            hosts: self.hosts.len() as u64,
            events: self.events,
            dropped: self.dropped,
        };
        let seen = |counted: Counted| Seen {
            hosts: counted.hosts.len() as u64,
            days: counted.days.len() as u64,
            count: counted.count,
        };
        Baseline::new(provenance, self.pairs.into_iter().map(|(pair, counted)| (pair, seen(counted))).collect())
    }
}
