//! Expressions of `eval` and `where`: NOT binds before AND, AND before OR; text is compared with its case; what is not
//! there makes the whole comparison neither true nor false (Search Reference, "Evaluation functions").

mod call;
mod lex;

use crate::context::{Context, Range};
use crate::expand::Fault;
use ddefend_rule::ir::query::{ArithmeticOp, Assignment, CompareOp, Datum, Node, Scalar, TextOp};
use lex::{Piece, Word, words};

pub(crate) struct Parser<'c, 'a> {
    words: Vec<Word>,
    at: usize,
    context: &'c mut Context<'a>,
    range: Range,
    /// Operators in a row nest; so many did.
    links: usize,
}

/// Operators of one expression.
const LINKS: usize = 500;

/// One expression that fills a piece of the text.
pub(crate) fn expression(context: &mut Context<'_>, range: Range) -> Result<Scalar, Fault> {
    let mut parser = Parser { words: words(context, range)?, at: 0, context, range, links: 0 };
    let scalar = parser.any()?;
    parser.end()?;
    Ok(scalar)
}

/// `a = x, b = y`.
pub(crate) fn assignments(context: &mut Context<'_>, range: Range) -> Result<Vec<Assignment>, Fault> {
    let mut parser = Parser { words: words(context, range)?, at: 0, context, range, links: 0 };
    let mut out = Vec::new();
    loop {
        let here = parser.here();
        let name = match parser.take() {
            Some(Piece::Name(name) | Piece::Text(name)) => parser.dotted(name),
            _ => return Err(parser.context.syntax(here, "the name of a field is missing")),
        };
        if name.contains('{') {
            return Err(parser.context.unsupported(here, "names of fields made of values (`{field}`)"));
        }
        if !parser.eat("=") {
            let here = parser.here();
            return Err(parser.context.syntax(here, "`=` is missing behind the field's name"));
        }
        out.push(Assignment { names: vec![name.into()], value: parser.any()? });
        if !parser.eat(",") {
            break;
        }
        if parser.at >= parser.words.len() {
            break;
        }
    }
    parser.end()?;
    Ok(out)
}

impl Parser<'_, '_> {
    fn peek(&self) -> Option<&Piece> {
        self.words.get(self.at).map(|word| &word.piece)
    }

    fn here(&self) -> Range {
        self.words.get(self.at).map_or(Range { start: self.range.end, end: self.range.end }, |word| word.range)
    }

    /// From `start` to what was read last.
    fn since(&self, start: Range) -> Range {
        let end = self.words.get(self.at.saturating_sub(1)).map_or(start.end, |word| word.range.end);
        Range { start: start.start, end: end.max(start.start) }
    }

    fn take(&mut self) -> Option<Piece> {
        let piece = self.words.get(self.at).map(|word| word.piece.clone());
        self.at = self.at.saturating_add(1);
        piece
    }

    fn sign(&self) -> Option<&'static str> {
        match self.peek() {
            Some(Piece::Sign(sign)) => Some(sign),
            _ => None,
        }
    }

    fn eat(&mut self, sign: &str) -> bool {
        let eats = self.sign() == Some(sign);
        if eats {
            self.at = self.at.saturating_add(1);
        }
        eats
    }

    fn link(&mut self) -> Result<(), Fault> {
        self.links = self.links.saturating_add(1);
        if self.links > LINKS {
            let message = format!("an expression may have {LINKS} operators");
            return Err(self.context.fault(self.here(), ddefend_model::code::QUERY_LIMIT, message));
        }
        Ok(())
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let eats = matches!(self.peek(), Some(Piece::Name(name)) if name.eq_ignore_ascii_case(word));
        if eats {
            self.at = self.at.saturating_add(1);
        }
        eats
    }

    fn end(&self) -> Result<(), Fault> {
        if self.at < self.words.len() {
            return Err(self.context.syntax(self.here(), "the expression ends here, but text follows"));
        }
        Ok(())
    }

    /// The name of an assigned field may have dots.
    fn dotted(&mut self, mut name: String) -> String {
        while self.sign() == Some(".") {
            let Some(Word { piece: Piece::Name(next), .. }) = self.words.get(self.at.saturating_add(1)) else { break };
            name = format!("{name}.{next}");
            self.at = self.at.saturating_add(2);
        }
        name
    }

    pub(crate) fn any(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        self.context.enter(start)?;
        let mut parts = vec![self.exclusive()?];
        while self.eat_word("or") {
            parts.push(self.exclusive()?);
        }
        self.context.leave();
        Ok(match parts.pop() {
            Some(one) if parts.is_empty() => one,
            last => {
                parts.extend(last);
                self.context.scalar(Node::Or(parts), self.since(start))
            }
        })
    }

    fn exclusive(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut left = self.all()?;
        while self.eat_word("xor") {
            self.link()?;
            let right = self.all()?;
            left = self.context.call("xor", vec![left, right], self.since(start));
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut parts = vec![self.not()?];
        while self.eat_word("and") {
            parts.push(self.not()?);
        }
        Ok(match parts.pop() {
            Some(one) if parts.is_empty() => one,
            last => {
                parts.extend(last);
                self.context.scalar(Node::And(parts), self.since(start))
            }
        })
    }

    fn not(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut negated = false;
        let mut any = false;
        while self.eat_word("not") || self.eat("!") {
            negated = !negated;
            any = true;
        }
        let inner = self.comparison()?;
        if !any {
            return Ok(inner);
        }
        if !negated {
            return Ok(inner);
        }
        Ok(self.negate(inner, self.since(start)))
    }

    /// Tests of text make neither true nor false of what is not there; the form's own tests make false of it.
    fn negate(&self, inner: Scalar, range: Range) -> Scalar {
        let there: Option<Scalar> = match &inner.node {
            Node::Text { value, .. } | Node::TextAny { value, .. } if matches!(value.node, Node::Column(_)) => {
                Some(self.context.call("isnotnull", vec![(**value).clone()], range))
            }
            _ => None,
        };
        let not = self.context.scalar(Node::Not(Box::new(inner)), range);
        match there {
            Some(there) => self.context.scalar(Node::And(vec![there, not]), range),
            None => not,
        }
    }

    fn comparison(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut left = self.joined()?;
        loop {
            let op = match self.sign() {
                Some("=" | "==") => CompareOp::Eq,
                Some("!=") => CompareOp::Ne,
                Some("<") => CompareOp::Lt,
                Some("<=") => CompareOp::Le,
                Some(">") => CompareOp::Gt,
                Some(">=") => CompareOp::Ge,
                _ => break,
            };
            self.at = self.at.saturating_add(1);
            self.link()?;
            let right = self.joined()?;
            let node = Node::Compare(op, Box::new(left), Box::new(right));
            left = self.context.scalar(node, self.since(start));
        }
        if self.eat_word("like") {
            let pattern = self.joined()?;
            return Ok(self.like(left, pattern, self.since(start)));
        }
        let negated = matches!(self.peek(), Some(Piece::Name(name)) if name.eq_ignore_ascii_case("not"));
        if negated {
            self.at = self.at.saturating_add(1);
        }
        if self.eat_word("in") {
            let here = self.here();
            if !self.eat("(") {
                return Err(self.context.syntax(here, "IN takes values in brackets"));
            }
            let values = self.arguments()?;
            let found = self.within(left, values, self.since(start));
            return Ok(if negated { self.negate(found, self.since(start)) } else { found });
        }
        if negated {
            return Err(self.context.syntax(self.here(), "NOT stands before a condition, or before IN"));
        }
        Ok(left)
    }

    fn within(&self, value: Scalar, patterns: Vec<Scalar>, range: Range) -> Scalar {
        let node = Node::TextAny { op: TextOp::Equals, cased: true, all: false, value: Box::new(value), patterns };
        self.context.scalar(node, range)
    }

    fn like(&self, value: Scalar, pattern: Scalar, range: Range) -> Scalar {
        let Node::Literal(Datum::Text(text)) = &pattern.node else {
            return self.context.call("like", vec![value, pattern], range);
        };
        let own = crate::context::text(&crate::pattern::like(text));
        let pattern = Box::new(Scalar { node: Node::Literal(own), span: pattern.span });
        self.context.scalar(Node::Text { op: TextOp::Like, cased: true, value: Box::new(value), pattern }, range)
    }

    /// `.`: joins texts.
    fn joined(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut left = self.sum()?;
        while self.eat(".") {
            self.link()?;
            let right = self.sum()?;
            left = self.context.call(".", vec![left, right], self.since(start));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut left = self.product()?;
        loop {
            let op = match self.sign() {
                Some("+") => ArithmeticOp::Add,
                Some("-") => ArithmeticOp::Subtract,
                _ => return Ok(left),
            };
            self.at = self.at.saturating_add(1);
            self.link()?;
            let right = self.product()?;
            let node = Node::Arithmetic(op, Box::new(left), Box::new(right));
            left = self.context.scalar(node, self.since(start));
        }
    }

    fn product(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut left = self.unary()?;
        loop {
            let op = match self.sign() {
                Some("*") => ArithmeticOp::Multiply,
                Some("/") => ArithmeticOp::Divide,
                Some("%") => ArithmeticOp::Modulo,
                _ => return Ok(left),
            };
            self.at = self.at.saturating_add(1);
            self.link()?;
            let right = self.unary()?;
            let node = Node::Arithmetic(op, Box::new(left), Box::new(right));
            left = self.context.scalar(node, self.since(start));
        }
    }

    fn unary(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        let mut negative = false;
        loop {
            if self.eat("-") {
                negative = !negative;
            } else if !self.eat("+") {
                break;
            }
        }
        let inner = self.primary()?;
        if !negative {
            return Ok(inner);
        }
        let range = self.since(start);
        let node = match &inner.node {
            Node::Literal(Datum::Long(number)) => Node::Literal(Datum::Long(number.saturating_neg())),
            Node::Literal(Datum::Real(number)) => Node::Literal(Datum::Real(-number)),
            _ => {
                let zero = self.context.scalar(Node::Literal(Datum::Long(0)), range);
                Node::Arithmetic(ArithmeticOp::Subtract, Box::new(zero), Box::new(inner))
            }
        };
        Ok(self.context.scalar(node, range))
    }

    fn primary(&mut self) -> Result<Scalar, Fault> {
        let start = self.here();
        self.context.spend(start)?;
        match self.take() {
            Some(Piece::Sign("(")) => {
                let inner = self.any()?;
                if !self.eat(")") {
                    return Err(self.context.syntax(start, "the bracket is not closed"));
                }
                Ok(inner)
            }
            Some(Piece::Number(number)) => Ok(self.context.scalar(Node::Literal(number), start)),
            Some(Piece::Text(text)) => Ok(self.context.scalar(Node::Literal(crate::context::text(&text)), start)),
            Some(Piece::Field(name)) => Ok(self.context.column(&name, start)),
            Some(Piece::Name(name)) => {
                if self.sign() == Some("(") {
                    self.at = self.at.saturating_add(1);
                    return self.call(&name.to_ascii_lowercase(), start);
                }
                Ok(self.context.column(&name, start))
            }
            Some(Piece::Sub) => Err(self.context.unsupported(start, "a subsearch in an expression")),
            _ => Err(self.context.syntax(start, "a value is missing here")),
        }
    }

    /// What stands between brackets, the opening one already read.
    fn arguments(&mut self) -> Result<Vec<Scalar>, Fault> {
        let start = self.here();
        let mut out = Vec::new();
        if self.eat(")") {
            return Ok(out);
        }
        loop {
            out.push(self.any()?);
            if self.eat(")") {
                return Ok(out);
            }
            if !self.eat(",") {
                let here = if self.at < self.words.len() { self.here() } else { start };
                return Err(self.context.syntax(here, "a comma or a closing bracket is missing"));
            }
        }
    }
}
