//! Aggregates of numbers. What is no number is left out.

use super::aggregate::aggregate;
use super::value::{at, made, number, values};
use crate::{Accumulator, Aggregate, Context};
use ddefend_rule::ir::query::Datum;

pub(super) const AGGREGATES: &[Aggregate] = &[
    aggregate("sum", 1, 1, || Box::new(Moments::new(Ask::Sum))),
    aggregate("sumsq", 1, 1, || Box::new(Moments::new(Ask::Squares))),
    aggregate("avg", 1, 1, || Box::new(Moments::new(Ask::Mean))),
    aggregate("range", 1, 1, || Box::new(Moments::new(Ask::Range))),
    aggregate("var", 1, 1, || Box::new(Moments::new(Ask::Variance { sample: true, root: false }))),
    aggregate("varp", 1, 1, || Box::new(Moments::new(Ask::Variance { sample: false, root: false }))),
    aggregate("stdev", 1, 1, || Box::new(Moments::new(Ask::Variance { sample: true, root: true }))),
    aggregate("stdevp", 1, 1, || Box::new(Moments::new(Ask::Variance { sample: false, root: true }))),
    aggregate("median", 1, 1, || Box::new(Ranked { numbers: Vec::new(), percent: 50.0 })),
    aggregate("perc", 2, 2, || Box::new(Ranked { numbers: Vec::new(), percent: 50.0 })),
];

#[derive(Clone, Copy)]
enum Ask {
    Sum,
    Squares,
    Mean,
    Range,
    Variance { sample: bool, root: bool },
}

/// Count, mean and squares of distances to it (Welford), so that large numbers lose nothing.
struct Moments {
    ask: Ask,
    count: f64,
    sum: f64,
    squares: f64,
    mean: f64,
    distances: f64,
    least: f64,
    most: f64,
}

impl Moments {
    fn new(ask: Ask) -> Self {
        Self {
            ask,
            count: 0.0,
            sum: 0.0,
            squares: 0.0,
            mean: 0.0,
            distances: 0.0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
        }
    }
}

impl Accumulator for Moments {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        for value in values(at(arguments, 0)).iter().filter_map(number) {
            self.count += 1.0;
            self.sum += value;
            self.squares += value * value;
            let distance = value - self.mean;
            self.mean += distance / self.count;
            self.distances += distance * (value - self.mean);
            self.least = self.least.min(value);
            self.most = self.most.max(value);
        }
    }

    fn finish(&mut self) -> Datum {
        if self.count == 0.0 {
            return Datum::Null;
        }
        made(match self.ask {
            Ask::Sum => self.sum,
            Ask::Squares => self.squares,
            Ask::Mean => self.sum / self.count,
            Ask::Range => self.most - self.least,
            Ask::Variance { sample, root } => {
                let over = if sample { self.count - 1.0 } else { self.count };
                let variance = if over > 0.0 { self.distances / over } else { 0.0 };
                if root { variance.sqrt() } else { variance }
            }
        })
    }
}

/// The number at a share of all in their order; between two, in proportion.
struct Ranked {
    numbers: Vec<f64>,
    percent: f64,
}

impl Accumulator for Ranked {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        self.numbers.extend(values(at(arguments, 0)).iter().filter_map(number));
        if let Some(percent) = number(at(arguments, 1)) {
            self.percent = percent;
        }
    }

    fn bytes(&self) -> usize {
        self.numbers.len().saturating_mul(8).saturating_add(64)
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    fn finish(&mut self) -> Datum {
        self.numbers.sort_by(f64::total_cmp);
        let Some(last) = self.numbers.len().checked_sub(1) else { return Datum::Null };
        let place = last as f64 * self.percent.clamp(0.0, 100.0) / 100.0;
        let below = self.numbers.get(place.floor() as usize).copied().unwrap_or_default();
        let above = self.numbers.get(place.ceil() as usize).copied().unwrap_or(below);
        made(below + (above - below) * place.fract())
    }
}
