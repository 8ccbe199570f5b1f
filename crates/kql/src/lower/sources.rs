//! Expressions that make tables.

use super::assign::text;
use super::scope::Scope;
use super::scope::{Bound, Called, elsewhere};
use super::{At, Lower, Row, Rows, asim, kinds};
use crate::ast::{Declared, Ex, Expr, Op, Operation};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Assignment, Datum, Kind, Node, Operator, Pipeline, Source, Span, Step};

impl<'a> Lower<'a> {
    /// The rows that an expression makes.
    pub(super) fn rows(&mut self, value: &'a Expr, scope: Scope) -> Got<Rows> {
        self.charge(1, value.span)?;
        self.nested(value.span, |lower| lower.rows_of(value, scope))
    }

    fn rows_of(&mut self, value: &'a Expr, scope: Scope) -> Got<Rows> {
        let span = value.span;
        match &value.node {
            Ex::Name(name) => match self.find(name, scope) {
                Some(binding) => self.bound_rows(binding, name, span),
                None => Ok(table(name, span)),
            },
            Ex::Star => Ok(table("*", span)),
            Ex::Pipe(first, operations) => {
                let mut scope = scope;
                let (mut rows, rest) = match first {
                    Some(first) => (self.rows(first, scope)?, operations.as_slice()),
                    None => match operations.split_first() {
                        Some((first, rest)) => (self.made(first, scope)?, rest),
                        None => return Fault::syntax(span, "a query without a table"),
                    },
                };
                self.steps(&mut rows, rest, &mut scope)?;
                Ok(rows)
            }
            Ex::Datatable(columns, values) => self.datatable(columns, values, scope),
            Ex::External(columns, locations) => {
                let known = columns.iter().map(|column| column.name.clone()).collect();
                let columns = declared(columns);
                let source = Source::External { columns, locations: locations.clone(), span };
                Ok(Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row { known } })
            }
            Ex::Call(name, arguments) => self.called(name, arguments, span, scope),
            Ex::Path(inner, _) | Ex::Index(inner, _) if is_elsewhere(inner) => {
                let name = match &inner.node {
                    Ex::Call(name, _) => name,
                    _ => "database",
                };
                Fault::unsupported(span, &format!("a table of another place ({name}())"))
            }
            Ex::Path(inner, _) if matches!(&inner.node, Ex::Path(..) | Ex::Index(..)) => {
                Fault::unsupported(span, "a table of another place")
            }
            _ => Fault::value(span, "here goes a table: its name, a call that makes one, or a query in brackets"),
        }
    }

    /// A function that makes a table.
    fn called(&mut self, name: &'a str, arguments: &'a [Expr], span: Span, scope: Scope) -> Got<Rows> {
        let empty = Row::default();
        let place = At { scope, row: &empty };
        if let Some(binding) = self.find(name, scope) {
            let Some(found) = self.bound(binding) else { return Fault::name(span, "no such definition") };
            let (bound, seen) = (found.bound.clone(), found.scope);
            return match bound {
                Bound::Function(function) => match self.call_bound(function, seen, (arguments, place), None, span)? {
                    Called::Rows(rows) => Ok(rows),
                    Called::Scalar(_) => Fault::value(span, format!("{name:?} makes one value, here goes a table")),
                },
                _ if arguments.is_empty() => self.bound_rows(binding, name, span),
                _ => Fault::value(span, format!("{name:?} is defined by let as a table, no function")),
            };
        }
        match (name, arguments) {
            ("materialize" | "view", [inner]) => {
                let rows = self.rows(inner, scope)?;
                let index = self.share(rows);
                Ok(self.shared_rows(index))
            }
            ("table", [named, ..]) => {
                let named = self.scalar(named, place)?;
                match &named.node {
                    Node::Literal(Datum::Text(name)) => Ok(table(name, span)),
                    _ => Fault::unsupported(named.span, "table() with a computed name"),
                }
            }
            ("_GetWatchlist" | "_ASIM_GetWatchlistRaw", [alias, ..]) => {
                let alias = self.scalar(alias, place)?;
                let Node::Literal(Datum::Text(alias)) = &alias.node else {
                    return Fault::unsupported(alias.span, "a watchlist with a computed name");
                };
                let source = Source::External { columns: Vec::new(), locations: vec![Box::from(&**alias)], span };
                Ok(Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row::default() })
            }
            ("toscalar", _) => Fault::value(span, "toscalar() makes one value, here goes a table"),
            _ if elsewhere(name) => Fault::unsupported(span, &format!("{name}()")),
            _ => self.parser_function(name, arguments, span, place),
        }
    }

    /// A function of a solution, as the normalising parsers are: a table of its name. What it filters by is written out.
    fn parser_function(&mut self, name: &str, arguments: &'a [Expr], span: Span, place: At<'_>) -> Got<Rows> {
        let mut rows = table(name, span);
        for argument in arguments {
            let Ex::Named(names, value) = &argument.node else {
                return Fault::unsupported(argument.span, &format!("an argument of {name}()"));
            };
            let named = names.first().map(|name| &**name).unwrap_or_default();
            if asim::idle(named) {
                continue;
            }
            let value = self.scalar(value, place)?;
            let Some(test) = asim::test(named, value, argument.span) else {
                return Fault::unsupported(argument.span, &asim::unknown(named, name));
            };
            rows.pipeline.steps.push(Step { operator: Operator::Filter(test), span: argument.span });
        }
        Ok(rows)
    }

    fn datatable(&mut self, columns: &'a [Declared], values: &'a [Expr], scope: Scope) -> Got<Rows> {
        let empty = Row::default();
        let mut rows = Vec::new();
        for chunk in values.chunks(columns.len().max(1)) {
            rows.push(self.scalars(chunk, At { scope, row: &empty })?);
        }
        let known = columns.iter().map(|column| column.name.clone()).collect();
        let source = Source::Rows { columns: declared(columns), rows };
        Ok(Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row { known } })
    }

    /// An operator that makes rows itself.
    fn made(&mut self, operation: &'a Operation, scope: Scope) -> Got<Rows> {
        let empty = Row::default();
        let place = At { scope, row: &empty };
        match &operation.op {
            Op::Print(list) => {
                let assignments = self.assignments(list, place)?;
                Ok(printed(assignments))
            }
            Op::Range(column, bounds) => {
                let [from, to, step] = &**bounds;
                let bounds = [self.scalar(from, place)?, self.scalar(to, place)?, self.scalar(step, place)?];
                let source = Source::Range { column: column.clone(), bounds: Box::new(bounds) };
                let mut row = Row::default();
                row.add(std::slice::from_ref(column));
                Ok(Rows { pipeline: Pipeline { source, steps: Vec::new() }, row })
            }
            Op::Union(settings, members) => self.united(settings, members, scope, operation.span),
            Op::Search { settings, tables, predicate } => self.searched(settings, tables, predicate, scope),
            Op::Find { settings, tables, predicate, project } => {
                self.found(settings, tables, predicate, project.as_deref(), scope, operation.span)
            }
            Op::Evaluate(call, _) => {
                let name = match &call.node {
                    Ex::Call(name, _) => name,
                    _ => "",
                };
                Fault::unsupported(operation.span, &format!("evaluate {name} without a table"))
            }
            _ => Fault::syntax(operation.span, "here goes a table before the operator"),
        }
    }
}

/// A table by its name.
pub(super) fn table(name: &str, span: Span) -> Rows {
    let source = Source::Table { name: name.into(), span };
    Rows { pipeline: Pipeline { source, steps: Vec::new() }, row: Row::default() }
}

pub(super) fn declared(columns: &[Declared]) -> Vec<(Box<str>, Kind)> {
    columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
}

/// One row of the values; names are made up as `print` does: `print_0`.
fn printed(assignments: Vec<Assignment>) -> Rows {
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    let mut row = Row::default();
    for (number, assignment) in assignments.into_iter().enumerate() {
        let name = assignment.names.first().cloned().unwrap_or_else(|| format!("print_{number}").into());
        row.add(std::slice::from_ref(&name));
        columns.push((name, kinds::of(&assignment.value).unwrap_or(Kind::Dynamic)));
        values.push(assignment.value);
    }
    let source = Source::Rows { columns, rows: vec![values] };
    Rows { pipeline: Pipeline { source, steps: Vec::new() }, row }
}

fn is_elsewhere(value: &Expr) -> bool {
    matches!(&value.node, Ex::Call(name, _) if elsewhere(name))
}

/// A schema as a constant: `name:kind` texts.
pub(super) fn schema_list(columns: &[Declared], span: Span) -> ddefend_rule::ir::query::Scalar {
    let list =
        columns.iter().map(|column| Datum::Text(format!("{}:{}", column.name, column.kind.name()).into())).collect();
    let mut value = text("", span);
    value.node = Node::Literal(Datum::List(std::sync::Arc::new(list)));
    value
}
