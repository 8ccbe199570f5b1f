//! Commands that make columns under names that are in the data. Columns that the rest of the search names are made; a bag of
//! the whole record gets all of them.

use crate::command::Command;
use crate::error::CompileError;
use crate::expr::Expr;
use crate::plan::{Call, Planned, Planner};
use crate::row::Row;
use crate::run::{Cx, Full, Op};
use crate::shape::{Shape, WHOLE};
use ddefend_event::Kind;
use ddefend_functions::function;
use ddefend_functions::value;
use ddefend_rule::ir::query::{Datum, Language};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const COMMANDS: &[Command] = &[
    Command { name: "xmlkv", compile: |planner, call| pairs(planner, call, Reads::Elements) },
    Command { name: "extract", compile: |planner, call| pairs(planner, call, Reads::Pairs) },
    Command { name: "fromjson", compile: |planner, call| pairs(planner, call, Reads::Properties) },
    Command { name: "spath", compile: |planner, call| pairs(planner, call, Reads::Paths) },
];

/// Fields of one text.
const FIELDS: usize = 10_000;
/// Levels of a value that are looked into.
const DEPTH: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// `<name>value</name>`.
    Elements,
    /// `name=value`, `name="a value"`.
    Pairs,
    /// Properties of an object.
    Properties,
    /// Every value under its path.
    Paths,
}

type Found = BTreeMap<Box<str>, Vec<Datum>>;
/// A column's name and place.
type Place = (Box<str>, usize);
type Marks = (Option<Box<str>>, Option<Box<str>>);

struct Fields {
    value: Arc<Expr>,
    reads: Reads,
    /// Characters between pairs, and within one.
    marks: Arc<Marks>,
    names: Arc<[Place]>,
    whole: Option<usize>,
    width: usize,
}

impl Op for Fields {
    fn push(&mut self, _: usize, mut row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let value = self.value.eval(&row, cx).into_owned();
        let mut found = Found::new();
        match (self.reads, &value) {
            (_, Datum::Null) => {}
            (Reads::Elements, value) => elements(&value::text(value), cx, &mut found),
            (Reads::Pairs, value) => self.pairs(&value::text(value), cx, &mut found),
            (Reads::Properties | Reads::Paths, value) => {
                let bag = match (value, function(Language::Kql, "parse_json")) {
                    (Datum::Text(_), Some(parse)) => (parse.call)(std::slice::from_ref(value), &cx.functions),
                    (value, _) => value.clone(),
                };
                if self.reads == Reads::Paths {
                    paths(&bag, "", DEPTH, &mut found);
                } else if let Datum::Map(map) = bag {
                    found.extend(map.iter().take(FIELDS).map(|(name, value)| (name.clone(), vec![value.clone()])));
                }
            }
        }
        row.resize(self.width.max(row.len()), Datum::Null);
        let mut bag = self.whole.and_then(|at| match row.get(at) {
            Some(Datum::Map(map)) => Some(map.as_ref().clone()),
            _ => None,
        });
        for (name, values) in found {
            let value = single(values);
            if let Some((_, place)) = self.names.iter().find(|(known, _)| *known == name)
                && let Some(own) = row.get_mut(*place)
            {
                own.clone_from(&value);
            }
            if let Some(bag) = &mut bag {
                bag.insert(name, value);
            }
        }
        if let (Some(bag), Some(own)) = (bag, self.whole.and_then(|at| row.get_mut(at))) {
            *own = value::bag(bag);
        }
        out.push(row);
        Ok(())
    }
}

fn single(mut values: Vec<Datum>) -> Datum {
    match values.len() {
        0 => Datum::Null,
        1 => values.pop().unwrap_or_default(),
        _ => value::list(values),
    }
}

impl Fields {
    /// `name=value` where the marks are not said, else what stands between them.
    fn pairs(&self, text: &str, cx: &Cx, found: &mut Found) {
        let (between, within) = (self.marks.0.as_deref(), self.marks.1.as_deref());
        if between.is_none() && within.is_none() {
            let Some(regex) = cx.functions.regex(r#"([A-Za-z_][\w.]*)=(?:"([^"]*)"|([^\s,;|&"]+))"#) else { return };
            for groups in regex.captures_iter(text).take(FIELDS) {
                let value = groups.get(2).or_else(|| groups.get(3)).map_or("", |group| group.as_str());
                if let Some(name) = groups.get(1) {
                    found.entry(name.as_str().into()).or_insert_with(|| vec![value::from_text(value)]);
                }
            }
            return;
        }
        let (between, within) = (between.unwrap_or(" ,;|\n\t"), within.unwrap_or("="));
        for pair in text.split(|letter| between.contains(letter)).take(FIELDS) {
            let Some((name, value)) = pair.split_once(|letter| within.contains(letter)) else { continue };
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if !name.is_empty() {
                found.entry(name.into()).or_insert_with(|| vec![value::from_text(value)]);
            }
        }
    }
}

fn elements(text: &str, cx: &Cx, found: &mut Found) {
    let Some(regex) = cx.functions.regex(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<>]*)</([A-Za-z_][\w.:-]*)>") else {
        return;
    };
    for groups in regex.captures_iter(text).take(FIELDS) {
        let part = |at: usize| groups.get(at).map_or("", |group| group.as_str());
        if part(1) == part(3) {
            found.entry(part(1).into()).or_default().push(value::from_text(&plain(part(2))));
        }
    }
}

/// XML's five own entities.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// `a.b` for properties, `a{}` for elements.
fn paths(value: &Datum, path: &str, depth: usize, found: &mut Found) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Datum::Map(map) => {
            for (name, value) in map.iter() {
                let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                paths(value, &path, depth, found);
            }
        }
        Datum::List(list) => {
            let path = format!("{path}{{}}");
            list.iter().take(FIELDS).for_each(|value| paths(value, &path, depth, found));
        }
        Datum::Null => {}
        value => {
            if !path.is_empty() && (found.contains_key(path) || found.len() < FIELDS) {
                found.entry(path.into()).or_default().push(value.clone());
            }
        }
    }
}

fn pairs(planner: &mut dyn Planner, call: &Call<'_>, reads: Reads) -> Result<Planned, CompileError> {
    let Some(source) = call.plain().next() else { return Ok(Planned::Rows(call.node, call.shape.clone())) };
    let value = Arc::new(planner.scalar(source, call.shape)?.expr);
    let mut mark = |name: &str| -> Result<Option<Box<str>>, CompileError> {
        let Some(scalar) = call.named(name) else { return Ok(None) };
        Ok(Some(value::text(&planner.constant(scalar)?).into()))
    };
    let marks = Arc::new((mark("pairdelim")?, mark("kvdelim")?));
    let mut shape: Shape = call.shape.clone();
    for name in planner.names() {
        if shape.place(&name, Language::Spl).is_none() && &*name != WHOLE && !name.contains('*') {
            shape.push(name, Kind::Dynamic);
        }
    }
    let named = |(at, column): (usize, &mut ddefend_event::Column)| {
        column.kind = if &*column.name == WHOLE { column.kind } else { Kind::Dynamic };
        (column.name.clone(), at)
    };
    let names: Vec<Place> = shape.columns.iter_mut().enumerate().map(named).collect();
    let whole = shape.place(WHOLE, Language::Spl);
    let (width, names): (usize, Arc<[Place]>) = (shape.columns.len(), names.into());
    let make = move || Fields {
        value: Arc::clone(&value),
        reads,
        marks: Arc::clone(&marks),
        names: Arc::clone(&names),
        whole,
        width,
    };
    Ok(Planned::of("fields of text", shape, make))
}
