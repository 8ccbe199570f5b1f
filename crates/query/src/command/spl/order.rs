//! Commands that go by the place of rows.

use crate::command::Command;
use crate::error::CompileError;
use crate::plan::{Call, Planned, Planner};
use crate::row::Row;
use crate::run::{Cx, Full, Op, Store};
use crate::shape::Shape;
use ddefend_rule::ir::query::{Datum, Language, Node};
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[
    Command { name: "reverse", compile: reverse },
    Command { name: "filldown", compile: filldown },
    Command { name: "appendcols", compile: appendcols },
];

#[derive(Default)]
struct Reverse(Store);

impl Op for Reverse {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        self.0.push(row, cx)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        out.extend(self.0.take(cx).into_iter().rev());
        Ok(())
    }
}

fn reverse(_: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    Ok(Planned::of("reverse", call.shape.clone(), Reverse::default))
}

/// Places of the columns that arguments without a name are.
pub(super) fn places(call: &Call<'_>) -> Vec<usize> {
    call.plain()
        .filter_map(|scalar| match &scalar.node {
            Node::Column(name) => call.shape.place(name, Language::Spl),
            _ => None,
        })
        .collect()
}

/// `filldown`: the last value that was there.
struct Filldown {
    places: Arc<[usize]>,
    last: Vec<Datum>,
}

impl Op for Filldown {
    fn push(&mut self, _: usize, mut row: Row, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        self.last.resize(self.places.len(), Datum::Null);
        for (place, last) in self.places.iter().zip(&mut self.last) {
            let Some(value) = row.get_mut(*place) else { continue };
            if *value == Datum::Null {
                value.clone_from(last);
            } else {
                last.clone_from(value);
            }
        }
        out.push(row);
        Ok(())
    }
}

fn filldown(_: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let places: Arc<[usize]> = places(call).into();
    let make = move || Filldown { places: Arc::clone(&places), last: Vec::new() };
    Ok(Planned::of("filldown", call.shape.clone(), make))
}

/// Rows of two sides side by side, by their number.
struct Appendcols {
    left: Store,
    right: Store,
    ended: u8,
    /// By column of the right side: where it goes.
    places: Arc<[usize]>,
    width: usize,
    replaces: bool,
}

impl Op for Appendcols {
    fn push(&mut self, port: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        if port == 0 { self.left.push(row, cx) } else { self.right.push(row, cx) }
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        self.ended = self.ended.saturating_add(1);
        if self.ended < 2 {
            return Ok(());
        }
        let mut left = self.left.take(cx).into_iter();
        let mut right = self.right.take(cx).into_iter();
        loop {
            let (one, other) = (left.next(), right.next());
            if one.is_none() && other.is_none() {
                return Ok(());
            }
            let mut row = one.unwrap_or_default();
            row.resize(self.width, Datum::Null);
            for (value, place) in other.unwrap_or_default().into_iter().zip(self.places.iter()) {
                if let Some(own) = row.get_mut(*place)
                    && (*own == Datum::Null || (self.replaces && value != Datum::Null))
                {
                    *own = value;
                }
            }
            out.push(row);
        }
    }
}

fn appendcols(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let Some(table) = call.tables.first() else { return Ok(Planned::Rows(call.node, call.shape.clone())) };
    let (node, right) = planner.table(table)?;
    let replaces = match call.named("override") {
        Some(flag) => planner.constant(flag)? == Datum::Bool(true),
        None => false,
    };
    let mut shape: Shape = call.shape.clone();
    let mut places = Vec::new();
    for column in &right.columns {
        places.push(match shape.place(&column.name, Language::Spl) {
            Some(place) => place,
            None => {
                shape.push(column.name.clone(), column.kind);
                shape.columns.len().saturating_sub(1)
            }
        });
    }
    let (width, places): (usize, Arc<[usize]>) = (shape.columns.len(), places.into());
    let make = move || -> Box<dyn Op> {
        Box::new(Appendcols {
            left: Store::default(),
            right: Store::default(),
            ended: 0,
            places: Arc::clone(&places),
            width,
            replaces,
        })
    };
    Ok(Planned::Operator { name: "appendcols", shape, inputs: vec![node], make: Arc::new(make) })
}
