//! Calls of Kusto's own functions.

use super::{At, Lower, at};
use crate::ast::{Ex, Expr};
use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Node, Scalar, Span};

impl<'a> Lower<'a> {
    pub(super) fn builtin(&mut self, name: &str, arguments: &'a [Expr], span: Span, place: At<'_>) -> Got<Scalar> {
        match (name, arguments) {
            ("toscalar" | "materialize", [table]) => return self.first_value(table, place),
            ("not", [value]) => {
                let value = self.scalar(value, place)?;
                return Ok(at(Node::Not(Box::new(value)), span));
            }
            _ => {}
        }
        if let Some(table) = arguments
            .iter()
            .find(|argument| matches!(argument.node, Ex::Pipe(..) | Ex::Datatable(..) | Ex::External(..)))
        {
            let message = format!("a table stands where {name}() wants a value; toscalar(...) takes its first");
            return Fault::value(table.span, message);
        }
        let mut values = Vec::new();
        for argument in arguments {
            match &argument.node {
                Ex::TypeOf(kind) => values.push(at(Node::NullOf(*kind), argument.span)),
                Ex::Star => values.push(at(Node::AnyColumn, argument.span)),
                // `round(x = a)`: the value counts; the name is the result's (see `assignment`).
                Ex::Named(_, value) => values.push(self.scalar(value, place)?),
                _ => values.push(self.scalar(argument, place)?),
            }
        }
        Ok(at(Node::Call(name.into(), values), span))
    }
}
