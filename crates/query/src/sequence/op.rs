use super::{Event, Key, Plan, matches};
use crate::dialect;
use crate::expr::Expr;
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op};
use ddefend_event::Kind;
use ddefend_functions::value;
use ddefend_rule::ir::query::Datum;
use std::sync::Arc;

/// A term over the rows of its table.
#[derive(Clone, Debug)]
pub(crate) struct TermPlan {
    /// Which table.
    pub(crate) port: usize,
    pub(crate) filter: Expr,
    pub(crate) keys: Vec<Expr>,
    /// Keys may be null.
    pub(crate) optional: bool,
}

/// A table that events come by.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    /// Place of the time.
    pub(crate) time: usize,
    /// Place of the whole record.
    pub(crate) whole: Option<usize>,
    /// By column of the result: the place of its value.
    pub(crate) places: Vec<Option<usize>>,
}

/// Keeps the events that fit a term, and finds the sequences when all tables have ended.
pub(crate) struct SequenceOp {
    plan: Arc<Plan>,
    terms: Arc<[TermPlan]>,
    ports: Arc<[Port]>,
    open: usize,
    events: Vec<Event>,
    held: usize,
}

impl SequenceOp {
    pub(crate) fn new(plan: Arc<Plan>, terms: Arc<[TermPlan]>, ports: Arc<[Port]>) -> Self {
        Self { plan, terms, open: ports.len(), ports, events: Vec::new(), held: 0 }
    }
}

impl Op for SequenceOp {
    fn push(&mut self, port: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        let Some(table) = self.ports.get(port) else { return Ok(()) };
        let mut fits = Vec::new();
        for (at, term) in self.terms.iter().enumerate().filter(|(_, term)| term.port == port) {
            if term.filter.truth(&row, cx) != Some(true) {
                continue;
            }
            if let Some(key) = key(term, &row, cx) {
                fits.push((at, key));
            }
        }
        if fits.is_empty() {
            return Ok(());
        }
        // An event without a time has no place in an order.
        let Some(time) = time(row.get(table.time).unwrap_or(&Datum::Null), cx) else { return Ok(()) };
        let mut identity = Vec::new();
        if let Some(whole) = table.whole.and_then(|whole| row.get(whole)).filter(|whole| **whole != Datum::Null) {
            value::key(whole, &mut identity);
        }
        let value = |place: &Option<usize>| place.and_then(|place| row.get(place)).cloned().unwrap_or_default();
        let row: Row = table.places.iter().map(value).collect();
        let keys: usize = fits.iter().map(|(_, key)| key.len().saturating_add(48)).sum();
        let size = row_bytes(&row).saturating_add(identity.len()).saturating_add(keys).saturating_add(128);
        self.held = self.held.saturating_add(size);
        self.events.push(Event { time, identity: identity.into(), port, fits, row });
        cx.hold(1, size)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        self.open = self.open.saturating_sub(1);
        if self.open > 0 {
            return Ok(());
        }
        let mut events = std::mem::take(&mut self.events);
        let rows = events.len();
        for (number, found) in (1_i64..).zip(matches(&self.plan, &mut events)) {
            for (stage, event) in found {
                let Some(event) = events.get(event) else { continue };
                let stage = i64::try_from(stage).unwrap_or(i64::MAX).saturating_add(1);
                let mut row = vec![Datum::Long(number), Datum::Long(stage)];
                row.extend(event.row.iter().cloned());
                out.push(row);
            }
        }
        cx.release(rows, std::mem::take(&mut self.held));
        Ok(())
    }
}

/// The key of an event for a term; none where a value is missing that must be there.
fn key(term: &TermPlan, row: &[Datum], cx: &Cx) -> Option<Key> {
    let mut bytes = Vec::new();
    for part in &term.keys {
        let value = part.eval(row, cx);
        if *value == Datum::Null && !term.optional {
            return None;
        }
        value::key(&value, &mut bytes);
    }
    Some(bytes.into())
}

/// The time in ticks; numbers are milliseconds since 1970, as Elasticsearch reads them.
fn time(value: &Datum, cx: &Cx) -> Option<i64> {
    match value {
        Datum::Time(time) => Some(*time),
        Datum::Long(millis) => millis.checked_mul(10_000),
        Datum::Text(_) => match dialect::cast(value, Kind::DateTime, cx.language, &cx.functions) {
            Datum::Time(time) => Some(time),
            _ => None,
        },
        Datum::List(list) => {
            list.first().and_then(|first| if matches!(first, Datum::List(_)) { None } else { time(first, cx) })
        }
        _ => None,
    }
}
