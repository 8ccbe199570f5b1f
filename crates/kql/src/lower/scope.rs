//! What names stand for. A scope is the newest of a chain of definitions; a definition sees those before it only, so
//! nothing can use itself.

use super::{At, DEFINITIONS, HEIGHT, Lower, Row, Rows};
use crate::ast::{Ex, Expr, Function, Parameter, Statement};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Datum, Kind, Node, Pipeline, Scalar, Source, Span};

/// The newest definition that is seen; none at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope(Option<usize>);

/// What a name is bound to.
#[derive(Clone, Debug)]
pub(crate) enum Bound<'a> {
    /// A table or a scalar: its use says which.
    Expr(&'a Expr),
    Function(&'a Function),
    /// An argument.
    Scalar(Scalar),
    /// A table among the shared.
    Table(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Binding<'a> {
    pub(super) bound: Bound<'a>,
    /// What its expression sees.
    pub(super) scope: Scope,
    span: Span,
    /// The value as a scalar with its size, once it was wanted.
    scalar: Option<(Scalar, usize)>,
    /// The value as a table, once it was wanted.
    table: Option<usize>,
}

impl<'a> Lower<'a> {
    pub(super) fn bind(&mut self, scope: Scope, name: Box<str>, bound: Bound<'a>, span: Span) -> Got<Scope> {
        if self.bindings.len() >= DEFINITIONS {
            return Fault::limit(span, format!("more than {DEFINITIONS} definitions"));
        }
        let binding = self.bindings.len();
        self.bindings.push(Binding { bound, scope, span, scalar: None, table: None });
        let at = self.scopes.len();
        self.scopes.push((scope, name, binding));
        Ok(Scope(Some(at)))
    }

    /// The binding of a name.
    pub(super) fn find(&self, name: &str, scope: Scope) -> Option<usize> {
        let mut seen = scope;
        while let Some((before, known, binding)) = seen.0.and_then(|at| self.scopes.get(at)) {
            if **known == *name {
                return Some(*binding);
            }
            seen = *before;
        }
        None
    }

    pub(super) fn bound(&self, binding: usize) -> Option<&Binding<'a>> {
        self.bindings.get(binding)
    }

    /// The value of a definition as a scalar.
    pub(super) fn bound_scalar(&mut self, binding: usize, name: &str, used: Span) -> Got<Scalar> {
        let Some(found) = self.bindings.get(binding) else { return Fault::name(used, "no such definition") };
        if let Some((value, size)) = &found.scalar {
            let (value, size) = (value.clone(), *size);
            self.charge(size, used)?;
            return Ok(value);
        }
        let (bound, scope, span) = (found.bound.clone(), found.scope, found.span);
        let value = match bound {
            Bound::Expr(value) => {
                if self.tabular(value, scope) {
                    let message = format!("{name:?} is a table; one value of it is toscalar({name})");
                    return Fault::value(used, message);
                }
                self.nested(used, |lower| lower.scalar(value, At { scope, row: &Row::default() }))?
            }
            Bound::Scalar(value) => value,
            Bound::Table(_) => {
                return Fault::value(used, format!("{name:?} is a table; one value of it is toscalar({name})"));
            }
            Bound::Function(function) => {
                match self.call_bound(function, scope, (&[], At { scope, row: &Row::default() }), None, used)? {
                    Called::Scalar(value) => value,
                    Called::Rows(_) => return Fault::value(used, format!("{name:?} is a function that makes a table")),
                }
            }
        };
        let (size, height) = measure(&value);
        if height > HEIGHT {
            return Fault::limit(span, format!("{name:?} unfolds to operations nested more than {HEIGHT} deep"));
        }
        self.charge(size, used)?;
        if let Some(found) = self.bindings.get_mut(binding) {
            found.scalar = Some((value.clone(), size));
        }
        Ok(value)
    }

    /// The value of a definition as a table.
    pub(super) fn bound_rows(&mut self, binding: usize, name: &str, used: Span) -> Got<Rows> {
        let Some(found) = self.bindings.get(binding) else { return Fault::name(used, "no such definition") };
        if let Some(index) = found.table {
            return Ok(self.shared_rows(index));
        }
        let (bound, scope) = (found.bound.clone(), found.scope);
        let rows = match bound {
            Bound::Table(index) => return Ok(self.shared_rows(index)),
            Bound::Expr(value) => self.rows(value, scope)?,
            Bound::Scalar(_) => return Fault::value(used, format!("{name:?} is a value, no table")),
            Bound::Function(function) => {
                match self.call_bound(function, scope, (&[], At { scope, row: &Row::default() }), None, used)? {
                    Called::Rows(rows) => return Ok(rows),
                    Called::Scalar(_) => return Fault::value(used, format!("{name:?} is a value, no table")),
                }
            }
        };
        let index = self.share(rows);
        if let Some(found) = self.bindings.get_mut(binding) {
            found.table = Some(index);
        }
        Ok(self.shared_rows(index))
    }

    pub(super) fn share(&mut self, rows: Rows) -> usize {
        let index = self.shared.len();
        self.shared.push(rows);
        index
    }

    pub(super) fn shared_rows(&self, index: usize) -> Rows {
        let row = self.shared.get(index).map(|rows| rows.row.clone()).unwrap_or_default();
        Rows { pipeline: Pipeline { source: Source::Shared(index), steps: Vec::new() }, row }
    }

    /// True where an expression makes a table, as far as its form and the definitions say.
    pub(super) fn tabular(&self, value: &Expr, scope: Scope) -> bool {
        let (mut value, mut scope) = (value, scope);
        for _ in 0..DEFINITIONS {
            match &value.node {
                Ex::Pipe(..) | Ex::Datatable(..) | Ex::External(..) => return true,
                Ex::Name(name) => {
                    if name.contains('*') {
                        return true;
                    }
                    let Some(found) = self.find(name, scope).and_then(|binding| self.bound(binding)) else {
                        return false;
                    };
                    match &found.bound {
                        Bound::Expr(inner) => (value, scope) = (*inner, found.scope),
                        Bound::Function(function) => return self.function_tabular(function, found.scope),
                        Bound::Scalar(_) => return false,
                        Bound::Table(_) => return true,
                    }
                }
                Ex::Call(name, _) => match self.find(name, scope).and_then(|binding| self.bound(binding)) {
                    Some(Binding { bound: Bound::Function(function), scope, .. }) => {
                        return self.function_tabular(function, *scope);
                    }
                    Some(_) => return false,
                    None => return table_function(name),
                },
                Ex::Path(inner, _) => return matches!(&inner.node, Ex::Call(name, _) if elsewhere(name)),
                _ => return false,
            }
        }
        false
    }

    /// True where a function's last statement makes a table. Names that it defines itself are taken by their form.
    fn function_tabular(&self, function: &Function, scope: Scope) -> bool {
        let Some(Statement::Query(last)) = function.body.last() else { return false };
        if let Ex::Name(name) = &last.node {
            if let Some(parameter) = function.parameters.iter().find(|parameter| parameter.name == *name) {
                return parameter.kind.is_none();
            }
            let inner = function.body.iter().rev().find_map(|statement| match statement {
                Statement::Let(known, value) if known == name => Some(value),
                _ => None,
            });
            return match inner {
                Some(value) => self.tabular(value, scope),
                // A name that nothing defines is a table of the schema.
                None => self.find(name, scope).is_none() || self.tabular(last, scope),
            };
        }
        self.tabular(last, scope)
    }

    /// A function of the query with its arguments in place; `first` is the table that `invoke` hands in.
    pub(super) fn call_bound(
        &mut self,
        function: &'a Function,
        scope: Scope,
        (arguments, place): (&'a [Expr], At<'_>),
        first: Option<usize>,
        used: Span,
    ) -> Got<Called> {
        let mut inner = scope;
        let named = |wanted: &str| {
            arguments.iter().find_map(|argument| match &argument.node {
                Ex::Named(names, value) if names.iter().any(|name| **name == *wanted) => Some(&**value),
                _ => None,
            })
        };
        let mut positional = arguments.iter().filter(|argument| !matches!(argument.node, Ex::Named(..)));
        let mut taken = 0_usize;
        for (number, parameter) in function.parameters.iter().enumerate() {
            if let Some(index) = first.filter(|_| number == 0) {
                inner = self.bind(inner, parameter.name.clone(), Bound::Table(index), used)?;
                continue;
            }
            inner = match named(&parameter.name).or_else(|| positional.next()) {
                Some(value) => {
                    taken = taken.saturating_add(1);
                    self.argument(parameter, value, place, inner)?
                }
                None => {
                    let Some(default) = &parameter.default else {
                        let message = format!("the function wants a value for {:?}", &*parameter.name);
                        return Fault::value(used, message);
                    };
                    self.bind(inner, parameter.name.clone(), Bound::Expr(default), used)?
                }
            };
        }
        if taken < arguments.len() {
            return Fault::value(used, format!("the function has only {} parameters", function.parameters.len()));
        }
        self.nested(used, |lower| lower.body(function, inner, used))
    }

    /// Binds a parameter; what an argument sees is the caller's, not the function's.
    fn argument(&mut self, parameter: &Parameter, value: &'a Expr, place: At<'_>, inner: Scope) -> Got<Scope> {
        let bound = match parameter.kind {
            Some(_) => Bound::Scalar(self.scalar(value, place)?),
            None => Bound::Expr(value),
        };
        let scope = self.bind(inner, parameter.name.clone(), bound, value.span)?;
        if let Some(binding) = self.bindings.last_mut() {
            binding.scope = place.scope;
        }
        Ok(scope)
    }

    fn body(&mut self, function: &'a Function, mut scope: Scope, used: Span) -> Got<Called> {
        let Some((last, before)) = function.body.split_last() else {
            return Fault::syntax(used, "the function has no body");
        };
        for statement in before {
            if let Statement::Query(value) = statement {
                return Fault::syntax(value.span, "only the last statement of a function may make its result");
            }
            self.statement(statement, &mut scope)?;
        }
        let Statement::Query(value) = last else {
            return Fault::syntax(used, "the function makes no result: its last statement is a definition");
        };
        let known = plain_table(value) && self.parameter_free(value, scope);
        if known || self.tabular(value, scope) {
            return self.rows(value, scope).map(Called::Rows);
        }
        self.scalar(value, At { scope, row: &Row::default() }).map(Called::Scalar)
    }

    /// True where a name stands for nothing that is defined: a table of the schema.
    fn parameter_free(&self, value: &Expr, scope: Scope) -> bool {
        matches!(&value.node, Ex::Name(name) if self.find(name, scope).is_none())
    }
}

/// What a call of a function of the query makes.
pub(crate) enum Called {
    Scalar(Scalar),
    Rows(Rows),
}

fn plain_table(value: &Expr) -> bool {
    matches!(value.node, Ex::Name(_))
}

/// Functions that make tables, by name: Kusto's scalar functions all begin in lower case.
pub(super) fn table_function(name: &str) -> bool {
    matches!(name, "table" | "materialize" | "union" | "cluster" | "database" | "view")
        || name.starts_with(|c: char| c == '_' || c.is_uppercase())
}

/// Functions whose members are tables of other places.
pub(super) fn elsewhere(name: &str) -> bool {
    matches!(name, "database" | "cluster" | "workspace" | "app" | "adx" | "arg" | "resource")
}

/// Nodes of a scalar and how deep it is.
pub(super) fn measure(value: &Scalar) -> (usize, usize) {
    let mut children: Vec<&Scalar> = Vec::new();
    let mut own = 1_usize;
    match &value.node {
        Node::Literal(datum) => own = weight(datum),
        Node::NullOf(Kind::Dynamic) | Node::NullOf(_) | Node::Column(_) | Node::AnyColumn => {}
        Node::Member(inner, _) | Node::Not(inner) | Node::Lambda(_, inner) => children.push(inner),
        Node::Index(a, b) | Node::Compare(_, a, b) | Node::Arithmetic(_, a, b) => children.extend([&**a, &**b]),
        Node::And(list) | Node::Or(list) | Node::Call(_, list) => children.extend(list),
        Node::Text { value, pattern, .. } => children.extend([&**value, &**pattern]),
        Node::TextAny { value, patterns, .. } => {
            children.push(value);
            children.extend(patterns);
        }
        Node::InTable { value, table, .. } => {
            children.push(value);
            own = table.steps.len().saturating_mul(8).saturating_add(1);
        }
        Node::Subquery(table) => own = table.steps.len().saturating_mul(8).saturating_add(1),
    }
    children
        .into_iter()
        .map(measure)
        .fold((own, 1), |(size, height), (more, deep)| (size.saturating_add(more), height.max(deep.saturating_add(1))))
}

/// A list is shared, not copied, with whoever uses it.
fn weight(_: &Datum) -> usize {
    1
}
