//! Tests of text.

use super::{At, Lower, at, regex};
use crate::ast::{Ex, Expr};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Datum, Node, Scalar, Span, TextOp};

impl<'a> Lower<'a> {
    pub(super) fn text(
        &mut self,
        op: TextOp,
        cased: bool,
        value: &'a Expr,
        pattern: &'a Expr,
        place: At<'_>,
    ) -> Got<Scalar> {
        let span = crate::fault::join(value.span, pattern.span);
        if op == TextOp::Like {
            return Fault::unsupported(span, "like");
        }
        if self.tabular(pattern, place.scope) && !matches!(&pattern.node, Ex::Name(name) if place.row.has(name)) {
            return Fault::value(
                pattern.span,
                "a table stands where one value is wanted; toscalar(...) takes its first",
            );
        }
        let mut pattern = self.scalar(pattern, place)?;
        if op == TextOp::Regex
            && let Node::Literal(Datum::Text(text)) = &pattern.node
        {
            pattern.node = Node::Literal(Datum::Text(regex::rewritten(text).into()));
        }
        let value = match &value.node {
            Ex::Star => at(Node::AnyColumn, value.span),
            _ => self.scalar(value, place)?,
        };
        Ok(at(Node::Text { op, cased, value: Box::new(value), pattern: Box::new(pattern) }, span))
    }

    /// `column: value` of `search`: a term of the column, or a pattern with `*`; other values are compared.
    pub(super) fn colon(&mut self, left: &'a Expr, right: &'a Expr, span: Span, place: At<'_>) -> Got<Scalar> {
        let value = self.scalar(left, place)?;
        let pattern = self.scalar(right, place)?;
        Ok(match &pattern.node {
            Node::Literal(Datum::Text(text)) => term(text, false, value, right.span, span),
            _ => {
                let node = Node::Compare(ddefend_rule::ir::query::CompareOp::Eq, Box::new(value), Box::new(pattern));
                at(node, span)
            }
        })
    }
}

/// A term of `search` as a test: stars at its ends free them, a star within makes a pattern.
pub(super) fn term(text: &str, cased: bool, value: Scalar, text_span: Span, span: Span) -> Scalar {
    let front = text.strip_prefix('*');
    let open_front = front.is_some();
    let rest = front.unwrap_or(text);
    let back = rest.strip_suffix('*');
    let open_back = back.is_some();
    let inner = back.unwrap_or(rest);
    let (op, pattern) = if inner.contains('*') {
        let pieces: Vec<String> = text.split('*').map(regex::escaped).collect();
        (TextOp::Regex, format!("(?i){}", pieces.join(".*")))
    } else {
        let op = match (open_front, open_back) {
            (false, false) => TextOp::Has,
            (false, true) => TextOp::HasPrefix,
            (true, false) => TextOp::HasSuffix,
            (true, true) => TextOp::Contains,
        };
        (op, inner.to_owned())
    };
    let cased = cased || op == TextOp::Regex;
    let pattern = Box::new(at(Node::Literal(Datum::Text(pattern.into())), text_span));
    at(Node::Text { op, cased, value: Box::new(value), pattern }, span)
}

/// Lists that are constants give their elements to the list that they stand in; one alone stays as it is.
pub(super) fn flattened(patterns: Vec<Scalar>) -> Vec<Scalar> {
    if patterns.len() < 2 || !patterns.iter().any(|item| matches!(item.node, Node::Literal(Datum::List(_)))) {
        return patterns;
    }
    let mut all = Vec::new();
    for item in patterns {
        match &item.node {
            Node::Literal(Datum::List(list)) => {
                all.extend(list.iter().map(|element| at(Node::Literal(element.clone()), item.span)));
            }
            _ => all.push(item),
        }
    }
    all
}
