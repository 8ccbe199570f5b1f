//! One test of one field with its value, in one spelling for all vendors.

use ddefend_rule::ir::{Piece, TextPattern};
use serde::{Deserialize, Serialize};

/// What is asked of a value, by the names that authors of rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The whole text.
    Eq,
    /// Its end.
    EndsWith,
    /// Its start.
    StartsWith,
    /// Somewhere in it.
    Match,
    /// As a term of it (Kusto `has`).
    Has,
    /// A pattern with `*` and `?` that is none of the above.
    Wildcard,
    /// A regular expression.
    RegexMatch,
    /// An IP address in a network.
    Cidr,
    /// A number: less.
    Lt,
    /// A number: less or equal.
    Le,
    /// A number: greater.
    Gt,
    /// A number: greater or equal.
    Ge,
    /// No value.
    Null,
    /// Any value.
    Exists,
    /// The same as (start, end, part of) another field.
    FieldRef,
    /// A part of a time.
    TimePart,
}

impl Kind {
    /// Its name in pages and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::EndsWith => "ends_with",
            Self::StartsWith => "starts_with",
            Self::Match => "match",
            Self::Has => "has",
            Self::Wildcard => "wildcard",
            Self::RegexMatch => "regex_match",
            Self::Cidr => "cidr",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Null => "null",
            Self::Exists => "exists",
            Self::FieldRef => "field_ref",
            Self::TimePart => "time_part",
        }
    }
}

/// A test: field, kind, value. Two are the same row of a table where their [`Literal::key`]s are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Literal {
    /// Field by its Sigma name, whatever the vendor calls it; `*` for any value of the record.
    pub field: Box<str>,
    /// What is asked.
    pub kind: Kind,
    /// The value as an author would write it; patterns with `*`, `?` and `\` before those that are meant as such only where
    /// the kind is a wildcard.
    pub value: Box<str>,
}

impl Literal {
    /// A literal.
    #[must_use]
    pub fn new(field: impl Into<Box<str>>, kind: Kind, value: impl Into<Box<str>>) -> Self {
        Self { field: field.into(), kind, value: value.into() }
    }

    /// A literal for a pattern: the kind is what its wildcards mean.
    #[must_use]
    pub fn of_pattern(field: &str, pattern: &TextPattern) -> Self {
        let text = |literal: &str| Box::<str>::from(literal);
        let (kind, value) = match pattern.pieces.as_slice() {
            [] => (Kind::Eq, text("")),
            [Piece::Any] => (Kind::Exists, text("")),
            [Piece::Literal(whole)] => (Kind::Eq, whole.clone()),
            [Piece::Any, Piece::Literal(end)] => (Kind::EndsWith, end.clone()),
            [Piece::Literal(start), Piece::Any] => (Kind::StartsWith, start.clone()),
            [Piece::Any, Piece::Literal(part), Piece::Any] => (Kind::Match, part.clone()),
            _ => (Kind::Wildcard, pattern.to_string().into()),
        };
        Self { field: field.into(), kind, value }
    }

    /// What makes two literals the same: the field without case, the kind, the value without case (case counts in
    /// expressions).
    #[must_use]
    pub fn key(&self) -> (String, Kind, String) {
        let value = if self.kind == Kind::RegexMatch { self.value.to_string() } else { self.value.to_lowercase() };
        (self.field.to_ascii_lowercase(), self.kind, value)
    }

    /// The texts that pass, in lower case, where that is a pattern.
    #[must_use]
    pub(crate) fn glob(&self) -> Option<Glob> {
        let text = || self.value.chars().flat_map(char::to_lowercase).map(Symbol::Letter);
        let symbols = match self.kind {
            Kind::Eq => text().collect(),
            Kind::EndsWith => [Symbol::Any].into_iter().chain(text()).collect(),
            Kind::StartsWith => text().chain([Symbol::Any]).collect(),
            Kind::Match | Kind::Has => [Symbol::Any].into_iter().chain(text()).chain([Symbol::Any]).collect(),
            Kind::Wildcard => parse(&self.value.to_lowercase()),
            Kind::Exists => vec![Symbol::Any],
            _ => return None,
        };
        Some(Glob { symbols })
    }
}

/// A pattern as a row of symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    symbols: Vec<Symbol>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    Letter(char),
    One,
    Any,
}

impl Glob {
    /// True where every text that fits `narrower` fits this one: this pattern is laid over the other, its `*` takes any
    /// symbols, its `?` one that stands for exactly one character. Sound; where wildcards overlap oddly it may miss one.
    pub(crate) fn holds(&self, narrower: &Self) -> bool {
        let (wide, narrow) = (self.symbols.as_slice(), narrower.symbols.as_slice());
        let (mut at, mut over) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while let Some(symbol) = narrow.get(over) {
            match (wide.get(at), symbol) {
                (Some(Symbol::Any), _) => {
                    back = Some((at + 1, over));
                    at += 1;
                    continue;
                }
                (Some(Symbol::Letter(wanted)), Symbol::Letter(letter)) if wanted == letter => {}
                (Some(Symbol::One), Symbol::Letter(_) | Symbol::One) => {}
                _ => match back {
                    Some((resume, taken)) => {
                        at = resume;
                        over = taken + 1;
                        back = Some((resume, taken + 1));
                        continue;
                    }
                    None => return false,
                },
            }
            at += 1;
            over += 1;
        }
        wide.get(at..).unwrap_or_default().iter().all(|symbol| *symbol == Symbol::Any)
    }

    /// Its longest run of letters.
    pub(crate) fn core(&self) -> String {
        let mut best = String::new();
        for run in self.symbols.split(|symbol| !matches!(symbol, Symbol::Letter(_))) {
            if run.len() > best.chars().count() {
                best = letters(run);
            }
        }
        best
    }

    /// Its letters, with a character that no pattern holds where a wildcard stands.
    pub(crate) fn flat(&self) -> String {
        letters(&self.symbols)
    }
}

fn letters(symbols: &[Symbol]) -> String {
    symbols.iter().map(|symbol| if let Symbol::Letter(letter) = symbol { *letter } else { '\0' }).collect()
}

/// Text with `*`, `?` and backslashes that take their meaning.
fn parse(text: &str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        symbols.push(match letter {
            '*' => Symbol::Any,
            '?' => Symbol::One,
            '\\' => match letters.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                Some(escaped) => Symbol::Letter(escaped),
                None => Symbol::Letter('\\'),
            },
            _ => Symbol::Letter(letter),
        });
    }
    symbols
}

/// A pattern from text with `*`, `?` and backslashes that take their meaning (also of a backslash).
pub(crate) fn pattern(text: &str) -> TextPattern {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut run = String::new();
    for symbol in parse(text) {
        let piece = match symbol {
            Symbol::Letter(letter) => {
                run.push(letter);
                continue;
            }
            Symbol::One => Piece::One,
            Symbol::Any => Piece::Any,
        };
        if !run.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut run).into()));
        }
        if piece != Piece::Any || pieces.last() != Some(&Piece::Any) {
            pieces.push(piece);
        }
    }
    if !run.is_empty() {
        pieces.push(Piece::Literal(run.into()));
    }
    TextPattern { pieces }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(wide: &str, narrow: &str) -> bool {
        let glob = |text: &str| Literal::of_pattern("F", &pattern(text)).glob().unwrap();
        glob(wide).holds(&glob(narrow))
    }

    #[test]
    fn kinds_of_patterns() {
        let kind = |text: &str| Literal::of_pattern("F", &pattern(text)).kind;
        assert_eq!(kind("a"), Kind::Eq);
        assert_eq!(kind("*a"), Kind::EndsWith);
        assert_eq!(kind("a*"), Kind::StartsWith);
        assert_eq!(kind("*a*"), Kind::Match);
        assert_eq!(kind("*a*b"), Kind::Wildcard);
        assert_eq!(kind("a?"), Kind::Wildcard);
        assert_eq!(kind("*"), Kind::Exists);
        assert_eq!(kind("a\\*"), Kind::Eq);
    }

    #[test]
    fn a_wider_pattern_holds_a_narrower_one() {
        assert!(holds("*\\cmd.exe", "*\\system32\\cmd.exe"));
        assert!(holds("*cmd*", "*\\CMD.exe"));
        assert!(holds("*a*b*", "*xaybz"));
        assert!(holds("a?c", "abc"));
        assert!(!holds("a?c", "a*c"));
        assert!(!holds("*\\cmd.exe", "*cmd.exe"));
        assert!(!holds("abc", "*abc"));
        assert!(holds("*", "abc"));
    }
}
