//! Functions that look at the rows around: each becomes a column before the operator that uses it.

use super::{Builder, Stream};
use crate::error::CompileError;
use crate::expr::Expr;
use crate::operator::{Numbered, Serial};
use ddefend_event::Kind;
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Language, Node, Scalar, Span};
use std::sync::Arc;

/// Levels of expressions around such calls.
const DEPTH: usize = 64;
/// Rows that may be looked back or ahead.
const OFFSET: i64 = 100_000;

/// What the columns of such calls begin with; they go behind the operator.
pub(super) const HIDDEN: char = '\u{3}';

impl Builder<'_> {
    /// Assignments with such calls replaced by columns; the rows have these.
    pub(super) fn numbered(
        &mut self,
        mut stream: Stream,
        values: &[Assignment],
    ) -> Result<(Stream, Vec<Assignment>), CompileError> {
        let mut made = Vec::new();
        for assignment in values {
            let value = self.numbered_scalar(&mut stream, &assignment.value, DEPTH)?;
            let mut names = assignment.names.clone();
            if names.is_empty() {
                // The hidden column's name is none to show.
                let own = super::names::of_value(&assignment.value, self.query.language);
                names.push(own.unwrap_or_else(|| stream.shape.fresh_numbered("Column")));
            }
            made.push(Assignment { names, value });
        }
        Ok((stream, made))
    }

    /// True where such calls are in an expression.
    pub(super) fn has_numbered(&self, value: &Scalar) -> bool {
        self.query.language == Language::Kql && inside(value, DEPTH)
    }

    pub(super) fn numbered_scalar(
        &mut self,
        stream: &mut Stream,
        scalar: &Scalar,
        depth: usize,
    ) -> Result<Scalar, CompileError> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(scalar.clone()) };
        if !inside(scalar, depth) {
            return Ok(scalar.clone());
        }
        let mut again = |inner: &Scalar| self.numbered_scalar(stream, inner, depth);
        let mut pair = |a: &Scalar, b: &Scalar| Ok((Box::new(again(a)?), Box::new(again(b)?)));
        let node = match &scalar.node {
            Node::Call(name, arguments) => {
                let arguments = arguments.iter().map(again).collect::<Result<Vec<_>, CompileError>>()?;
                if is(name) {
                    return self.column_of(stream, name, &arguments, scalar.span);
                }
                Node::Call(name.clone(), arguments)
            }
            Node::And(all) => Node::And(all.iter().map(again).collect::<Result<_, _>>()?),
            Node::Or(all) => Node::Or(all.iter().map(again).collect::<Result<_, _>>()?),
            Node::Not(one) => Node::Not(Box::new(again(one)?)),
            Node::Member(bag, name) => Node::Member(Box::new(again(bag)?), name.clone()),
            Node::Index(a, b) => pair(a, b).map(|(a, b)| Node::Index(a, b))?,
            Node::Compare(op, a, b) => pair(a, b).map(|(a, b)| Node::Compare(*op, a, b))?,
            Node::Arithmetic(op, a, b) => pair(a, b).map(|(a, b)| Node::Arithmetic(*op, a, b))?,
            Node::Text { op, cased, value, pattern } => {
                let (value, pattern) = pair(value, pattern)?;
                Node::Text { op: *op, cased: *cased, value, pattern }
            }
            Node::TextAny { op, cased, all, value, patterns } => Node::TextAny {
                op: *op,
                cased: *cased,
                all: *all,
                value: Box::new(again(value)?),
                patterns: patterns.iter().map(again).collect::<Result<_, _>>()?,
            },
            other => other.clone(),
        };
        Ok(Scalar { node, span: scalar.span })
    }

    /// The column that such a call becomes.
    fn column_of(
        &mut self,
        stream: &mut Stream,
        name: &str,
        arguments: &[Scalar],
        span: Span,
    ) -> Result<Scalar, CompileError> {
        let mut compiled = Vec::new();
        let mut kind = Kind::Long;
        for (at, argument) in arguments.iter().enumerate() {
            let typed = self.scalar(argument, &stream.shape)?;
            if at == 0 && !name.starts_with("row_number") && !name.starts_with("row_rank") {
                kind = typed.kind;
            }
            compiled.push(typed.expr);
        }
        let offset = match compiled.get(1) {
            None => 1,
            Some(Expr::Const(Datum::Long(offset))) if (0..=OFFSET).contains(offset) => {
                usize::try_from(*offset).unwrap_or(1)
            }
            Some(_) if matches!(name, "prev" | "next") => {
                let what = format!("{name} takes a constant number of rows up to {OFFSET}");
                return Err(CompileError::new(span, code::QUERY_VALUE, what));
            }
            Some(_) => 1,
        };
        let serial = match name {
            "row_number" => Serial::Number,
            "row_cumsum" => Serial::Sum,
            "row_rank_dense" => Serial::Dense,
            "row_rank_min" => Serial::Rank,
            "row_window_session" => Serial::Session,
            "next" => Serial::Behind(offset),
            _ => Serial::Before(offset),
        };
        let default = Expr::Const(self.absent_of(kind));
        if matches!(serial, Serial::Before(_) | Serial::Behind(_)) {
            compiled.resize(compiled.len().max(2), Expr::Const(Datum::Null));
            if compiled.len() < 3 {
                compiled.push(default);
            }
        }
        let node = self.gated(stream.node, span)?;
        let compiled: Arc<[Expr]> = compiled.into();
        let make = move || Numbered::new(serial, Arc::clone(&compiled));
        stream.node = self.operator("a window function", span, &[node], make)?;
        let hidden: Box<str> = format!("{HIDDEN}{}", stream.shape.columns.len()).into();
        stream.shape.push(hidden.clone(), kind);
        Ok(Scalar { node: Node::Column(hidden), span })
    }

    fn absent_of(&self, kind: Kind) -> Datum {
        crate::dialect::absent(self.query.language, kind)
    }

    /// Rows without the columns of such calls.
    pub(super) fn unnumbered(&mut self, stream: Stream, span: Span) -> Result<Stream, CompileError> {
        let shown = |at: &usize| stream.shape.columns.get(*at).is_some_and(|column| !column.name.starts_with(HIDDEN));
        let kept: Vec<usize> = (0..stream.shape.columns.len()).filter(shown).collect();
        if kept.len() == stream.shape.columns.len() {
            return Ok(stream);
        }
        let open = stream.shape.open;
        self.picked(stream, &kept, open, span)
    }
}

fn is(name: &str) -> bool {
    matches!(
        name,
        "row_number" | "row_cumsum" | "row_rank_dense" | "row_rank_min" | "row_window_session" | "prev" | "next"
    )
}

fn inside(scalar: &Scalar, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let within = |scalar: &Scalar| inside(scalar, depth);
    match &scalar.node {
        Node::Call(name, arguments) => is(name) || arguments.iter().any(within),
        Node::And(all) | Node::Or(all) => all.iter().any(within),
        Node::Not(one) | Node::Member(one, _) => within(one),
        Node::Index(a, b) | Node::Compare(_, a, b) | Node::Arithmetic(_, a, b) => within(a) || within(b),
        Node::Text { value, pattern, .. } => within(value) || within(pattern),
        Node::TextAny { value, patterns, .. } => within(value) || patterns.iter().any(within),
        _ => false,
    }
}
