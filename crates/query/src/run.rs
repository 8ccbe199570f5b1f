//! Rows through a graph of operators. Every operator has ports that rows come in by; a port ends when all that feed it have
//! ended. Nothing here recurses: a query of a thousand steps costs no stack.

use crate::error::RunError;
use crate::row::{Row, row_bytes};
use ddefend_functions::Context;
use ddefend_model::code;
use ddefend_rule::ir::query::{Datum, Language, Span};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// What an operator and its expressions see of the run.
pub(crate) struct Cx {
    pub(crate) language: Language,
    pub(crate) functions: Context,
    pub(crate) slots: Vec<Slot>,
    held: Held,
}

/// What a pipeline within an expression came to.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// The first column of the first row.
    pub(crate) value: Datum,
    /// The first column of all rows, as keys.
    pub(crate) keys: HashSet<Box<[u8]>>,
    /// The same of text in lower case.
    pub(crate) folded: HashSet<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    rows: usize,
    bytes: usize,
    most_rows: usize,
    most_bytes: usize,
}

/// Held too much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full;

impl Cx {
    pub(crate) fn new(language: Language, now: i64, slots: usize, most_rows: usize, most_bytes: usize) -> Self {
        let slots = std::iter::repeat_with(Slot::default).take(slots).collect();
        let held = Held { most_rows, most_bytes, ..Held::default() };
        Self { language, functions: Context::new(now), slots, held }
    }

    /// Counts what an operator keeps.
    pub(crate) fn hold(&mut self, rows: usize, bytes: usize) -> Result<(), Full> {
        self.held.rows = self.held.rows.saturating_add(rows);
        self.held.bytes = self.held.bytes.saturating_add(bytes);
        if self.held.rows > self.held.most_rows || self.held.bytes > self.held.most_bytes { Err(Full) } else { Ok(()) }
    }

    /// Counts what an operator gave away.
    pub(crate) fn release(&mut self, rows: usize, bytes: usize) {
        self.held.rows = self.held.rows.saturating_sub(rows);
        self.held.bytes = self.held.bytes.saturating_sub(bytes);
    }
}

/// Rows that an operator keeps, counted.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) rows: Vec<Row>,
    bytes: usize,
}

impl Store {
    pub(crate) fn push(&mut self, row: Row, cx: &mut Cx) -> Result<(), Full> {
        let size = row_bytes(&row);
        self.bytes = self.bytes.saturating_add(size);
        self.rows.push(row);
        cx.hold(1, size)
    }

    /// All rows; nothing is kept any more.
    pub(crate) fn take(&mut self, cx: &mut Cx) -> Vec<Row> {
        cx.release(self.rows.len(), self.bytes);
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}

/// An operator at work.
pub(crate) trait Op: Send {
    /// A row by that port.
    fn push(&mut self, port: usize, row: Row, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full>;

    /// No more rows come by that port.
    fn end(&mut self, port: usize, cx: &mut Cx, out: &mut Vec<Row>) -> Result<(), Full> {
        let _ = (port, cx, out);
        Ok(())
    }
}

/// Makes an operator for each run.
pub(crate) type Make = Arc<dyn Fn() -> Box<dyn Op> + Send + Sync>;

/// An operator of a program.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) name: &'static str,
    pub(crate) span: Span,
    pub(crate) make: Make,
    /// By port: how many feed it.
    pub(crate) feeds: Vec<usize>,
    /// Whom it feeds: node and port.
    pub(crate) next: Vec<(usize, usize)>,
}

/// The graph of a program.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    /// By scan: the node that its rows go to.
    pub(crate) scans: Vec<usize>,
    /// The node whose rows are the result.
    pub(crate) result: usize,
}

/// Gets the rows of the result.
pub(crate) type Emit<'e> = &'e mut dyn FnMut(&[Datum]);

/// A graph at work.
pub(crate) struct Machine {
    graph: Arc<Graph>,
    ops: Vec<Box<dyn Op>>,
    pending: Vec<Vec<usize>>,
    open: Vec<usize>,
    work: Vec<(usize, usize, Row)>,
    buffer: Vec<Row>,
}

impl Machine {
    pub(crate) fn new(graph: Arc<Graph>) -> Self {
        let ops = graph.nodes.iter().map(|node| (node.make)()).collect();
        let pending: Vec<Vec<usize>> = graph.nodes.iter().map(|node| node.feeds.clone()).collect();
        let open = pending.iter().map(Vec::len).collect();
        Self { graph, ops, pending, open, work: Vec::new(), buffer: Vec::new() }
    }

    /// Ends the ports that nothing feeds: sources without a scan make their rows.
    pub(crate) fn start(&mut self, cx: &mut Cx, emit: Emit<'_>) -> Result<(), RunError> {
        let unfed: Vec<(usize, usize)> = (self.pending.iter().enumerate())
            .flat_map(|(node, ports)| {
                ports.iter().enumerate().filter(|(_, count)| **count == 0).map(move |(port, _)| (node, port))
            })
            .collect();
        unfed.into_iter().try_for_each(|(node, port)| self.end(node, port, cx, emit))
    }

    /// A row of a scan.
    pub(crate) fn push(&mut self, scan: usize, row: Row, cx: &mut Cx, emit: Emit<'_>) -> Result<(), RunError> {
        let Some(node) = self.graph.scans.get(scan).copied() else { return Ok(()) };
        self.deliver(node, 0, row, cx, emit)
    }

    /// All scans are at their ends.
    pub(crate) fn finish(&mut self, cx: &mut Cx, emit: Emit<'_>) -> Result<(), RunError> {
        let graph = Arc::clone(&self.graph);
        graph.scans.iter().try_for_each(|node| self.close(*node, 0, cx, emit))
    }

    /// One that feeds the port has ended.
    fn close(&mut self, node: usize, port: usize, cx: &mut Cx, emit: Emit<'_>) -> Result<(), RunError> {
        let Some(pending) = self.pending.get_mut(node).and_then(|ports| ports.get_mut(port)) else { return Ok(()) };
        *pending = pending.saturating_sub(1);
        if *pending == 0 { self.end(node, port, cx, emit) } else { Ok(()) }
    }

    fn end(&mut self, node: usize, port: usize, cx: &mut Cx, emit: Emit<'_>) -> Result<(), RunError> {
        let graph = Arc::clone(&self.graph);
        let mut ends = VecDeque::from([(node, port)]);
        while let Some((at, port)) = ends.pop_front() {
            let Some(op) = self.ops.get_mut(at) else { continue };
            let mut out = Vec::new();
            op.end(port, cx, &mut out).map_err(|Full| full(&graph, at))?;
            for row in out {
                self.hand_on(&graph, at, row, cx, emit)?;
            }
            let Some(open) = self.open.get_mut(at) else { continue };
            *open = open.saturating_sub(1);
            if *open > 0 {
                continue;
            }
            for (next, port) in graph.nodes.get(at).map(|node| node.next.as_slice()).unwrap_or_default() {
                let Some(pending) = self.pending.get_mut(*next).and_then(|ports| ports.get_mut(*port)) else {
                    continue;
                };
                *pending = pending.saturating_sub(1);
                if *pending == 0 {
                    ends.push_back((*next, *port));
                }
            }
        }
        Ok(())
    }

    /// A row that a node made.
    fn hand_on(
        &mut self,
        graph: &Arc<Graph>,
        from: usize,
        row: Row,
        cx: &mut Cx,
        emit: Emit<'_>,
    ) -> Result<(), RunError> {
        if from == graph.result {
            emit(&row);
        }
        let Some(node) = graph.nodes.get(from) else { return Ok(()) };
        if let Some(((last, last_port), others)) = node.next.split_last() {
            for (next, port) in others {
                self.deliver(*next, *port, row.clone(), cx, emit)?;
            }
            self.deliver(*last, *last_port, row, cx, emit)?;
        }
        Ok(())
    }

    /// Through all operators until nothing moves.
    fn deliver(&mut self, node: usize, port: usize, row: Row, cx: &mut Cx, emit: Emit<'_>) -> Result<(), RunError> {
        let graph = Arc::clone(&self.graph);
        let mut current = Some((node, port, row));
        while let Some((at, port, row)) = current.take().or_else(|| self.work.pop()) {
            let (Some(op), Some(node)) = (self.ops.get_mut(at), graph.nodes.get(at)) else { continue };
            self.buffer.clear();
            op.push(port, row, cx, &mut self.buffer).map_err(|Full| full(&graph, at))?;
            if at == graph.result {
                self.buffer.iter().for_each(|row| emit(row));
            }
            match (node.next.as_slice(), self.buffer.len()) {
                ([], _) | (_, 0) => {}
                ([(next, port)], 1) => current = self.buffer.pop().map(|row| (*next, *port, row)),
                ([(next, port)], _) => self.work.extend(self.buffer.drain(..).rev().map(|row| (*next, *port, row))),
                (several, _) => {
                    for row in self.buffer.drain(..).rev() {
                        self.work.extend(several.iter().rev().map(|(next, port)| (*next, *port, row.clone())));
                    }
                }
            }
        }
        Ok(())
    }
}

fn full(graph: &Graph, at: usize) -> RunError {
    let (name, span) = graph.nodes.get(at).map_or(("", Span::default()), |node| (node.name, node.span));
    RunError {
        span,
        code: code::QUERY_MEMORY,
        message: format!(
            "{name} holds more rows than the limit allows: filter before it, shorten the time, or raise the limit"
        ),
    }
}
