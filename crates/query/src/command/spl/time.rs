//! Rows for spans of time without one.

use super::order::places;
use crate::command::Command;
use crate::error::CompileError;
use crate::plan::{Call, Planned, Planner};
use crate::row::Row;
use crate::run::{Cx, Full, Op, Store};
use ddefend_rule::ir::query::{Datum, Language, Node};
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[Command { name: "makecontinuous", compile: makecontinuous }];

/// Rows that are made at most.
const ROWS: usize = 100_000;

struct Continuous {
    store: Store,
    time: usize,
    span: i64,
    zeros: Arc<[usize]>,
    width: usize,
}

impl Op for Continuous {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        self.store.push(row, cx)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let mut next: Option<i64> = None;
        for row in self.store.take(cx) {
            if let Some(Datum::Time(at)) = row.get(self.time) {
                while let Some(missing) = next.filter(|next| next < at) {
                    if out.len() >= ROWS {
                        return Err(Full);
                    }
                    let mut empty = vec![Datum::Null; self.width];
                    for zero in self.zeros.iter() {
                        if let Some(value) = empty.get_mut(*zero) {
                            *value = Datum::Long(0);
                        }
                    }
                    if let Some(value) = empty.get_mut(self.time) {
                        *value = Datum::Time(missing);
                    }
                    out.push(empty);
                    next = missing.checked_add(self.span);
                }
                next = at.checked_add(self.span);
            }
            out.push(row);
        }
        Ok(())
    }
}

/// Rows come in the order of their times; months have no fixed length and are left as they are.
fn makecontinuous(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let span = match call.named("span") {
        Some(span) => planner.constant(span)?,
        None => Datum::Null,
    };
    let (Datum::Span(span @ 1..), Some(time)) = (span, places(call).first().copied()) else {
        return Ok(Planned::Rows(call.node, call.shape.clone()));
    };
    let zero = |(name, scalar): &(Option<Box<str>>, ddefend_rule::ir::query::Scalar)| match &scalar.node {
        Node::Column(column) if name.as_deref() == Some("zero") => call.shape.place(column, Language::Spl),
        _ => None,
    };
    let zeros: Arc<[usize]> = call.arguments.iter().filter_map(zero).collect();
    let width = call.shape.columns.len();
    let make = move || Continuous { store: Store::default(), time, span, zeros: Arc::clone(&zeros), width };
    Ok(Planned::of("makecontinuous", call.shape.clone(), make))
}
