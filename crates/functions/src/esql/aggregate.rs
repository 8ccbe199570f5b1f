use super::{first_kind, values};
use crate::value;
use crate::{Accumulator, Aggregate, Context};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;
use std::collections::HashSet;

const fn aggregate(
    name: &'static str,
    least: usize,
    most: usize,
    returns: fn(&[Kind]) -> Kind,
    start: fn() -> Box<dyn Accumulator>,
) -> Aggregate {
    Aggregate { name, least, most, returns, start }
}

/// Every value of a field with several counts (ES|QL reference, "STATS").
pub(super) const AGGREGATES: &[Aggregate] = &[
    aggregate("avg", 1, 1, |_| Kind::Real, || Box::<Numbers>::new(Numbers { how: Numbers::average, all: Vec::new() })),
    aggregate("count", 0, 1, |_| Kind::Long, || Box::new(Count(0))),
    aggregate("count_distinct", 1, 2, |_| Kind::Long, || Box::<Different>::default()),
    aggregate("first", 1, 2, first_kind, || Box::new(Nearest { order: Ordering::Less, best: None })),
    aggregate("last", 1, 2, first_kind, || Box::new(Nearest { order: Ordering::Greater, best: None })),
    aggregate("max", 1, 1, first_kind, || Box::new(Extreme { order: Ordering::Greater, best: None })),
    aggregate("median", 1, 1, |_| Kind::Real, || Box::new(Numbers { how: Numbers::median, all: Vec::new() })),
    aggregate("min", 1, 1, first_kind, || Box::new(Extreme { order: Ordering::Less, best: None })),
    aggregate("percentile", 2, 2, |_| Kind::Real, || Box::new(Numbers { how: Numbers::percentile, all: Vec::new() })),
    aggregate("std_dev", 1, 1, |_| Kind::Real, || Box::new(Numbers { how: Numbers::deviation, all: Vec::new() })),
    aggregate("sum", 1, 1, first_kind, || Box::<Sum>::default()),
    aggregate("top", 3, 3, |_| Kind::Dynamic, || Box::<Top>::default()),
    aggregate("values", 1, 1, |_| Kind::Dynamic, || Box::<Values>::default()),
];

struct Count(i64);

impl Accumulator for Count {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let more = arguments.first().map_or(1, |value| values(value).len());
        self.0 = self.0.saturating_add(i64::try_from(more).unwrap_or(i64::MAX));
    }

    fn finish(&mut self) -> Datum {
        Datum::Long(self.0)
    }
}

fn key(value: &Datum) -> Vec<u8> {
    let mut key = Vec::new();
    value::key(value, &mut key);
    key
}

#[derive(Default)]
struct Different {
    seen: HashSet<Vec<u8>>,
    bytes: usize,
}

impl Accumulator for Different {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in arguments.first().map(values).unwrap_or_default() {
            let key = key(value);
            let size = key.len().saturating_add(48);
            if self.seen.insert(key) {
                self.bytes = self.bytes.saturating_add(size);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        super::long(self.seen.len())
    }
}

/// All different values, in order of themselves, so that the result does not depend on the order of rows.
#[derive(Default)]
struct Values {
    seen: HashSet<Vec<u8>>,
    all: Vec<Datum>,
    bytes: usize,
}

impl Accumulator for Values {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in arguments.first().map(values).unwrap_or_default() {
            let key = key(value);
            let size = key.len().saturating_add(value::bytes(value)).saturating_add(96);
            if self.seen.insert(key) {
                self.all.push(value.clone());
                self.bytes = self.bytes.saturating_add(size);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        self.all.sort_by(value::total);
        super::gathered(std::mem::take(&mut self.all))
    }
}

struct Extreme {
    order: Ordering,
    best: Option<Datum>,
}

impl Accumulator for Extreme {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in arguments.first().map(values).unwrap_or_default() {
            if self.best.as_ref().is_none_or(|best| value::total(value, best) == self.order) {
                self.best = Some(value.clone());
            }
        }
    }

    fn finish(&mut self) -> Datum {
        self.best.take().unwrap_or_default()
    }
}

/// The value beside the least or greatest sort key (`first(value, time)`).
struct Nearest {
    order: Ordering,
    best: Option<(Datum, Datum)>,
}

impl Accumulator for Nearest {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let (Some(value), by) = (arguments.first(), arguments.get(1).cloned().unwrap_or_default()) else { return };
        if *value == Datum::Null {
            return;
        }
        let better = |best: &(Datum, Datum)| value::total(&by, &best.1) == self.order;
        if self.best.as_ref().is_none_or(better) {
            self.best = Some((value.clone(), by));
        }
    }

    fn finish(&mut self) -> Datum {
        self.best.take().map_or(Datum::Null, |(value, _)| value)
    }
}

#[derive(Default)]
struct Sum {
    whole: i64,
    real: f64,
    any: bool,
    fractions: bool,
}

impl Accumulator for Sum {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in arguments.first().map(values).unwrap_or_default() {
            let Some(number) = value::number(value) else { continue };
            self.any = true;
            self.real += number;
            match value {
                Datum::Long(number) => match self.whole.checked_add(*number) {
                    Some(sum) => self.whole = sum,
                    None => self.fractions = true,
                },
                _ => self.fractions = true,
            }
        }
    }

    fn finish(&mut self) -> Datum {
        match (self.any, self.fractions) {
            (false, _) => Datum::Null,
            (true, false) => Datum::Long(self.whole),
            (true, true) => Datum::Real(self.real),
        }
    }
}

/// Numbers that are all kept.
struct Numbers {
    how: fn(&[f64], f64) -> Option<f64>,
    all: Vec<f64>,
}

impl Accumulator for Numbers {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        if let Some(percent) = arguments.get(1).and_then(value::number)
            && self.all.is_empty()
        {
            // The first number is what percentile is asked for.
            self.all.push(percent);
        }
        let offset = usize::from(arguments.len() > 1);
        if offset == 0 && self.all.is_empty() {
            self.all.push(50.0);
        }
        self.all.extend(arguments.first().map(values).unwrap_or_default().iter().filter_map(value::number));
    }

    fn bytes(&self) -> usize {
        self.all.len().saturating_mul(8).saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        let Some((percent, numbers)) = self.all.split_first_mut() else { return Datum::Null };
        numbers.sort_by(f64::total_cmp);
        let made = if numbers.is_empty() { None } else { (self.how)(numbers, *percent) };
        made.map_or(Datum::Null, Datum::Real)
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list that is held"
)]
impl Numbers {
    fn average(numbers: &[f64], _: f64) -> Option<f64> {
        Some(numbers.iter().sum::<f64>() / numbers.len() as f64)
    }

    fn median(numbers: &[f64], _: f64) -> Option<f64> {
        Self::percentile(numbers, 50.0)
    }

    /// Between the nearest two, in proportion.
    fn percentile(numbers: &[f64], percent: f64) -> Option<f64> {
        let place = percent.clamp(0.0, 100.0) / 100.0 * (numbers.len().saturating_sub(1)) as f64;
        let (low, high) = (numbers.get(place.floor() as usize)?, numbers.get(place.ceil() as usize)?);
        Some(low + (high - low) * place.fract())
    }

    fn deviation(numbers: &[f64], percent: f64) -> Option<f64> {
        let average = Self::average(numbers, percent)?;
        let squares: f64 = numbers.iter().map(|number| (number - average).powi(2)).sum();
        Some((squares / numbers.len() as f64).sqrt())
    }
}

/// The greatest or least values, sorted.
#[derive(Default)]
struct Top {
    all: Vec<Datum>,
    most: usize,
    ascending: bool,
}

impl Accumulator for Top {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        if let [value, Datum::Long(most), Datum::Text(order)] = arguments {
            self.most = usize::try_from(*most).unwrap_or(0).min(10_000);
            self.ascending = order.eq_ignore_ascii_case("asc");
            for value in values(value) {
                let before = |known: &Datum| {
                    let order = value::total(known, value);
                    if self.ascending { order.is_le() } else { order.is_ge() }
                };
                let at = self.all.partition_point(before);
                self.all.insert(at, value.clone());
                self.all.truncate(self.most);
            }
        }
    }

    fn bytes(&self) -> usize {
        self.all.iter().fold(64, |sum, value| sum.saturating_add(24).saturating_add(value::bytes(value)))
    }

    fn finish(&mut self) -> Datum {
        super::gathered(std::mem::take(&mut self.all))
    }
}
