//! Queries to graphs of operators: names looked up, kinds found, columns that nobody asks for left out.

mod grouping;
mod joining;
mod names;
mod nested;
mod sequence;
mod serial;
mod source;
mod steps;
mod texts;
mod wanted;

use crate::dialect;
use crate::error::CompileError;
use crate::expr::{Compiler, Expr, Subqueries, Typed};
use crate::operator::{Collect, Gate};
use crate::run::{Graph, Make, Node, Op, Store};
use crate::settings::{Scan, Settings, Tables};
use crate::shape::Shape;
use ddefend_event::Kind;
use ddefend_model::code;
use ddefend_rule::ir::query::{Datum, Pipeline, Query, Scalar, Span};
use std::sync::Arc;

/// Pipelines in pipelines.
const DEPTH: usize = 48;
/// Operators of a query.
const NODES: usize = 20_000;

/// Rows at a point of the graph.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) node: usize,
    pub(crate) shape: Shape,
    /// The table that the rows are from, where it is one.
    pub(crate) table: Option<Box<str>>,
}

/// What a query was compiled to.
pub(crate) struct Compiled {
    pub(crate) graph: Graph,
    pub(crate) scans: Vec<Scan>,
    pub(crate) shape: Shape,
    pub(crate) slots: usize,
    pub(crate) warnings: Vec<CompileError>,
}

/// Compiles a query.
pub(crate) fn compile(query: &Query, tables: &dyn Tables, settings: &Settings) -> Result<Compiled, Vec<CompileError>> {
    let wanted = wanted::Wanted::of(query);
    let mut builder = Builder {
        query,
        tables,
        settings,
        wanted,
        graphs: vec![Graph::default()],
        scans: Vec::new(),
        shared: vec![None; query.shared.len()],
        slots: 0,
        waits: Vec::new(),
        depth: 0,
        nodes: 0,
        warnings: Vec::new(),
        problems: Vec::new(),
    };
    let made = builder.pipeline(&query.pipeline, true);
    let Builder { mut graphs, scans, slots, warnings, mut problems, .. } = builder;
    match (made, graphs.pop()) {
        (Ok(stream), Some(mut graph)) if problems.is_empty() => {
            graph.result = stream.node;
            Ok(Compiled { graph, scans, shape: stream.shape, slots, warnings })
        }
        (made, _) => {
            problems.extend(made.err());
            problems.extend(warnings);
            problems.dedup();
            Err(problems)
        }
    }
}

pub(crate) struct Builder<'q> {
    pub(crate) query: &'q Query,
    pub(crate) tables: &'q dyn Tables,
    pub(crate) settings: &'q Settings,
    wanted: wanted::Wanted,
    /// The graph, and those within operators (`mv-apply`).
    graphs: Vec<Graph>,
    scans: Vec<Scan>,
    shared: Vec<Option<Stream>>,
    slots: usize,
    /// Nodes that fill slots which the expressions of this step read.
    waits: Vec<usize>,
    depth: usize,
    nodes: usize,
    warnings: Vec<CompileError>,
    /// Problems beside which compiling went on.
    problems: Vec<CompileError>,
}

impl<'q> Builder<'q> {
    /// A pipeline; `all` where all columns of its rows are wanted.
    pub(crate) fn pipeline(&mut self, pipeline: &Pipeline, all: bool) -> Result<Stream, CompileError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            let span = pipeline.steps.first().map(|step| step.span).unwrap_or_default();
            return Err(CompileError::new(span, code::QUERY_LIMIT, format!("pipelines nest more than {DEPTH} levels")));
        }
        let made = self.operators(pipeline, all);
        self.depth = self.depth.saturating_sub(1);
        made
    }

    fn operators(&mut self, pipeline: &Pipeline, all: bool) -> Result<Stream, CompileError> {
        let after = wanted::after(&pipeline.steps, all);
        let mut stream = self.source(&pipeline.source, after)?;
        for (at, step) in pipeline.steps.iter().enumerate() {
            let later = pipeline.steps.get(at.saturating_add(1)..).unwrap_or_default();
            stream = self.step(stream, step, wanted::after(later, all))?;
        }
        Ok(stream)
    }

    /// An operator behind one or several streams, a port each.
    pub(crate) fn operator<O: Op + 'static>(
        &mut self,
        name: &'static str,
        span: Span,
        inputs: &[usize],
        make: impl Fn() -> O + Send + Sync + 'static,
    ) -> Result<usize, CompileError> {
        let ports: Vec<&[usize]> = inputs.iter().map(std::slice::from_ref).collect();
        self.node(name, span, &ports, Arc::new(move || Box::new(make())))
    }

    /// An operator whose ports have those inputs. A port of none ends at the start.
    pub(crate) fn node(
        &mut self,
        name: &'static str,
        span: Span,
        ports: &[&[usize]],
        make: Make,
    ) -> Result<usize, CompileError> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > NODES {
            return Err(CompileError::new(
                span,
                code::QUERY_LIMIT,
                format!("the query has more than {NODES} operators"),
            ));
        }
        let Some(graph) = self.graphs.last_mut() else { return Ok(0) };
        let at = graph.nodes.len();
        for (port, inputs) in ports.iter().enumerate() {
            for input in *inputs {
                if let Some(node) = graph.nodes.get_mut(*input) {
                    node.next.push((at, port));
                }
            }
        }
        let feeds = ports.iter().map(|inputs| inputs.len()).collect();
        graph.nodes.push(Node { name, span, make, feeds, next: Vec::new() });
        Ok(at)
    }

    /// A scan's node: fed from outside.
    pub(crate) fn entry(&mut self, name: &'static str, span: Span, make: Make) -> Result<usize, CompileError> {
        let at = self.node(name, span, &[&[]], make)?;
        if let Some(graph) = self.graphs.last_mut() {
            if let Some(feeds) = graph.nodes.get_mut(at).and_then(|node| node.feeds.first_mut()) {
                *feeds = 1;
            }
            graph.scans.push(at);
        }
        Ok(at)
    }

    /// Rows that wait for what the expressions compiled since the last call need.
    pub(crate) fn gated(&mut self, node: usize, span: Span) -> Result<usize, CompileError> {
        // Within an operator the operator itself waits.
        if self.waits.is_empty() || self.graphs.len() > 1 {
            return Ok(node);
        }
        let mut waits = std::mem::take(&mut self.waits);
        waits.sort_unstable();
        waits.dedup();
        let waiting = waits.len();
        let inputs: Vec<usize> = std::iter::once(node).chain(waits).collect();
        self.operator("the wait for a table within an expression", span, &inputs, move || Gate {
            waiting,
            store: Store::default(),
        })
    }

    /// An expression over rows of that shape.
    pub(crate) fn scalar(&mut self, scalar: &Scalar, shape: &Shape) -> Result<Typed, CompileError> {
        let (language, now) = (self.query.language, self.settings.now);
        Compiler::new(language, shape, now, self).compile(scalar)
    }

    /// A constant.
    pub(crate) fn constant(&mut self, scalar: &Scalar) -> Result<Datum, CompileError> {
        let (language, now) = (self.query.language, self.settings.now);
        Compiler::new(language, &Shape::default(), now, self).constant(scalar)
    }

    /// The columns of a shape as expressions.
    pub(crate) fn columns(shape: &Shape) -> Vec<Expr> {
        (0..shape.columns.len()).map(Expr::Column).collect()
    }

    /// What columns have where there is no row.
    pub(crate) fn absent(&self, shape: &Shape) -> Arc<[Datum]> {
        shape.columns.iter().map(|column| dialect::absent(self.query.language, column.kind)).collect()
    }

    pub(crate) fn unsupported<T>(&self, span: Span, what: impl std::fmt::Display) -> Result<T, CompileError> {
        Err(CompileError::new(span, code::QUERY_UNSUPPORTED, format!("{what} is not supported")))
    }

    pub(crate) fn warn(&mut self, warning: CompileError) {
        if self.warnings.len() < 100 && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

impl Subqueries for Builder<'_> {
    fn slot(&mut self, pipeline: &Pipeline, span: Span) -> Result<(usize, Kind), CompileError> {
        let inner = self.graphs.split_off(1);
        let waits = std::mem::take(&mut self.waits);
        let made = self.pipeline(pipeline, true);
        self.graphs.extend(inner);
        self.waits = waits;
        let stream = made?;
        let slot = self.slots;
        self.slots = self.slots.saturating_add(1);
        let kind = stream.shape.columns.first().map_or(Kind::Dynamic, |column| column.kind);
        let inner = self.graphs.split_off(1);
        let node =
            self.operator("a table within an expression", span, &[stream.node], move || Collect { slot, any: false });
        self.graphs.extend(inner);
        self.waits.push(node?);
        Ok((slot, kind))
    }

    fn warn(&mut self, warning: CompileError) {
        Builder::warn(self, warning);
    }
}
