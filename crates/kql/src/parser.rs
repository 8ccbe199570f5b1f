//! Tokens to statements: recursive descent, with a counter of depth and a budget of nodes.

mod columns;
mod dynamic;
mod expr;
mod operator;
mod primary;
mod statement;
mod tables;

pub(crate) use operator::setting_word;

use crate::ast::Statement;
use crate::fault::{Fault, Got, join};
use crate::lexer::{Tok, Token};
use ddefend_rule::ir::query::Span;

/// How deep expressions may be nested.
const DEPTH: usize = 200;
/// How high the tree of an expression may be: chains of `+` lean left and make height without nesting.
const HEIGHT: usize = 400;
/// Nodes that a text may have.
const NODES: usize = 400_000;

/// What was read before the first error, and that.
pub(crate) fn statements(tokens: &[Token]) -> (Vec<Statement>, Option<Box<Fault>>) {
    let mut parser = Parser { tokens, at: 0, depth: 0, height: 0, nodes: NODES };
    parser.program()
}

pub(crate) struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// Height of the highest tree read so far at this level.
    height: usize,
    nodes: usize,
}

static END: Token = Token { tok: Tok::End, span: Span { start: 0, end: 0 } };

impl<'a> Parser<'a> {
    fn ahead(&self, count: usize) -> &'a Token {
        self.tokens.get(self.at.saturating_add(count)).or_else(|| self.tokens.last()).unwrap_or(&END)
    }

    fn peek(&self) -> &'a Tok {
        &self.ahead(0).tok
    }

    fn span(&self) -> Span {
        self.ahead(0).span
    }

    /// The span of what was read last.
    fn before(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(Span::default(), |token| token.span)
    }

    fn since(&self, start: Span) -> Span {
        join(start, self.before())
    }

    fn next(&mut self) -> &'a Token {
        let token = self.ahead(0);
        self.at = self.at.saturating_add(1);
        token
    }

    fn is(&self, punct: &str) -> bool {
        self.is_ahead(0, punct)
    }

    fn is_ahead(&self, count: usize, punct: &str) -> bool {
        matches!(&self.ahead(count).tok, Tok::Punct(found) if *found == punct)
    }

    fn word(&self) -> Option<&'a str> {
        self.word_ahead(0)
    }

    fn word_ahead(&self, count: usize) -> Option<&'a str> {
        match &self.ahead(count).tok {
            Tok::Name(name) => Some(name),
            _ => None,
        }
    }

    fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    fn eat(&mut self, punct: &str) -> bool {
        let found = self.is(punct);
        if found {
            self.next();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.next();
        }
        found
    }

    fn need(&mut self, punct: &str, why: &str) -> Got<Span> {
        if self.is(punct) {
            return Ok(self.next().span);
        }
        self.wanted(&format!("{punct} {why}"))
    }

    fn need_word(&mut self, word: &str, why: &str) -> Got<Span> {
        if self.is_word(word) {
            return Ok(self.next().span);
        }
        self.wanted(&format!("{word} {why}"))
    }

    /// The error that says what is here and what would be right.
    fn wanted<T>(&self, right: &str) -> Got<T> {
        Fault::syntax(self.span(), format!("found {}; here goes {right}", self.here()))
    }

    /// What is here, in words.
    fn here(&self) -> String {
        match self.peek() {
            Tok::Name(name) => format!("{:?}", shortened(name)),
            Tok::Text(text) => format!("the string {:?}", shortened(text)),
            Tok::Long(number) => format!("the number {number}"),
            Tok::Real(number) => format!("the number {number}"),
            Tok::Span(_) => "a length of time".to_owned(),
            Tok::Typed(..) => "a typed literal".to_owned(),
            Tok::Punct(punct) => format!("{punct:?}"),
            Tok::End => "the end of the text".to_owned(),
        }
    }

    /// True where nothing stands between this token and the one before.
    fn adjacent(&self) -> bool {
        self.before().end == self.span().start
    }

    /// One level deeper, for what `read` reads.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Got<T>) -> Got<T> {
        if self.depth >= DEPTH {
            return Fault::limit(self.span(), format!("nested more than {DEPTH} deep"));
        }
        self.node()?;
        self.depth = self.depth.saturating_add(1);
        let beside = std::mem::take(&mut self.height);
        let result = read(self);
        self.depth = self.depth.saturating_sub(1);
        self.higher()?;
        self.height = self.height.max(beside);
        result
    }

    /// One more level above what was read.
    fn higher(&mut self) -> Got<()> {
        self.height = self.height.saturating_add(1);
        if self.height > HEIGHT {
            return Fault::limit(self.span(), format!("more than {HEIGHT} operations one in the other; bracket them"));
        }
        Ok(())
    }

    fn node(&mut self) -> Got<()> {
        match self.nodes.checked_sub(1) {
            Some(left) => self.nodes = left,
            None => return Fault::limit(self.span(), format!("more than {NODES} values and operations")),
        }
        Ok(())
    }

    /// What `read` reads, as often as a comma follows.
    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Got<T>) -> Got<Vec<T>> {
        let mut list = vec![read(self)?];
        while self.eat(",") {
            list.push(read(self)?);
        }
        Ok(list)
    }

    /// A name as a word or quoted: `name`, `['a name']`.
    fn name(&mut self, what: &str) -> Got<Box<str>> {
        if let Some(quoted) = self.quoted_name() {
            return Ok(quoted);
        }
        match self.peek() {
            Tok::Name(name) if !primary::WORDS.contains(&&**name) => {
                self.next();
                Ok(name.clone())
            }
            _ => self.wanted(what),
        }
    }

    /// `['a name']` or `["a name"]`, if it is here.
    fn quoted_name(&mut self) -> Option<Box<str>> {
        match (&self.ahead(0).tok, &self.ahead(1).tok, &self.ahead(2).tok) {
            (Tok::Punct("["), Tok::Text(name), Tok::Punct("]")) => {
                self.at = self.at.saturating_add(3);
                Some(name.clone())
            }
            _ => None,
        }
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
