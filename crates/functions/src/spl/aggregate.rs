//! Aggregates that count, collect and pick.

use super::value::{at, field, made, number, order, text, truth, values};
use crate::{Accumulator, Aggregate, Context};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::collections::BTreeMap;
use std::collections::HashSet;

/// Values that `list` keeps (Search Reference: the first 100).
const LISTED: usize = 100;

pub(super) const fn aggregate(
    name: &'static str,
    least: usize,
    most: usize,
    start: fn() -> Box<dyn Accumulator>,
) -> Aggregate {
    Aggregate { name, least, most, returns: anything, start }
}

fn anything(_: &[Kind]) -> Kind {
    Kind::Dynamic
}

pub(super) const AGGREGATES: &[Aggregate] = &[
    aggregate("count", 0, 1, || Box::new(Count(0))),
    aggregate("dc", 1, 1, || Box::<Distinct>::default()),
    aggregate("values", 1, 1, || Box::<Values>::default()),
    aggregate("list", 1, 1, || Box::<Listed>::default()),
    aggregate("mode", 1, 1, || Box::<Mode>::default()),
    aggregate("min", 1, 1, || Box::new(Extreme { held: Datum::Null, largest: false })),
    aggregate("max", 1, 1, || Box::new(Extreme { held: Datum::Null, largest: true })),
    aggregate("first", 1, 1, || Box::new(Seen { held: Datum::Null, last: false })),
    aggregate("last", 1, 1, || Box::new(Seen { held: Datum::Null, last: true })),
    aggregate("earliest", 2, 2, || Box::new(When::new(false, false))),
    aggregate("latest", 2, 2, || Box::new(When::new(true, false))),
    aggregate("earliest_time", 2, 2, || Box::new(When::new(false, true))),
    aggregate("latest_time", 2, 2, || Box::new(When::new(true, true))),
    aggregate("rate", 2, 2, || Box::new(Rate { first: When::new(false, false), last: When::new(true, false) })),
];

struct Count(i64);

impl Accumulator for Count {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let more = match arguments.first() {
            None => 1,
            Some(Datum::Bool(_)) => i64::from(truth(at(arguments, 0)) == Some(true)),
            Some(value) => i64::try_from(values(value).len()).unwrap_or(0),
        };
        self.0 = self.0.saturating_add(more);
    }

    fn finish(&mut self) -> Datum {
        Datum::Long(self.0)
    }
}

#[derive(Default)]
struct Distinct {
    seen: HashSet<Box<str>>,
    bytes: usize,
}

impl Accumulator for Distinct {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in values(at(arguments, 0)) {
            if let Some(text) = text(value)
                && !self.seen.contains(&*text)
            {
                self.bytes = self.bytes.saturating_add(text.len()).saturating_add(48);
                self.seen.insert(text.into());
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        i64::try_from(self.seen.len()).map_or(Datum::Null, Datum::Long)
    }
}

/// Different values in the order of their letters.
#[derive(Default)]
struct Values {
    seen: BTreeMap<Box<str>, Datum>,
    bytes: usize,
}

impl Accumulator for Values {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in values(at(arguments, 0)) {
            if let Some(text) = text(value)
                && !self.seen.contains_key(&*text)
            {
                self.bytes = self.bytes.saturating_add(text.len().saturating_mul(2)).saturating_add(96);
                self.seen.insert(text.into(), value.clone());
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        let list: Vec<Datum> = std::mem::take(&mut self.seen).into_values().collect();
        many(list)
    }
}

/// All of them as a field has them, without the limit of functions.
fn many(list: Vec<Datum>) -> Datum {
    if list.len() < 2 { field(list) } else { crate::value::list(list) }
}

#[derive(Default)]
struct Listed(Vec<Datum>);

impl Accumulator for Listed {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let room = LISTED.saturating_sub(self.0.len());
        self.0.extend(values(at(arguments, 0)).iter().take(room).cloned());
    }

    fn bytes(&self) -> usize {
        self.0.iter().fold(64, |sum, value| sum.saturating_add(24).saturating_add(crate::value::bytes(value)))
    }

    fn finish(&mut self) -> Datum {
        many(std::mem::take(&mut self.0))
    }
}

/// The value that comes most often; of several the first by its letters.
#[derive(Default)]
struct Mode {
    seen: BTreeMap<Box<str>, (u64, Datum)>,
    bytes: usize,
}

impl Accumulator for Mode {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in values(at(arguments, 0)) {
            let Some(text) = text(value) else { continue };
            if let Some((count, _)) = self.seen.get_mut(&*text) {
                *count = count.saturating_add(1);
            } else {
                self.bytes = self.bytes.saturating_add(text.len().saturating_mul(2)).saturating_add(96);
                self.seen.insert(text.into(), (1, value.clone()));
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        let mut best: Option<(u64, Datum)> = None;
        for (count, value) in std::mem::take(&mut self.seen).into_values() {
            if best.as_ref().is_none_or(|(most, _)| count > *most) {
                best = Some((count, value));
            }
        }
        best.map_or(Datum::Null, |(_, value)| value)
    }
}

/// The smallest or largest: numbers by size; where there is text, by letters, behind all numbers.
struct Extreme {
    held: Datum,
    largest: bool,
}

impl Accumulator for Extreme {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in values(at(arguments, 0)) {
            let order = order(value, &self.held);
            if self.held == Datum::Null || if self.largest { order.is_gt() } else { order.is_lt() } {
                self.held = value.clone();
            }
        }
    }

    fn bytes(&self) -> usize {
        crate::value::bytes(&self.held).saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        std::mem::take(&mut self.held)
    }
}

/// The first or last value in the order of the rows.
struct Seen {
    held: Datum,
    last: bool,
}

impl Accumulator for Seen {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let value = at(arguments, 0);
        if *value != Datum::Null && (self.last || self.held == Datum::Null) {
            self.held = value.clone();
        }
    }

    fn bytes(&self) -> usize {
        crate::value::bytes(&self.held).saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        std::mem::take(&mut self.held)
    }
}

/// The value of the row with the earliest or latest time, or that time.
struct When {
    held: Datum,
    time: Datum,
    at: Option<f64>,
    latest: bool,
    tells_time: bool,
}

impl When {
    fn new(latest: bool, tells_time: bool) -> Self {
        Self { held: Datum::Null, time: Datum::Null, at: None, latest, tells_time }
    }
}

impl Accumulator for When {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let (value, Some(time)) = (at(arguments, 0), number(at(arguments, 1))) else { return };
        if *value == Datum::Null {
            return;
        }
        let better = self.at.is_none_or(|known| if self.latest { time > known } else { time < known });
        if better {
            self.at = Some(time);
            self.held = value.clone();
            self.time = at(arguments, 1).clone();
        }
    }

    fn bytes(&self) -> usize {
        crate::value::bytes(&self.held).saturating_add(96)
    }

    fn finish(&mut self) -> Datum {
        std::mem::take(if self.tells_time { &mut self.time } else { &mut self.held })
    }
}

struct Rate {
    first: When,
    last: When,
}

impl Accumulator for Rate {
    fn add(&mut self, arguments: &[Datum], context: &Context) {
        self.first.add(arguments, context);
        self.last.add(arguments, context);
    }

    fn finish(&mut self) -> Datum {
        let span = self.last.at.zip(self.first.at).map(|(last, first)| last - first).filter(|span| *span > 0.0);
        match (number(&self.last.held), number(&self.first.held), span) {
            (Some(last), Some(first), Some(span)) => made((last - first) / span),
            _ => Datum::Null,
        }
    }
}
