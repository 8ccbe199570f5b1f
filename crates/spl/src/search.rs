//! The expressions of `search`: NOT binds before OR, OR before AND, and what stands side by side is AND (Search Manual,
//! "Boolean expressions"). Nothing takes notice of case, `*` stands for any text, a comparison of a field that is not
//! there does not hold, and its negation with NOT does.

use crate::context::{Builder, Context, Range, Start, literal, text};
use crate::expand::Fault;
use crate::pattern;
use crate::token::{Kind, Token, tokens, unescape};
use ddefend_model::code;
use ddefend_rule::ir::query::{Assignment, CompareOp, Datum, JoinKind, Node, Operator, Pipeline, Scalar, Span, TextOp};

/// What a search keeps.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The expression; none for everything.
    pub(crate) filter: Option<Scalar>,
    /// Rows of tables with several columns that a row must be among.
    pub(crate) among: Vec<(JoinKind, Pipeline, Vec<String>)>,
}

struct Parser<'t, 'c, 'a> {
    tokens: &'t [Token],
    at: usize,
    context: &'c mut Context<'a>,
    /// Prefix that names of fields lose (`Processes.` in `tstats`).
    prefix: Option<&'t str>,
    /// Several values are compared value by value.
    later: bool,
    among: Vec<(JoinKind, Pipeline, Vec<String>)>,
    range: Range,
}

/// Reads the expression in a piece of the text. `later` is true where rows are no longer the events themselves.
pub(crate) fn expression(
    context: &mut Context<'_>,
    range: Range,
    prefix: Option<&str>,
    later: bool,
) -> Result<Found, Fault> {
    let tokens = tokens(context, range)?;
    of_tokens(context, &tokens, range, prefix, later)
}

/// Reads the expression that the tokens are.
pub(crate) fn of_tokens(
    context: &mut Context<'_>,
    tokens: &[Token],
    range: Range,
    prefix: Option<&str>,
    later: bool,
) -> Result<Found, Fault> {
    let mut parser = Parser { tokens, at: 0, context, prefix, later, among: Vec::new(), range };
    let mut found = Found::default();
    if !tokens.is_empty() {
        found.filter = parser.all(true)?;
        if let Some(token) = parser.tokens.get(parser.at) {
            return Err(parser.context.syntax(token.range, "a bracket closes that was not opened"));
        }
    }
    found.among = parser.among;
    Ok(found)
}

impl Parser<'_, '_, '_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at = self.at.saturating_add(1);
        token
    }

    fn is_operator(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Word(own), .. }) if own == word)
    }

    fn follows(&self) -> Range {
        self.peek().map_or(Range { start: self.range.end, end: self.range.end }, |token| token.range)
    }

    /// AND, written or not. Nothing at all means everything.
    fn all(&mut self, top: bool) -> Result<Option<Scalar>, Fault> {
        let start = self.follows();
        let mut parts = Vec::new();
        loop {
            while matches!(self.peek(), Some(Token { kind: Kind::Comma, .. })) {
                self.at = self.at.saturating_add(1);
            }
            if self.is_operator("AND") {
                let range = self.follows();
                self.at = self.at.saturating_add(1);
                if matches!(self.peek(), None | Some(Token { kind: Kind::Close, .. })) {
                    return Err(self.context.syntax(range, "AND has nothing behind it"));
                }
                continue;
            }
            match self.peek() {
                None | Some(Token { kind: Kind::Close, .. }) => break,
                _ => {}
            }
            parts.extend(self.any(top)?);
        }
        let end = self.tokens.get(self.at.saturating_sub(1)).map_or(start.end, |token| token.range.end);
        Ok(match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(self.context.scalar(Node::And(parts), Range { start: start.start, end })),
        })
    }

    fn any(&mut self, top: bool) -> Result<Option<Scalar>, Fault> {
        let start = self.follows();
        let mut parts = vec![self.not(top)?];
        while self.is_operator("OR") {
            self.at = self.at.saturating_add(1);
            parts.push(self.not(false)?);
        }
        if parts.len() == 1 {
            return Ok(parts.pop().flatten());
        }
        let end = self.tokens.get(self.at.saturating_sub(1)).map_or(start.end, |token| token.range.end);
        let range = Range { start: start.start, end };
        // One side that keeps everything keeps everything.
        let parts: Option<Vec<Scalar>> = parts.into_iter().collect();
        Ok(parts.map(|parts| self.context.scalar(Node::Or(parts), range)))
    }

    fn not(&mut self, top: bool) -> Result<Option<Scalar>, Fault> {
        let start = self.follows();
        let mut negated = false;
        while self.is_operator("NOT") {
            self.at = self.at.saturating_add(1);
            negated = !negated;
        }
        let sub = matches!(self.peek(), Some(Token { kind: Kind::Sub(_), .. }));
        let inner = if sub { self.subsearch(top, negated)? } else { self.primary()? };
        if sub && inner.is_none() {
            return Ok(None);
        }
        let end = self.tokens.get(self.at.saturating_sub(1)).map_or(start.end, |token| token.range.end);
        let range = Range { start: start.start, end };
        Ok(match (negated, inner) {
            (false, inner) => inner,
            (true, Some(inner)) => Some(self.context.scalar(Node::Not(Box::new(inner)), range)),
            (true, None) => Some(self.context.scalar(Node::Literal(Datum::Bool(false)), range)),
        })
    }

    fn primary(&mut self) -> Result<Option<Scalar>, Fault> {
        let range = self.follows();
        self.context.spend(range)?;
        let Some(token) = self.take() else {
            return Err(self.context.syntax(range, "a condition is missing here"));
        };
        match &token.kind {
            Kind::Open => {
                self.context.enter(range)?;
                let inner = self.all(false)?;
                self.context.leave();
                if !matches!(self.take(), Some(Token { kind: Kind::Close, .. })) {
                    return Err(self.context.syntax(range, "the bracket is not closed"));
                }
                Ok(inner)
            }
            Kind::Word(_) | Kind::Quoted(_) => self.term(&token),
            _ => Err(self.context.syntax(token.range, "a condition must begin with a field, a word or a bracket")),
        }
    }

    fn term(&mut self, token: &Token) -> Result<Option<Scalar>, Fault> {
        let written = match &token.kind {
            Kind::Word(text) | Kind::Quoted(text) => text.clone(),
            _ => String::new(),
        };
        match self.peek().map(|next| next.kind.clone()) {
            Some(Kind::Operator(operator)) => {
                self.at = self.at.saturating_add(1);
                return self.comparison(&unescape(&written), operator, token.range).map(Some);
            }
            Some(Kind::Word(word)) if word.eq_ignore_ascii_case("in") && self.opens(1) => {
                self.at = self.at.saturating_add(2);
                return self.within(&unescape(&written), token.range).map(Some);
            }
            Some(Kind::Word(word)) if word == "NOT" && self.opens(2) && self.is_in(1) => {
                self.at = self.at.saturating_add(3);
                let inner = self.within(&unescape(&written), token.range)?;
                return Ok(Some(self.context.scalar(Node::Not(Box::new(inner)), token.range)));
            }
            Some(Kind::Open) if matches!(written.as_str(), "CASE" | "TERM") => {
                let (inner, range) = self.in_brackets(token.range)?;
                let mut scalar = pattern::keyword(self.context, &inner, range);
                if let Node::Text { cased, .. } = &mut scalar.node {
                    *cased = written == "CASE";
                }
                return Ok(Some(scalar));
            }
            _ => {}
        }
        if written == "*" {
            return Ok(None);
        }
        if matches!(written.as_str(), "and" | "or" | "not") && matches!(token.kind, Kind::Word(_)) {
            let message = format!("{written:?} in lower case is a word to look for, not an operator");
            self.context.warn(token.range, code::QUERY_SYNTAX, message);
        }
        Ok(Some(pattern::keyword(self.context, &written, token.range)))
    }

    fn opens(&self, ahead: usize) -> bool {
        matches!(self.tokens.get(self.at.saturating_add(ahead)), Some(Token { kind: Kind::Open, .. }))
    }

    fn is_in(&self, ahead: usize) -> bool {
        self.tokens.get(self.at.saturating_add(ahead)).is_some_and(|token| token.is_word("in"))
    }

    /// The one word in `(word)`.
    fn in_brackets(&mut self, range: Range) -> Result<(String, Range), Fault> {
        self.at = self.at.saturating_add(1);
        let mut pieces: Vec<Range> = Vec::new();
        loop {
            match self.take() {
                Some(Token { kind: Kind::Close, .. }) => break,
                Some(token) => pieces.push(token.range),
                None => return Err(self.context.syntax(range, "the bracket is not closed")),
            }
        }
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            return Err(self.context.syntax(range, "a word is missing in the brackets"));
        };
        let range = Range { start: first.start, end: last.end };
        Ok((self.context.slice(range).trim_matches('"').to_owned(), range))
    }

    fn field(&self, name: &str, range: Range) -> Scalar {
        let name = self.prefix.and_then(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
        self.context.column(name, range)
    }

    fn comparison(&mut self, field: &str, operator: &str, range: Range) -> Result<Scalar, Fault> {
        let at = self.follows();
        let Some(value) = self.take() else {
            return Err(self.context.syntax(range, "the comparison has no value"));
        };
        let mut whole = Range { start: range.start, end: value.range.end };
        let mut written = match &value.kind {
            Kind::Word(text) | Kind::Quoted(text) => text.clone(),
            _ => return Err(self.context.syntax(at, "a value must stand behind the operator")),
        };
        let mut cased = false;
        if matches!(written.as_str(), "CASE" | "TERM") && matches!(value.kind, Kind::Word(_)) && self.opens(0) {
            cased = written == "CASE";
            let (inner, inner_range) = self.in_brackets(value.range)?;
            written = inner;
            whole.end = inner_range.end.saturating_add(1);
        }
        if let Some(scalar) = self.special(field, operator, &written, whole)? {
            return Ok(scalar);
        }
        let column = self.field(field, range);
        let equals = |parser: &Self| parser.equals(column.clone(), &written, cased, whole);
        Ok(match operator {
            "=" | "==" => equals(self),
            "!=" if self.later => {
                let pattern = literal(text(&unescape(&written)));
                self.context.call("search_ne", vec![column.clone(), pattern], whole)
            }
            "!=" => {
                let there = self.equals(column.clone(), "*", false, whole);
                let not = self.context.scalar(Node::Not(Box::new(equals(self))), whole);
                self.context.scalar(Node::And(vec![there, not]), whole)
            }
            operator => {
                let op = match operator {
                    "<" => CompareOp::Lt,
                    "<=" => CompareOp::Le,
                    ">" => CompareOp::Gt,
                    _ => CompareOp::Ge,
                };
                let plain = unescape(&written);
                let bound = pattern::number(&plain).unwrap_or_else(|| text(&plain));
                let bound = self.context.scalar(Node::Literal(bound), value.range);
                let there = self.context.call("isnotnull", vec![column.clone()], whole);
                let node = Node::Compare(op, Box::new(column.clone()), Box::new(bound));
                let compared = self.context.scalar(node, whole);
                self.context.scalar(Node::And(vec![there, compared]), whole)
            }
        })
    }

    fn equals(&self, column: Scalar, written: &str, cased: bool, range: Range) -> Scalar {
        let (op, pattern) = pattern::test(written);
        let pattern = Box::new(self.context.scalar(Node::Literal(pattern), range));
        if pattern::is_network(written) {
            let tests = [op, TextOp::Cidr].map(|op| {
                let (value, pattern) = (Box::new(column.clone()), pattern.clone());
                self.context.scalar(Node::Text { op, cased: cased || op == TextOp::Cidr, value, pattern }, range)
            });
            return self.context.scalar(Node::Or(tests.to_vec()), range);
        }
        self.context.scalar(Node::Text { op, cased, value: Box::new(column), pattern }, range)
    }

    /// Fields that mean something else than a field.
    fn special(&mut self, field: &str, operator: &str, written: &str, range: Range) -> Result<Option<Scalar>, Fault> {
        let bound = |op: CompareOp, value: Scalar| {
            Node::Compare(
                op,
                Box::new(Scalar { node: Node::Column("_time".into()), span: Span::default() }),
                Box::new(value),
            )
        };
        Ok(match field {
            "earliest" | "latest" if operator == "=" && !self.later => {
                let written = unescape(written);
                let op = if field == "earliest" { CompareOp::Ge } else { CompareOp::Lt };
                let time = if let Some(number) = pattern::number(&written) {
                    if matches!(number, Datum::Long(0 | 1)) && field == "earliest" {
                        return Ok(Some(self.context.scalar(Node::Literal(Datum::Bool(true)), range)));
                    }
                    literal(number)
                } else if written.contains(':') || written.contains('/') {
                    let form = literal(text("%m/%d/%Y:%H:%M:%S"));
                    self.context.call("strptime", vec![literal(text(&written)), form], range)
                } else {
                    let now = self.context.call("now", Vec::new(), range);
                    let relative = if written == "now" || written == "now()" { "+0s".to_owned() } else { written };
                    self.context.call("relative_time", vec![now, literal(text(&relative))], range)
                };
                Some(self.context.scalar(bound(op, time), range))
            }
            "eventtype" | "tag" | "savedsearch" | "savedsplunk" if !self.later => {
                let message = format!(
                    "{field:?} is made by knowledge objects of a Splunk instance; here it is a field like any other, which \
                     events rarely have"
                );
                self.context.warn(range, code::QUERY_NAME, message);
                None
            }
            _ => None,
        })
    }

    fn within(&mut self, field: &str, range: Range) -> Result<Scalar, Fault> {
        let mut values: Vec<(TextOp, Datum, Range)> = Vec::new();
        loop {
            let at = self.follows();
            self.context.spend(at)?;
            match self.take().map(|token| (token.kind, token.range)) {
                Some((Kind::Close, _)) => break,
                Some((Kind::Comma, _)) => {}
                Some((Kind::Word(text) | Kind::Quoted(text), at)) => {
                    let (op, pattern) = pattern::test(&text);
                    if pattern::is_network(&text) {
                        values.push((TextOp::Cidr, pattern.clone(), at));
                    }
                    values.push((op, pattern, at));
                }
                Some((_, at)) => return Err(self.context.syntax(at, "IN takes values")),
                None => return Err(self.context.syntax(range, "the bracket of IN is not closed")),
            }
        }
        if values.is_empty() {
            return Err(self.context.syntax(range, "IN takes at least one value"));
        }
        let column = self.field(field, range);
        let end = self.tokens.get(self.at.saturating_sub(1)).map_or(range.end, |token| token.range.end);
        let whole = Range { start: range.start, end };
        if values.iter().all(|(op, ..)| *op == TextOp::Equals) {
            let patterns =
                values.into_iter().map(|(_, value, at)| self.context.scalar(Node::Literal(value), at)).collect();
            let node =
                Node::TextAny { op: TextOp::Equals, cased: false, all: false, value: Box::new(column), patterns };
            return Ok(self.context.scalar(node, whole));
        }
        let mut parts: Vec<Scalar> = values
            .into_iter()
            .map(|(op, value, at)| {
                let pattern = Box::new(self.context.scalar(Node::Literal(value), at));
                self.context.scalar(Node::Text { op, cased: false, value: Box::new(column.clone()), pattern }, at)
            })
            .collect();
        Ok(match parts.pop() {
            Some(one) if parts.is_empty() => one,
            last => {
                parts.extend(last);
                self.context.scalar(Node::Or(parts), whole)
            }
        })
    }

    /// `[...]`: its rows as `(a=1 AND b=2) OR (...)`, as `format` makes of them.
    fn subsearch(&mut self, top: bool, negated: bool) -> Result<Option<Scalar>, Fault> {
        let Some(Token { kind: Kind::Sub(inner), range }) = self.take() else { return Ok(None) };
        let read = self.context.subsearch;
        let builder: Builder = read(self.context, inner, Start::Own)?;
        let Some(names) = builder.known.clone() else {
            let feature = "a subsearch whose columns do not show (end it with `| fields` or `| table`)";
            return Err(self.context.unsupported(range, feature));
        };
        let names: Vec<String> = names.into_iter().filter(|name| !name.starts_with('_')).collect();
        match names.as_slice() {
            [] => Err(self.context.syntax(range, "the subsearch has no columns")),
            [name] if name == "search" || name == "query" => Err(self
                .context
                .unsupported(range, "a subsearch that makes the text of the search (`search`, `query`)")),
            [name] => {
                // Values are compared as text: a lookup's are, those of events may be numbers.
                let value = self.field(name, range);
                let value = Box::new(self.context.call("tostring", vec![value], range));
                let mut builder = builder;
                let text = self.context.call("tostring", vec![self.context.column(name, range)], range);
                let list = vec![Assignment { names: vec![name.as_str().into()], value: text }];
                builder.push(Operator::Project(list), self.context.span(range));
                let table = Box::new(builder.finish());
                Ok(Some(self.context.scalar(Node::InTable { value, table, cased: false }, range)))
            }
            _ if top && !self.is_operator("OR") => {
                let kind = if negated { JoinKind::LeftAnti } else { JoinKind::LeftSemi };
                self.among.push((kind, builder.finish(), names));
                Ok(None)
            }
            _ => Err(self.context.unsupported(range, "a subsearch with several columns beside OR")),
        }
    }
}
