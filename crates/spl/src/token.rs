//! Splits a search into commands, and a command's text into words.

use crate::context::{Context, Range};
use crate::expand::Fault;

/// A piece of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Text without quotes, as written.
    Word(String),
    /// Text in double quotes, as written between them.
    Quoted(String),
    /// `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`.
    Operator(&'static str),
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`.
    Comma,
    /// What stands between `[` and `]`.
    Sub(Range),
}

/// A piece of a command with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range,
}

impl Token {
    /// Its text where it is a word or quoted; what quotes hide is resolved.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.kind {
            Kind::Word(word) => Some(word.clone()),
            Kind::Quoted(text) => Some(unescape(text)),
            _ => None,
        }
    }

    /// The word in lower case.
    pub(crate) fn keyword(&self) -> Option<String> {
        match &self.kind {
            Kind::Word(word) => Some(word.to_ascii_lowercase()),
            _ => None,
        }
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(own) if own.eq_ignore_ascii_case(word))
    }
}

/// `\"` and `\\` in quotes; any other backslash is itself.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            '\\' => letters.next_if(|next| matches!(next, '\\' | '"')).unwrap_or('\\'),
            letter => letter,
        };
        out.push(letter);
    }
    out
}

/// Behind the quoted text that starts at `at` (at its opening quote).
pub(crate) fn behind_quoted(text: &str, at: usize) -> Option<usize> {
    let mut letters = text.get(at..)?.char_indices();
    let (_, quote) = letters.next()?;
    while let Some((offset, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            return Some(at.saturating_add(offset).saturating_add(1));
        }
    }
    None
}

/// The commands between the bars of a piece of text; bars in quotes and brackets do not count.
pub(crate) fn commands(context: &Context<'_>, range: Range) -> Result<Vec<Range>, Fault> {
    let mut out = Vec::new();
    let mut start = range.start;
    let mut at = range.start;
    while at < range.end {
        match context.byte(at) {
            Some(b'"') => at = quoted_end(context, at, range)?,
            Some(b'[') => at = sub_end(context, at, range)?,
            Some(b'|') => {
                out.push(Range { start, end: at });
                at = at.saturating_add(1);
                start = at;
            }
            Some(b'\\') => at = at.saturating_add(2),
            _ => at = at.saturating_add(1),
        }
    }
    out.push(Range { start, end: range.end });
    Ok(out)
}

fn quoted_end(context: &Context<'_>, at: usize, range: Range) -> Result<usize, Fault> {
    behind_quoted(context.text(), at)
        .filter(|end| *end <= range.end)
        .ok_or_else(|| context.syntax(Range { start: at, end: range.end }, "the quote is not closed"))
}

fn sub_end(context: &Context<'_>, at: usize, range: Range) -> Result<usize, Fault> {
    let mut depth = 0_u32;
    let mut here = at;
    while here < range.end {
        match context.byte(here) {
            Some(b'"') => {
                here = quoted_end(context, here, range)?;
                continue;
            }
            Some(b'\\') => here = here.saturating_add(1),
            Some(b'[') => depth = depth.saturating_add(1),
            Some(b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(here.saturating_add(1));
                }
            }
            _ => {}
        }
        here = here.saturating_add(1);
    }
    Err(context.syntax(Range { start: at, end: range.end }, "the bracket is not closed"))
}

/// The pieces of a command's text.
pub(crate) fn tokens(context: &mut Context<'_>, range: Range) -> Result<Vec<Token>, Fault> {
    let mut out = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let Some(byte) = context.byte(at) else { break };
        let one =
            |kind: Kind, length: usize| Token { kind, range: Range { start: at, end: at.saturating_add(length) } };
        let token = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at = at.saturating_add(1);
                continue;
            }
            b'(' => one(Kind::Open, 1),
            b')' => one(Kind::Close, 1),
            b',' => one(Kind::Comma, 1),
            b'=' | b'<' | b'>' | b'!' if operator(context, at).is_some() => {
                let operator = operator(context, at).unwrap_or("=");
                one(Kind::Operator(operator), operator.len())
            }
            b'"' => {
                let end = quoted_end(context, at, range)?;
                let inner = context.slice(Range { start: at.saturating_add(1), end: end.saturating_sub(1) });
                Token { kind: Kind::Quoted(inner.to_owned()), range: Range { start: at, end } }
            }
            b'[' => {
                let end = sub_end(context, at, range)?;
                let inner = Range { start: at.saturating_add(1), end: end.saturating_sub(1) };
                Token { kind: Kind::Sub(inner), range: Range { start: at, end } }
            }
            _ => word(context, at, range),
        };
        context.spend(token.range)?;
        at = token.range.end;
        out.push(token);
    }
    Ok(out)
}

fn operator(context: &Context<'_>, at: usize) -> Option<&'static str> {
    let rest = context.text().get(at..)?;
    ["==", "!=", "<=", ">=", "=", "<", ">"].into_iter().find(|operator| rest.starts_with(operator))
}

fn word(context: &Context<'_>, start: usize, range: Range) -> Token {
    let mut at = start;
    // A name in single quotes is one word with the quotes.
    if context.byte(at) == Some(b'\'')
        && let Some(end) = behind_quoted(context.text(), at)
        && end <= range.end
        && !context.slice(Range { start: at, end }).contains(['|', '"', '\n', '('])
    {
        let inner = Range { start: at.saturating_add(1), end: end.saturating_sub(1) };
        return Token { kind: Kind::Word(context.slice(inner).to_owned()), range: Range { start, end } };
    }
    while at < range.end {
        match context.byte(at) {
            Some(b'\\') => at = at.saturating_add(1),
            Some(b' ' | b'\t' | b'\r' | b'\n' | b'(' | b')' | b',' | b'"' | b'[' | b']') if at > start => break,
            Some(b'=' | b'<' | b'>' | b'!') if at > start && operator(context, at).is_some() => break,
            _ => {}
        }
        at = at.saturating_add(1);
    }
    let mut end = at.min(range.end);
    while end < range.end && !context.text().is_char_boundary(end) {
        end = end.saturating_add(1);
    }
    let range = Range { start, end };
    Token { kind: Kind::Word(context.slice(range).to_owned()), range }
}
