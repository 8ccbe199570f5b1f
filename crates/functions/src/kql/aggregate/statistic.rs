use crate::kql::value::{at, list, long, number, order, real};
use crate::{Accumulator, Context};
use ddefend_rule::ir::query::Datum;
use std::sync::Arc;

/// "Kusto documentation, 'sum()'": whole numbers, fractions or spans; null where whole numbers get too large.
#[derive(Default)]
pub(super) struct Sum {
    whole: i128,
    real: Option<f64>,
    span: bool,
}

impl Accumulator for Sum {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        match at(arguments, 0) {
            Datum::Long(value) => self.whole = self.whole.saturating_add(i128::from(*value)),
            Datum::Span(ticks) => {
                self.whole = self.whole.saturating_add(i128::from(*ticks));
                self.span = true;
            }
            other => {
                if let Some(value) = real(other) {
                    self.real = Some(self.real.unwrap_or(0.0) + value);
                }
            }
        }
    }

    fn finish(&mut self) -> Datum {
        let whole = || i64::try_from(self.whole).ok();
        match self.real {
            Some(real) => Datum::Real(real + self.whole as f64),
            None if self.span => whole().map_or(Datum::Null, Datum::Span),
            None => whole().map_or(Datum::Null, Datum::Long),
        }
    }
}

/// "Kusto documentation, 'avg()'": of numbers, spans or times.
#[derive(Default)]
pub(super) struct Average {
    count: i128,
    real: f64,
    ticks: i128,
    like: Datum,
}

impl Accumulator for Average {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let value = at(arguments, 0);
        match value {
            Datum::Time(ticks) | Datum::Span(ticks) => {
                self.ticks = self.ticks.saturating_add(i128::from(*ticks));
                self.like = value.clone();
            }
            other => match real(other) {
                Some(real) => self.real += real,
                None => return,
            },
        }
        self.count = self.count.saturating_add(1);
    }

    fn finish(&mut self) -> Datum {
        let ticks = self.ticks.checked_div(self.count).and_then(|ticks| i64::try_from(ticks).ok());
        match (&self.like, ticks) {
            (_, None) => Datum::Null,
            (Datum::Time(_), Some(ticks)) => Datum::Time(ticks),
            (Datum::Span(_), Some(ticks)) => Datum::Span(ticks),
            _ => Datum::Real(self.real / self.count as f64),
        }
    }
}

/// "Kusto documentation, 'stdev()', 'variance()'" and those of whole populations; 0 of fewer than two values.
pub(super) struct Deviation {
    sample: bool,
    root: bool,
    count: f64,
    mean: f64,
    squares: f64,
}

impl Deviation {
    pub(super) fn new(sample: bool, root: bool) -> Self {
        Self { sample, root, count: 0.0, mean: 0.0, squares: 0.0 }
    }
}

impl Accumulator for Deviation {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        // Welford's way: no large sums that cancel out.
        let Some(value) = real(at(arguments, 0)) else { return };
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    fn finish(&mut self) -> Datum {
        let by = if self.sample { self.count - 1.0 } else { self.count };
        let variance = if by > 0.0 { self.squares / by } else { 0.0 };
        Datum::Real(if self.root { variance.sqrt() } else { variance })
    }
}

/// "Kusto documentation, 'percentile()', 'percentiles()'": by nearest rank. Kusto estimates; this is exact. With weights
/// (`percentilew`) the second argument says how often a value counts.
pub(super) struct Percentiles {
    values: Vec<(Datum, i64)>,
    asked: Vec<f64>,
    single: bool,
    weighted: bool,
}

impl Percentiles {
    pub(super) fn single(weighted: bool) -> Self {
        Self { values: Vec::new(), asked: Vec::new(), single: true, weighted }
    }

    pub(super) fn several(weighted: bool) -> Self {
        Self { single: false, ..Self::single(weighted) }
    }
}

/// The smallest value that so many percent of all are not above; values in order.
pub(in crate::kql) fn nearest(values: &[(Datum, i64)], percent: f64) -> Datum {
    let total: i128 = values.iter().map(|(_, weight)| i128::from(*weight)).fold(0, i128::saturating_add);
    let rank = (percent.clamp(0.0, 100.0) / 100.0 * total as f64).ceil().max(1.0);
    let mut passed = 0_i128;
    for (value, weight) in values {
        passed = passed.saturating_add(i128::from(*weight));
        if passed as f64 >= rank {
            return value.clone();
        }
    }
    Datum::Null
}

impl Accumulator for Percentiles {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let first = if self.weighted { 2 } else { 1 };
        if self.asked.is_empty() {
            let flat = arguments.iter().skip(first).flat_map(|argument| match list(argument) {
                Some(items) => items.to_vec(),
                None => vec![argument.clone()],
            });
            self.asked = flat.filter_map(|percent| number(&percent)).collect();
        }
        let weight = if self.weighted { long(at(arguments, 1)).unwrap_or(0) } else { 1 };
        let value = at(arguments, 0);
        if *value != Datum::Null && weight > 0 {
            self.values.push((value.clone(), weight));
        }
    }

    fn bytes(&self) -> usize {
        self.values.len().saturating_mul(48).saturating_add(64)
    }

    fn finish(&mut self) -> Datum {
        self.values.sort_by(|(left, _), (right, _)| order(left, right));
        let mut found = self.asked.iter().map(|percent| nearest(&self.values, *percent));
        if self.single { found.next().unwrap_or_default() } else { Datum::List(Arc::new(found.collect())) }
    }
}

/// "Kusto documentation, 'binary_all_and()'" and its like.
pub(super) struct Bits {
    join: fn(i64, i64) -> i64,
    bits: Option<i64>,
}

impl Bits {
    pub(super) fn new(join: fn(i64, i64) -> i64) -> Self {
        Self { join, bits: None }
    }
}

impl Accumulator for Bits {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        if let Some(value) = long(at(arguments, 0)) {
            self.bits = Some(self.bits.map_or(value, |bits| (self.join)(bits, value)));
        }
    }

    fn finish(&mut self) -> Datum {
        self.bits.map_or(Datum::Null, Datum::Long)
    }
}
