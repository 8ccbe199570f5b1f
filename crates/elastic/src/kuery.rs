//! kuery, Kibana's query language (Kibana guide, "KQL").
//!
//! Values are compared as Elasticsearch does with the fields' types: "When querying keyword, numeric, date, or boolean
//! fields, the value must be an exact match, including punctuation and case". That wildcards and values once folded case in
//! ES|QL's `kql()` was a fault (elasticsearch issue 135772, mended by pull request 135776). So keywords count case here, with
//! wildcards too. Full text fields (`content/elastic/text-fields.txt`) are compared by words, without case: quoted words
//! must stand in a row, others need one of them. A term without a field looks for the words in any field.
//!
//! A test of a missing field is false and its negation true. Fields with several values pass where one of them does.
//! `field:{ ... }` (nested documents) is read as tests of the fields below `field`: events are flat, so there is one element.

use crate::fail::{Bounds, Fail, Taken, part, place, sized};
use crate::fields::{Wanted, bound, exists, field_is};
use crate::pattern::Wild;
use ddefend_rule::Problem;
use ddefend_rule::ir::Piece;
use ddefend_rule::ir::query::{
    CompareOp, Datum, Language, Node, Operator, Pipeline, Query, Scalar, Source, Span, Step,
};

/// Reads a query.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    match condition(text) {
        Ok((filter, notes)) => {
            let problems = notes.into_iter().map(|note| note.problem(name, text)).collect();
            (vec![query(Language::Kuery, filter)], problems)
        }
        Err(fail) => (Vec::new(), vec![fail.problem(name, text)]),
    }
}

/// A query of one condition over every record.
pub(crate) fn query(language: Language, filter: Scalar) -> Query {
    let span = filter.span;
    let source = Source::Table { name: "*".into(), span: Span::default() };
    let steps = vec![Step { operator: Operator::Filter(filter), span }];
    Query { language, pipeline: Pipeline { source, steps }, shared: Vec::new() }
}

/// The condition alone.
pub(crate) fn condition(text: &str) -> Taken<(Scalar, Vec<Fail>)> {
    sized(text)?;
    let mut parser = Parser { text, at: 0, bounds: Bounds::default(), notes: Vec::new() };
    parser.blank();
    if parser.rest().is_empty() {
        return Ok((part(Node::Literal(Datum::Bool(true)), Span::default()), Vec::new()));
    }
    let found = parser.either("")?;
    parser.blank();
    if parser.rest().is_empty() { Ok((found, parser.notes)) } else { Err(parser.unexpected("`and`, `or` or the end")) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    bounds: Bounds,
    notes: Vec<Fail>,
}

/// A value as written.
#[derive(Clone, Debug)]
struct Value {
    wild: Wild,
    quoted: bool,
    span: Span,
}

/// Characters that end a value without quotes.
const SPECIAL: &[char] = &['\\', '(', ')', ':', '<', '>', '"', '*', '{', '}'];

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.skip(rest.len().saturating_sub(rest.trim_start().len()));
    }

    fn span(&self, start: usize) -> Span {
        Span { start: place(start), end: place(self.at) }
    }

    fn here(&self) -> Span {
        let next = self.rest().chars().next().map_or(0, char::len_utf8);
        Span { start: place(self.at), end: place(self.at.saturating_add(next)) }
    }

    fn unexpected(&self, wanted: &str) -> Fail {
        let found = self.rest().chars().next().map_or_else(|| "the query ends".into(), |c| format!("`{c}` stands"));
        Fail::syntax(self.here(), format!("{found} where {wanted} is wanted"))
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.skip(mark.len());
        }
        found
    }

    /// A keyword with what ends it: `or`, `and` and `not` fold case.
    fn keyword(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let after = rest.get(word.len()..).and_then(|tail| tail.chars().next());
        let ends = after.is_some_and(|c| c.is_whitespace() || c == '(' || (word != "not" && c == '"'));
        if found && ends {
            self.skip(word.len());
            self.blank();
            return true;
        }
        false
    }

    fn either(&mut self, prefix: &str) -> Taken<Scalar> {
        let start = self.at;
        self.bounds.enter(self.here())?;
        let mut all = vec![self.both(prefix)?];
        loop {
            self.blank();
            if !self.keyword("or") {
                break;
            }
            all.push(self.both(prefix)?);
        }
        self.bounds.leave();
        Ok(several(all, Node::Or, self.span(start)))
    }

    fn both(&mut self, prefix: &str) -> Taken<Scalar> {
        let start = self.at;
        let mut all = vec![self.negation(prefix)?];
        loop {
            self.blank();
            if !self.keyword("and") {
                break;
            }
            all.push(self.negation(prefix)?);
        }
        Ok(several(all, Node::And, self.span(start)))
    }

    fn negation(&mut self, prefix: &str) -> Taken<Scalar> {
        self.blank();
        let start = self.at;
        if self.keyword("not") {
            self.bounds.enter(self.here())?;
            let inner = self.negation(prefix)?;
            self.bounds.leave();
            return Ok(part(Node::Not(Box::new(inner)), self.span(start)));
        }
        if self.take("(") {
            let found = self.either(prefix)?;
            self.blank();
            return if self.take(")") { Ok(found) } else { Err(self.unexpected("`)`")) };
        }
        self.expression(prefix)
    }

    /// `field: value`, `field >= 5`, `field: { ... }`, `value`.
    fn expression(&mut self, prefix: &str) -> Taken<Scalar> {
        let start = self.at;
        let left = self.value()?;
        self.blank();
        let ops = [("<=", CompareOp::Le), (">=", CompareOp::Ge), ("<", CompareOp::Lt), (">", CompareOp::Gt)];
        for (mark, op) in ops {
            if self.take(mark) {
                let field = self.field(&left, prefix)?;
                let right = self.value()?;
                let Some(end) = right.wild.plain() else {
                    return Err(Fail::syntax(right.span, "an end of a range takes no wildcard"));
                };
                return Ok(bound(&field, op, end, self.span(start)));
            }
        }
        if !self.take(":") {
            return Ok(free(left));
        }
        self.blank();
        if self.take("{") {
            let field = self.field(&left, prefix)?;
            let note = "documents nested in a field are read as one: the events here are flat";
            self.notes.push(Fail::note(left.span, note));
            let found = self.either(&format!("{field}."))?;
            self.blank();
            return if self.take("}") { Ok(found) } else { Err(self.unexpected("`}`")) };
        }
        let any = left.wild.is_anything() && prefix.is_empty();
        let field = if any { None } else { Some(self.field(&left, prefix)?) };
        self.values(field.as_deref())
    }

    /// The name of a field.
    fn field(&self, name: &Value, prefix: &str) -> Taken<String> {
        match name.wild.plain() {
            Some(plain) if !plain.is_empty() => Ok(format!("{prefix}{plain}")),
            Some(_) => Err(Fail::syntax(name.span, "the name of a field is wanted before the colon")),
            None => Err(Fail::unsupported(name.span, "a field's name with wildcards")),
        }
    }

    /// A value, or values in parentheses with `or`, `and`, `not` between.
    fn values(&mut self, field: Option<&str>) -> Taken<Scalar> {
        self.blank();
        if self.take("(") {
            let found = self.either_value(field)?;
            self.blank();
            return if self.take(")") { Ok(found) } else { Err(self.unexpected("`)`")) };
        }
        let value = self.value()?;
        Ok(test(field, value))
    }

    fn either_value(&mut self, field: Option<&str>) -> Taken<Scalar> {
        let start = self.at;
        self.bounds.enter(self.here())?;
        let mut all = vec![self.both_values(field)?];
        loop {
            self.blank();
            if !self.keyword("or") {
                break;
            }
            all.push(self.both_values(field)?);
        }
        self.bounds.leave();
        Ok(several(all, Node::Or, self.span(start)))
    }

    fn both_values(&mut self, field: Option<&str>) -> Taken<Scalar> {
        let start = self.at;
        let mut all = vec![self.negated_value(field)?];
        loop {
            self.blank();
            if !self.keyword("and") {
                break;
            }
            all.push(self.negated_value(field)?);
        }
        Ok(several(all, Node::And, self.span(start)))
    }

    fn negated_value(&mut self, field: Option<&str>) -> Taken<Scalar> {
        self.blank();
        let start = self.at;
        if self.keyword("not") {
            self.bounds.enter(self.here())?;
            let inner = self.negated_value(field)?;
            self.bounds.leave();
            return Ok(part(Node::Not(Box::new(inner)), self.span(start)));
        }
        self.values(field)
    }

    fn value(&mut self) -> Taken<Value> {
        self.blank();
        self.bounds.count(self.here())?;
        let start = self.at;
        let quoted = self.take("\"");
        let wild = if quoted { self.quoted(start)? } else { self.unquoted()? };
        Ok(Value { wild, quoted, span: self.span(start) })
    }

    fn quoted(&mut self, start: usize) -> Taken<Wild> {
        let mut wild = Wild::default();
        loop {
            let Some(c) = self.rest().chars().next() else {
                return Err(Fail::syntax(self.span(start), "the phrase has no end: a quotation mark is missing"));
            };
            self.skip(c.len_utf8());
            match c {
                '"' => return Ok(wild),
                '\\' => match self.rest().chars().next() {
                    Some(next @ ('"' | '\\')) => {
                        self.skip(1);
                        wild.push(next);
                    }
                    _ => match self.escape(false) {
                        Some(found) => wild.push(found),
                        None => wild.push('\\'),
                    },
                },
                c => wild.push(c),
            }
        }
    }

    /// `\t`, `\n`, `\r`, `\u1234`, and where there are no quotes any special character.
    fn escape(&mut self, special: bool) -> Option<char> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let found = match first {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'u' => {
                let code = u32::from_str_radix(rest.get(1..5)?, 16).ok().and_then(char::from_u32)?;
                self.skip(4);
                code
            }
            c if special && SPECIAL.contains(&c) => c,
            _ => return None,
        };
        self.skip(first.len_utf8());
        Some(found)
    }

    /// Text up to a special character or a keyword; blanks inside belong to it.
    fn unquoted(&mut self) -> Taken<Wild> {
        let start = self.at;
        let mut wild = Wild::default();
        let mut blank = false;
        while let Some(c) = self.rest().chars().next() {
            if c.is_whitespace() {
                let held = self.at;
                self.blank();
                let ends = ["or", "and", "not"].iter().any(|word| {
                    let mut ahead =
                        Parser { text: self.text, at: self.at, bounds: Bounds::default(), notes: Vec::new() };
                    ahead.keyword(word)
                });
                let next = self.rest().chars().next();
                if ends || next.is_none_or(|next| SPECIAL.contains(&next) && next != '\\' && next != '*') {
                    self.at = held;
                    break;
                }
                blank = true;
                continue;
            }
            if SPECIAL.contains(&c) && c != '\\' && c != '*' {
                break;
            }
            if std::mem::take(&mut blank) {
                wild.push(' ');
            }
            self.skip(c.len_utf8());
            match c {
                '*' => wild.wildcard(Piece::Any),
                '\\' => {
                    let from = self.at.saturating_sub(1);
                    let word = ["or", "and", "not"]
                        .iter()
                        .find(|word| self.rest().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
                    if let Some(word) = word {
                        self.rest().chars().take(word.len()).for_each(|c| wild.push(c));
                        self.skip(word.len());
                        continue;
                    }
                    match self.escape(true) {
                        Some(found) => wild.push(found),
                        None => {
                            let message = "no such escape; a backslash is written `\\\\`, or the value in quotes";
                            return Err(Fail::syntax(self.span(from), message));
                        }
                    }
                }
                c => wild.push(c),
            }
        }
        if self.at == start {
            return Err(self.unexpected("a field or a value"));
        }
        wild.trim_end();
        Ok(wild)
    }
}

fn several(mut all: Vec<Scalar>, node: fn(Vec<Scalar>) -> Node, span: Span) -> Scalar {
    match (all.len(), all.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            all.extend(last);
            part(node(all), span)
        }
    }
}

/// A value without a field.
fn free(value: Value) -> Scalar {
    if value.wild.is_anything() && !value.quoted {
        return part(Node::Literal(Datum::Bool(true)), value.span);
    }
    field_is(None, Wanted::Text(value.wild, value.quoted), value.span)
}

fn test(field: Option<&str>, value: Value) -> Scalar {
    let Value { wild, quoted, span } = value;
    match field {
        None if wild.is_anything() => part(Node::Literal(Datum::Bool(true)), span),
        Some(field) if wild.is_anything() && !quoted => exists(field, span),
        field => {
            let wanted = match wild.plain() {
                Some("true") if !quoted => Wanted::Bool(true),
                Some("false") if !quoted => Wanted::Bool(false),
                _ => Wanted::Text(wild, quoted),
            };
            field_is(field, wanted, span)
        }
    }
}
