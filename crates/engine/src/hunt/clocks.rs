//! What the times of records say of clocks. Nothing is corrected: it is told.

use ddefend_event::{Time, Zone};

/// Records that stand more than this before an earlier one are told.
const BACK: i64 = 5 * 60 * Time::SECOND;

/// Times of a run of records, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    pub(super) span: Option<(Time, Time)>,
    /// Steps back beyond [`BACK`], and the widest, in ticks.
    back: u64,
    widest: i64,
    forward: u64,
    zoneless: bool,
    last: Option<Time>,
    first: Option<Time>,
}

impl Times {
    pub(super) fn add(&mut self, time: Time) {
        self.zoneless |= time.zone == Zone::Unknown;
        if let Some(last) = self.last {
            self.step(last, time);
        }
        self.first = self.first.or(Some(time));
        self.last = Some(time);
        self.widen(time, time);
    }

    /// Widens the span by a time, and says nothing of its place in the order.
    pub(super) fn include(&mut self, time: Time) {
        self.widen(time, time);
    }

    fn step(&mut self, before: Time, after: Time) {
        let step = after.ticks.saturating_sub(before.ticks);
        if step < -BACK {
            self.back += 1;
            self.widest = self.widest.max(step.saturating_neg());
        } else if step > 0 {
            self.forward += 1;
        }
    }

    fn widen(&mut self, first: Time, last: Time) {
        let (earliest, latest) = self.span.unwrap_or((first, last));
        let least = if first.ticks < earliest.ticks { first } else { earliest };
        let most = if last.ticks > latest.ticks { last } else { latest };
        self.span = Some((least, most));
    }

    /// Puts what follows behind.
    pub(super) fn append(&mut self, next: &Self) {
        if let Some((before, after)) = self.last.zip(next.first) {
            self.step(before, after);
        }
        if let Some((first, last)) = next.span {
            self.widen(first, last);
        }
        self.back += next.back;
        self.forward += next.forward;
        self.widest = self.widest.max(next.widest);
        self.zoneless |= next.zoneless;
        self.first = self.first.or(next.first);
        self.last = next.last.or(self.last);
    }

    /// Widens the span only.
    pub(super) fn cover(&mut self, other: &Self) {
        if let Some((first, last)) = other.span {
            self.widen(first, last);
        }
    }

    /// What an analyst must know of them, in words.
    pub(super) fn remarks(&self, log: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.back > 0 && self.back > self.forward {
            remarks.push(format!("{log}: stands newest first"));
        } else if self.back > 0 {
            let widest = ddefend_hunt::length(self.widest);
            let times = if self.back == 1 { "once".to_owned() } else { format!("{} times", self.back) };
            remarks.push(format!("{log}: times go back {times} from record to record, by up to {widest}"));
        }
        if self.zoneless {
            remarks.push(format!("{log}: times without a zone are shown as they stand"));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(minutes: &[i64]) -> Times {
        let mut times = Times::default();
        minutes.iter().for_each(|it| times.add(Time { ticks: it * 60 * Time::SECOND, zone: Zone::Utc }));
        times
    }

    #[test]
    fn tells_of_steps_back_and_of_reversed_logs() {
        assert!(times(&[0, 1, 0, 2, 30]).remarks("a").is_empty());
        assert_eq!(
            times(&[0, 60, 0, 70]).remarks("a"),
            ["a: times go back once from record to record, by up to 60 minutes"]
        );
        assert_eq!(
            times(&[0, 4 * 24 * 60, 1, 4 * 24 * 60]).remarks("a"),
            ["a: times go back once from record to record, by up to 3 days"]
        );
        assert_eq!(times(&[60, 50, 40, 30]).remarks("a"), ["a: stands newest first"]);
        let mut joined = times(&[0, 100]);
        joined.append(&times(&[10, 110]));
        assert_eq!(joined.remarks("a").len(), 1);
        assert_eq!(joined.span.map(|(a, b)| (a.ticks, b.ticks)), Some((0, 110 * 60 * Time::SECOND)));
    }
}
