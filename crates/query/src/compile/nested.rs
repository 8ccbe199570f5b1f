//! Operators with pipelines of their own, lists, groups, and commands.

use super::{Builder, Stream, grouping::Plan, names};
use crate::command;
use crate::error::CompileError;
use crate::expr::{Expr, Typed};
use crate::operator::{Aggregated, Apply, Dedup, Expand, Expanded, Fill, From, Partition, Pass, Window};
use crate::plan::{Call, Planned, Planner};
use crate::run::{Graph, Make, Store};
use crate::shape::{Found, Shape, WHOLE};
use ddefend_event::Kind;
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Language, Pipeline, Scalar, Span, Step, WindowMode};
use std::collections::HashMap;
use std::sync::Arc;

/// A list that is taken apart: column, value, kind of the elements.
pub(super) type Lists<'s> = &'s [(Box<str>, Scalar, Option<Kind>)];

impl Builder<'_> {
    pub(super) fn window(
        &mut self,
        stream: Stream,
        aggregates: &[Assignment],
        by: &[Assignment],
        mode: WindowMode,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let mut keys = Vec::new();
        for key in by {
            keys.push(self.scalar(&key.value, &stream.shape)?.expr);
        }
        let width = stream.shape.columns.len();
        let mut plan = Plan { columns: stream.shape.clone(), ..Plan::default() };
        let mut outputs = Vec::new();
        let mut named = Shape::default();
        for assignment in aggregates {
            self.aggregate(assignment, &stream.shape, &Shape::default(), &mut plan, &mut outputs, &mut named)?;
        }
        let node = self.gated(stream.node, span)?;
        let (keys, calls): (Arc<[Expr]>, Arc<[Aggregated]>) = (keys.into(), plan.calls.into());
        let node =
            self.operator("a window", span, &[node], move || Window::new(Arc::clone(&keys), Arc::clone(&calls), mode))?;
        let wide = Stream { node, shape: plan.columns, table: None };
        let values: Vec<Assignment> =
            outputs.into_iter().map(|(name, value)| Assignment { names: vec![name], value }).collect();
        // One after the other would let them see each other.
        let made = self.extend_once(wide, &values, span)?;
        let hidden = width..made.shape.columns.len().min(width.saturating_add(named.columns.len()));
        let kept: Vec<usize> = (0..made.shape.columns.len())
            .filter(|at| {
                !hidden.contains(at) || made.shape.columns.get(*at).is_some_and(|c| !c.name.starts_with('\u{1}'))
            })
            .collect();
        let open = stream.shape.open;
        self.picked(made, &kept, open, span)
    }

    pub(super) fn dedup(
        &mut self,
        stream: Stream,
        (count, by, keep_empty, consecutive): (u64, &[Box<str>], bool, bool),
        span: Span,
    ) -> Result<Stream, CompileError> {
        let mut keys = Vec::new();
        for name in by {
            keys.push(match stream.shape.find(name, span, self.query.language)? {
                Found::At(at, _) => Expr::Column(at),
                Found::Absent => Expr::Const(Datum::Null),
            });
        }
        let keys: Arc<[Expr]> = keys.into();
        let make = move || Dedup { count, by: Arc::clone(&keys), keep_empty, consecutive, seen: HashMap::new() };
        let node = self.operator("dedup", span, &[stream.node], make)?;
        Ok(Stream { node, ..stream })
    }

    pub(super) fn fill(
        &mut self,
        stream: Stream,
        columns: &[Box<str>],
        value: &Scalar,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let value = self.constant(value)?;
        let mut shape = stream.shape.clone();
        let mut places = Vec::new();
        for name in columns {
            places.push(shape.place(name, self.query.language).unwrap_or(shape.columns.len()));
            if shape.place(name, self.query.language).is_none() {
                shape.push(name.clone(), Kind::Dynamic);
            }
        }
        if columns.is_empty() {
            places = (0..shape.columns.len())
                .filter(|at| shape.columns.get(*at).is_some_and(|c| *c.name != *WHOLE))
                .collect();
        }
        let (places, width): (Arc<[usize]>, usize) = (places.into(), shape.columns.len());
        let make = move || Fill { places: Arc::clone(&places), value: value.clone(), width };
        let node = self.operator("fillnull", span, &[stream.node], make)?;
        Ok(Stream { node, shape, table: stream.table })
    }

    /// Places for the elements of lists.
    fn lists(&mut self, shape: &mut Shape, columns: Lists<'_>) -> Result<Vec<Expanded>, CompileError> {
        let before = shape.clone();
        let mut made = Vec::new();
        for (name, value, kind) in columns {
            let Typed { expr, kind: known } = self.scalar(value, &before)?;
            let given = if name.is_empty() { names::of_value(value, self.query.language) } else { Some(name.clone()) };
            let name = given.unwrap_or_else(|| shape.fresh_numbered("Column"));
            let result = kind.unwrap_or(match known {
                // Text and numbers stay what they are; elements of lists are anything.
                Kind::Dynamic => Kind::Dynamic,
                other if self.query.language != Language::Kql => other,
                _ => Kind::Dynamic,
            });
            let place = match shape.place(&name, self.query.language) {
                Some(at) => {
                    if let Some(column) = shape.columns.get_mut(at) {
                        column.kind = result;
                    }
                    at
                }
                None => {
                    shape.push(name, result);
                    shape.columns.len().saturating_sub(1)
                }
            };
            made.push(Expanded { value: expr, place, kind: *kind });
        }
        Ok(made)
    }

    pub(super) fn expand(
        &mut self,
        stream: Stream,
        columns: Lists<'_>,
        index: Option<&str>,
        limit: Option<u64>,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let mut shape = stream.shape.clone();
        let columns: Arc<[Expanded]> = self.lists(&mut shape, columns)?.into();
        let index = index.map(|name| {
            shape.push(shape.fresh(name), Kind::Long);
            shape.columns.len().saturating_sub(1)
        });
        let node = self.gated(stream.node, span)?;
        let width = shape.columns.len();
        let make = move || Expand { columns: Arc::clone(&columns), index, limit, width };
        let node = self.operator("mv-expand", span, &[node], make)?;
        Ok(Stream { node, shape, table: stream.table })
    }

    /// A pipeline over rows that an operator has.
    fn body(&mut self, shape: &Shape, body: &[Step]) -> Result<(Arc<Graph>, Shape), CompileError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > super::DEPTH {
            let span = body.first().map(|step| step.span).unwrap_or_default();
            return Err(CompileError::new(span, code::QUERY_LIMIT, "pipelines nest too deep"));
        }
        self.graphs.push(Graph::default());
        let made = self.body_steps(shape, body);
        let graph = self.graphs.pop();
        self.depth = self.depth.saturating_sub(1);
        let stream = made?;
        let mut graph = graph.unwrap_or_default();
        graph.result = stream.node;
        Ok((Arc::new(graph), stream.shape))
    }

    fn body_steps(&mut self, shape: &Shape, body: &[Step]) -> Result<Stream, CompileError> {
        let span = body.first().map(|step| step.span).unwrap_or_default();
        let node = self.entry("rows", span, Arc::new(|| Box::new(Pass)))?;
        let mut stream = Stream { node, shape: shape.clone(), table: None };
        for step in body {
            stream = self.step(stream, step, true)?;
        }
        Ok(stream)
    }

    pub(super) fn apply(
        &mut self,
        stream: Stream,
        columns: Lists<'_>,
        body: &[Step],
        span: Span,
    ) -> Result<Stream, CompileError> {
        let mut inner = stream.shape.clone();
        let columns: Arc<[Expanded]> = self.lists(&mut inner, columns)?.into();
        let (body, made) = self.body(&inner, body)?;
        let mut shape = Shape { open: stream.shape.open, ..Shape::default() };
        let mut result = Vec::new();
        for (at, column) in stream.shape.columns.iter().enumerate() {
            if columns.iter().any(|list| list.place == at) {
                continue;
            }
            let own = made.place(&column.name, self.query.language);
            result.push(own.map_or(From::Row(at), From::Body));
            let kind = own.and_then(|at| made.columns.get(at)).map_or(column.kind, |made| made.kind);
            shape.push(column.name.clone(), kind);
        }
        for (at, column) in made.columns.iter().enumerate() {
            if shape.place(&column.name, self.query.language).is_none() {
                result.push(From::Body(at));
                shape.push(column.name.clone(), column.kind);
            }
        }
        let node = self.gated(stream.node, span)?;
        let (result, width): (Arc<[From]>, usize) = (result.into(), inner.columns.len());
        let make = move || Apply {
            columns: Arc::clone(&columns),
            width,
            body: Arc::clone(&body),
            result: Arc::clone(&result),
        };
        let node = self.operator("mv-apply", span, &[node], make)?;
        Ok(Stream { node, shape, table: None })
    }

    pub(super) fn partition(
        &mut self,
        stream: Stream,
        by: &[Scalar],
        body: &[Step],
        keep: bool,
        span: Span,
    ) -> Result<Stream, CompileError> {
        let mut keys = Vec::new();
        for key in by {
            keys.push(self.scalar(key, &stream.shape)?.expr);
        }
        let (body, made) = self.body(&stream.shape, body)?;
        let mut shape = if keep { stream.shape.clone() } else { made.clone() };
        if keep {
            for column in &made.columns {
                if shape.place(&column.name, self.query.language).is_none() {
                    shape.push(column.name.clone(), column.kind);
                }
            }
        }
        let rows: Option<Arc<[Option<usize>]>> = keep.then(|| {
            shape.columns.iter().map(|column| stream.shape.place(&column.name, self.query.language)).collect()
        });
        // Where rows stay, those of the body get the same columns.
        let (body, _) = if keep { self.widened(body, &made, &shape)? } else { (body, made) };
        let node = self.gated(stream.node, span)?;
        let keys: Arc<[Expr]> = keys.into();
        let make = move || Partition {
            by: Arc::clone(&keys),
            body: Arc::clone(&body),
            keep: rows.clone(),
            store: Store::default(),
        };
        let node = self.operator("partition", span, &[node], make)?;
        Ok(Stream { node, shape, table: None })
    }

    /// A body whose rows have the columns of another shape.
    fn widened(&mut self, body: Arc<Graph>, made: &Shape, shape: &Shape) -> Result<(Arc<Graph>, Shape), CompileError> {
        let graph = Arc::unwrap_or_clone(body);
        let stream = Stream { node: graph.result, shape: made.clone(), table: None };
        self.graphs.push(graph);
        let node = self.fitted(&stream, shape, None);
        let mut graph = self.graphs.pop().unwrap_or_default();
        graph.result = node?;
        Ok((Arc::new(graph), shape.clone()))
    }

    pub(super) fn command(
        &mut self,
        stream: Stream,
        name: &str,
        arguments: &[(Option<Box<str>>, Scalar)],
        tables: &[Pipeline],
        span: Span,
    ) -> Result<Stream, CompileError> {
        let Some(command) = command::find(self.query.language, name) else {
            return self.unsupported(span, format_args!("the operator {name}"));
        };
        let shape = stream.shape.clone();
        let call = Call { arguments, tables, span, node: stream.node, shape: &shape };
        match (command.compile)(self, &call)? {
            Planned::Rows(node, shape) => Ok(Stream { node, shape, table: stream.table }),
            Planned::Operator { name, shape, inputs, make } => {
                let node = self.gated(stream.node, span)?;
                let ports: Vec<usize> = std::iter::once(node).chain(inputs).collect();
                let ports: Vec<&[usize]> = ports.iter().map(std::slice::from_ref).collect();
                let node = self.node(name, span, &ports, make)?;
                Ok(Stream { node, shape, table: stream.table })
            }
        }
    }
}

impl Planner for Builder<'_> {
    fn language(&self) -> Language {
        self.query.language
    }

    fn scalar(&mut self, scalar: &Scalar, shape: &Shape) -> Result<Typed, CompileError> {
        Builder::scalar(self, scalar, shape)
    }

    fn constant(&mut self, scalar: &Scalar) -> Result<Datum, CompileError> {
        Builder::constant(self, scalar)
    }

    fn table(&mut self, pipeline: &Pipeline) -> Result<(usize, Shape), CompileError> {
        let stream = self.pipeline(pipeline, true)?;
        Ok((stream.node, stream.shape))
    }

    fn steps(&mut self, (node, shape): (usize, Shape), steps: &[Step]) -> Result<(usize, Shape), CompileError> {
        let mut stream = Stream { node, shape, table: None };
        for step in steps {
            stream = self.step(stream, step, true)?;
        }
        Ok((stream.node, stream.shape))
    }

    fn operator(&mut self, name: &'static str, span: Span, input: usize, make: Make) -> Result<usize, CompileError> {
        let input = self.gated(input, span)?;
        self.node(name, span, &[&[input]], make)
    }

    fn names(&self) -> Vec<Box<str>> {
        self.wanted.names.iter().cloned().collect()
    }

    fn warning(&mut self, warning: CompileError) {
        self.warn(warning);
    }
}
