//! Correlations: what several events say together (Sigma correlation rules specification 2.1).
//!
//! What the specification leaves open is settled so:
//! - A sliding window at an event at `t` holds the events in `(t - timespan, t]`. Once a group has fired at `t`, it is quiet
//!   until `t + timespan`: windows that fired never overlap.
//! - Tumbling windows begin at multiples of the timespan from the epoch. A session goes on while gaps are at or under `gap`
//!   and it is no longer than the timespan. Both fire once: at the first event that is enough where more events can only
//!   make it more (counts bounded from below), else when they are over.
//! - Events at the same time stand in the order in which they were taken, which is their order in the log.
//! - Values that group are compared without ASCII case, as Windows compares names. An event that lacks a field that groups
//!   or is measured does not count.

mod lane;
mod measure;

use crate::bound;
use ddefend_event::{Event, FieldSource, LogSource, Mapping, Time};
use ddefend_rule::RuleSet;
use ddefend_rule::ir::{Correlation, CorrelationKind, Feed};
use lane::{Entry, Fired, Lane, Shape};
use measure::Measured;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What correlating may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrelateLimits {
    /// Hits held at a time; those beyond are dropped and counted.
    pub entries: usize,
    /// Places that one result names.
    pub places: usize,
}

impl Default for CorrelateLimits {
    fn default() -> Self {
        Self { entries: 2_000_000, places: 1_000 }
    }
}

/// A correlation that came true.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlated<P> {
    /// Index in `RuleSet::correlations`.
    pub correlation: usize,
    /// The fields that group, with their values.
    pub group: Vec<(Box<str>, String)>,
    /// When it came true: the time of the last event that it rests on.
    pub time: Time,
    /// The events that it rests on, in time order; the first ones where there are more than the limit.
    pub places: Vec<P>,
    /// How many events it rests on.
    pub total: usize,
}

/// Hits that could not be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unused {
    /// Too many at a time; results may be missing.
    pub dropped: u64,
    /// The event has no time.
    pub undated: u64,
    /// The event came after its time had been flushed.
    pub late: u64,
}

/// Takes hits in any order and says which correlations came true. `P` says where an event stands.
#[derive(Debug)]
pub struct Correlator<P> {
    states: Vec<State<P>>,
    fed: HashMap<usize, Fed>,
    limits: CorrelateLimits,
    /// Hits in memory, at most.
    held: usize,
    taken: u64,
    unused: Unused,
}

/// A rule that feeds correlations.
#[derive(Debug)]
struct Fed {
    source: LogSource,
    /// Correlation and member in it.
    to: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct State<P> {
    correlation: Correlation,
    shape: Shape,
    /// Correlations that this one feeds, with the member it is there.
    to: Vec<(usize, usize)>,
    /// Ticks by which it must lag behind, because what feeds it comes late.
    lag: i64,
    /// Everything up to there was evaluated.
    done: Option<i64>,
    waiting: Vec<Entry<P>>,
    lanes: BTreeMap<Arc<[String]>, Lane<P>>,
}

impl<P: Clone + PartialEq> Correlator<P> {
    /// For the correlations of a set, whose indices stay valid.
    #[must_use]
    pub fn new(set: &RuleSet, limits: CorrelateLimits) -> Self {
        let mut fed: HashMap<usize, Fed> = HashMap::new();
        let mut states: Vec<State<P>> = Vec::with_capacity(set.correlations.len());
        for (index, correlation) in set.correlations.iter().enumerate() {
            let mut lag = 0;
            for (member, known) in correlation.members.iter().enumerate() {
                // A rule that stands several times in an order is told apart there.
                let earlier = correlation.members.get(..member).unwrap_or_default();
                if earlier.iter().any(|other| other.feed == known.feed) {
                    continue;
                }
                match known.feed {
                    Feed::Rule(rule) => {
                        let source = set.rules.get(rule).map(|rule| rule.source.clone()).unwrap_or_default();
                        fed.entry(rule).or_insert_with(|| Fed { source, to: Vec::new() }).to.push((index, member));
                    }
                    Feed::Correlation(inner) => {
                        if let Some(inner) = states.get_mut(inner) {
                            inner.to.push((index, member));
                            lag = lag.max(inner.lag.saturating_add(inner.shape.delay()));
                        }
                    }
                }
            }
            states.push(State {
                shape: Shape::of(correlation),
                correlation: correlation.clone(),
                to: Vec::new(),
                lag,
                done: None,
                waiting: Vec::new(),
                lanes: BTreeMap::new(),
            });
        }
        Self { states, fed, limits, held: 0, taken: 0, unused: Unused::default() }
    }

    /// True where hits of the rule are wanted.
    #[must_use]
    pub fn wants(&self, rule: usize) -> bool {
        self.fed.contains_key(&rule)
    }

    /// Takes a hit of a rule.
    pub fn take(&mut self, rule: usize, event: &Event, mapping: &Mapping, place: &P) {
        let Some(fed) = self.fed.get(&rule) else { return };
        let Some(time) = event.head.time else {
            self.unused.undated += 1;
            return;
        };
        self.taken += 1;
        let seen = (time, self.taken);
        let read = |field: &str| value(event, mapping, &fed.source, field);
        for (index, member) in fed.to.clone() {
            if let Some(state) = self.states.get_mut(index) {
                if self.held >= self.limits.entries {
                    self.unused.dropped += 1;
                } else {
                    self.held += 1;
                    let places = vec![(time.ticks, self.taken, place.clone())];
                    self.unused.late += u64::from(!state.take(member, seen, places, &read));
                }
            }
        }
    }

    /// Evaluates what was taken, up to that time or all of it, and gives what came true, by time. With a time, hits that
    /// come later but are not after it are lost (see [`Self::unused`]): leave it a margin behind the clock. Without one,
    /// open windows are closed.
    pub fn flush(&mut self, until: Option<Time>) -> Vec<Correlated<P>> {
        let mut results: Vec<(u64, Correlated<P>)> = Vec::new();
        for index in 0..self.states.len() {
            let Some(state) = self.states.get_mut(index) else { break };
            let fired = state.evaluate(until.map(|until| until.ticks.saturating_sub(state.lag)));
            let (to, shown) = (state.to.clone(), state.correlation.shown);
            let names = state.correlation.group_by.clone();
            for mut fired in fired {
                for (outer, member) in &to {
                    let Some(outer) = self.states.get_mut(*outer) else { continue };
                    let named = |field: &str| {
                        let at = names.iter().position(|name| name.eq_ignore_ascii_case(field))?;
                        fired.group.get(at).cloned()
                    };
                    let places = fired.places.clone();
                    self.unused.late += u64::from(!outer.take(*member, (fired.time, fired.order), places, &named));
                }
                if shown {
                    let total = fired.places.len();
                    fired.places.truncate(self.limits.places);
                    let group = names.iter().cloned().zip(fired.group).collect();
                    let places = fired.places.into_iter().map(|(_, _, place)| place).collect();
                    let result = Correlated { correlation: index, group, time: fired.time, places, total };
                    results.push((fired.order, result));
                }
            }
        }
        self.held = self.states.iter().map(State::held).sum();
        results.sort_by_key(|(order, result)| (result.time.ticks, *order, result.correlation));
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Hits that could not be used so far.
    #[must_use]
    pub fn unused(&self) -> Unused {
        self.unused
    }
}

impl<P: Clone + PartialEq> State<P> {
    fn held(&self) -> usize {
        self.waiting.len() + self.lanes.values().map(Lane::held).sum::<usize>()
    }

    /// Notes a hit of a member; false where it comes too late.
    fn take(
        &mut self,
        member: usize,
        (time, order): (Time, u64),
        places: Vec<(i64, u64, P)>,
        read: &dyn Fn(&str) -> Option<String>,
    ) -> bool {
        if self.done.is_some_and(|done| time.ticks <= done) {
            return false;
        }
        let aliases = self.correlation.members.get(member).map(|member| member.aliases.as_slice()).unwrap_or_default();
        let field = |name: &str| {
            let own = aliases.iter().find(|(alias, _)| &**alias == name).map(|(_, own)| &**own);
            read(own.unwrap_or(name)).map(bound::token)
        };
        let group: Option<Vec<String>> = self.correlation.group_by.iter().map(|name| field(name)).collect();
        let Some(group) = group else { return true };
        let measured = match &self.correlation.kind {
            CorrelationKind::EventCount | CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => {
                Some(Measured::Event)
            }
            CorrelationKind::ValueCount(names) => {
                names.iter().map(|name| field(name)).collect::<Option<Vec<_>>>().map(|all| Measured::Key(all.into()))
            }
            CorrelationKind::ValueSum(name)
            | CorrelationKind::ValueAvg(name)
            | CorrelationKind::ValuePercentile(name, _)
            | CorrelationKind::ValueMedian(name) => field(name).and_then(|text| number(&text)).map(Measured::Number),
        };
        if let Some(measured) = measured {
            self.waiting.push(Entry { time, order, member, group: group.into(), measured, places });
        }
        true
    }

    /// Evaluates entries up to those ticks, or all.
    fn evaluate(&mut self, until: Option<i64>) -> Vec<Fired<P>> {
        let waiting = std::mem::take(&mut self.waiting);
        let (mut ready, later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|entry| until.is_none_or(|until| entry.time.ticks <= until));
        self.waiting = later;
        ready.sort_by_key(|entry| (entry.time.ticks, entry.order, entry.member));
        let mut fired = Vec::new();
        for entry in ready {
            let key: Arc<[String]> = entry.group.iter().map(|value| value.to_ascii_lowercase()).collect();
            let lane = self.lanes.entry(key).or_insert_with(|| Lane::new(&self.shape));
            lane.push(&self.shape, entry, &mut fired);
        }
        for lane in self.lanes.values_mut() {
            lane.pass(&self.shape, until, &mut fired);
        }
        self.lanes.retain(|_, lane| !lane.is_idle(&self.shape, until));
        if let Some(until) = until {
            self.done = Some(self.done.map_or(until, |done| done.max(until)));
        }
        fired
    }
}

/// The first value of a Sigma field; none where it is absent or empty.
fn value(event: &Event, mapping: &Mapping, source: &LogSource, field: &str) -> Option<String> {
    let text = |name: &str| event.values(name).map(|value| value.cell().to_text()).next();
    let made = match mapping.resolve(&event.head.key, source, field) {
        FieldSource::Native(name) => text(&name),
        made => {
            let inputs: Vec<_> = made.natives().map(text).collect();
            made.apply(&inputs.iter().map(Option::as_deref).collect::<Vec<_>>())
        }
    };
    made.filter(|text| !text.is_empty())
}

/// Decimal or `0x` hexadecimal.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hex {
        #[allow(clippy::cast_precision_loss)]
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|number| number as f64),
        None => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}
