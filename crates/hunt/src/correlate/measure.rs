//! What a window measures, kept up to date while events come and go.

use ddefend_rule::ir::{Correlation, CorrelationKind, Require};
use std::collections::HashMap;
use std::sync::Arc;

/// What an event adds to a measure.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Measured {
    /// Itself.
    Event,
    /// A value, or one of several fields, that is counted once.
    Key(Arc<[String]>),
    /// A number.
    Number(f64),
}

/// The measure of the events in a window.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    /// How many.
    Count(usize),
    /// How often each value.
    Distinct(HashMap<Arc<[String]>, usize>),
    /// How often each member.
    Members(Vec<usize>),
    /// For each step of an order, when the latest chain began that reached it: ticks and order.
    Chain(Vec<Option<(i64, u64)>>),
    /// Numbers, least first, and their sum.
    Numbers(Vec<f64>, f64),
}

impl Measure {
    /// Of no events.
    pub(super) fn new(correlation: &Correlation) -> Self {
        match correlation.kind {
            CorrelationKind::EventCount => Self::Count(0),
            CorrelationKind::ValueCount(_) => Self::Distinct(HashMap::new()),
            CorrelationKind::Temporal => Self::Members(vec![0; correlation.members.len()]),
            CorrelationKind::TemporalOrdered => Self::Chain(vec![None; correlation.members.len()]),
            CorrelationKind::ValueSum(_)
            | CorrelationKind::ValueAvg(_)
            | CorrelationKind::ValuePercentile(..)
            | CorrelationKind::ValueMedian(_) => Self::Numbers(Vec::new(), 0.0),
        }
    }

    /// An event comes, later than all before.
    pub(super) fn add(&mut self, correlation: &Correlation, member: usize, measured: &Measured, at: (i64, u64)) {
        match (self, measured) {
            (Self::Count(count), _) => *count += 1,
            (Self::Distinct(known), Measured::Key(key)) => *known.entry(Arc::clone(key)).or_default() += 1,
            (Self::Members(counts), _) => {
                if let Some(count) = counts.get_mut(member) {
                    *count += 1;
                }
            }
            (Self::Chain(reached), _) => {
                // A rule may stand several times in the order: its last step first, so that an event serves one step.
                let feed = correlation.members.get(member).map(|member| member.feed);
                for step in (0..reached.len()).rev() {
                    if correlation.members.get(step).map(|member| member.feed) == feed {
                        let began = if step == 0 { Some(at) } else { reached.get(step - 1).copied().flatten() };
                        if let (Some(place), Some(began)) = (reached.get_mut(step), began) {
                            *place = Some(began);
                        }
                    }
                }
            }
            (Self::Numbers(sorted, sum), Measured::Number(number)) => {
                let place = sorted.partition_point(|known| known < number);
                sorted.insert(place, *number);
                *sum += number;
            }
            (Self::Distinct(_) | Self::Numbers(..), _) => {}
        }
    }

    /// The earliest event goes.
    pub(super) fn remove(&mut self, member: usize, measured: &Measured) {
        match (self, measured) {
            (Self::Count(count), _) => *count = count.saturating_sub(1),
            (Self::Distinct(known), Measured::Key(key)) => {
                if let Some(count) = known.get_mut(key) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        known.remove(key);
                    }
                }
            }
            (Self::Members(counts), _) => {
                if let Some(count) = counts.get_mut(member) {
                    *count = count.saturating_sub(1);
                }
            }
            (Self::Numbers(sorted, sum), Measured::Number(number)) => {
                let place = sorted.partition_point(|known| known < number);
                if place < sorted.len() {
                    sorted.remove(place);
                }
                *sum = if sorted.is_empty() { 0.0 } else { *sum - number };
            }
            // Chains that began too early are told by their beginning.
            (Self::Chain(_) | Self::Distinct(_) | Self::Numbers(..), _) => {}
        }
    }

    /// True where the window that begins behind `after` is enough.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn holds(&self, correlation: &Correlation, after: i64) -> bool {
        let compare = &correlation.condition;
        match self {
            Self::Count(count) => compare.holds(*count as f64),
            Self::Distinct(known) => compare.holds(known.len() as f64),
            Self::Members(counts) => {
                let there = counts.iter().filter(|count| **count > 0).count();
                correlation.require.as_ref().is_none_or(|require| meets(require, counts)) && compare.holds(there as f64)
            }
            Self::Chain(_) => self.began().is_some_and(|(ticks, _)| ticks > after),
            Self::Numbers(sorted, sum) => {
                let value = match correlation.kind {
                    CorrelationKind::ValueSum(_) => Some(*sum),
                    CorrelationKind::ValueAvg(_) => Some(*sum / sorted.len() as f64),
                    CorrelationKind::ValuePercentile(_, rank) => percentile(sorted, rank),
                    _ => percentile(sorted, 50.0),
                };
                value.is_some_and(|value| compare.holds(value))
            }
        }
    }

    /// When the chain began that reached the last step.
    pub(super) fn began(&self) -> Option<(i64, u64)> {
        match self {
            Self::Chain(reached) => reached.last().copied().flatten(),
            _ => None,
        }
    }
}

/// True where the members that occurred meet a condition in words.
fn meets(require: &Require, counts: &[usize]) -> bool {
    match require {
        Require::And(parts) => parts.iter().all(|part| meets(part, counts)),
        Require::Or(parts) => parts.iter().any(|part| meets(part, counts)),
        Require::Not(inner) => !meets(inner, counts),
        Require::Member(index) => counts.get(*index).is_some_and(|count| *count > 0),
    }
}

/// Linear between the two nearest of sorted numbers; 50 is the median.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn percentile(sorted: &[f64], rank: f64) -> Option<f64> {
    let place = rank / 100.0 * sorted.len().checked_sub(1)? as f64;
    let below = place.floor();
    let low = *sorted.get(below as usize)?;
    let high = *sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * (place - below))
}
