//! The windows of one group.

use super::measure::{Measure, Measured};
use ddefend_event::Time;
use ddefend_rule::ir::{Correlation, CorrelationKind, Window};
use std::collections::VecDeque;
use std::sync::Arc;

/// A hit on its way through a correlation.
#[derive(Clone, Debug)]
pub(super) struct Entry<P> {
    pub time: Time,
    /// Running number of the hit.
    pub order: u64,
    pub member: usize,
    pub group: Arc<[String]>,
    pub measured: Measured,
    /// Events behind it: one, or those of a correlation that feeds this one; with ticks and order.
    pub places: Vec<(i64, u64, P)>,
}

/// A window that was enough.
#[derive(Clone, Debug)]
pub(super) struct Fired<P> {
    pub time: Time,
    pub order: u64,
    pub group: Vec<String>,
    pub places: Vec<(i64, u64, P)>,
}

/// A correlation as its lanes need it.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    correlation: Correlation,
    span: i64,
    gap: i64,
    /// True where more events can only make the measure more, so that a window may fire before it is over.
    grows: bool,
}

impl Shape {
    /// Of a correlation.
    pub(super) fn of(correlation: &Correlation) -> Self {
        let (span, gap) = spans(correlation);
        let counts = match correlation.kind {
            CorrelationKind::EventCount | CorrelationKind::ValueCount(_) | CorrelationKind::Temporal => true,
            CorrelationKind::TemporalOrdered => true,
            CorrelationKind::ValueSum(_)
            | CorrelationKind::ValueAvg(_)
            | CorrelationKind::ValuePercentile(..)
            | CorrelationKind::ValueMedian(_) => false,
        };
        let grows = counts && correlation.condition.only_from_below() && correlation.require.is_none();
        Self { correlation: correlation.clone(), span, gap, grows }
    }

    /// By how many ticks a window may fire later than its last event.
    pub(super) fn delay(&self) -> i64 {
        match self.correlation.window {
            Window::Sliding => 0,
            _ if self.grows => 0,
            Window::Tumbling | Window::Session(_) => self.span.saturating_add(self.gap),
        }
    }
}

/// One group of one correlation.
#[derive(Clone, Debug)]
pub(super) struct Lane<P> {
    window: VecDeque<Entry<P>>,
    measure: Measure,
    /// Sliding: ticks at which it last fired.
    quiet_since: Option<i64>,
    /// Tumbling and session: ticks of the window's beginning and of its last event.
    span: Option<(i64, i64)>,
    /// Tumbling and session: it has fired, what follows in it is let go.
    fired: bool,
}

impl<P: Clone + PartialEq> Lane<P> {
    /// Without events.
    pub(super) fn new(shape: &Shape) -> Self {
        let measure = Measure::new(&shape.correlation);
        Self { window: VecDeque::new(), measure, quiet_since: None, span: None, fired: false }
    }

    /// Events held.
    pub(super) fn held(&self) -> usize {
        self.window.len()
    }

    /// An event, not before those that were pushed.
    pub(super) fn push(&mut self, shape: &Shape, entry: Entry<P>, out: &mut Vec<Fired<P>>) {
        let now = entry.time.ticks;
        if shape.correlation.window == Window::Sliding {
            self.slide(now.saturating_sub(shape.span));
            self.add(shape, entry);
            let quiet = self.quiet_since.is_some_and(|since| now < since.saturating_add(shape.span));
            if !quiet && self.measure.holds(&shape.correlation, now.saturating_sub(shape.span)) {
                self.quiet_since = Some(now);
                self.fire(out);
            }
            return;
        }
        if self.span.is_some_and(|(begin, last)| is_over(shape, begin, last, now)) {
            self.close(shape, out);
        }
        let begin = match (shape.correlation.window, self.span) {
            (Window::Tumbling, _) => now.div_euclid(shape.span).saturating_mul(shape.span),
            (_, Some((begin, _))) => begin,
            (_, None) => now,
        };
        self.span = Some((begin, now));
        if self.fired {
            return;
        }
        self.add(shape, entry);
        if shape.grows && self.measure.holds(&shape.correlation, i64::MIN) {
            self.fire(out);
            self.clear(shape);
            self.fired = true;
        }
    }

    /// Time goes on to those ticks (none: to the end) without an event.
    pub(super) fn pass(&mut self, shape: &Shape, until: Option<i64>, out: &mut Vec<Fired<P>>) {
        if let Some((begin, last)) = self.span {
            // The next event comes later than that.
            let next = until.map(|until| until.saturating_add(1));
            if next.is_none_or(|next| is_over(shape, begin, last, next)) {
                self.close(shape, out);
            }
        } else if let Some(until) = until {
            self.slide(until.saturating_sub(shape.span));
        }
    }

    /// True where nothing of it matters any more.
    pub(super) fn is_idle(&self, shape: &Shape, until: Option<i64>) -> bool {
        let passed = |since: i64| until.is_some_and(|until| until >= since.saturating_add(shape.span));
        self.window.is_empty() && self.span.is_none() && self.quiet_since.is_none_or(passed)
    }

    fn add(&mut self, shape: &Shape, entry: Entry<P>) {
        self.measure.add(&shape.correlation, entry.member, &entry.measured, (entry.time.ticks, entry.order));
        self.window.push_back(entry);
    }

    /// Lets events go that are not after those ticks.
    fn slide(&mut self, after: i64) {
        while self.window.front().is_some_and(|first| first.time.ticks <= after) {
            if let Some(gone) = self.window.pop_front() {
                self.measure.remove(gone.member, &gone.measured);
            }
        }
    }

    /// The window is over.
    fn close(&mut self, shape: &Shape, out: &mut Vec<Fired<P>>) {
        if !self.fired && !self.window.is_empty() && self.measure.holds(&shape.correlation, i64::MIN) {
            self.fire(out);
        }
        self.clear(shape);
        self.span = None;
        self.fired = false;
    }

    fn clear(&mut self, shape: &Shape) {
        self.window.clear();
        self.measure = Measure::new(&shape.correlation);
    }

    fn fire(&self, out: &mut Vec<Fired<P>>) {
        let Some(last) = self.window.back() else { return };
        let from = self.measure.began();
        let taking = self.window.iter().filter(|entry| from.is_none_or(|from| (entry.time.ticks, entry.order) >= from));
        let mut places: Vec<(i64, u64, P)> = taking.flat_map(|entry| entry.places.iter().cloned()).collect();
        places.sort_by_key(|(ticks, order, _)| (*ticks, *order));
        places.dedup_by(|one, other| one.2 == other.2);
        out.push(Fired { time: last.time, order: last.order, group: last.group.to_vec(), places });
    }
}

/// True where an event at `now` lies behind the window.
fn is_over(shape: &Shape, begin: i64, last: i64, now: i64) -> bool {
    match shape.correlation.window {
        Window::Sliding => false,
        Window::Tumbling => now.saturating_sub(begin) >= shape.span,
        Window::Session(_) => now.saturating_sub(last) > shape.gap || now.saturating_sub(begin) > shape.span,
    }
}

/// A timespan in ticks.
fn ticks(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(Time::SECOND).max(1)
}

/// The window of a correlation in ticks.
fn spans(correlation: &Correlation) -> (i64, i64) {
    let gap = match correlation.window {
        Window::Session(gap) => ticks(gap),
        Window::Sliding | Window::Tumbling => 0,
    };
    (ticks(correlation.timespan), gap)
}
