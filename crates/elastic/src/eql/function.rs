//! Functions: tests of text become tests, arithmetic becomes arithmetic, the rest stays a call.

use super::condition::test;
use super::{Parser, clip};
use crate::fail::{Fail, Taken, join, part};
use crate::pattern::{Wild, lucene_regex, text};
use ddefend_rule::ir::query::{ArithmeticOp, Datum, Node, Scalar, Span, TextOp};

/// Functions that stay calls: name, fewest and most arguments, true where a `~` may follow (Elasticsearch reference,
/// "EQL function reference").
const CALLS: &[(&str, usize, usize, bool)] = &[
    ("between", 3, 5, true),
    ("concat", 1, 255, false),
    ("indexof", 2, 3, true),
    ("length", 1, 1, false),
    ("number", 1, 2, false),
    ("string", 1, 1, false),
    ("substring", 2, 3, false),
];

impl Parser<'_> {
    /// A call; the name is read, the parenthesis is next.
    pub(super) fn call(&mut self, name: &str, start: Span) -> Taken<Scalar> {
        self.bounds.enter(start)?;
        self.want("(")?;
        let mut arguments = Vec::new();
        while !self.is(")") {
            self.bounds.count(self.span)?;
            arguments.push(self.condition()?);
            if !self.take(",")? {
                break;
            }
        }
        self.want(")")?;
        self.bounds.leave();
        let span = join(start, self.last);
        let cased = !name.ends_with('~');
        let lower = name.trim_end_matches('~').to_ascii_lowercase();
        match lower.as_str() {
            "startswith" => of_two(TextOp::StartsWith, cased, arguments, name, span),
            "endswith" => of_two(TextOp::EndsWith, cased, arguments, name, span),
            "stringcontains" => of_two(TextOp::Contains, cased, arguments, name, span),
            "cidrmatch" => many(TextOp::Cidr, true, arguments, name, span),
            "arraycontains" => many(TextOp::Equals, cased, arguments, name, span),
            "wildcard" | "match" => patterns(lower == "wildcard", cased, arguments, name, span),
            "add" => arithmetic(ArithmeticOp::Add, arguments, name, span),
            "subtract" => arithmetic(ArithmeticOp::Subtract, arguments, name, span),
            "multiply" => arithmetic(ArithmeticOp::Multiply, arguments, name, span),
            "divide" => arithmetic(ArithmeticOp::Divide, arguments, name, span),
            "modulo" => arithmetic(ArithmeticOp::Modulo, arguments, name, span),
            _ => {
                let Some((known, least, most, folds)) = CALLS.iter().find(|(known, ..)| *known == lower) else {
                    return Err(Fail::unsupported(start, &format!("the function `{}`", clip(name))));
                };
                if !cased && !folds {
                    return Err(Fail::syntax(start, format!("`{known}` has no form with `~`")));
                }
                if arguments.len() < *least || arguments.len() > *most {
                    return Err(count(name, span));
                }
                let name = if cased { (*known).to_owned() } else { format!("{known}~") };
                Ok(part(Node::Call(name.into(), arguments), span))
            }
        }
    }
}

fn count(name: &str, span: Span) -> Fail {
    Fail::syntax(span, format!("`{}` takes another number of arguments", clip(name)))
}

fn of_two(op: TextOp, cased: bool, mut arguments: Vec<Scalar>, name: &str, span: Span) -> Taken<Scalar> {
    match (arguments.pop(), arguments.pop(), arguments.is_empty()) {
        (Some(pattern), Some(value), true) => Ok(test(op, cased, value, vec![pattern], span)),
        _ => Err(count(name, span)),
    }
}

fn many(op: TextOp, cased: bool, mut arguments: Vec<Scalar>, name: &str, span: Span) -> Taken<Scalar> {
    if arguments.len() < 2 {
        return Err(count(name, span));
    }
    let value = arguments.remove(0);
    Ok(test(op, cased, value, arguments, span))
}

/// `wildcard(field, "a*", ...)` and `match(field, "expression", ...)` of older EQL.
fn patterns(wild: bool, cased: bool, mut arguments: Vec<Scalar>, name: &str, span: Span) -> Taken<Scalar> {
    if arguments.len() < 2 {
        return Err(count(name, span));
    }
    let value = arguments.remove(0);
    let mut found = Vec::new();
    for argument in arguments {
        let Node::Literal(Datum::Text(source)) = &argument.node else {
            return Err(Fail::unsupported(argument.span, "a pattern that is no constant string"));
        };
        found.push(if wild {
            text(&Wild::read(source).like(), argument.span)
        } else {
            text(&lucene_regex(source, argument.span)?, argument.span)
        });
    }
    Ok(test(if wild { TextOp::Like } else { TextOp::RegexWhole }, cased, value, found, span))
}

fn arithmetic(op: ArithmeticOp, mut arguments: Vec<Scalar>, name: &str, span: Span) -> Taken<Scalar> {
    match (arguments.pop(), arguments.pop(), arguments.is_empty()) {
        (Some(right), Some(left), true) => Ok(part(Node::Arithmetic(op, Box::new(left), Box::new(right)), span)),
        _ => Err(count(name, span)),
    }
}
