//! Statements to queries: names are resolved where they stand, what the query defines is put in place of its uses.

mod asim;
mod assign;
mod call;
mod command;
mod inline;
mod kinds;
mod operators;
mod regex;
mod scalar;
mod scope;
mod search;
mod sources;
mod texts;

use crate::ast::{Ex, Statement};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Language, Node, Pipeline, Query, Scalar, Span};
use scope::{Binding, Bound, Scope};
use std::collections::BTreeSet;

/// How deep definitions may use definitions, and operators may be nested in operators.
const DEPTH: usize = 120;
/// Nodes that a text may unfold to.
const NODES: usize = 400_000;
/// How deep an unfolded expression may be.
const HEIGHT: usize = 400;
/// Definitions that a text may have, those of functions once for each call.
const DEFINITIONS: usize = 4_000;

/// Columns that the operators so far are known to make. A name that is one of them is that column, even where `let`
/// defines it too: Kusto looks at the row first. Columns of the table itself are not known here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    known: BTreeSet<Box<str>>,
}

impl Row {
    fn has(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    fn add(&mut self, names: &[Box<str>]) {
        self.known.extend(names.iter().cloned());
    }
}

/// Where a name is looked up.
#[derive(Clone, Copy)]
pub(crate) struct At<'r> {
    scope: Scope,
    row: &'r Row,
}

/// A table with what is known of its columns.
pub(crate) struct Rows {
    pipeline: Pipeline,
    row: Row,
}

pub(crate) struct Lower<'a> {
    shared: Vec<Rows>,
    scopes: Vec<(Scope, Box<str>, usize)>,
    bindings: Vec<Binding<'a>>,
    nodes: usize,
    depth: usize,
    warnings: Vec<Fault>,
}

/// Queries of the statements, what hindered the others, and what is odd in them.
pub(crate) struct Lowered {
    pub(crate) queries: Vec<Query>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) warnings: Vec<Fault>,
}

/// Lowers all statements.
pub(crate) fn queries(statements: &[Statement]) -> Lowered {
    let (mut queries, mut faults) = (Vec::new(), Vec::new());
    let mut lower = Lower {
        shared: Vec::new(),
        scopes: Vec::new(),
        bindings: Vec::new(),
        nodes: NODES,
        depth: 0,
        warnings: Vec::new(),
    };
    let mut scope = Scope::default();
    for statement in statements {
        match lower.statement(statement, &mut scope) {
            Ok(None) => {}
            Ok(Some(rows)) => queries.push(lower.finish(rows)),
            Err(fault) => faults.push(*fault),
        }
    }
    Lowered { queries, faults, warnings: lower.warnings }
}

impl<'a> Lower<'a> {
    /// A definition widens the scope; a query gives its rows.
    fn statement(&mut self, statement: &'a Statement, scope: &mut Scope) -> Got<Option<Rows>> {
        match statement {
            Statement::Set => {}
            Statement::Let(name, value) => {
                let bound = match &value.node {
                    Ex::Function(function) => Bound::Function(function),
                    _ => Bound::Expr(value),
                };
                *scope = self.bind(*scope, name.clone(), bound, value.span)?;
            }
            Statement::Declare(parameters) => {
                for (parameter, span) in parameters {
                    let Some(default) = &parameter.default else {
                        let message = format!("the parameter {:?} has no value; give it a default", &*parameter.name);
                        return Fault::value(*span, message);
                    };
                    *scope = self.bind(*scope, parameter.name.clone(), Bound::Expr(default), *span)?;
                }
            }
            Statement::Query(value) => return self.rows(value, *scope).map(Some),
        }
        Ok(None)
    }

    /// The query with the tables that it shares; those used once are put in place.
    fn finish(&self, rows: Rows) -> Query {
        let shared = self.shared.iter().map(|rows| rows.pipeline.clone()).collect();
        inline::query(Query { language: Language::Kql, pipeline: rows.pipeline, shared })
    }

    fn nested<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> Got<T>) -> Got<T> {
        if self.depth >= DEPTH {
            return Fault::limit(span, format!("definitions and operators are nested more than {DEPTH} deep"));
        }
        self.depth = self.depth.saturating_add(1);
        let result = read(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    fn charge(&mut self, nodes: usize, span: Span) -> Got<()> {
        match self.nodes.checked_sub(nodes) {
            Some(left) => self.nodes = left,
            None => return Fault::limit(span, format!("definitions unfold to more than {NODES} operations")),
        }
        Ok(())
    }
}

/// A scalar at a place.
pub(crate) fn at(node: Node, span: Span) -> Scalar {
    Scalar { node, span }
}
