//! Text to tokens. Spans are bytes of the text.

mod literal;

pub(crate) use literal::{datetime, timespan};

use crate::fault::{Fault, Got};
use ddefend_rule::ir::query::{Kind, Span};

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tok {
    /// A name or a word of the language: which of them, its place says.
    Name(Box<str>),
    /// A string literal, its escapes resolved.
    Text(Box<str>),
    /// `12`, `0x1f`.
    Long(i64),
    /// `1.5`, `1e3`.
    Real(f64),
    /// `2h`: 100 ns ticks.
    Span(i64),
    /// `datetime(...)` and the like: the kind and the raw text between the brackets.
    Typed(Kind, Box<str>),
    /// Anything else, as written: `|`, `==`, `!in~`.
    Punct(&'static str),
    /// Behind the last.
    End,
}

/// A token and where it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) tok: Tok,
    pub(crate) span: Span,
}

/// Longest first, so that the first that fits is right.
const PUNCTUATION: &[&str] = &[
    "!in~", "==", "!=", "<>", "<=", ">=", "=~", "!~", "=>", "..", "<|", "(", ")", "[", "]", "{", "}", "|", ",", ";",
    ":", ".", "=", "<", ">", "+", "-", "*", "/", "%", "?", "@", "!", "$", "#", "&", "^", "~", "\\",
];

/// Words that `!` goes with.
const NEGATED: &[(&str, &str)] = &[
    ("!in~", "in~"),
    ("!in", "in"),
    ("!has", "has"),
    ("!has_cs", "has_cs"),
    ("!hasprefix", "hasprefix"),
    ("!hasprefix_cs", "hasprefix_cs"),
    ("!hassuffix", "hassuffix"),
    ("!hassuffix_cs", "hassuffix_cs"),
    ("!contains", "contains"),
    ("!contains_cs", "contains_cs"),
    ("!startswith", "startswith"),
    ("!startswith_cs", "startswith_cs"),
    ("!endswith", "endswith"),
    ("!endswith_cs", "endswith_cs"),
    ("!between", "between"),
    ("!like", "like"),
    ("!matches", "matches"),
];

/// Reads the whole text.
pub(crate) fn tokens(text: &str) -> Got<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while lexer.step()? {}
    let end = lexer.place(text.len(), text.len());
    lexer.tokens.push(Token { tok: Tok::End, span: end });
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn place(&self, start: usize, end: usize) -> Span {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: number(start), end: number(end) }
    }

    fn push(&mut self, tok: Tok, length: usize) {
        let end = self.at.saturating_add(length);
        let span = self.place(self.at, end);
        self.tokens.push(Token { tok, span });
        self.at = end;
    }

    fn step(&mut self) -> Got<bool> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(false) };
        if first.is_whitespace() || matches!(first, '\u{feff}' | '\u{200b}') {
            self.at = self.at.saturating_add(first.len_utf8());
        } else if rest.starts_with("//") {
            self.at = self.at.saturating_add(rest.find('\n').unwrap_or(rest.len()));
        } else if let Some((prefix, quote)) = opening(rest) {
            self.string(prefix, quote)?;
        } else if first.is_ascii_digit() {
            self.number()?;
        } else if first == '_' || first == '$' || first.is_alphabetic() {
            self.word();
        } else {
            self.punctuation(first)?;
        }
        Ok(true)
    }

    fn punctuation(&mut self, first: char) -> Got<()> {
        let rest = self.rest();
        if first == '!'
            && let Some(known) = negated(rest)
        {
            self.push(Tok::Punct(known), known.len());
            return Ok(());
        }
        match PUNCTUATION.iter().find(|known| rest.starts_with(**known)) {
            Some(known) => self.push(Tok::Punct(known), known.len()),
            None => {
                let span = self.place(self.at, self.at.saturating_add(first.len_utf8()));
                let hint = match first {
                    '“' | '”' | '„' | '‘' | '’' => "; quotes are \" or '",
                    '–' | '—' => "; minus is -",
                    _ => "",
                };
                return Fault::syntax(span, format!("found {first:?}, which means nothing here{hint}"));
            }
        }
        Ok(())
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length = name_length(rest);
        let word = rest.get(..length).unwrap_or_default();
        if word == "in" && rest.starts_with("in~") {
            self.push(Tok::Punct("in~"), 3);
            return;
        }
        if let Some(kind) = literal::typed(word)
            && let Some((raw, whole)) = literal::bracketed(rest, length)
        {
            self.push(Tok::Typed(kind, raw.into()), whole);
            return;
        }
        self.push(Tok::Name(word.into()), length.max(1));
    }

    fn number(&mut self) -> Got<()> {
        let (tok, length) = match literal::number(self.rest()) {
            Ok(found) => found,
            Err(length) => {
                let span = self.place(self.at, self.at.saturating_add(length));
                return Fault::value(span, "this number is larger than a long can be (9223372036854775807)");
            }
        };
        self.push(tok, length);
        Ok(())
    }

    fn string(&mut self, prefix: usize, quote: Quote) -> Got<()> {
        match literal::string(self.rest(), prefix, quote) {
            Ok((text, length)) => {
                self.push(Tok::Text(text.into()), length);
                Ok(())
            }
            Err((offset, message)) => {
                let start = self.at.saturating_add(offset);
                Fault::syntax(self.place(start, start.saturating_add(1)), message)
            }
        }
    }
}

/// How a string is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    /// With escapes.
    Plain(char),
    /// `@"..."`: only the doubled quote means something.
    Verbatim(char),
    /// Three of them, over several lines.
    Block(&'static str),
}

/// The quote that a string begins with, and the bytes before its first character.
fn opening(rest: &str) -> Option<(usize, Quote)> {
    let mut bytes = rest.bytes();
    let mut prefix = 0_usize;
    let mut next = bytes.next()?;
    if matches!(next, b'h' | b'H') {
        prefix = 1;
        next = bytes.next()?;
    }
    let verbatim = next == b'@';
    if verbatim {
        prefix = prefix.saturating_add(1);
        next = bytes.next()?;
    }
    let tail = rest.get(prefix..)?;
    for block in ["```", "~~~"] {
        if !verbatim && tail.starts_with(block) {
            return Some((prefix.saturating_add(3), Quote::Block(block)));
        }
    }
    let quote = match next {
        b'"' => '"',
        b'\'' => '\'',
        _ => return None,
    };
    Some((prefix.saturating_add(1), if verbatim { Quote::Verbatim(quote) } else { Quote::Plain(quote) }))
}

fn negated(rest: &str) -> Option<&'static str> {
    let (_, word) = rest.split_at_checked(1)?;
    let length = name_length(word);
    let name = word.get(..length)?;
    let tilde = name == "in" && word.get(length..)?.starts_with('~');
    let wanted = if tilde { "in~" } else { name };
    NEGATED.iter().find(|(_, plain)| *plain == wanted).map(|(known, _)| *known)
}

/// Bytes of the name that the text begins with.
pub(crate) fn name_length(text: &str) -> usize {
    text.char_indices()
        .find(|(at, c)| !(c.is_alphanumeric() || *c == '_' || (*at == 0 && *c == '$')))
        .map_or(text.len(), |(at, _)| at)
}
