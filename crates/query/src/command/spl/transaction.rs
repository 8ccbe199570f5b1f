//! `transaction`: events that belong together as one row. Events come the latest first.

use super::order::places;
use crate::command::Command;
use crate::error::CompileError;
use crate::plan::{Call, Planned, Planner};
use crate::row::{Row, row_bytes};
use crate::run::{Cx, Full, Op};
use crate::shape::WHOLE;
use ddefend_event::Kind;
use ddefend_functions::spl::number;
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, Language};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[Command { name: "transaction", compile: transaction }];

/// Transactions that are open at once; the oldest ends where there are more (Search Reference: `maxopentxn`).
const OPEN: usize = 5000;

/// What ends a transaction.
#[derive(Clone, Copy)]
struct Limits {
    span: Option<f64>,
    pause: Option<f64>,
    events: u64,
    connected: bool,
}

struct Open {
    keys: Vec<Datum>,
    earliest: f64,
    latest: f64,
    events: u64,
    /// By column: different values by their text.
    values: Vec<BTreeMap<Box<str>, Datum>>,
    time: Datum,
    bytes: usize,
}

struct Transaction {
    keys: Arc<[usize]>,
    time: Option<usize>,
    /// Columns that are kept.
    kept: Arc<[usize]>,
    limits: Limits,
    open: Vec<Open>,
}

impl Transaction {
    fn belongs(&self, open: &Open, keys: &[Datum], at: f64) -> bool {
        let mut common = false;
        for (own, other) in open.keys.iter().zip(keys) {
            if *own != Datum::Null && *other != Datum::Null {
                if value::text(own) != value::text(other) {
                    return false;
                }
                common = true;
            }
        }
        let (first, last) = (open.earliest.min(at), open.latest.max(at));
        (common || self.keys.is_empty() || !self.limits.connected)
            && self.limits.span.is_none_or(|span| last - first <= span)
            && self.limits.pause.is_none_or(|pause| open.earliest - at <= pause)
            && open.events < self.limits.events
    }

    fn close(&self, open: Open, cx: &mut Cx) -> Row {
        cx.release(1, open.bytes);
        let mut row: Row = Vec::new();
        for (at, values) in self.kept.iter().zip(open.values) {
            if Some(*at) == self.time {
                row.push(open.time.clone());
                continue;
            }
            let mut values: Vec<Datum> = values.into_values().collect();
            row.push(match values.len() {
                0 => Datum::Null,
                1 => values.pop().unwrap_or_default(),
                _ => value::list(values),
            });
        }
        let duration = open.latest - open.earliest;
        row.push(if duration.fract() == 0.0 { whole(duration) } else { Datum::Real(duration) });
        row.push(Datum::Long(i64::try_from(open.events).unwrap_or(i64::MAX)));
        row
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a whole number of seconds")]
fn whole(seconds: f64) -> Datum {
    Datum::Long(seconds as i64)
}

impl Op for Transaction {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let keys: Vec<Datum> = self.keys.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect();
        if !keys.is_empty() && keys.iter().all(|key| *key == Datum::Null) {
            return Ok(());
        }
        let time = self.time.and_then(|at| row.get(at)).cloned().unwrap_or_default();
        let at = number(&time).unwrap_or(0.0);
        let found = self.open.iter().rposition(|open| self.belongs(open, &keys, at));
        let place = match found {
            Some(place) => place,
            None => {
                // One with the same keys that is too far away has ended.
                if let Some(ended) = self.open.iter().rposition(|open| open.keys == keys) {
                    let ended = self.open.remove(ended);
                    out.push(self.close(ended, cx));
                } else if self.open.len() >= OPEN {
                    let ended = self.open.remove(0);
                    out.push(self.close(ended, cx));
                }
                let values = vec![BTreeMap::new(); self.kept.len()];
                cx.hold(1, 0)?;
                let time = time.clone();
                self.open.push(Open {
                    keys: keys.clone(),
                    earliest: at,
                    latest: at,
                    events: 0,
                    values,
                    time,
                    bytes: 0,
                });
                self.open.len().saturating_sub(1)
            }
        };
        let Some(open) = self.open.get_mut(place) else { return Ok(()) };
        open.events = open.events.saturating_add(1);
        open.latest = open.latest.max(at);
        if at <= open.earliest {
            open.earliest = at;
            open.time = time;
        }
        for (own, key) in open.keys.iter_mut().zip(keys) {
            if *own == Datum::Null {
                *own = key;
            }
        }
        let size = row_bytes(&row);
        open.bytes = open.bytes.saturating_add(size);
        cx.hold(0, size)?;
        for (values, at) in open.values.iter_mut().zip(self.kept.iter()) {
            let value = row.get(*at).cloned().unwrap_or_default();
            let items: &[Datum] = match &value {
                Datum::Null => &[],
                Datum::List(list) => list,
                one => std::slice::from_ref(one),
            };
            for item in items {
                values.entry(value::text(item).into()).or_insert_with(|| item.clone());
            }
        }
        Ok(())
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        for open in std::mem::take(&mut self.open) {
            let row = self.close(open, cx);
            out.push(row);
        }
        Ok(())
    }
}

fn transaction(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let mut constant = |name: &str| -> Result<Option<Datum>, CompileError> {
        call.named(name).map(|scalar| planner.constant(scalar)).transpose()
    };
    let limits = Limits {
        span: constant("maxspan")?.as_ref().and_then(number),
        pause: constant("maxpause")?.as_ref().and_then(number),
        events: match constant("maxevents")? {
            Some(Datum::Long(most)) => u64::try_from(most).unwrap_or(1000),
            _ => 1000,
        },
        connected: constant("connected")? != Some(Datum::Bool(false)),
    };
    let mut shape = call.shape.clone();
    let kept: Vec<usize> = (0..shape.columns.len())
        .filter(|at| {
            shape.columns.get(*at).is_some_and(|column| !matches!(&*column.name, WHOLE | "duration" | "eventcount"))
        })
        .collect();
    let columns = kept.iter().filter_map(|at| call.shape.columns.get(*at).cloned());
    shape.columns = columns
        .map(|mut column| {
            column.kind = if &*column.name == "_time" { column.kind } else { Kind::Dynamic };
            column
        })
        .collect();
    shape.open = false;
    shape.push("duration", Kind::Dynamic);
    shape.push("eventcount", Kind::Long);
    let (keys, kept): (Arc<[usize]>, Arc<[usize]>) = (places(call).into(), kept.into());
    let time = call.shape.place("_time", Language::Spl);
    let make = move || Transaction { keys: Arc::clone(&keys), time, kept: Arc::clone(&kept), limits, open: Vec::new() };
    Ok(Planned::of("transaction", shape, make))
}
