//! Lucene's query strings as Elasticsearch's `query_string` query takes them (Elasticsearch reference, "Query string
//! query"; Lucene, "Classic query parser").
//!
//! `AND`, `OR`, `NOT`, `+`, `-` are no boolean expression: each makes clauses that must hold, may hold or must not hold
//! (`a OR b AND c` needs b and c; a then counts for nothing), exactly as the classic parser has it; the default is OR. A
//! group of clauses that only must not hold is met by all other records, as Elasticsearch has it. Values of keywords count
//! case, also with wildcards; full text is compared by words. Boosts (`^2`) only change the order of hits: ignored with a
//! warning. Fuzzy terms and words near each other (`~`) are refused.

use crate::fail::{Bounds, Fail, Taken, part, place, sized};
use crate::fields::{Wanted, bound, exists, field_is};
use crate::kuery::query;
use crate::pattern::{Wild, lucene_regex, text as constant};
use ddefend_rule::Problem;
use ddefend_rule::ir::Piece;
use ddefend_rule::ir::query::{CompareOp, Datum, Language, Node, Query, Scalar, Span, TextOp};

/// Reads a query.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    match condition(text) {
        Ok((filter, notes)) => {
            let problems = notes.into_iter().map(|note| note.problem(name, text)).collect();
            (vec![query(Language::Lucene, filter)], problems)
        }
        Err(fail) => (Vec::new(), vec![fail.problem(name, text)]),
    }
}

fn condition(text: &str) -> Taken<(Scalar, Vec<Fail>)> {
    sized(text)?;
    let mut parser = Parser { text, at: 0, bounds: Bounds::default(), notes: Vec::new() };
    parser.blank();
    if parser.rest().is_empty() {
        return Ok((part(Node::Literal(Datum::Bool(true)), Span::default()), Vec::new()));
    }
    let found = parser.clauses(None)?;
    if parser.rest().is_empty() { Ok((found, parser.notes)) } else { Err(parser.unexpected("a term or the end")) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    bounds: Bounds,
    notes: Vec<Fail>,
}

/// What a clause is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occur {
    Must,
    Should,
    MustNot,
}

const SPECIAL: &[char] =
    &['"', '(', ')', '[', ']', '{', '}', ':', '^', '~', '!', '+', '-', '/', '<', '>', '=', '\\', '*', '?'];

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

    fn unexpected(&self, wanted: &str) -> Fail {
        let next = self.rest().chars().next();
        let end = self.at.saturating_add(next.map_or(0, char::len_utf8));
        let found = next.map_or_else(|| "the query ends".into(), |c| format!("`{c}` stands"));
        let span = Span { start: place(self.at), end: place(end) };
        Fail::syntax(span, format!("{found} where {wanted} is wanted"))
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.skip(mark.len());
        }
        found
    }

    /// `AND`, `OR`, `NOT`, `TO`: upper case only.
    fn keyword(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let after = rest.get(word.len()..).and_then(|tail| tail.chars().next());
        let found = rest.starts_with(word)
            && after.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '+' | '-'));
        if found {
            self.skip(word.len());
            self.blank();
        }
        found
    }

    fn clauses(&mut self, field: Option<&str>) -> Taken<Scalar> {
        let start = self.at;
        self.bounds.enter(self.span(start))?;
        let mut clauses: Vec<(Occur, Scalar)> = Vec::new();
        loop {
            self.blank();
            if self.rest().is_empty() || self.rest().starts_with(')') {
                break;
            }
            let and = self.keyword("AND") || self.take("&&");
            let or = !and && (self.keyword("OR") || self.take("||"));
            self.blank();
            if (and || or) && clauses.is_empty() {
                return Err(self.unexpected("a term before `AND` or `OR`"));
            }
            let mut occur = Occur::Should;
            loop {
                if self.keyword("NOT") || self.take("!") || self.take("-") {
                    occur = Occur::MustNot;
                } else if self.take("+") {
                    occur = Occur::Must;
                } else {
                    break;
                }
                self.blank();
                self.bounds.count(self.span(start))?;
            }
            if and {
                if let Some((last, _)) = clauses.last_mut().filter(|(last, _)| *last == Occur::Should) {
                    *last = Occur::Must;
                }
                if occur == Occur::Should {
                    occur = Occur::Must;
                }
            }
            clauses.push((occur, self.clause(field)?));
        }
        self.bounds.leave();
        if clauses.is_empty() {
            return Err(self.unexpected("a term"));
        }
        Ok(boolean(clauses, self.span(start)))
    }

    /// `field:term`, `(group)`, `term`.
    fn clause(&mut self, field: Option<&str>) -> Taken<Scalar> {
        self.blank();
        let start = self.at;
        if let Some(name) = self.field_name()? {
            if name == "_exists_" {
                let (wild, quoted) = self.term()?;
                let _ = quoted;
                return match wild.plain() {
                    Some(plain) => Ok(exists(plain, self.span(start))),
                    None => Err(Fail::unsupported(self.span(start), "a field's name with wildcards")),
                };
            }
            let name = if name == "*" { None } else { Some(name.as_str()) };
            return self.value(name, start);
        }
        self.value(field, start)
    }

    /// A name and its colon; the place does not move where there is none.
    fn field_name(&mut self) -> Taken<Option<String>> {
        let start = self.at;
        let mut name = String::new();
        loop {
            match self.rest().chars().next() {
                Some(':') if !name.is_empty() => {
                    self.skip(1);
                    if name.contains('*') && name != "*" {
                        return Err(Fail::unsupported(self.span(start), "a field's name with wildcards"));
                    }
                    return Ok(Some(name));
                }
                Some('\\') => {
                    self.skip(1);
                    let Some(c) = self.rest().chars().next() else { break };
                    self.skip(c.len_utf8());
                    name.push(c);
                }
                Some(c) if c == '*' || c == '-' && !name.is_empty() || !SPECIAL.contains(&c) && !c.is_whitespace() => {
                    self.skip(c.len_utf8());
                    name.push(c);
                }
                _ => break,
            }
        }
        self.at = start;
        Ok(None)
    }

    fn value(&mut self, field: Option<&str>, start: usize) -> Taken<Scalar> {
        self.blank();
        self.bounds.count(self.span(start))?;
        let found = match self.rest().chars().next() {
            Some('(') => {
                self.skip(1);
                let found = self.clauses(field)?;
                if !self.take(")") {
                    return Err(self.unexpected("`)`"));
                }
                found
            }
            Some('[' | '{') => self.range(field, start)?,
            Some('/') => self.regex(field, start)?,
            Some('<' | '>') => self.half(field, start)?,
            Some(_) => {
                let (wild, quoted) = self.term()?;
                let span = self.span(start);
                match field {
                    _ if quoted || !wild.is_anything() => {
                        let wanted = match wild.plain() {
                            Some("true") if !quoted => Wanted::Bool(true),
                            Some("false") if !quoted => Wanted::Bool(false),
                            _ => Wanted::Text(wild, quoted),
                        };
                        field_is(field, wanted, span)
                    }
                    Some(field) => exists(field, span),
                    None => part(Node::Literal(Datum::Bool(true)), span),
                }
            }
            None => return Err(self.unexpected("a term")),
        };
        self.suffix()?;
        Ok(found)
    }

    /// `^2`, `~`.
    fn suffix(&mut self) -> Taken<()> {
        let start = self.at;
        if self.take("~") {
            return Err(Fail::unsupported(self.span(start), "a fuzzy term or a distance (`~`)"));
        }
        if self.take("^") {
            let rest = self.rest();
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            self.skip(end);
            let note = "a boost only changes the order of hits: ignored";
            self.notes.push(Fail::note(self.span(start), note));
        }
        Ok(())
    }

    fn term(&mut self) -> Taken<(Wild, bool)> {
        let start = self.at;
        let mut wild = Wild::default();
        if self.take("\"") {
            loop {
                let Some(c) = self.rest().chars().next() else {
                    return Err(Fail::syntax(self.span(start), "the phrase has no end: a quotation mark is missing"));
                };
                self.skip(c.len_utf8());
                match c {
                    '"' => return Ok((wild, true)),
                    '\\' => {
                        let next = self.rest().chars().next();
                        self.skip(next.map_or(0, char::len_utf8));
                        next.into_iter().for_each(|c| wild.push(c));
                    }
                    c => wild.push(c),
                }
            }
        }
        while let Some(c) = self.rest().chars().next() {
            let inside = self.at > start && matches!(c, '-' | '+' | '=' | '!' | '/');
            if c.is_whitespace() || SPECIAL.contains(&c) && !inside && !matches!(c, '\\' | '*' | '?') {
                break;
            }
            self.skip(c.len_utf8());
            match c {
                '*' => wild.wildcard(Piece::Any),
                '?' => wild.wildcard(Piece::One),
                '\\' => {
                    let next = self.rest().chars().next();
                    self.skip(next.map_or(0, char::len_utf8));
                    match next {
                        Some(next) => wild.push(next),
                        None => return Err(Fail::syntax(self.span(start), "nothing stands behind the backslash")),
                    }
                }
                c => wild.push(c),
            }
        }
        if self.at == start {
            return Err(self.unexpected("a term"));
        }
        Ok((wild, false))
    }

    fn named<'f>(&self, field: Option<&'f str>, start: usize, what: &str) -> Taken<&'f str> {
        field.ok_or_else(|| Fail::unsupported(self.span(start), &format!("{what} without a field")))
    }

    /// `[a TO b]`, `{a TO b}`, also mixed.
    fn range(&mut self, field: Option<&str>, start: usize) -> Taken<Scalar> {
        let low = if self.take("[") { CompareOp::Ge } else { CompareOp::Gt };
        self.skip(usize::from(low == CompareOp::Gt));
        let from = self.end()?;
        self.blank();
        if !self.keyword("TO") {
            return Err(self.unexpected("`TO`"));
        }
        let to = self.end()?;
        self.blank();
        let high = if self.take("]") {
            CompareOp::Le
        } else if self.take("}") {
            CompareOp::Lt
        } else {
            return Err(self.unexpected("`]` or `}`"));
        };
        let span = self.span(start);
        let field = self.named(field, start, "a range")?;
        let mut all: Vec<Scalar> = [(low, from), (high, to)]
            .into_iter()
            .filter_map(|(op, end)| end.map(|end| bound(field, op, &end, span)))
            .collect();
        Ok(match (all.len(), all.pop()) {
            (0, _) => exists(field, span),
            (1, Some(only)) => only,
            (_, last) => {
                all.extend(last);
                part(Node::And(all), span)
            }
        })
    }

    /// An end of a range; none for `*`.
    fn end(&mut self) -> Taken<Option<String>> {
        self.blank();
        let start = self.at;
        if self.rest().starts_with('"') {
            let (wild, _) = self.term()?;
            return Ok(wild.plain().map(str::to_owned));
        }
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ']' | '}' | ')')).unwrap_or(rest.len());
        let found = rest.get(..end).unwrap_or_default();
        self.skip(end);
        match found {
            "" => Err(Fail::syntax(self.span(start), "an end of the range is wanted here; `*` for none")),
            "*" => Ok(None),
            found => Ok(Some(found.replace('\\', ""))),
        }
    }

    /// `>=5`.
    fn half(&mut self, field: Option<&str>, start: usize) -> Taken<Scalar> {
        let op = match (self.take("<"), self.take(">"), self.take("=")) {
            (true, false, true) => CompareOp::Le,
            (true, false, false) => CompareOp::Lt,
            (false, true, true) => CompareOp::Ge,
            (false, true, false) => CompareOp::Gt,
            _ => return Err(self.unexpected("a value")),
        };
        let field = self.named(field, start, "a range")?;
        match self.end()? {
            Some(end) => Ok(bound(field, op, &end, self.span(start))),
            None => Ok(exists(field, self.span(start))),
        }
    }

    fn regex(&mut self, field: Option<&str>, start: usize) -> Taken<Scalar> {
        self.skip(1);
        let mut source = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else {
                return Err(Fail::syntax(self.span(start), "the expression has no end: `/` is missing"));
            };
            self.skip(c.len_utf8());
            match c {
                '/' => break,
                '\\' if self.take("/") => source.push('/'),
                '\\' => {
                    source.push('\\');
                    let next = self.rest().chars().next();
                    self.skip(next.map_or(0, char::len_utf8));
                    source.extend(next);
                }
                c => source.push(c),
            }
        }
        let span = self.span(start);
        let value = part(field.map_or(Node::AnyColumn, |field| Node::Column(field.into())), span);
        let pattern = Box::new(constant(&lucene_regex(&source, span)?, span));
        Ok(part(Node::Text { op: TextOp::RegexWhole, cased: true, value: Box::new(value), pattern }, span))
    }
}

/// Clauses as one condition.
fn boolean(clauses: Vec<(Occur, Scalar)>, span: Span) -> Scalar {
    let mut must = Vec::new();
    let mut should = Vec::new();
    let mut not = Vec::new();
    for (occur, clause) in clauses {
        match occur {
            Occur::Must => must.push(clause),
            Occur::Should => should.push(clause),
            Occur::MustNot => not.push(clause),
        }
    }
    let mut all = must;
    if all.is_empty() && !should.is_empty() {
        all.push(several(should, Node::Or, span));
    }
    all.extend(not.into_iter().map(|clause| {
        let at = clause.span;
        part(Node::Not(Box::new(clause)), at)
    }));
    several(all, Node::And, span)
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
