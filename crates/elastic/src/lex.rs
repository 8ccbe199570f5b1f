//! Words of EQL and ES|QL. Both have the same strings, numbers and comments; what differs is in [`Dialect`].

use crate::fail::{Fail, Taken, place};
use ddefend_rule::ir::query::{Datum, Span};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// EQL: names may end in `~`, `?` stands before optional fields.
    Eql,
    /// ES|QL: `::` is a cast.
    Esql,
}

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// The text is at its end.
    End,
    /// A name or keyword as written.
    Name(String),
    /// A name in backquotes.
    Quoted(String),
    /// A string.
    Text(String),
    /// A number.
    Number(Datum),
    /// A sign.
    Mark(&'static str),
}

/// Signs, longer ones first.
const MARKS: &[&str] = &[
    "==", "!=", "<=", ">=", "<", ">", "=", ":", "+", "-", "*", "/", "%", ".", ",", "[", "]", "(", ")", "{", "}", "|",
    "!", "?", ";", "~",
];

/// Takes a text apart.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self { text, at: 0, dialect }
    }

    /// What is left to read.
    pub(crate) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Bytes read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Reads on from that byte.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    fn span(&self, start: usize) -> Span {
        Span { start: place(start), end: place(self.at) }
    }

    /// Blanks and comments.
    pub(crate) fn blank(&mut self) -> Taken<()> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.skip(rest.len().saturating_sub(trimmed.len()));
            if trimmed.starts_with("//") {
                self.skip(trimmed.find('\n').unwrap_or(trimmed.len()));
            } else if trimmed.starts_with("/*") {
                let start = self.at;
                self.comment()
                    .ok_or_else(|| Fail::syntax(self.span(start), "the comment has no end: `*/` is missing"))?;
            } else {
                return Ok(());
            }
        }
    }

    /// A comment, which may hold others.
    fn comment(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                open = open.saturating_add(1);
                self.skip(2);
            } else if rest.starts_with("*/") {
                open = open.saturating_sub(1);
                self.skip(2);
                if open == 0 {
                    return Some(());
                }
            } else {
                self.skip(rest.chars().next()?.len_utf8());
            }
        }
    }

    /// The next word.
    pub(crate) fn next(&mut self) -> Taken<(Token, Span)> {
        self.blank()?;
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok((Token::End, self.span(start))) };
        let token = match first {
            '"' => self.string(start)?,
            '`' => self.quoted(start)?,
            '?' if self.dialect == Dialect::Eql && rest.starts_with("?\"") => self.old_raw(start)?,
            '\'' => {
                self.skip(1);
                return Err(Fail::syntax(self.span(start), "strings stand in double quotes"));
            }
            '0'..='9' => self.number(start)?,
            '.' if rest.chars().nth(1).is_some_and(|second| second.is_ascii_digit()) => self.number(start)?,
            c if c.is_alphabetic() || matches!(c, '_' | '@') => self.name(),
            _ => self.mark(start)?,
        };
        Ok((token, self.span(start)))
    }

    fn mark(&mut self, start: usize) -> Taken<Token> {
        let rest = self.rest();
        if self.dialect == Dialect::Esql && rest.starts_with("::") {
            self.skip(2);
            return Ok(Token::Mark("::"));
        }
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            self.skip(mark.len());
            return Ok(Token::Mark(mark));
        }
        self.skip(rest.chars().next().map_or(0, char::len_utf8));
        Err(Fail::syntax(self.span(start), "this character means nothing here"))
    }

    fn name(&mut self) -> Token {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@'))).unwrap_or(rest.len());
        let tilde = self.dialect == Dialect::Eql && rest.get(end..).is_some_and(|rest| rest.starts_with('~'));
        let end = end.saturating_add(usize::from(tilde));
        self.skip(end);
        Token::Name(rest.get(..end).unwrap_or_default().to_owned())
    }

    fn number(&mut self, start: usize) -> Taken<Token> {
        let rest = self.rest();
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or_default();
            from.saturating_add(tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len()))
        };
        let starts = |at: usize, sign: char| rest.get(at..).is_some_and(|tail| tail.starts_with(sign));
        let mut end = digits(0);
        let mut whole = true;
        let follows = rest.get(end.saturating_add(1)..).and_then(|tail| tail.chars().next());
        if starts(end, '.') && !follows.is_some_and(char::is_alphabetic) {
            whole = false;
            end = digits(end.saturating_add(1));
        }
        if starts(end, 'e') || starts(end, 'E') {
            let mut from = end.saturating_add(1);
            if starts(from, '+') || starts(from, '-') {
                from = from.saturating_add(1);
            }
            if digits(from) > from {
                whole = false;
                end = digits(from);
            }
        }
        self.skip(end);
        let text = rest.get(..end).unwrap_or_default();
        let found = if whole { text.parse().map(Datum::Long).ok() } else { None };
        let found = found.or_else(|| text.parse().map(Datum::Real).ok());
        found.map(Token::Number).ok_or_else(|| Fail::syntax(self.span(start), "this is no number"))
    }

    fn quoted(&mut self, start: usize) -> Taken<Token> {
        let mut name = String::new();
        self.skip(1);
        loop {
            let rest = self.rest();
            if rest.starts_with("``") {
                name.push('`');
                self.skip(2);
                continue;
            }
            match rest.chars().next() {
                None => return Err(Fail::syntax(self.span(start), "the name has no end: a backquote is missing")),
                Some('`') => {
                    self.skip(1);
                    return Ok(Token::Quoted(name));
                }
                Some(c) => {
                    name.push(c);
                    self.skip(c.len_utf8());
                }
            }
        }
    }

    /// `?"..."`: a raw string of older EQL.
    fn old_raw(&mut self, start: usize) -> Taken<Token> {
        self.skip(2);
        let mut text = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("\\\"") {
                text.push('"');
                self.skip(2);
                continue;
            }
            match rest.chars().next() {
                None | Some('\n') => return Err(unclosed(self.span(start))),
                Some('"') => {
                    self.skip(1);
                    return Ok(Token::Text(text));
                }
                Some(c) => {
                    text.push(c);
                    self.skip(c.len_utf8());
                }
            }
        }
    }

    fn string(&mut self, start: usize) -> Taken<Token> {
        if let Some(body) = self.rest().strip_prefix("\"\"\"") {
            let end = body.find("\"\"\"").ok_or_else(|| unclosed(self.span(start)))?;
            // Up to two more quotation marks at the end belong to the string.
            let tail = body.get(end.saturating_add(3)..).unwrap_or_default();
            let extra = tail.bytes().take(2).take_while(|byte| *byte == b'"').count();
            let end = end.saturating_add(extra);
            self.skip(end.saturating_add(6));
            return Ok(Token::Text(body.get(..end).unwrap_or_default().to_owned()));
        }
        self.skip(1);
        let mut text = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(unclosed(self.span(start))) };
            self.skip(c.len_utf8());
            match c {
                '"' => return Ok(Token::Text(text)),
                '\n' | '\r' => return Err(unclosed(self.span(start))),
                '\\' => text.push(self.escape()?),
                c => text.push(c),
            }
        }
    }

    /// What follows a backslash (EQL syntax reference, "Escape characters in a string").
    fn escape(&mut self) -> Taken<char> {
        let start = self.at.saturating_sub(1);
        let letter = self.rest().chars().next();
        self.skip(letter.map_or(0, char::len_utf8));
        let found = match letter {
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some(c @ ('"' | '\\')) => Some(c),
            Some('b') if self.dialect == Dialect::Eql => Some('\u{8}'),
            Some('f') if self.dialect == Dialect::Eql => Some('\u{c}'),
            Some('\'') if self.dialect == Dialect::Eql => Some('\''),
            Some('u') if self.dialect == Dialect::Eql => {
                let body = self.rest();
                let end = body.find('}').filter(|end| *end <= 9 && body.starts_with('{'));
                let digits = end.and_then(|end| body.get(1..end));
                self.skip(end.map_or(0, |end| end.saturating_add(1)));
                digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32)
            }
            _ => None,
        };
        found.ok_or_else(|| {
            Fail::syntax(self.span(start), "no such escape; a backslash is written `\\\\`, or the string in `\"\"\"`")
        })
    }
}

fn unclosed(span: Span) -> Fail {
    Fail::syntax(span, "the string has no end: a quotation mark is missing")
}
