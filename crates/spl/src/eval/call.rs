use super::Parser;
use super::lex::Piece;
use crate::context::{Range, literal, text};
use crate::expand::Fault;
use crate::{pattern, search};
use ddefend_rule::ir::query::{Datum, Node, Scalar, TextOp};

impl Parser<'_, '_> {
    /// A call; its opening bracket is read already.
    pub(super) fn call(&mut self, name: &str, start: Range) -> Result<Scalar, Fault> {
        if name == "searchmatch" {
            return self.searchmatch(start);
        }
        let open = self.here();
        let arguments = self.arguments()?;
        let range = self.since(start);
        let count = arguments.len();
        let wants = |parser: &Self, wanted: usize| {
            if count == wanted {
                return Ok(());
            }
            Err(parser.context.syntax(range, format!("{name} takes {wanted} arguments, not {count}")))
        };
        let mut given = arguments.into_iter();
        Ok(match name {
            "true" | "false" if count == 0 => self.context.scalar(Node::Literal(Datum::Bool(name == "true")), range),
            "null" if count == 0 => self.context.scalar(Node::Literal(Datum::Null), range),
            "like" => {
                wants(self, 2)?;
                let (Some(value), Some(pattern)) = (given.next(), given.next()) else { return Err(self.lost(open)) };
                self.like(value, pattern, range)
            }
            "match" => {
                wants(self, 2)?;
                let (Some(value), Some(pattern)) = (given.next(), given.next()) else { return Err(self.lost(open)) };
                let Node::Literal(Datum::Text(source)) = &pattern.node else {
                    return Ok(self.context.call(name, vec![value, pattern], range));
                };
                let regex = pattern::regex(self.context, source, range)?;
                let pattern = Box::new(Scalar { node: Node::Literal(text(&regex)), span: pattern.span });
                let node = Node::Text { op: TextOp::Regex, cased: true, value: Box::new(value), pattern };
                self.context.scalar(node, range)
            }
            "cidrmatch" => {
                wants(self, 2)?;
                let (Some(network), Some(value)) = (given.next(), given.next()) else { return Err(self.lost(open)) };
                let node =
                    Node::Text { op: TextOp::Cidr, cased: true, value: Box::new(value), pattern: Box::new(network) };
                self.context.scalar(node, range)
            }
            "in" => {
                let Some(value) = given.next() else { return Err(self.lost(open)) };
                self.within(value, given.collect(), range)
            }
            "replace" | "mvfind" => {
                let mut arguments: Vec<Scalar> = given.collect();
                if let Some(Scalar { node: Node::Literal(source @ Datum::Text(_)), .. }) = arguments.get_mut(1)
                    && let Datum::Text(written) = &*source
                {
                    *source = text(&pattern::regex(self.context, written, range)?);
                }
                self.context.call(name, arguments, range)
            }
            "mvfilter" => {
                wants(self, 1)?;
                let Some(body) = given.next() else { return Err(self.lost(open)) };
                let Some(field) = column_of(&body) else {
                    return Err(self.context.syntax(range, "mvfilter asks something of one field"));
                };
                let lambda = self.context.scalar(Node::Lambda(field.clone(), Box::new(body)), range);
                let column = self.context.column(&field, range);
                self.context.call(name, vec![column, lambda], range)
            }
            "mvmap" => {
                wants(self, 2)?;
                let (Some(value), Some(body)) = (given.next(), given.next()) else { return Err(self.lost(open)) };
                let Some(field) = column_of(&value) else {
                    return Err(self.context.unsupported(range, "mvmap over something that is no field"));
                };
                let lambda = self.context.scalar(Node::Lambda(field, Box::new(body)), range);
                self.context.call(name, vec![value, lambda], range)
            }
            _ => self.context.call(name, given.collect(), range),
        })
    }

    fn lost(&self, range: Range) -> Fault {
        self.context.syntax(range, "an argument is missing")
    }

    /// `searchmatch("a=1 b")`: an expression of `search`.
    fn searchmatch(&mut self, start: Range) -> Result<Scalar, Fault> {
        let here = self.here();
        let Some(Piece::Text(_)) = self.take() else {
            return Err(self.context.syntax(here, "searchmatch takes a search in quotes"));
        };
        if !self.eat(")") {
            return Err(self.context.syntax(here, "the bracket is not closed"));
        }
        let inner = Range { start: here.start.saturating_add(1), end: here.end.saturating_sub(1) };
        if self.context.slice(inner).contains('\\') {
            return Err(self.context.unsupported(here, "searchmatch with a backslash in its text"));
        }
        let found = search::expression(self.context, inner, None, true)?;
        if !found.among.is_empty() {
            return Err(self.context.unsupported(here, "searchmatch with a subsearch"));
        }
        let _ = start;
        Ok(found.filter.unwrap_or_else(|| literal(Datum::Bool(true))))
    }
}

/// The first column of an expression.
fn column_of(scalar: &Scalar) -> Option<Box<str>> {
    match &scalar.node {
        Node::Column(name) => Some(name.clone()),
        Node::And(parts) | Node::Or(parts) | Node::Call(_, parts) => parts.iter().find_map(column_of),
        Node::Not(inner) | Node::Member(inner, _) | Node::Lambda(_, inner) => column_of(inner),
        Node::Text { value, pattern, .. } => column_of(value).or_else(|| column_of(pattern)),
        Node::TextAny { value, patterns, .. } => column_of(value).or_else(|| patterns.iter().find_map(column_of)),
        Node::Compare(_, left, right) | Node::Arithmetic(_, left, right) | Node::Index(left, right) => {
            column_of(left).or_else(|| column_of(right))
        }
        _ => None,
    }
}
