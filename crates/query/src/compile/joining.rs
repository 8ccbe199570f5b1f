use super::{Builder, Stream};
use crate::error::CompileError;
use crate::expr::{Expr, Typed};
use crate::operator::{Join, Side};
use crate::shape::Shape;
use ddefend_event::Kind;
use ddefend_rule::ir::query::{JoinKind, Language, Node, Pipeline, Scalar, Span};
use std::sync::Arc;

impl Builder<'_> {
    pub(super) fn join(
        &mut self,
        left: Stream,
        kind: JoinKind,
        right: &Pipeline,
        on: &[(Scalar, Scalar)],
        span: Span,
        all: bool,
    ) -> Result<Stream, CompileError> {
        let right = self.pipeline(right, all)?;
        let mut keys = (Vec::new(), Vec::new());
        let mut same = Vec::new();
        for (a, b) in on {
            let (a_made, b_made) = (self.scalar(a, &left.shape)?, self.scalar(b, &right.shape)?);
            if let (Node::Column(a), Node::Column(b)) = (&a.node, &b.node)
                && a == b
            {
                same.push(b.clone());
            }
            let (a_made, b_made) = alike(a_made, b_made, self.query.language);
            keys.0.push(a_made);
            keys.1.push(b_made);
        }
        // Columns of the right side that are shown, and under which names.
        let lookup = matches!(kind, JoinKind::Lookup | JoinKind::LookupInner);
        let mut shape = Shape { open: left.shape.open || right.shape.open, ..left.shape.clone() };
        let mut shown = Vec::new();
        for (at, column) in right.shape.columns.iter().enumerate() {
            let is_key = on.iter().any(|(_, right)| matches!(&right.node, Node::Column(name) if *name == column.name));
            if lookup && is_key {
                continue;
            }
            if self.query.language != Language::Kql && shape.place(&column.name, self.query.language).is_some() {
                // Elsewhere the left side's column stays (SPL `overwrite` is the front end's).
                continue;
            }
            let name = shape.fresh(&column.name);
            shape.push(name, column.kind);
            shown.push(at);
        }
        let shape = match kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => left.shape.clone(),
            JoinKind::RightSemi | JoinKind::RightAnti => right.shape.clone(),
            _ => shape,
        };
        let left_node = self.gated(left.node, span)?;
        let sides = (
            Side { keys: keys.0.into(), absent: self.absent(&left.shape) },
            Side { keys: keys.1.into(), absent: self.absent(&right.shape) },
        );
        let shown: Arc<[usize]> = shown.into();
        let node = self.operator("join", span, &[left_node, right.node], move || {
            Join::new(kind, sides.0.clone(), sides.1.clone(), Arc::clone(&shown))
        })?;
        Ok(Stream { node, shape, table: None })
    }
}

/// Keys of different kinds made comparable: numbers are already, text and other is compared as text.
fn alike(left: Typed, right: Typed, language: Language) -> (Expr, Expr) {
    let text = |kind: Kind| matches!(kind, Kind::String | Kind::Guid);
    let cast = |typed: Typed| Expr::Cast(Box::new(typed.expr), Kind::String);
    match (left.kind, right.kind) {
        (a, b) if text(a) && b == Kind::Dynamic && language == Language::Kql => (left.expr, cast(right)),
        (a, b) if a == Kind::Dynamic && text(b) && language == Language::Kql => (cast(left), right.expr),
        _ if language == Language::Spl => (cast(left), cast(right)),
        _ => (left.expr, right.expr),
    }
}
