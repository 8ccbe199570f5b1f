use super::plain::{assigned, step, wrong};
use crate::command::Command;
use crate::error::CompileError;
use crate::plan::{Call, Planned, Planner};
use crate::row::Row;
use crate::run::{Cx, Full, Op, Store};
use crate::shape::Shape;
use ddefend_event::Kind;
use ddefend_functions::value;
use ddefend_rule::ir::query::{ArithmeticOp, Assignment, Datum, Language, Node, Operator, Scalar};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[Command { name: "make-series", compile: make_series }];

/// Points of one series.
const MOST: usize = 100_000;

/// Lists of values along an axis, a row per group. The rows have keys, point of the axis, values.
struct Series {
    keys: usize,
    defaults: Arc<[Datum]>,
    from: Option<Datum>,
    to: Option<Datum>,
    step: Datum,
    store: Store,
}

impl Op for Series {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        self.store.push(row, cx)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let rows = self.store.take(cx);
        let axis = self.axis(&rows, cx);
        let places: HashMap<Vec<u8>, usize> =
            axis.iter().enumerate().map(|(at, point)| (key(std::slice::from_ref(point)), at)).collect();
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut groups: Vec<(Row, Vec<Vec<Datum>>)> = Vec::new();
        for mut row in rows {
            let mut rest = row.split_off(self.keys.min(row.len())).into_iter();
            let next = groups.len();
            let at = *known.entry(key(&row)).or_insert(next);
            if at == next {
                let lists = self.defaults.iter().map(|default| vec![default.clone(); axis.len()]).collect();
                groups.push((row, lists));
                cx.hold(axis.len(), axis.len().saturating_mul(24))?;
            }
            let point = rest.next().and_then(|point| places.get(&key(&[point])).copied());
            if let (Some((_, lists)), Some(point)) = (groups.get_mut(at), point) {
                for (list, value) in lists.iter_mut().zip(rest) {
                    if let Some(place) = list.get_mut(point)
                        && !matches!(value, Datum::Null)
                    {
                        *place = value;
                    }
                }
            }
        }
        let axis = value::list(axis);
        for (mut row, lists) in groups {
            row.extend(lists.into_iter().map(value::list));
            row.push(axis.clone());
            out.push(row);
        }
        Ok(())
    }
}

fn key(values: &[Datum]) -> Vec<u8> {
    let mut made = Vec::new();
    values.iter().for_each(|value| value::key(value, &mut made));
    made
}

impl Series {
    /// The points from the first to before the last.
    fn axis(&self, rows: &[Row], cx: &Cx) -> Vec<Datum> {
        let points = || rows.iter().filter_map(|row| row.get(self.keys)).filter(|point| !matches!(point, Datum::Null));
        let least = || points().min_by(|a, b| value::total(a, b)).cloned();
        let most = || points().max_by(|a, b| value::total(a, b)).cloned();
        let (from, end) = (self.from.clone().or_else(least), self.to.clone().or_else(most));
        let (Some(mut at), Some(end)) = (from, end) else { return Vec::new() };
        let mut axis = Vec::new();
        while axis.len() < MOST {
            match value::compare(&at, &end) {
                Some(Ordering::Less) => {}
                Some(Ordering::Equal) if self.to.is_none() => {}
                _ => break,
            }
            let next = crate::dialect::arithmetic(ArithmeticOp::Add, &at, &self.step, cx.language);
            if value::compare(&at, &next) != Some(Ordering::Less) {
                break;
            }
            axis.push(std::mem::replace(&mut at, next));
        }
        axis
    }
}

fn make_series(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let span = call.span;
    let (mut values, mut defaults, mut by) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in call.arguments {
        match name.as_deref() {
            Some("value") => {
                values.push(assigned(value));
                defaults.push(Datum::Long(0));
            }
            Some("default") => {
                let value = planner.constant(value)?;
                if let Some(default) = defaults.last_mut() {
                    *default = value;
                }
            }
            Some("by") => by.push(assigned(value)),
            _ => {}
        }
    }
    let (Some(on), Some(width)) = (call.named("on"), call.named("step")) else {
        return wrong(span, "make-series needs an axis and a step");
    };
    let on = assigned(on);
    let from = call.named("from").map(|bound| planner.constant(bound)).transpose()?;
    let to = call.named("to").map(|bound| planner.constant(bound)).transpose()?;
    let step_value = planner.constant(width)?;
    let keys = by.len();
    let axis = on.names.first().cloned().or_else(|| match &on.value.node {
        Node::Column(name) => Some(name.clone()),
        _ => None,
    });
    // Points are those from the first bound in steps; without it, multiples of the step.
    let binned = match call.named("from") {
        Some(from) => Node::Call("bin_at".into(), vec![on.value.clone(), width.clone(), from.clone()]),
        None => Node::Call("bin".into(), vec![on.value.clone(), width.clone()]),
    };
    by.push(Assignment { names: vec!["\u{2}axis".into()], value: Scalar { node: binned, span } });
    let steps = [step(Operator::Summarise { aggregates: values, by }, span)];
    let (node, grouped) = planner.steps((call.node, call.shape.clone()), &steps)?;
    let mut shape = Shape::default();
    for (at, column) in grouped.columns.into_iter().enumerate() {
        if at != keys {
            let kind = if at < keys { column.kind } else { Kind::Dynamic };
            shape.push(column.name, kind);
        }
    }
    let name = axis.unwrap_or_else(|| "Column1".into());
    let name = if shape.place(&name, Language::Kql).is_some() { shape.fresh(&name) } else { name };
    shape.push(name, Kind::Dynamic);
    let defaults: Arc<[Datum]> = defaults.into();
    let make = move || Series {
        keys,
        defaults: Arc::clone(&defaults),
        from: from.clone(),
        to: to.clone(),
        step: step_value.clone(),
        store: Store::default(),
    };
    planner
        .operator("make-series", span, node, Arc::new(move || Box::new(make())))
        .map(|node| Planned::Rows(node, shape))
}
