use super::Aggregated;
use crate::expr::Expr;
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op, Store};
use ddefend_functions::Accumulator;
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, WindowMode};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Rows of a window: the arguments of each aggregate, by row.
type Kept = VecDeque<Vec<Vec<Datum>>>;

#[derive(Default)]
struct Group {
    states: Vec<Box<dyn Accumulator>>,
    recent: Kept,
}

/// Results of aggregates behind every row.
pub(crate) struct Window {
    pub(crate) by: Arc<[Expr]>,
    pub(crate) aggregates: Arc<[Aggregated]>,
    pub(crate) mode: WindowMode,
    groups: HashMap<Vec<u8>, Group>,
    store: Store,
}

impl Window {
    pub(crate) fn new(by: Arc<[Expr]>, aggregates: Arc<[Aggregated]>, mode: WindowMode) -> Self {
        Self { by, aggregates, mode, groups: HashMap::new(), store: Store::default() }
    }

    fn key(&self, row: &[Datum], cx: &Cx) -> Vec<u8> {
        let mut key = Vec::new();
        self.by.iter().for_each(|by| value::key(&by.eval(row, cx), &mut key));
        key
    }

    fn arguments(&self, row: &[Datum], cx: &Cx) -> Vec<Vec<Datum>> {
        let of = |call: &Aggregated| call.arguments.iter().map(|value| value.eval(row, cx).into_owned()).collect();
        self.aggregates.iter().map(of).collect()
    }

    fn fresh(&self) -> Vec<Box<dyn Accumulator>> {
        self.aggregates.iter().map(|call| (call.function.start)()).collect()
    }

    fn running(&mut self, mut row: Row, most: u64, with: bool, cx: &mut Cx) -> Result<Row, Full> {
        let key = self.key(&row, cx);
        let arguments = self.arguments(&row, cx);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let aggregates = Arc::clone(&self.aggregates);
        let mut states = self.fresh();
        if !self.groups.contains_key(&key) {
            cx.hold(1, key.len().saturating_add(96))?;
        }
        let group = self.groups.entry(key).or_default();
        let size = arguments.iter().fold(48, |sum: usize, list| sum.saturating_add(row_bytes(list)));
        cx.hold(1, size)?;
        if with {
            group.recent.push_back(arguments.clone());
        }
        if most > 0 && group.recent.len() > most {
            group.recent.pop_front();
            cx.release(1, size);
        }
        for kept in &group.recent {
            for (state, arguments) in states.iter_mut().zip(kept) {
                state.add(arguments, &cx.functions);
            }
        }
        if !with {
            group.recent.push_back(arguments);
        }
        for (call, state) in aggregates.iter().zip(&mut states) {
            call.spread(state.finish(), &mut row);
        }
        Ok(row)
    }

    /// Over all rows so far the state says it only where results may be taken early; states are not copied, so the rows'
    /// arguments are kept.
    fn all(&mut self, row: &Row, cx: &mut Cx) -> Result<(), Full> {
        let key = self.key(row, cx);
        let arguments = self.arguments(row, cx);
        if !self.groups.contains_key(&key) {
            cx.hold(1, key.len().saturating_add(96))?;
            let states = self.fresh();
            self.groups.insert(key.clone(), Group { states, recent: Kept::new() });
        }
        if let Some(group) = self.groups.get_mut(&key) {
            for (state, arguments) in group.states.iter_mut().zip(&arguments) {
                state.add(arguments, &cx.functions);
            }
        }
        Ok(())
    }
}

impl Op for Window {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        match self.mode {
            WindowMode::All => {
                self.all(&row, cx)?;
                self.store.push(row, cx)?;
            }
            WindowMode::Running(most, with) => out.push(self.running(row, most, with, cx)?),
        }
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        if self.mode != WindowMode::All {
            return Ok(());
        }
        let mut results: HashMap<Vec<u8>, Row> = HashMap::new();
        for (key, mut group) in self.groups.drain() {
            let mut row = Row::new();
            for (call, state) in self.aggregates.iter().zip(&mut group.states) {
                call.spread(state.finish(), &mut row);
            }
            results.insert(key, row);
        }
        for mut row in self.store.take(cx) {
            let key = self.key(&row, cx);
            row.extend(results.get(&key).into_iter().flatten().cloned());
            out.push(row);
        }
        Ok(())
    }
}

/// The first so many rows of each group.
pub(crate) struct Dedup {
    pub(crate) count: u64,
    pub(crate) by: Arc<[Expr]>,
    pub(crate) keep_empty: bool,
    pub(crate) consecutive: bool,
    pub(crate) seen: HashMap<Vec<u8>, u64>,
}

impl Op for Dedup {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let mut key = Vec::new();
        for by in self.by.iter() {
            let part = by.eval(&row, cx);
            if matches!(part.as_ref(), Datum::Null) {
                if self.keep_empty {
                    out.push(row);
                }
                return Ok(());
            }
            value::key(&part, &mut key);
        }
        if self.consecutive && !self.seen.contains_key(&key) {
            self.seen.clear();
        }
        let size = key.len().saturating_add(48);
        let known = self.seen.entry(key).or_insert(0);
        if *known == 0 && !self.consecutive {
            cx.hold(1, size)?;
        }
        if *known < self.count {
            out.push(row);
        }
        *known = known.saturating_add(1);
        Ok(())
    }
}

/// A value for columns that have none.
pub(crate) struct Fill {
    pub(crate) places: Arc<[usize]>,
    pub(crate) value: Datum,
    pub(crate) width: usize,
}

impl Op for Fill {
    fn push(&mut self, _: usize, mut row: Row, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        row.resize(self.width, Datum::Null);
        for at in self.places.iter() {
            if let Some(value) = row.get_mut(*at)
                && matches!(value, Datum::Null)
            {
                *value = self.value.clone();
            }
        }
        out.push(row);
        Ok(())
    }
}
