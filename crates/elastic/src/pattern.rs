//! Patterns of Elastic's languages as those of the intermediate form.

use crate::fail::{Fail, Taken, part};
use ddefend_rule::ir::query::{Datum, Node, Scalar, Span, TextOp};
use ddefend_rule::ir::{Piece, TextPattern};

/// A text with wildcards taken out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wild {
    pieces: Vec<Piece>,
    literal: String,
}

impl Wild {
    pub(crate) fn push(&mut self, letter: char) {
        self.literal.push(letter);
    }

    pub(crate) fn wildcard(&mut self, piece: Piece) {
        self.flush();
        if piece != Piece::Any || self.pieces.last() != Some(&Piece::Any) {
            self.pieces.push(piece);
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    /// Every `*` and `?` of a text is a wildcard, a backslash is itself.
    pub(crate) fn read(text: &str) -> Self {
        let mut wild = Self::default();
        for letter in text.chars() {
            match letter {
                '*' => wild.wildcard(Piece::Any),
                '?' => wild.wildcard(Piece::One),
                letter => wild.push(letter),
            }
        }
        wild
    }

    /// Blanks at the end go.
    pub(crate) fn trim_end(&mut self) {
        self.literal.truncate(self.literal.trim_end().len());
    }

    /// Only `*`.
    pub(crate) fn is_anything(&self) -> bool {
        self.literal.is_empty() && self.pieces == [Piece::Any]
    }

    /// The text without wildcards, if it has none.
    pub(crate) fn plain(&self) -> Option<&str> {
        self.pieces.is_empty().then_some(self.literal.as_str())
    }

    /// The test that it means, and its pattern.
    pub(crate) fn test(self) -> (TextOp, String) {
        if self.pieces.is_empty() {
            return (TextOp::Equals, self.literal);
        }
        (TextOp::Like, self.like())
    }

    /// As a pattern of [`TextOp::Like`].
    pub(crate) fn like(mut self) -> String {
        self.flush();
        TextPattern { pieces: self.pieces }.to_string()
    }
}

/// A text as a constant.
pub(crate) fn text(text: &str, span: Span) -> Scalar {
    part(Node::Literal(Datum::Text(text.into())), span)
}

/// An expression in Lucene's syntax (Elasticsearch reference, "Regular expression syntax"; all its optional operators are
/// on) as one of the `regex` crate that must fit the whole text. `^` and `$` are plain characters there.
pub(crate) fn lucene_regex(source: &str, span: Span) -> Taken<String> {
    let mut out = String::from("(?s)");
    let mut letters = source.chars().peekable();
    let mut class = false;
    let mut fresh = false;
    // What a repetition would repeat: nothing, a part, a repetition.
    let mut before = Before::Nothing;
    while let Some(letter) = letters.next() {
        let was_fresh = std::mem::replace(&mut fresh, false);
        let held = std::mem::replace(&mut before, Before::Part);
        match letter {
            '*' | '+' | '?' | '{' if !class => match held {
                // Without anything to repeat it is a plain character.
                Before::Nothing => literal(letter, &mut out),
                // `a+?` is no lazy repetition there, but a repetition that may be left out.
                Before::Repetition if letter == '?' => out.push_str("{0,1}"),
                Before::Repetition if letter == '+' => out.push_str("{1,}"),
                _ => {
                    before = Before::Repetition;
                    out.push(letter);
                    if letter == '{' {
                        for next in letters.by_ref() {
                            out.push(next);
                            if next == '}' {
                                break;
                            }
                        }
                    }
                }
            },
            '(' | '|' if !class => {
                before = Before::Nothing;
                out.push(letter);
            }
            '\\' => escape(letters.next(), &mut out),
            '[' if !class => {
                class = true;
                fresh = true;
                out.push('[');
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            '^' if class && was_fresh => {
                out.push('^');
                fresh = true;
            }
            '[' | '&' | '~' | '^' if class => {
                out.push('\\');
                out.push(letter);
            }
            _ if class => out.push(letter),
            '"' => loop {
                match letters.next() {
                    None => return Err(Fail::syntax(span, "the quoted part of the expression has no end")),
                    Some('"') => break,
                    Some(letter) => literal(letter, &mut out),
                }
            },
            '@' => out.push_str("(?:.*)"),
            '#' => return Err(Fail::unsupported(span, "the operator `#` (no text at all) of expressions")),
            '&' => return Err(Fail::unsupported(span, "the operator `&` (intersection) of expressions")),
            '~' => return Err(Fail::unsupported(span, "the operator `~` (complement) of expressions")),
            '<' => return Err(Fail::unsupported(span, "the operator `<...>` (numbers in a range) of expressions")),
            '^' | '$' => literal(letter, &mut out),
            letter => out.push(letter),
        }
    }
    Ok(out)
}

/// What stands before a place in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    Part,
    Repetition,
}

fn escape(letter: Option<char>, out: &mut String) {
    match letter {
        Some(c @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
            out.push('\\');
            out.push(c);
        }
        Some(c) => literal(c, out),
        None => out.push_str("\\\\"),
    }
}

/// A character that means itself.
fn literal(letter: char, out: &mut String) {
    if !letter.is_alphanumeric() && letter.is_ascii() && !matches!(letter, ' ' | '_' | '"' | '\'' | ',' | ':' | ';') {
        if letter.is_ascii_control() || matches!(letter, '/' | '@' | '!' | '%' | '=' | '<' | '>' | '`') {
            out.push(letter);
            return;
        }
        out.push('\\');
    }
    out.push(letter);
}
