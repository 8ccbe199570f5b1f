use crate::expr::Expr;
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op};
use ddefend_functions::value;
use ddefend_functions::{Accumulator, Aggregate};
use ddefend_rule::ir::query::Datum;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An aggregate with its arguments.
#[derive(Clone)]
pub(crate) struct Aggregated {
    pub(crate) function: &'static Aggregate,
    pub(crate) arguments: Arc<[Expr]>,
    /// True where its result is a list of results.
    pub(crate) several: bool,
    /// How many columns its result fills.
    pub(crate) width: usize,
}

impl Aggregated {
    /// Puts the result where it belongs.
    pub(crate) fn spread(&self, result: Datum, row: &mut Row) {
        if self.width == 1 && !self.several {
            return row.push(result);
        }
        let list = match result {
            Datum::List(list) => list,
            other => Arc::new(vec![other]),
        };
        row.extend((0..self.width).map(|at| list.get(at).cloned().unwrap_or_default()));
    }
}

struct Group {
    by: Vec<Datum>,
    states: Vec<Box<dyn Accumulator>>,
    rows: u32,
    bytes: usize,
}

/// One row per group: keys, then results.
pub(crate) struct Summarise {
    pub(crate) by: Arc<[Expr]>,
    pub(crate) aggregates: Arc<[Aggregated]>,
    places: HashMap<Box<[u8]>, usize>,
    groups: Vec<Group>,
    key: Vec<u8>,
    arguments: Vec<Datum>,
    bytes: usize,
}

impl Summarise {
    pub(crate) fn new(by: Arc<[Expr]>, aggregates: Arc<[Aggregated]>) -> Self {
        let (places, groups) = (HashMap::new(), Vec::new());
        Self { by, aggregates, places, groups, key: Vec::new(), arguments: Vec::new(), bytes: 0 }
    }

    fn group(&mut self, row: &[Datum], cx: &mut Cx) -> Result<usize, Full> {
        self.key.clear();
        for by in self.by.iter() {
            value::key(&by.eval(row, cx), &mut self.key);
        }
        if let Some(at) = self.places.get(self.key.as_slice()) {
            return Ok(*at);
        }
        let by: Vec<Datum> = self.by.iter().map(|by| by.eval(row, cx).into_owned()).collect();
        let states = self.aggregates.iter().map(|aggregate| (aggregate.function.start)()).collect();
        let size = row_bytes(&by).saturating_add(self.key.len()).saturating_add(96);
        let at = self.groups.len();
        self.groups.push(Group { by, states, rows: 0, bytes: 0 });
        self.places.insert(self.key.as_slice().into(), at);
        self.bytes = self.bytes.saturating_add(size);
        cx.hold(1, size)?;
        Ok(at)
    }
}

impl Op for Summarise {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        let at = self.group(&row, cx)?;
        let Some(group) = self.groups.get_mut(at) else { return Ok(()) };
        for (aggregate, state) in self.aggregates.iter().zip(&mut group.states) {
            self.arguments.clear();
            self.arguments.extend(aggregate.arguments.iter().map(|argument| argument.eval(&row, cx).into_owned()));
            state.add(&self.arguments, &cx.functions);
        }
        // What the states hold is looked at now and then: asking costs.
        if group.rows % 16 == 0 {
            let now = group.states.iter().fold(0, |sum: usize, state| sum.saturating_add(state.bytes()));
            let more = now.saturating_sub(group.bytes);
            group.bytes = now;
            self.bytes = self.bytes.saturating_add(more);
            cx.hold(0, more)?;
        }
        group.rows = group.rows.wrapping_add(1);
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if self.groups.is_empty() && self.by.is_empty() {
            let states = self.aggregates.iter().map(|aggregate| (aggregate.function.start)()).collect();
            self.groups.push(Group { by: Vec::new(), states, rows: 0, bytes: 0 });
        }
        cx.release(self.places.len(), self.bytes);
        self.places.clear();
        for mut group in self.groups.drain(..) {
            let mut row = group.by;
            for (aggregate, state) in self.aggregates.iter().zip(&mut group.states) {
                aggregate.spread(state.finish(), &mut row);
            }
            out.push(row);
        }
        Ok(())
    }
}

/// Different rows, at the first of them.
pub(crate) struct Distinct {
    pub(crate) seen: HashSet<Box<[u8]>>,
    pub(crate) bytes: usize,
}

impl Op for Distinct {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let mut key = Vec::new();
        row.iter().for_each(|value| value::key(value, &mut key));
        let size = key.len().saturating_add(48);
        if self.seen.insert(key.into()) {
            self.bytes = self.bytes.saturating_add(size);
            cx.hold(1, size)?;
            out.push(row);
        }
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        cx.release(self.seen.len(), self.bytes);
        self.seen.clear();
        Ok(())
    }
}
