use super::collect::weight;
use crate::kql::value::{at, empty, order};
use crate::{Accumulator, Context};
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;
use std::sync::Arc;

/// "Kusto documentation, 'min()', 'max()'".
pub(super) struct Extreme {
    wanted: Ordering,
    best: Datum,
}

impl Extreme {
    pub(super) fn new(wanted: Ordering) -> Self {
        Self { wanted, best: Datum::Null }
    }
}

impl Accumulator for Extreme {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let value = at(arguments, 0);
        if *value != Datum::Null && (self.best == Datum::Null || order(value, &self.best) == self.wanted) {
            self.best = value.clone();
        }
    }

    fn bytes(&self) -> usize {
        weight(&self.best)
    }

    fn finish(&mut self) -> Datum {
        std::mem::take(&mut self.best)
    }
}

/// "Kusto documentation, 'arg_max()', 'arg_min()'": the first row that has the extreme; where the value is null in all rows,
/// the first row.
pub(super) struct ArgExtreme {
    wanted: Ordering,
    best: Option<Vec<Datum>>,
}

impl ArgExtreme {
    pub(super) fn new(wanted: Ordering) -> Self {
        Self { wanted, best: None }
    }
}

impl Accumulator for ArgExtreme {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let better = match &self.best {
            None => true,
            Some(best) => match (at(arguments, 0), at(best, 0)) {
                (Datum::Null, _) => false,
                (_, Datum::Null) => true,
                (value, best) => order(value, best) == self.wanted,
            },
        };
        if better {
            self.best = Some(arguments.to_vec());
        }
    }

    fn bytes(&self) -> usize {
        self.best.iter().flatten().map(weight).fold(64, usize::saturating_add)
    }

    fn finish(&mut self) -> Datum {
        self.best.take().map_or(Datum::Null, |best| Datum::List(Arc::new(best)))
    }
}

/// "Kusto documentation, 'take_any()'": of one argument the first value that is not empty, of several the first row.
#[derive(Default)]
pub(super) struct Any {
    row: Option<Vec<Datum>>,
}

impl Accumulator for Any {
    fn add(&mut self, arguments: &[Datum], _: &Context) {
        let fits = match &self.row {
            None => true,
            Some(row) => row.len() == 1 && empty(at(row, 0)) && !empty(at(arguments, 0)),
        };
        if fits {
            self.row = Some(arguments.to_vec());
        }
    }

    fn bytes(&self) -> usize {
        self.row.iter().flatten().map(weight).fold(64, usize::saturating_add)
    }

    fn finish(&mut self) -> Datum {
        match self.row.take() {
            Some(mut row) if row.len() == 1 => row.pop().unwrap_or_default(),
            Some(row) => Datum::List(Arc::new(row)),
            None => Datum::Null,
        }
    }
}
