//! What names mean behind steps that make, rename and leave out columns.

use super::refused;
use crate::dialect;
use crate::error::CompileError;
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, Datum, Language, Node, Pattern, Scalar, Span};
use std::collections::BTreeMap;

/// Nodes that replacing names by what they stand for may make.
const NODES: usize = 20_000;
/// Expressions in expressions.
const DEPTH: usize = 200;

/// Columns at a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// What made columns are of the table's.
    made: BTreeMap<Box<str>, Scalar>,
    /// True where there are no others.
    closed: bool,
    /// A step by which it is not known here which columns there are.
    unknown: Option<Span>,
    nodes: usize,
}

impl Scope {
    /// The expression with made columns replaced by what they are.
    pub(super) fn resolved(&mut self, scalar: &Scalar) -> Result<Scalar, CompileError> {
        if let Some(span) = self.unknown {
            return Err(refused(span, "choosing columns by pattern before a condition"));
        }
        self.replace(scalar, DEPTH)
    }

    fn replace(&mut self, scalar: &Scalar, depth: usize) -> Result<Scalar, CompileError> {
        let span = scalar.span;
        self.nodes = self.nodes.saturating_add(1);
        let depth = depth.checked_sub(1).filter(|_| self.nodes <= NODES).ok_or_else(|| {
            CompileError::new(
                span,
                code::QUERY_LIMIT,
                "the condition is too large for a rule: run it with `ddefend query`",
            )
        })?;
        let mut all = |items: &[Scalar]| -> Result<Vec<Scalar>, CompileError> {
            items.iter().map(|item| self.replace(item, depth)).collect()
        };
        let node = match &scalar.node {
            Node::Column(name) => return self.column(name, span),
            Node::Member(..) => match super::condition::path(scalar) {
                Some(name) => return self.column(&name, span),
                None => scalar.node.clone(),
            },
            Node::And(items) => Node::And(all(items)?),
            Node::Or(items) => Node::Or(all(items)?),
            Node::Call(name, items) => Node::Call(name.clone(), all(items)?),
            Node::Not(inner) => Node::Not(Box::new(self.replace(inner, depth)?)),
            Node::Compare(op, left, right) => {
                Node::Compare(*op, Box::new(self.replace(left, depth)?), Box::new(self.replace(right, depth)?))
            }
            Node::Text { op, cased, value, pattern } => {
                let (value, pattern) = (self.replace(value, depth)?, self.replace(pattern, depth)?);
                Node::Text { op: *op, cased: *cased, value: Box::new(value), pattern: Box::new(pattern) }
            }
            Node::TextAny { op, cased, all: every, value, patterns } => {
                let (patterns, value) = (all(patterns)?, self.replace(value, depth)?);
                Node::TextAny { op: *op, cased: *cased, all: *every, value: Box::new(value), patterns }
            }
            other => other.clone(),
        };
        Ok(Scalar { node, span })
    }

    fn column(&mut self, name: &str, span: Span) -> Result<Scalar, CompileError> {
        if let Some(made) = self.made.get(name) {
            let made = made.clone();
            self.nodes = self.nodes.saturating_add(size(&made, DEPTH));
            if self.nodes > NODES {
                let what = "the condition is too large for a rule: run it with `ddefend query`";
                return Err(CompileError::new(span, code::QUERY_LIMIT, what));
            }
            return Ok(made);
        }
        let node = if self.closed { Node::Literal(Datum::Null) } else { Node::Column(name.into()) };
        Ok(Scalar { node, span })
    }

    pub(super) fn extend(&mut self, values: &[Assignment], language: Language) -> Result<(), CompileError> {
        let mut made = Vec::new();
        for value in values {
            let found = self.replace(&value.value, DEPTH)?;
            for name in &value.names {
                // Several names for one value: which gets what is the function's.
                let span = value.value.span;
                let found = if value.names.len() == 1 { found.clone() } else { opaque(span) };
                match dialect::sees_own_columns(language) {
                    true => _ = self.made.insert(name.clone(), found),
                    false => made.push((name.clone(), found)),
                }
            }
        }
        self.made.extend(made);
        Ok(())
    }

    pub(super) fn project(&mut self, values: &[Assignment], language: Language) -> Result<(), CompileError> {
        let mut next = BTreeMap::new();
        for value in values {
            let found = self.replace(&value.value, DEPTH)?;
            match (value.names.as_slice(), &value.value.node) {
                ([name], _) => _ = next.insert(name.clone(), found),
                ([], Node::Column(name)) => _ = next.insert(name.clone(), found),
                (names, _) => next.extend(names.iter().map(|name| (name.clone(), opaque(value.value.span)))),
            }
        }
        _ = language;
        (self.made, self.closed) = (next, true);
        Ok(())
    }

    pub(super) fn keep(&mut self, patterns: &[Pattern]) {
        if let Some(pattern) = patterns.iter().find(|pattern| pattern.name.contains('*')) {
            self.unknown = Some(pattern.span);
            return;
        }
        let kept = |pattern: &Pattern| {
            let old = self.made.get(&pattern.name).cloned();
            let own = (!self.closed).then(|| Scalar { node: Node::Column(pattern.name.clone()), span: pattern.span });
            Some((pattern.name.clone(), old.or(own)?))
        };
        self.made = patterns.iter().filter_map(kept).collect();
        self.closed = true;
    }

    pub(super) fn away(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            if pattern.name.contains('*') {
                self.unknown = Some(pattern.span);
            }
            self.made.insert(pattern.name.clone(), Scalar { node: Node::Literal(Datum::Null), span: pattern.span });
        }
    }

    pub(super) fn rename(&mut self, pairs: &[(Box<str>, Box<str>)]) {
        let mut made = Vec::new();
        for (new, old) in pairs {
            if old.contains('*') || new.contains('*') {
                self.unknown = Some(Span::default());
                continue;
            }
            let own = || match self.closed {
                true => Scalar { node: Node::Literal(Datum::Null), span: Span::default() },
                false => Scalar { node: Node::Column(old.clone()), span: Span::default() },
            };
            made.push((new.clone(), self.made.get(old).cloned().unwrap_or_else(own)));
        }
        for (_, old) in pairs {
            self.made.insert(old.clone(), Scalar { node: Node::Literal(Datum::Null), span: Span::default() });
        }
        self.made.extend(made);
    }
}

/// A value of which nothing is known here.
fn opaque(span: Span) -> Scalar {
    Scalar { node: Node::Call("several results".into(), Vec::new()), span }
}

/// Nodes of an expression.
fn size(scalar: &Scalar, depth: usize) -> usize {
    let Some(depth) = depth.checked_sub(1) else { return NODES };
    let sum = |items: &[Scalar]| items.iter().map(|item| size(item, depth)).fold(1, usize::saturating_add);
    match &scalar.node {
        Node::And(items) | Node::Or(items) | Node::Call(_, items) => sum(items),
        Node::Not(inner) => size(inner, depth).saturating_add(1),
        Node::Compare(_, left, right) | Node::Text { value: left, pattern: right, .. } => {
            size(left, depth).saturating_add(size(right, depth)).saturating_add(1)
        }
        Node::TextAny { value, patterns, .. } => size(value, depth).saturating_add(sum(patterns)),
        _ => 1,
    }
}
