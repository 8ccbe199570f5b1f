//! Expressions that make one value.

use super::scope::{Bound, Called};
use super::texts::flattened;
use super::{At, Lower, at, kinds};
use crate::ast::{Ex, Expr};
use crate::fault::{Fault, Got};
use ddefend_event::Kind;
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Node, Pipeline, Scalar, Source, Span, TextOp};

impl<'a> Lower<'a> {
    pub(super) fn scalars(&mut self, list: &'a [Expr], place: At<'_>) -> Got<Vec<Scalar>> {
        list.iter().map(|value| self.scalar(value, place)).collect()
    }

    pub(super) fn scalar(&mut self, value: &'a Expr, place: At<'_>) -> Got<Scalar> {
        self.charge(1, value.span)?;
        let span = value.span;
        let node = match &value.node {
            Ex::Literal(datum) => Node::Literal(datum.clone()),
            Ex::NullOf(kind) => Node::NullOf(*kind),
            Ex::Name(name) => return self.named(name, span, place),
            Ex::Star => Node::AnyColumn,
            Ex::Path(inner, name) => self.path(inner, name, span, place)?,
            Ex::Index(..) if is_member(value) => {
                return Fault::unsupported(span, "a function of another database");
            }
            Ex::Index(inner, index) => self.index(inner, index, place)?,
            Ex::Call(name, arguments) => return self.call(name, arguments, span, place),
            Ex::Negative(inner) => {
                let minus = at(Node::Literal(Datum::Long(-1)), span);
                Node::Arithmetic(ArithmeticOp::Multiply, Box::new(minus), Box::new(self.scalar(inner, place)?))
            }
            Ex::And(list) => Node::And(self.scalars(list, place)?),
            Ex::Or(list) => Node::Or(self.scalars(list, place)?),
            Ex::Compare(op, left, right) if self.same_column(left, right, place) => {
                let (left, right) = (column(left), column(right));
                Node::Compare(*op, Box::new(left), Box::new(right))
            }
            Ex::Compare(op, left, right) => self.compare(*op, left, right, span, place)?,
            Ex::Arithmetic(op, left, right) => {
                Node::Arithmetic(*op, Box::new(self.scalar(left, place)?), Box::new(self.scalar(right, place)?))
            }
            Ex::Text(op, cased, negated, left, right) => {
                let test = self.text(*op, *cased, left, right, place)?;
                return Ok(negate(test, *negated, span));
            }
            Ex::Any(op, cased, all, negated, left, list) => {
                let test = self.any((*op, *cased, *all), left, list, span, place)?;
                return Ok(negate(test, *negated, span));
            }
            Ex::Between(inner, bounds, negated) => {
                let test = self.between(inner, bounds, span, place)?;
                return Ok(negate(test, *negated, span));
            }
            Ex::Colon(left, right) => return self.colon(left, right, span, place),
            Ex::Named(names, _) => {
                let name = names.first().map(|name| &**name).unwrap_or_default();
                return Fault::syntax(span, format!("{name} = ... stands where a value is wanted; == compares"));
            }
            Ex::Pipe(..) | Ex::Datatable(..) | Ex::External(..) => {
                return Fault::value(span, "a table stands where one value is wanted; toscalar(...) takes its first");
            }
            Ex::Function(_) => return Fault::value(span, "a function stands where a value is wanted"),
            Ex::TypeOf(_) => return Fault::value(span, "typeof(...) stands where a value is wanted"),
        };
        Ok(at(node, span))
    }

    fn named(&mut self, name: &str, span: Span, place: At<'_>) -> Got<Scalar> {
        if place.row.has(name) {
            return Ok(at(Node::Column(name.into()), span));
        }
        match self.find(name, place.scope) {
            Some(binding) => self.bound_scalar(binding, name, span),
            None => Ok(at(Node::Column(name.into()), span)),
        }
    }

    /// `Name == Name` where `let` or a parameter defines the name: Kusto looks at the row first, so a column of that name
    /// is compared with itself. A definition compared with itself would mean nothing.
    fn same_column(&mut self, left: &Expr, right: &Expr, place: At<'_>) -> bool {
        let (Ex::Name(first), Ex::Name(second)) = (&left.node, &right.node) else { return false };
        if first != second || place.row.has(first) || self.find(first, place.scope).is_none() {
            return false;
        }
        let message =
            format!("{first:?} is both a definition and a column: the column is compared with itself; rename one");
        let span = crate::fault::join(left.span, right.span);
        self.warnings.push(Fault { span, code: ddefend_model::code::QUERY_NAME, message });
        true
    }

    fn path(&mut self, inner: &'a Expr, name: &str, span: Span, place: At<'_>) -> Got<Node> {
        if let Ex::Call(function, _) = &inner.node
            && super::scope::elsewhere(function)
        {
            return Fault::value(span, "a table stands where one value is wanted; toscalar(...) takes its first");
        }
        Ok(Node::Member(Box::new(self.scalar(inner, place)?), name.into()))
    }

    fn index(&mut self, inner: &'a Expr, index: &'a Expr, place: At<'_>) -> Got<Node> {
        let inner = Box::new(self.scalar(inner, place)?);
        let index = self.scalar(index, place)?;
        Ok(match &index.node {
            Node::Literal(Datum::Text(name)) => Node::Member(inner, Box::from(&**name)),
            _ => Node::Index(inner, Box::new(index)),
        })
    }

    fn compare(&mut self, op: CompareOp, left: &'a Expr, right: &'a Expr, span: Span, place: At<'_>) -> Got<Node> {
        if left.node == Ex::Star {
            let (right, negated) = (self.scalar(right, place)?, op == CompareOp::Ne);
            if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
                return Fault::unsupported(span, "a comparison of all columns other than == and !=");
            }
            let value = Box::new(at(Node::AnyColumn, left.span));
            let test = Node::Text { op: TextOp::Equals, cased: true, value, pattern: Box::new(right) };
            return Ok(negate(at(test, span), negated, span).node);
        }
        Ok(Node::Compare(op, Box::new(self.scalar(left, place)?), Box::new(self.scalar(right, place)?)))
    }

    /// `between`: both bounds count. A length of time as the upper bound of a time is counted from the lower one.
    fn between(&mut self, value: &'a Expr, bounds: &'a [Expr; 2], span: Span, place: At<'_>) -> Got<Scalar> {
        let [low, high] = bounds;
        let (low, high) = (self.scalar(low, place)?, self.scalar(high, place)?);
        let value = self.scalar(value, place)?;
        let counted = kinds::of(&high) == Some(Kind::TimeSpan)
            && !matches!(kinds::of(&low), Some(Kind::TimeSpan | Kind::Long | Kind::Int | Kind::Real))
            && kinds::of(&value) != Some(Kind::TimeSpan);
        let high = if counted {
            let high_span = high.span;
            at(Node::Arithmetic(ArithmeticOp::Add, Box::new(low.clone()), Box::new(high)), high_span)
        } else {
            high
        };
        let least = Node::Compare(CompareOp::Ge, Box::new(value.clone()), Box::new(low));
        let most = Node::Compare(CompareOp::Le, Box::new(value), Box::new(high));
        Ok(at(Node::And(vec![at(least, span), at(most, span)]), span))
    }

    fn any(
        &mut self,
        (op, cased, all): (TextOp, bool, bool),
        value: &'a Expr,
        list: &'a [Expr],
        span: Span,
        place: At<'_>,
    ) -> Got<Scalar> {
        if let [single] = list
            && !matches!(&single.node, Ex::Name(name) if place.row.has(name))
            && self.tabular(single, place.scope)
        {
            return self.in_table((op, cased, all), value, single, span, place);
        }
        if let Some(table) = list.iter().find(|item| self.tabular(item, place.scope) && list.len() > 1) {
            return Fault::unsupported(table.span, "a table beside other values in one list");
        }
        let patterns = flattened(self.scalars(list, place)?);
        if value.node == Ex::Star {
            return any_column((op, cased, all), value.span, patterns, span);
        }
        let value = Box::new(self.scalar(value, place)?);
        Ok(at(Node::TextAny { op, cased, all, value, patterns }, span))
    }

    /// `x in (T)`: the first column of the table.
    fn in_table(
        &mut self,
        (op, cased, all): (TextOp, bool, bool),
        value: &'a Expr,
        table: &'a Expr,
        span: Span,
        place: At<'_>,
    ) -> Got<Scalar> {
        let rows = self.rows(table, place.scope)?;
        if op == TextOp::Equals {
            let index = self.share(rows);
            let table = Box::new(self.shared_rows(index).pipeline);
            let value = Box::new(self.scalar(value, place)?);
            return Ok(at(Node::InTable { value, table, cased }, span));
        }
        // has_any and has_all: the list of the column's values.
        let Some(rows) = self.listed(rows, table.span)? else {
            return Fault::unsupported(
                table.span,
                "has_any and has_all with a table whose first column is not named by project, distinct or summarize",
            );
        };
        let index = self.share(rows);
        let list = Node::Subquery(Box::new(self.shared_rows(index).pipeline));
        let value = Box::new(self.scalar(value, place)?);
        Ok(at(Node::TextAny { op, cased, all, value, patterns: vec![at(list, table.span)] }, span))
    }

    /// `toscalar(T)`: the first value of the first row.
    pub(super) fn first_value(&mut self, table: &'a Expr, place: At<'_>) -> Got<Scalar> {
        if !self.tabular(table, place.scope)
            && !matches!(&table.node, Ex::Name(name) if self.find(name, place.scope).is_none())
        {
            return self.scalar(table, place);
        }
        let rows = self.rows(table, place.scope)?;
        let index = self.share(rows);
        let pipeline = Pipeline { source: Source::Shared(index), steps: Vec::new() };
        Ok(at(Node::Subquery(Box::new(pipeline)), table.span))
    }

    fn call(&mut self, name: &str, arguments: &'a [Expr], span: Span, place: At<'_>) -> Got<Scalar> {
        if let Some(binding) = self.find(name, place.scope) {
            let Some(found) = self.bound(binding) else { return Fault::name(span, "no such definition") };
            let (bound, scope) = (found.bound.clone(), found.scope);
            // A value that has the name of one of Kusto's functions does not hide it.
            if let Bound::Function(function) = bound {
                return match self.call_bound(function, scope, (arguments, place), None, span)? {
                    Called::Scalar(value) => Ok(value),
                    Called::Rows(_) => Fault::value(span, format!("{name:?} makes a table, here goes one value")),
                };
            }
        }
        self.builtin(name, arguments, span, place)
    }
}

fn column(value: &Expr) -> Scalar {
    let name = match &value.node {
        Ex::Name(name) => name.clone(),
        _ => "".into(),
    };
    at(Node::Column(name), value.span)
}

fn is_member(value: &Expr) -> bool {
    matches!(&value.node, Ex::Index(inner, _) if matches!(&inner.node, Ex::Call(name, _) if super::scope::elsewhere(name)))
}

/// The test or its contrary.
pub(super) fn negate(test: Scalar, negated: bool, span: Span) -> Scalar {
    if negated { at(Node::Not(Box::new(test)), span) } else { test }
}

/// `* has_any (...)`: a test of any column for each pattern.
fn any_column((op, cased, all): (TextOp, bool, bool), star: Span, patterns: Vec<Scalar>, span: Span) -> Got<Scalar> {
    let mut tests = Vec::new();
    for pattern in patterns {
        match &pattern.node {
            Node::Literal(Datum::List(list)) => {
                for item in list.iter() {
                    let pattern = at(Node::Literal(item.clone()), pattern.span);
                    tests.push(any_column_test(op, cased, star, pattern, span));
                }
            }
            Node::Literal(_) => tests.push(any_column_test(op, cased, star, pattern, span)),
            _ => return Fault::unsupported(pattern.span, "a computed list for a test of all columns"),
        }
    }
    Ok(at(if all { Node::And(tests) } else { Node::Or(tests) }, span))
}

fn any_column_test(op: TextOp, cased: bool, star: Span, pattern: Scalar, span: Span) -> Scalar {
    let value = Box::new(at(Node::AnyColumn, star));
    at(Node::Text { op, cased, value, pattern: Box::new(pattern) }, span)
}
