//! `name = value`, and what counts and settings say.

use super::{At, Lower, at};
use crate::ast::{Ex, Expr, Key, Setting};
use crate::fault::{Fault, Got};
use crate::parser::setting_word;
use ddefend_rule::ir::query::{Assignment, Datum, Ends, Node, Pattern, Scalar, SortKey, Span};

impl<'a> Lower<'a> {
    /// A value with the names that it is given; a column alone keeps its own, other names are made when it runs.
    pub(super) fn assignment(&mut self, value: &'a Expr, place: At<'_>) -> Got<Assignment> {
        match &value.node {
            Ex::Named(names, inner) => {
                if !matches!(inner.node, Ex::Star) {
                    return Ok(Assignment { names: names.clone(), value: self.scalar(inner, place)? });
                }
                Fault::syntax(inner.span, "* stands where a value is wanted")
            }
            Ex::Star => Fault::syntax(value.span, "* stands where a value is wanted"),
            written => {
                let value = self.scalar(value, place)?;
                let names = match (&value.node, written) {
                    (Node::Column(name), _) => vec![name.clone()],
                    (Node::Call(..), Ex::Call(_, arguments)) => match arguments.first().map(|first| &first.node) {
                        // `bin(x = a, 1h)` makes the column x.
                        Some(Ex::Named(names, _)) => names.clone(),
                        _ => Vec::new(),
                    },
                    _ => Vec::new(),
                };
                Ok(Assignment { names, value })
            }
        }
    }

    pub(super) fn assignments(&mut self, list: &'a [Expr], place: At<'_>) -> Got<Vec<Assignment>> {
        list.iter().map(|value| self.assignment(value, place)).collect()
    }

    /// The same as an argument of a command: `assign("name", ..., value)`.
    pub(super) fn packed(&mut self, value: &'a Expr, place: At<'_>) -> Got<Scalar> {
        let assignment = self.assignment(value, place)?;
        let mut list: Vec<Scalar> = assignment.names.iter().map(|name| text(name, value.span)).collect();
        list.push(assignment.value);
        Ok(at(Node::Call("assign".into(), list), value.span))
    }

    /// Keys of an order: largest first unless told; then values that are missing stand at the end, else at the start.
    pub(super) fn keys(&mut self, keys: &'a [Key], place: At<'_>) -> Got<Vec<SortKey>> {
        let mut sorted = Vec::new();
        for key in keys {
            let value = match &key.value.node {
                Ex::Named(_, inner) => self.scalar(inner, place)?,
                _ => self.scalar(&key.value, place)?,
            };
            let descending = key.descending.unwrap_or(true);
            let first = key.nulls_first.unwrap_or(!descending);
            sorted.push(SortKey { value, descending, nulls: if first { Ends::First } else { Ends::Last } });
        }
        Ok(sorted)
    }

    /// A number of rows: a constant.
    pub(super) fn count(&mut self, value: &'a Expr, place: At<'_>) -> Got<u64> {
        let scalar = self.scalar(value, place)?;
        match &scalar.node {
            Node::Literal(Datum::Long(count)) if *count >= 0 => Ok(count.unsigned_abs()),
            Node::Literal(_) | Node::NullOf(_) => {
                Fault::value(value.span, "a number of rows is a whole number, not negative")
            }
            Node::Column(name) => Fault::value(value.span, format!("{name:?} is not defined; here goes a number")),
            _ => Fault::unsupported(value.span, "a computed number of rows"),
        }
    }
}

/// Text as a constant.
pub(super) fn text(value: &str, span: Span) -> Scalar {
    at(Node::Literal(Datum::Text(value.into())), span)
}

/// Columns by name or pattern.
pub(super) fn patterns(list: &[Expr]) -> Got<Vec<Pattern>> {
    list.iter().map(pattern).collect()
}

pub(super) fn pattern(value: &Expr) -> Got<Pattern> {
    let name = match &value.node {
        Ex::Name(name) => name.clone(),
        Ex::Star => "*".into(),
        _ => return Fault::syntax(value.span, "here goes a column's name, or a pattern of it"),
    };
    Ok(Pattern { name, span: value.span })
}

/// The value of a setting as a word.
pub(super) fn setting<'s>(settings: &'s [Setting], name: &str) -> Option<(&'s str, Span)> {
    let found = settings.iter().find(|setting| *setting.name == *name)?;
    setting_word(&found.value).map(|word| (word, found.value.span))
}

/// True where a setting says so.
pub(super) fn switch(settings: &[Setting], name: &str) -> bool {
    settings.iter().any(|setting| *setting.name == *name && setting.value.node == Ex::Literal(Datum::Bool(true)))
}
