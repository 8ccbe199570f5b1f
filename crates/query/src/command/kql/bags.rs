//! Plugins whose columns depend on the data: columns that the rest of the query names are made, all others stay together in
//! one bag.

use super::plain::{assigned, step, wrong};
use crate::command::Command;
use crate::dialect;
use crate::error::CompileError;
use crate::expr::Expr;
use crate::plan::{Call, Planned, Planner};
use crate::row::Row;
use crate::run::{Cx, Full, Op, Store};
use crate::shape::{Shape, WHOLE};
use ddefend_event::{Column, Kind};
use ddefend_functions::value;
use ddefend_rule::ir::query::{Assignment, Datum, Language, Node, Operator, Scalar};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[
    Command { name: "evaluate bag_unpack", compile: bag_unpack },
    Command { name: "evaluate pivot", compile: pivot },
    Command { name: "evaluate narrow", compile: narrow },
];

/// Columns that a plugin with a schema makes.
fn schema(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Option<Vec<Column>>, CompileError> {
    let Some(schema) = call.named("schema") else { return Ok(None) };
    let Datum::List(list) = planner.constant(schema)? else { return Ok(None) };
    let column = |text: &Datum| {
        let text = value::text(text);
        let (name, kind) = text.rsplit_once(':')?;
        let kind = match kind {
            "bool" => Kind::Bool,
            "int" => Kind::Int,
            "long" => Kind::Long,
            "real" => Kind::Real,
            "decimal" => Kind::Decimal,
            "datetime" => Kind::DateTime,
            "timespan" => Kind::TimeSpan,
            "guid" => Kind::Guid,
            "dynamic" => Kind::Dynamic,
            _ => Kind::String,
        };
        Some(Column { name: name.into(), kind })
    };
    Ok(Some(list.iter().filter_map(column).collect()))
}

/// Columns for the properties of bags: those of the schema, else those that the query names, and the bag itself.
fn columns_of_bags(
    planner: &dyn Planner,
    kept: Shape,
    schema: Option<Vec<Column>>,
) -> (Shape, Vec<Option<Box<str>>>, Vec<Kind>) {
    let mut shape = kept;
    let before = shape.columns.len();
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    if let Some(schema) = schema {
        let mut wanted = Shape::default();
        for column in schema {
            match shape.place(&column.name, Language::Kql) {
                Some(at) if at < before => wanted.columns.extend(shape.columns.get(at).cloned()),
                _ => {
                    names.push(Some(column.name.clone()));
                    kinds.push(column.kind);
                    shape.columns.push(column);
                }
            }
        }
        return (shape, names, kinds);
    }
    for name in planner.names() {
        if shape.place(&name, Language::Kql).is_none() && &*name != WHOLE {
            names.push(Some(name.clone()));
            kinds.push(Kind::Dynamic);
            shape.push(name, Kind::Dynamic);
        }
    }
    if shape.place(WHOLE, Language::Kql).is_none() {
        names.push(None);
        kinds.push(Kind::Dynamic);
        shape.push(WHOLE, Kind::Dynamic);
    }
    shape.open = true;
    (shape, names, kinds)
}

/// What a bag adds to a row.
fn unpacked(bag: &Datum, prefix: &str, names: &[Option<Box<str>>], kinds: &[Kind], cx: &Cx, row: &mut Row) {
    for (name, kind) in names.iter().zip(kinds) {
        let made = match name {
            Some(name) => {
                name.strip_prefix(prefix).and_then(|name| value::member(bag, name)).cloned().unwrap_or_default()
            }
            None => bag.clone(),
        };
        row.push(dialect::cast(&made, *kind, cx.language, &cx.functions));
    }
}

struct Unpack {
    bag: Arc<Expr>,
    kept: Arc<[usize]>,
    prefix: Arc<str>,
    names: Arc<[Option<Box<str>>]>,
    kinds: Arc<[Kind]>,
}

impl Op for Unpack {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let bag = self.bag.eval(&row, cx);
        let mut made: Row = self.kept.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect();
        unpacked(&bag, &self.prefix, &self.names, &self.kinds, cx, &mut made);
        out.push(made);
        Ok(())
    }
}

fn bag_unpack(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let mut plain = call.plain();
    let Some(bag) = plain.next() else { return wrong(call.span, "bag_unpack takes a column") };
    let prefix = match plain.next() {
        Some(prefix) => value::text(&planner.constant(prefix)?).into_owned(),
        None => String::new(),
    };
    let expr = planner.scalar(bag, call.shape)?.expr;
    let gone = match &expr {
        Expr::Column(at) => *at,
        _ => return wrong(bag.span, "bag_unpack takes a column"),
    };
    let kept: Vec<usize> = (0..call.shape.columns.len()).filter(|at| *at != gone).collect();
    let columns = kept.iter().filter_map(|at| call.shape.columns.get(*at).cloned()).collect();
    let schema = schema(planner, call)?;
    let (shape, names, kinds) = columns_of_bags(planner, Shape { columns, open: call.shape.open }, schema);
    let (bag, kept, prefix): (Arc<Expr>, Arc<[usize]>, Arc<str>) = (Arc::new(expr), kept.into(), prefix.into());
    let (names, kinds): (Arc<[_]>, Arc<[Kind]>) = (names.into(), kinds.into());
    Ok(Planned::of("evaluate bag_unpack", shape, move || Unpack {
        bag: Arc::clone(&bag),
        kept: Arc::clone(&kept),
        prefix: Arc::clone(&prefix),
        names: Arc::clone(&names),
        kinds: Arc::clone(&kinds),
    }))
}

/// A bag per group of the values by their names; the rows have keys, name, value.
struct Pivot {
    keys: usize,
    store: Store,
    names: Arc<[Option<Box<str>>]>,
    kinds: Arc<[Kind]>,
}

impl Op for Pivot {
    fn push(&mut self, _: usize, row: Row, cx: &mut Cx, _: &mut Vec<Row>) -> Result<(), Full> {
        self.store.push(row, cx)
    }

    fn end(&mut self, _: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut groups: Vec<(Row, BTreeMap<Box<str>, Datum>)> = Vec::new();
        for mut row in self.store.take(cx) {
            let rest = row.split_off(self.keys.min(row.len()));
            let mut key = Vec::new();
            row.iter().for_each(|part| value::key(part, &mut key));
            let next = groups.len();
            let at = *places.entry(key).or_insert(next);
            if at == next {
                groups.push((row, BTreeMap::new()));
            }
            if let (Some((_, bag)), [name, value]) = (groups.get_mut(at), rest.as_slice()) {
                bag.insert(value::text(name).into(), value.clone());
            }
        }
        for (mut row, bag) in groups {
            unpacked(&value::bag(bag), "", &self.names, &self.kinds, cx, &mut row);
            out.push(row);
        }
        Ok(())
    }
}

fn pivot(planner: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let span = call.span;
    let mut plain = call.plain();
    let Some(name) = plain.next() else { return wrong(span, "pivot takes a column") };
    let count = || Scalar { node: Node::Call("count".into(), Vec::new()), span };
    let value = plain.next().cloned().unwrap_or_else(count);
    let mut by: Vec<Assignment> = plain.map(assigned).collect();
    if by.is_empty() {
        let used = |column: &&Column| {
            let is = |scalar: &Scalar| matches!(&scalar.node, Node::Column(name) if *name == column.name);
            let inside = match &value.node {
                Node::Call(_, arguments) => arguments.iter().any(is),
                _ => is(&value),
            };
            !inside && !is(name)
        };
        let column = |column: &Column| Assignment {
            names: vec![column.name.clone()],
            value: Scalar { node: Node::Column(column.name.clone()), span },
        };
        by = call.shape.columns.iter().filter(used).map(column).collect();
    }
    let keys = by.len();
    by.push(Assignment { names: vec!["\u{2}name".into()], value: name.clone() });
    let aggregates = vec![Assignment { names: vec!["\u{2}value".into()], value }];
    let steps = [step(Operator::Summarise { aggregates, by }, span)];
    let (node, grouped) = planner.steps((call.node, call.shape.clone()), &steps)?;
    let kept = Shape::new(grouped.columns.into_iter().take(keys).collect());
    let schema = schema(planner, call)?;
    let (shape, names, kinds) = columns_of_bags(planner, kept, schema);
    let (names, kinds): (Arc<[_]>, Arc<[Kind]>) = (names.into(), kinds.into());
    let make = move || Pivot { keys, store: Store::default(), names: Arc::clone(&names), kinds: Arc::clone(&kinds) };
    planner
        .operator("evaluate pivot", span, node, Arc::new(move || Box::new(make())))
        .map(|node| Planned::Rows(node, shape))
}

/// A row per value.
struct Narrow {
    names: Arc<[Datum]>,
    row: i64,
}

impl Op for Narrow {
    fn push(&mut self, _: usize, row: Row, _: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        for (name, value) in self.names.iter().zip(row) {
            out.push(vec![Datum::Long(self.row), name.clone(), value::from_text(&value::text(&value))]);
        }
        self.row = self.row.saturating_add(1);
        Ok(())
    }
}

fn narrow(_: &mut dyn Planner, call: &Call<'_>) -> Result<Planned, CompileError> {
    let columns = [("Row", Kind::Long), ("Column", Kind::String), ("Value", Kind::String)];
    let shape = Shape::new(columns.map(|(name, kind)| Column { name: name.into(), kind }).to_vec());
    let names: Arc<[Datum]> = call.shape.columns.iter().map(|column| value::from_text(&column.name)).collect();
    Ok(Planned::of("evaluate narrow", shape, move || Narrow { names: Arc::clone(&names), row: 0 }))
}
