//! ES|QL (Elasticsearch reference, "ES|QL").
//!
//! Conditions are three-valued: a test of nothing is null, and so is a comparison of a field with several values. `==`,
//! `like` and `rlike` count case. A column that is not named is called as its expression is written. The limit of 1,000 rows
//! that Elasticsearch adds to a query is a setting of the cluster, not of the query: there is none here. Several index
//! patterns make one table, named with commas between. `kql("...")` is read as kuery, with its own rules about nothing and
//! about several values.

mod command;
mod expr;
mod grok;

use crate::fail::{Bounds, Fail, Taken, join, part, sized};
use crate::lex::{Dialect, Lexer, Token};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Assignment, Datum, Kind, Language, Node, Pipeline, Query, Scalar, Source, Span};

/// Reads a query. What is wrong with it stands in the problems; a query is only there where nothing is left out of it.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    let mut parser = match Parser::new(text) {
        Ok(parser) => parser,
        Err(fail) => return (Vec::new(), vec![fail.problem(name, text)]),
    };
    let found = parser.query();
    let mut problems: Vec<Problem> = parser.notes.into_iter().map(|note| note.problem(name, text)).collect();
    match found {
        Ok(pipeline) => (vec![Query { language: Language::Esql, pipeline, shared: Vec::new() }], problems),
        Err(fail) => {
            problems.push(fail.problem(name, text));
            (Vec::new(), problems)
        }
    }
}

/// Commands of a query at most.
const COMMANDS: usize = 500;

/// Reads one query.
struct Parser<'t> {
    text: &'t str,
    lexer: Lexer<'t>,
    token: Token,
    span: Span,
    /// Where the word before ended.
    last: Span,
    bounds: Bounds,
    notes: Vec<Fail>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Taken<Self> {
        sized(text)?;
        let mut lexer = Lexer::new(text, Dialect::Esql);
        let (token, span) = lexer.next()?;
        Ok(Self { text, lexer, token, span, last: Span::default(), bounds: Bounds::default(), notes: Vec::new() })
    }

    fn next(&mut self) -> Taken<Token> {
        let (token, span) = self.lexer.next()?;
        self.last = std::mem::replace(&mut self.span, span);
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self.token, Token::Mark(found) if found == mark)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(found) if found.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, mark: &str) -> Taken<bool> {
        let found = self.is(mark);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn take_word(&mut self, word: &str) -> Taken<bool> {
        let found = self.is_word(word);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn want(&mut self, mark: &str) -> Taken<()> {
        if self.take(mark)? { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Fail {
        let found = match &self.token {
            Token::End => "the query ends".to_owned(),
            Token::Name(name) | Token::Quoted(name) => format!("`{}` stands", clip(name)),
            Token::Text(_) => "a string stands".to_owned(),
            Token::Number(_) => "a number stands".to_owned(),
            Token::Mark(mark) => format!("`{mark}` stands"),
        };
        Fail::syntax(self.span, format!("{found} where {wanted} is wanted"))
    }

    fn query(&mut self) -> Taken<Pipeline> {
        let start = self.span;
        let source = if self.is_word("from") {
            self.from()?
        } else if self.take_word("row")? {
            self.row()?
        } else if let Token::Name(name) = &self.token {
            return Err(Fail::unsupported(start, &format!("the source command `{}`", clip(name))));
        } else {
            return Err(self.unexpected("`from` or `row`"));
        };
        let mut steps = Vec::new();
        let mut commands = 0_usize;
        while self.is("|") {
            commands = commands.saturating_add(1);
            if commands > COMMANDS {
                return Err(Fail::limit(self.span, format!("the query has more than {COMMANDS} commands")));
            }
            self.next()?;
            self.command(&mut steps)?;
        }
        if self.token == Token::End { Ok(Pipeline { source, steps }) } else { Err(self.unexpected("`|` or the end")) }
    }

    /// `from logs-*, other-* metadata _id`. Patterns of indices have signs in them that mean other things elsewhere: they are
    /// read from the text itself.
    fn from(&mut self) -> Taken<Source> {
        let start = self.lexer.at();
        let mut names: Vec<String> = Vec::new();
        loop {
            self.lexer.blank()?;
            if self.lexer.rest().starts_with('"') {
                let (Token::Text(name), _) = self.lexer.next()? else {
                    return Err(self.unexpected("an index pattern"));
                };
                names.push(name);
            } else {
                let rest = self.lexer.rest();
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | '|')).unwrap_or(rest.len());
                let name = rest.get(..end).unwrap_or_default();
                if name.is_empty() || name.contains(['(', ')', '[', ']']) {
                    self.next()?;
                    return Err(self.unexpected("the name of an index or a pattern"));
                }
                names.push(name.to_owned());
                self.lexer.seek(self.lexer.at().saturating_add(end));
            }
            self.lexer.blank()?;
            if self.lexer.rest().starts_with(',') {
                self.lexer.seek(self.lexer.at().saturating_add(1));
                continue;
            }
            break;
        }
        let span = Span { start: crate::fail::place(start), end: crate::fail::place(self.lexer.at()) };
        self.next()?;
        if self.take_word("metadata")? {
            loop {
                self.name()?;
                if !self.take(",")? {
                    break;
                }
            }
        }
        Ok(Source::Table { name: names.join(",").into(), span })
    }

    /// `row a = 1, b = "x"`.
    fn row(&mut self) -> Taken<Source> {
        let mut columns = Vec::new();
        let mut row = Vec::new();
        for assignment in self.assignments()? {
            let name = assignment.names.first().cloned().unwrap_or_default();
            let kind = match &assignment.value.node {
                Node::Literal(Datum::Bool(_)) => Kind::Bool,
                Node::Literal(Datum::Long(_)) => Kind::Long,
                Node::Literal(Datum::Real(_)) => Kind::Real,
                Node::Literal(Datum::Text(_)) => Kind::String,
                _ => Kind::Dynamic,
            };
            columns.push((name, kind));
            row.push(assignment.value);
        }
        Ok(Source::Rows { columns, rows: vec![row] })
    }

    /// `name = value, value, ...`; without a name the text of the value is the name.
    fn assignments(&mut self) -> Taken<Vec<Assignment>> {
        let mut all = Vec::new();
        loop {
            self.bounds.count(self.span)?;
            all.push(self.assignment()?);
            if !self.take(",")? {
                return Ok(all);
            }
        }
    }

    fn assignment(&mut self) -> Taken<Assignment> {
        let name = self.target()?;
        let value = self.condition()?;
        let name = name.unwrap_or_else(|| self.written(value.span));
        Ok(Assignment { names: vec![name], value })
    }

    /// `name =`, if that is what stands here.
    fn target(&mut self) -> Taken<Option<Box<str>>> {
        if !matches!(self.token, Token::Name(_) | Token::Quoted(_)) {
            return Ok(None);
        }
        let (lexer, token, span, last) = (self.lexer.clone(), self.token.clone(), self.span, self.last);
        if let Ok(name) = self.name()
            && self.take("=")?
        {
            return Ok(Some(name));
        }
        (self.lexer, self.token, self.span, self.last) = (lexer, token, span, last);
        Ok(None)
    }

    /// What an expression is called: a column by its name, all else as it is written.
    fn written(&self, span: Span) -> Box<str> {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        text.replace('`', "").into()
    }

    /// `a.b.c`, as one name.
    fn name(&mut self) -> Taken<Box<str>> {
        let mut name = String::new();
        loop {
            match self.next()? {
                Token::Name(next) | Token::Quoted(next) => name.push_str(&next),
                _ => return Err(Fail::syntax(self.last, "the name of a column is wanted here")),
            }
            if !self.take(".")? {
                return Ok(name.into());
            }
            name.push('.');
        }
    }

    /// A column by name.
    fn column(&mut self) -> Taken<Scalar> {
        let start = self.span;
        let name = self.name()?;
        Ok(part(Node::Column(name), join(start, self.last)))
    }
}

/// A name of the query as far as a message needs it.
fn clip(name: &str) -> String {
    name.chars().take(60).collect()
}
