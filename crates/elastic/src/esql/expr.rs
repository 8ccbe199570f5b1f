//! Expressions.

use super::{Parser, clip};
use crate::fail::{Fail, Taken, join, part};
use crate::fields::{Wanted, field_is};
use crate::kuery;
use crate::lex::Token;
use crate::pattern::{Wild, lucene_regex, text};
use ddefend_rule::ir::query::{ArithmeticOp, CompareOp, Datum, Node, Scalar, Span, TextOp};

/// Ticks of units of time; months and longer ones have no fixed length.
const UNITS: &[(&[&str], i64)] = &[
    (&["ms", "millisecond", "milliseconds"], 10_000),
    (&["s", "sec", "second", "seconds"], 10_000_000),
    (&["m", "min", "minute", "minutes"], 600_000_000),
    (&["h", "hour", "hours"], 36_000_000_000),
    (&["d", "day", "days"], 864_000_000_000),
    (&["w", "week", "weeks"], 6_048_000_000_000),
];

/// Casts: what stands behind `::`, and the function that it means.
const CASTS: &[(&[&str], &str)] = &[
    (&["boolean", "bool"], "to_boolean"),
    (&["datetime", "date"], "to_datetime"),
    (&["double"], "to_double"),
    (&["int", "integer"], "to_integer"),
    (&["ip"], "to_ip"),
    (&["keyword", "string", "text"], "to_string"),
    (&["long"], "to_long"),
    (&["unsigned_long"], "to_long"),
    (&["version"], "to_string"),
];

impl Parser<'_> {
    pub(super) fn condition(&mut self) -> Taken<Scalar> {
        self.bounds.enter(self.span)?;
        let mut all = vec![self.conjunction()?];
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
        let mut count = 0_usize;
        while self.take_word("not")? {
            self.bounds.count(start)?;
            count = count.saturating_add(1);
        }
        let found = self.comparison()?;
        Ok(if count % 2 == 1 { not(found, start) } else { found })
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
            Token::Mark(":") => return self.matches(left),
            Token::Name(_) => return self.predicate(left),
            _ => return Ok(left),
        };
        self.next()?;
        let right = self.sum()?;
        let span = join(left.span, right.span);
        Ok(part(Node::Compare(op, Box::new(left), Box::new(right)), span))
    }

    /// `[not] in (...)`, `[not] like "..."`, `[not] rlike "..."`, `is [not] null`.
    fn predicate(&mut self, value: Scalar) -> Taken<Scalar> {
        let start = value.span;
        if self.take_word("is")? {
            let negative = self.take_word("not")?;
            if !self.take_word("null")? {
                return Err(self.unexpected("`null`"));
            }
            let name = if negative { "isnotnull" } else { "isnull" };
            return Ok(part(Node::Call(name.into(), vec![value]), join(start, self.last)));
        }
        let negative = self.take_word("not")?;
        let found = if self.take_word("in")? {
            self.want("(")?;
            let mut patterns = Vec::new();
            loop {
                self.bounds.count(self.span)?;
                patterns.push(self.condition()?);
                if !self.take(",")? {
                    break;
                }
            }
            self.want(")")?;
            let node = Node::TextAny { op: TextOp::Equals, cased: true, all: false, value: Box::new(value), patterns };
            part(node, join(start, self.last))
        } else if self.take_word("like")? {
            self.patterns(value, TextOp::Like)?
        } else if self.take_word("rlike")? {
            self.patterns(value, TextOp::RegexWhole)?
        } else if negative {
            return Err(self.unexpected("`in`, `like` or `rlike`"));
        } else {
            return Ok(value);
        };
        Ok(if negative { not(found, start) } else { found })
    }

    fn patterns(&mut self, value: Scalar, op: TextOp) -> Taken<Scalar> {
        let start = value.span;
        let mut patterns = Vec::new();
        let list = self.take("(")?;
        loop {
            let Token::Text(source) = self.next()? else {
                return Err(Fail::syntax(self.last, "a pattern in double quotes is wanted here"));
            };
            self.bounds.count(self.last)?;
            let source = if op == TextOp::Like { source } else { lucene_regex(&source, self.last)? };
            patterns.push(text(&source, self.last));
            if !list || !self.take(",")? {
                break;
            }
        }
        if list {
            self.want(")")?;
        }
        let span = join(start, self.last);
        let value = Box::new(value);
        let node = match (patterns.len(), patterns.pop()) {
            (1, Some(pattern)) => Node::Text { op, cased: true, value, pattern: Box::new(pattern) },
            (_, last) => {
                patterns.extend(last);
                Node::TextAny { op, cased: true, all: false, value, patterns }
            }
        };
        Ok(part(node, span))
    }

    /// `field : "text"`: keywords as a whole, full text by its words.
    fn matches(&mut self, value: Scalar) -> Taken<Scalar> {
        self.next()?;
        let Node::Column(field) = &value.node else {
            return Err(Fail::syntax(value.span, "a field is wanted before the colon"));
        };
        let field = field.clone();
        let wanted = match self.next()? {
            Token::Text(found) => found,
            Token::Number(Datum::Long(number)) => number.to_string(),
            _ => return Err(Fail::syntax(self.last, "a constant is wanted here")),
        };
        let span = join(value.span, self.last);
        Ok(words(&field, &wanted, false, span))
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
        let value = self.cast()?;
        if !negative {
            return Ok(value);
        }
        let span = join(start, value.span);
        Ok(match value.node {
            Node::Literal(Datum::Long(number)) => part(Node::Literal(Datum::Long(number.wrapping_neg())), span),
            Node::Literal(Datum::Real(number)) => part(Node::Literal(Datum::Real(-number)), span),
            node => {
                let zero = part(Node::Literal(Datum::Long(0)), start);
                let value = part(node, value.span);
                part(Node::Arithmetic(ArithmeticOp::Subtract, Box::new(zero), Box::new(value)), span)
            }
        })
    }

    /// `value::type`.
    fn cast(&mut self) -> Taken<Scalar> {
        let mut value = self.primary()?;
        while self.take("::")? {
            self.bounds.enter(self.span)?;
            let Token::Name(name) = self.next()? else {
                return Err(Fail::syntax(self.last, "a type is wanted behind `::`"));
            };
            let lower = name.to_ascii_lowercase();
            let Some((_, call)) = CASTS.iter().find(|(names, _)| names.contains(&lower.as_str())) else {
                return Err(Fail::unsupported(self.last, &format!("the type `{}`", clip(&name))));
            };
            let span = join(value.span, self.last);
            value = part(Node::Call((*call).into(), vec![value]), span);
        }
        Ok(value)
    }

    fn primary(&mut self) -> Taken<Scalar> {
        let start = self.span;
        match self.token.clone() {
            Token::Text(found) => {
                self.next()?;
                Ok(text(&found, start))
            }
            Token::Number(number) => {
                self.next()?;
                self.length_of_time(number, start)
            }
            Token::Mark("(") => {
                self.next()?;
                let found = self.condition()?;
                self.want(")")?;
                Ok(part(found.node, join(start, self.last)))
            }
            Token::Mark("[") => self.array(),
            Token::Mark("?") => Err(Fail::unsupported(start, "a parameter (`?`)")),
            Token::Quoted(_) => self.column(),
            Token::Name(name) => {
                let lower = name.to_ascii_lowercase();
                let literal = match lower.as_str() {
                    "true" => Some(Datum::Bool(true)),
                    "false" => Some(Datum::Bool(false)),
                    "null" => Some(Datum::Null),
                    _ => None,
                };
                if let Some(literal) = literal {
                    self.next()?;
                    return Ok(part(Node::Literal(literal), start));
                }
                if self.lexer.rest().trim_start().starts_with('(') {
                    self.next()?;
                    return self.call(&name, &lower, start);
                }
                if matches!(lower.as_str(), "and" | "or" | "not" | "in" | "like" | "rlike" | "is" | "by" | "as") {
                    return Err(self.unexpected("a value"));
                }
                self.column()
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// A number, or a length of time where a unit follows.
    fn length_of_time(&mut self, number: Datum, start: Span) -> Taken<Scalar> {
        let unit = match (&self.token, &number) {
            (Token::Name(unit), Datum::Long(_)) => unit.to_ascii_lowercase(),
            _ => return Ok(part(Node::Literal(number), start)),
        };
        if matches!(
            unit.as_str(),
            "month" | "months" | "mo" | "quarter" | "quarters" | "q" | "year" | "years" | "yr" | "y"
        ) {
            return Err(Fail::unsupported(join(start, self.span), "a length of time in months, quarters or years"));
        }
        let Some((_, ticks)) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str())) else {
            return Ok(part(Node::Literal(number), start));
        };
        self.next()?;
        let span = join(start, self.last);
        let Datum::Long(count) = number else { return Ok(part(Node::Literal(number), start)) };
        let ticks = count.checked_mul(*ticks).ok_or_else(|| Fail::value(span, "this length of time is too long"))?;
        Ok(part(Node::Literal(Datum::Span(ticks)), span))
    }

    /// `[1, 2]`, of constants.
    fn array(&mut self) -> Taken<Scalar> {
        let start = self.span;
        self.next()?;
        let mut items = Vec::new();
        while !self.is("]") {
            let item = self.unary()?;
            let Node::Literal(item) = item.node else {
                return Err(Fail::syntax(item.span, "an array has constants only"));
            };
            self.bounds.count(self.last)?;
            items.push(item);
            if !self.take(",")? {
                break;
            }
        }
        self.want("]")?;
        Ok(part(Node::Literal(Datum::List(items.into())), join(start, self.last)))
    }

    /// A call; its name is read.
    fn call(&mut self, name: &str, lower: &str, start: Span) -> Taken<Scalar> {
        self.bounds.enter(start)?;
        self.want("(")?;
        let mut arguments = Vec::new();
        if self.is("*") {
            self.next()?;
        }
        while !self.is(")") {
            self.bounds.count(self.span)?;
            if self.is("{") {
                return Err(Fail::unsupported(self.span, &format!("options of the function `{}`", clip(name))));
            }
            arguments.push(self.condition()?);
            if !self.take(",")? {
                break;
            }
        }
        self.want(")")?;
        self.bounds.leave();
        let span = join(start, self.last);
        match (lower, arguments.as_slice()) {
            ("kql", [query]) => self.kuery(query, span),
            ("qstr", _) => Err(Fail::unsupported(span, "the function `qstr`")),
            ("match" | "match_phrase", [field, wanted]) => match (&field.node, &wanted.node) {
                (Node::Column(field), Node::Literal(Datum::Text(wanted))) => {
                    Ok(words(field, wanted, lower == "match_phrase", span))
                }
                _ => Err(Fail::syntax(span, "a field and a constant string are wanted")),
            },
            ("starts_with" | "ends_with" | "contains", _) => two(lower, arguments, span),
            ("cidr_match", [_, _, ..]) => {
                let value = Box::new(arguments.remove(0));
                Ok(part(Node::TextAny { op: TextOp::Cidr, cased: true, all: false, value, patterns: arguments }, span))
            }
            _ => Ok(part(Node::Call(lower.into(), arguments), span)),
        }
    }

    /// A condition of kuery, whose rules about nothing and about several values are its own.
    fn kuery(&mut self, query: &Scalar, span: Span) -> Taken<Scalar> {
        let Node::Literal(Datum::Text(source)) = &query.node else {
            return Err(Fail::syntax(query.span, "a constant string is wanted here"));
        };
        let (found, notes) = kuery::condition(source).map_err(|fail| Fail { span: query.span, ..fail })?;
        self.notes.extend(notes.into_iter().map(|note| Fail { span: query.span, ..note }));
        Ok(two_valued(found, span))
    }
}

/// The column that stands for one of a field's values.
const ITEM: &str = "kql.value";

/// A condition of kuery in ES|QL's terms: false where ES|QL would say null, true where one of several values passes.
fn two_valued(value: Scalar, span: Span) -> Scalar {
    let all = |all: Vec<Scalar>| all.into_iter().map(|one| two_valued(one, span)).collect();
    let call = |name: &str, arguments| part(Node::Call(name.into(), arguments), span);
    match value.node {
        Node::And(parts) => part(Node::And(all(parts)), span),
        Node::Or(parts) => part(Node::Or(all(parts)), span),
        Node::Not(inner) => part(Node::Not(Box::new(two_valued(*inner, span))), span),
        Node::Literal(literal) => part(Node::Literal(literal), span),
        Node::Compare(CompareOp::Ne, field, right) if right.node == Node::Literal(Datum::Null) => {
            call("isnotnull", vec![part(field.node, span)])
        }
        node => {
            let mut node = node;
            let place = match &mut node {
                Node::Text { value, pattern, .. } => {
                    pattern.span = span;
                    Some(value)
                }
                Node::Compare(_, value, right) => {
                    right.span = span;
                    Some(value)
                }
                _ => None,
            };
            let field = place.and_then(|place| {
                let Node::Column(_) = place.node else { return None };
                let item = Box::new(part(Node::Column(ITEM.into()), span));
                Some(part(std::mem::replace(place, item).node, span))
            });
            let leaf = part(node, span);
            let leaf = match field {
                Some(field) => call("any", vec![field, part(Node::Lambda(ITEM.into(), Box::new(leaf)), span)]),
                None => leaf,
            };
            call("coalesce", vec![leaf, part(Node::Literal(Datum::Bool(false)), span)])
        }
    }
}

fn words(field: &str, wanted: &str, row: bool, span: Span) -> Scalar {
    let mut wild = Wild::default();
    wanted.chars().for_each(|letter| wild.push(letter));
    two_valued(field_is(Some(field), Wanted::Text(wild, row), span), span)
}

fn two(name: &str, mut arguments: Vec<Scalar>, span: Span) -> Taken<Scalar> {
    let op = match name {
        "starts_with" => TextOp::StartsWith,
        "ends_with" => TextOp::EndsWith,
        _ => TextOp::Contains,
    };
    match (arguments.pop(), arguments.pop(), arguments.is_empty()) {
        (Some(pattern), Some(value), true) => {
            let (value, pattern) = (Box::new(value), Box::new(pattern));
            Ok(part(Node::Text { op, cased: true, value, pattern }, span))
        }
        _ => Err(Fail::syntax(span, format!("`{name}` takes two arguments"))),
    }
}

fn not(value: Scalar, start: Span) -> Scalar {
    let span = join(start, value.span);
    part(Node::Not(Box::new(value)), span)
}

fn several(mut all: Vec<Scalar>, node: fn(Vec<Scalar>) -> Node) -> Scalar {
    let span = match (all.first(), all.last()) {
        (Some(first), Some(last)) => join(first.span, last.span),
        _ => Span::default(),
    };
    match (all.len(), all.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            all.extend(last);
            part(node(all), span)
        }
    }
}
