//! Conditions: `or`, `and`, `not`, comparisons, arithmetic.

use super::{Parser, clip};
use crate::fail::{Fail, Taken, join, part};
use crate::lex::Token;
use crate::pattern::{Wild, lucene_regex, text};
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Node, Scalar, Span, TextOp};

impl Parser<'_> {
    /// `a or b`.
    pub(super) fn condition(&mut self) -> Taken<Scalar> {
        self.bounds.enter(self.span)?;
        let first = self.conjunction()?;
        let mut all = vec![first];
        while self.take_word("or")? {
            all.push(self.conjunction()?);
        }
        self.bounds.leave();
        Ok(several(all, Node::Or))
    }

    fn conjunction(&mut self) -> Taken<Scalar> {
        let mut all = vec![self.negation()?];
        while self.take_word("and")? {
            all.push(self.negation()?);
        }
        Ok(several(all, Node::And))
    }

    fn negation(&mut self) -> Taken<Scalar> {
        let start = self.span;
        let mut negative = false;
        let mut negations = 0_usize;
        while self.is_word("not") {
            self.next()?;
            self.bounds.count(start)?;
            negative = !negative;
            negations = negations.saturating_add(1);
        }
        let found = self.comparison()?;
        if negations == 0 {
            return Ok(found);
        }
        let span = join(start, found.span);
        Ok(if negative { negated(found, span) } else { found })
    }

    fn comparison(&mut self) -> Taken<Scalar> {
        let left = self.sum()?;
        let op = match &self.token {
            Token::Mark("==") => CompareOp::Eq,
            Token::Mark("!=") => CompareOp::Ne,
            Token::Mark("<") => CompareOp::Lt,
            Token::Mark("<=") => CompareOp::Le,
            Token::Mark(">") => CompareOp::Gt,
            Token::Mark(">=") => CompareOp::Ge,
            _ => return self.predicate(left),
        };
        self.next()?;
        let right = self.sum()?;
        Ok(compare(op, left, right))
    }

    /// `in (...)`, `: "..."`, `like ...`, `regex ...`.
    fn predicate(&mut self, value: Scalar) -> Taken<Scalar> {
        let start = self.span;
        let negative = self.is_word("not");
        if negative {
            self.next()?;
        }
        let word = match &self.token {
            Token::Mark(":") => ":".to_owned(),
            Token::Name(name) => name.to_ascii_lowercase(),
            _ if negative => return Err(self.unexpected("`in`")),
            _ => return Ok(value),
        };
        let cased = !(word == ":" || word.ends_with('~'));
        let kind = match word.trim_end_matches('~') {
            "in" => Kind::In,
            ":" | "like" => Kind::Like,
            "regex" => Kind::Regex,
            _ if negative => return Err(self.unexpected("`in`")),
            _ => return Ok(value),
        };
        self.next()?;
        let mut patterns = Vec::new();
        let list = self.take("(")?;
        if list {
            loop {
                self.bounds.count(self.span)?;
                patterns.push(if kind == Kind::In { self.sum()? } else { self.constant()? });
                if !self.take(",")? {
                    break;
                }
            }
            self.want(")")?;
        } else if kind == Kind::In {
            return Err(self.unexpected("`(`"));
        } else {
            patterns.push(self.constant()?);
        }
        let span = join(value.span, self.last);
        let found = matching(kind, cased, value, patterns, span)?;
        Ok(if negative { negated(found, join(start, span)) } else { found })
    }

    /// A string, a number, true, false or null.
    fn constant(&mut self) -> Taken<Scalar> {
        let negative = self.take("-")?;
        let node = match self.next()? {
            Token::Text(found) if !negative => return Ok(text(&found, self.last)),
            Token::Number(number) => Node::Literal(if negative { minus(number) } else { number }),
            Token::Name(name) if name == "true" || name == "false" => Node::Literal(Datum::Bool(name == "true")),
            Token::Name(name) if name == "null" => Node::Literal(Datum::Null),
            _ => return Err(Fail::syntax(self.last, "a string in double quotes is wanted here")),
        };
        Ok(part(node, self.last))
    }

    /// A value without comparison.
    pub(super) fn operand(&mut self) -> Taken<Scalar> {
        self.sum()
    }

    fn sum(&mut self) -> Taken<Scalar> {
        let mut left = self.product()?;
        loop {
            let op = match self.token {
                Token::Mark("+") => ArithmeticOp::Add,
                Token::Mark("-") => ArithmeticOp::Subtract,
                _ => return Ok(left),
            };
            self.next()?;
            let right = self.product()?;
            left = self.arithmetic(op, left, right)?;
        }
    }

    fn product(&mut self) -> Taken<Scalar> {
        let mut left = self.unary()?;
        loop {
            let op = match self.token {
                Token::Mark("*") => ArithmeticOp::Multiply,
                Token::Mark("/") => ArithmeticOp::Divide,
                Token::Mark("%") => ArithmeticOp::Modulo,
                _ => return Ok(left),
            };
            self.next()?;
            let right = self.unary()?;
            left = self.arithmetic(op, left, right)?;
        }
    }

    /// A chain of operators is as deep as it is long: it counts as depth.
    fn arithmetic(&mut self, op: ArithmeticOp, left: Scalar, right: Scalar) -> Taken<Scalar> {
        self.bounds.enter(left.span)?;
        let span = join(left.span, right.span);
        Ok(part(Node::Arithmetic(op, Box::new(left), Box::new(right)), span))
    }

    fn unary(&mut self) -> Taken<Scalar> {
        let start = self.span;
        let mut negative = false;
        loop {
            if self.take("-")? {
                negative = !negative;
            } else if !self.take("+")? {
                break;
            }
            self.bounds.count(start)?;
        }
        let value = self.primary()?;
        if !negative {
            return Ok(value);
        }
        let span = join(start, value.span);
        Ok(match value.node {
            Node::Literal(number @ (Datum::Long(_) | Datum::Real(_))) => part(Node::Literal(minus(number)), span),
            _ => {
                let zero = part(Node::Literal(Datum::Long(0)), start);
                part(Node::Arithmetic(ArithmeticOp::Subtract, Box::new(zero), Box::new(value)), span)
            }
        })
    }

    fn primary(&mut self) -> Taken<Scalar> {
        let start = self.span;
        match self.next()? {
            Token::Text(found) => Ok(text(&found, start)),
            Token::Number(number) => Ok(part(Node::Literal(number), start)),
            Token::Mark("(") => {
                let found = self.condition()?;
                self.want(")")?;
                Ok(found)
            }
            Token::Mark("?") => {
                let (Token::Name(name) | Token::Quoted(name)) = self.next()? else {
                    return Err(Fail::syntax(self.last, "a field is wanted behind `?`"));
                };
                self.field(name, start)
            }
            Token::Quoted(name) => self.field(name, start),
            Token::Name(name) => self.named(name, start),
            _ => Err(Fail::syntax(start, "a field, a value or `(` is wanted here")),
        }
    }

    fn named(&mut self, name: String, start: Span) -> Taken<Scalar> {
        let literal = match name.as_str() {
            "true" => Some(Datum::Bool(true)),
            "false" => Some(Datum::Bool(false)),
            "null" => Some(Datum::Null),
            _ => None,
        };
        if let Some(literal) = literal {
            return Ok(part(Node::Literal(literal), start));
        }
        if matches!(name.as_str(), "descendant" | "child" | "event") && self.is_word("of") {
            return Err(Fail::unsupported(join(start, self.span), &format!("`{name} of`")));
        }
        if self.is("(") {
            return self.call(&name, start);
        }
        if name.ends_with('~') {
            return Err(Fail::syntax(start, format!("`(` is wanted behind `{}`", clip(&name))));
        }
        self.field(name, start)
    }

    /// `a.b.c`; the names are one column.
    pub(super) fn field(&mut self, first: String, start: Span) -> Taken<Scalar> {
        let mut name = first;
        loop {
            if self.is("[") && self.lexer.rest().trim_start().starts_with(|c: char| c.is_ascii_digit()) {
                return Err(Fail::unsupported(self.span, "an element of an array by its number"));
            }
            if !self.take(".")? {
                break;
            }
            match self.next()? {
                Token::Name(next) | Token::Quoted(next) => {
                    name.push('.');
                    name.push_str(&next);
                }
                _ => return Err(Fail::syntax(self.last, "a name is wanted behind the dot")),
            }
        }
        self.bounds.count(start)?;
        Ok(part(Node::Column(name.into()), join(start, self.last)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    In,
    Like,
    Regex,
}

fn several(mut all: Vec<Scalar>, node: fn(Vec<Scalar>) -> Node) -> Scalar {
    match (all.len(), all.first(), all.last()) {
        (1, ..) => all.pop().unwrap_or_else(|| part(Node::Literal(Datum::Null), Span::default())),
        (_, Some(first), Some(last)) => {
            let span = join(first.span, last.span);
            part(node(all), span)
        }
        _ => part(node(all), Span::default()),
    }
}

fn minus(number: Datum) -> Datum {
    match number {
        Datum::Long(number) => Datum::Long(number.wrapping_neg()),
        Datum::Real(number) => Datum::Real(-number),
        other => other,
    }
}

fn matching(kind: Kind, cased: bool, value: Scalar, patterns: Vec<Scalar>, span: Span) -> Taken<Scalar> {
    if kind == Kind::In {
        let node = Node::TextAny { op: TextOp::Equals, cased, all: false, value: Box::new(value), patterns };
        return Ok(part(node, span));
    }
    let mut tests: Vec<(TextOp, Vec<Scalar>)> = Vec::new();
    let mut others = Vec::new();
    for pattern in patterns {
        let Node::Literal(Datum::Text(source)) = &pattern.node else {
            others.push(compare(CompareOp::Eq, value.clone(), pattern));
            continue;
        };
        let (op, source) = match kind {
            Kind::Regex => (TextOp::RegexWhole, lucene_regex(source, pattern.span)?),
            _ => Wild::read(source).test(),
        };
        let pattern = text(&source, pattern.span);
        match tests.iter_mut().find(|(known, _)| *known == op) {
            Some((_, same)) => same.push(pattern),
            None => tests.push((op, vec![pattern])),
        }
    }
    let mut all: Vec<Scalar> =
        tests.into_iter().map(|(op, patterns)| test(op, cased, value.clone(), patterns, span)).collect();
    all.extend(others);
    let Scalar { node, .. } = several(all, Node::Or);
    Ok(part(node, span))
}

/// A test for one or several patterns.
pub(super) fn test(op: TextOp, cased: bool, value: Scalar, mut patterns: Vec<Scalar>, span: Span) -> Scalar {
    let value = Box::new(value);
    let node = match (patterns.len(), patterns.pop()) {
        (1, Some(pattern)) => Node::Text { op, cased, value, pattern: Box::new(pattern) },
        (_, last) => {
            patterns.extend(last);
            Node::TextAny { op, cased, all: false, value, patterns }
        }
    };
    part(node, span)
}

/// A comparison; what a function makes must be there to be not the same.
fn compare(op: CompareOp, left: Scalar, right: Scalar) -> Scalar {
    let span = join(left.span, right.span);
    let plain = |side: &Scalar| matches!(side.node, Node::Column(_) | Node::Literal(_));
    let made = [&left, &right].into_iter().find(|side| !plain(side)).cloned();
    let null = |side: &Scalar| side.node == Node::Literal(Datum::Null);
    let guarded = op == CompareOp::Ne && !null(&left) && !null(&right);
    let found = part(Node::Compare(op, Box::new(left), Box::new(right)), span);
    match made.filter(|_| guarded) {
        Some(made) => {
            let nothing = part(Node::Literal(Datum::Null), made.span);
            let there = part(Node::Compare(CompareOp::Ne, Box::new(made), Box::new(nothing)), span);
            part(Node::And(vec![found, there]), span)
        }
        None => found,
    }
}

/// Not; orders and what functions make are turned round, all else is negated as a whole.
pub(super) fn negated(value: Scalar, span: Span) -> Scalar {
    if !turns(&value) {
        return match value.node {
            Node::Not(inner) => *inner,
            Node::Literal(Datum::Bool(flag)) => part(Node::Literal(Datum::Bool(!flag)), span),
            Node::Compare(CompareOp::Eq, left, right) => compare(CompareOp::Ne, *left, *right),
            Node::Compare(CompareOp::Ne, left, right) => compare(CompareOp::Eq, *left, *right),
            node => part(Node::Not(Box::new(part(node, value.span))), span),
        };
    }
    let within = value.span;
    match value.node {
        Node::And(all) => part(Node::Or(all.into_iter().map(|one| at(one, negated)).collect()), within),
        Node::Or(all) => part(Node::And(all.into_iter().map(|one| at(one, negated)).collect()), within),
        Node::Compare(op, left, right) => {
            let op = match op {
                CompareOp::Eq => CompareOp::Ne,
                CompareOp::Ne => CompareOp::Eq,
                CompareOp::Lt => CompareOp::Ge,
                CompareOp::Le => CompareOp::Gt,
                CompareOp::Gt => CompareOp::Le,
                CompareOp::Ge => CompareOp::Lt,
            };
            compare(op, *left, *right)
        }
        Node::Not(inner) => *inner,
        node => part(Node::Not(Box::new(part(node, within))), span),
    }
}

fn at(value: Scalar, make: fn(Scalar, Span) -> Scalar) -> Scalar {
    let span = value.span;
    make(value, span)
}

/// True where a plain Not would let missing fields through that Elasticsearch does not.
fn turns(value: &Scalar) -> bool {
    match &value.node {
        Node::And(all) | Node::Or(all) => all.iter().any(turns),
        Node::Not(inner) => turns(inner),
        Node::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, ..) => true,
        Node::Compare(_, left, right) => {
            [left, right].iter().any(|side| !matches!(side.node, Node::Column(_) | Node::Literal(_)))
        }
        _ => false,
    }
}
