//! A test made ready to run.

use crate::fold::{fold_text, push_folded, push_utf16};
use crate::{regexes, scalar};
use core::net::IpAddr;
use ddefend_event::{Cell, When};
use ddefend_rule::ir::{FieldRelation, NumberTest, Piece, RegexFlags, Test, TextPattern, TimePart};
use memchr::memmem;
use regex::Regex;
use std::sync::OnceLock;

/// A test of one value, or of a field as a whole.
#[derive(Debug)]
pub(super) enum Check {
    /// On text; folded unless case counts.
    Text(Shape, bool),
    /// Compiled when it is first needed.
    Regex(Box<str>, RegexFlags, OnceLock<Option<Regex>>),
    /// In a network.
    Cidr(IpAddr, u8),
    /// A number.
    Number(NumberTest, f64),
    /// Part of a time.
    Part(TimePart, i64),
    /// Absent, null or empty.
    Null,
    /// There or not.
    Exists(bool),
    /// Absent, null, empty, or one of these, folded.
    OneOf(Box<[Box<[u8]>]>),
    /// Against the values of another field; case counts or not.
    Other(FieldRelation, bool),
}

/// The shape of a pattern.
#[derive(Debug)]
pub(super) enum Shape {
    /// All of the text.
    Equals(Box<[u8]>),
    /// Its begin.
    Starts(Box<[u8]>),
    /// Its end.
    Ends(Box<[u8]>),
    /// Somewhere.
    Contains(Box<memmem::Finder<'static>>),
    /// Anything.
    Anything,
    /// With wildcards inside.
    Glob(Box<[Token]>),
}

/// A piece of a pattern in bytes.
#[derive(Debug)]
pub(super) enum Token {
    /// These bytes.
    Literal(Box<[u8]>),
    /// One character.
    One,
    /// Any number of characters.
    Any,
}

/// A value's texts; both none for null.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    /// As it is.
    pub(super) plain: &'a [u8],
    /// Folded.
    pub(super) folded: &'a [u8],
}

/// Which texts a check reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// The folded one.
    Folded,
    /// The plain one.
    Plain,
}

impl Check {
    /// A rule's test.
    pub(super) fn new(test: &Test) -> Self {
        match test {
            Test::Text { pattern, cased } => Self::Text(Shape::new(pattern, *cased), *cased),
            Test::Regex { source, flags } => Self::Regex(source.clone(), *flags, OnceLock::new()),
            Test::Cidr { network, prefix } => Self::Cidr(*network, *prefix),
            Test::Number(test, bound) => Self::Number(*test, *bound),
            Test::TimePart(part, value) => Self::Part(*part, *value),
            Test::Null => Self::Null,
            Test::Exists(wanted) => Self::Exists(*wanted),
            Test::FieldRef { relation, cased, .. } => Self::Other(*relation, *cased),
        }
    }

    /// A mapping's condition.
    pub(super) fn when(when: &When) -> Self {
        Self::OneOf(when.values.iter().map(|value| fold_text(value).into_bytes().into_boxed_slice()).collect())
    }

    /// Which text it reads.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::Text(_, false) | Self::Other(_, false) | Self::OneOf(_) => Needs::Folded,
            _ => Needs::Plain,
        }
    }

    /// True where the text passes. Not for checks of the field as a whole.
    pub(super) fn passes(&self, texts: Texts<'_>) -> bool {
        let plain = || core::str::from_utf8(texts.plain).unwrap_or_default();
        match self {
            Self::Text(shape, true) => shape.fits(texts.plain),
            Self::Text(shape, false) => shape.fits(texts.folded),
            Self::Regex(source, flags, regex) => {
                let regex = regex.get_or_init(|| regexes::compile(source, *flags));
                regex.as_ref().is_some_and(|regex| regex.is_match(plain()))
            }
            Self::Cidr(network, prefix) => {
                scalar::address(plain()).is_some_and(|address| scalar::inside(address, *network, *prefix))
            }
            Self::Number(test, bound) => {
                scalar::number(plain()).is_some_and(|value| scalar::compares(*test, value, *bound))
            }
            Self::Part(part, wanted) => scalar::part(Cell::Null, plain(), *part).is_some_and(|value| value == *wanted),
            Self::Null => texts.plain.is_empty(),
            Self::OneOf(values) => texts.folded.is_empty() || values.iter().any(|value| **value == *texts.folded),
            Self::Exists(wanted) => *wanted,
            Self::Other(..) => false,
        }
    }

    /// True where a null value passes.
    pub(super) fn passes_null(&self) -> bool {
        match self {
            Self::Null | Self::OneOf(_) => true,
            Self::Exists(wanted) => *wanted,
            Self::Text(Shape::Equals(literal), _) => literal.is_empty(),
            _ => false,
        }
    }

    /// True where an absent field passes.
    pub(super) fn passes_absent(&self) -> bool {
        matches!(self, Self::Null | Self::OneOf(_) | Self::Exists(false))
    }

    /// True where that single value passes; for what is asked once, not per record.
    pub(super) fn holds_of(&self, cell: Cell<'_>) -> bool {
        if cell == Cell::Null {
            return self.passes_null();
        }
        let (mut plain, mut folded) = (Vec::new(), Vec::new());
        push_plain(&cell, &mut plain);
        push_cell_folded(&cell, &mut folded);
        self.passes(Texts { plain: &plain, folded: &folded })
    }
}

/// True where the relation holds between two texts.
pub(super) fn relates(relation: FieldRelation, text: &[u8], other: &[u8]) -> bool {
    match relation {
        FieldRelation::Equals => text == other,
        FieldRelation::StartsWith => text.starts_with(other),
        FieldRelation::EndsWith => text.ends_with(other),
        FieldRelation::Contains => memmem::find(text, other).is_some(),
    }
}

/// Appends a value's text.
pub(super) fn push_plain(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Utf16(bytes) => push_utf16::<false>(bytes, out),
        Cell::Str(text) => out.extend_from_slice(text.as_bytes()),
        cell => scalar_text(cell, |text| out.extend_from_slice(text)),
    }
}

/// Appends a value's text folded.
pub(super) fn push_cell_folded(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Utf16(bytes) => push_utf16::<true>(bytes, out),
        Cell::Str(text) => push_folded(text, out),
        cell => scalar_text(cell, |text| {
            let start = out.len();
            out.extend_from_slice(text);
            out[start..].make_ascii_lowercase();
        }),
    }
}

/// The text of what is no text; all of it ASCII.
fn scalar_text(cell: &Cell<'_>, take: impl FnOnce(&[u8])) {
    match cell {
        Cell::Uint(value) => decimal(*value, take),
        Cell::Int(value) if *value >= 0 => decimal(value.unsigned_abs(), take),
        cell => take(cell.to_text().as_bytes()),
    }
}

/// Decimal digits without a detour through the heap.
fn decimal(mut value: u64, take: impl FnOnce(&[u8])) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
        if value == 0 {
            break;
        }
    }
    take(&digits[at..]);
}

impl Shape {
    fn new(pattern: &TextPattern, cased: bool) -> Self {
        let bytes = |text: &str| -> Box<[u8]> {
            if cased { text.as_bytes().into() } else { fold_text(text).into_bytes().into_boxed_slice() }
        };
        match pattern.pieces.as_slice() {
            [] => Self::Equals(Box::default()),
            [Piece::Any] => Self::Anything,
            [Piece::Literal(text)] => Self::Equals(bytes(text)),
            [Piece::Literal(text), Piece::Any] => Self::Starts(bytes(text)),
            [Piece::Any, Piece::Literal(text)] => Self::Ends(bytes(text)),
            [Piece::Any, Piece::Literal(text), Piece::Any] => {
                Self::Contains(Box::new(memmem::Finder::new(&bytes(text)).into_owned()))
            }
            pieces => Self::Glob(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Literal(text) => Token::Literal(bytes(text)),
                        Piece::One => Token::One,
                        Piece::Any => Token::Any,
                    })
                    .collect(),
            ),
        }
    }

    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Self::Equals(literal) => text == &**literal,
            Self::Starts(literal) => text.starts_with(literal),
            Self::Ends(literal) => text.ends_with(literal),
            Self::Contains(finder) => finder.find(text).is_some(),
            Self::Anything => true,
            Self::Glob(tokens) => glob(tokens, text),
        }
    }
}

/// Wildcards over UTF-8, with one place to fall back to: the last `Any`.
fn glob(tokens: &[Token], text: &[u8]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let step = match tokens.get(token) {
            None if at == text.len() => return true,
            None => None,
            Some(Token::Any) if token + 1 == tokens.len() => return true,
            Some(Token::Any) => {
                back = Some((token, at));
                Some(0)
            }
            Some(Token::One) => character(&text[at..]),
            Some(Token::Literal(literal)) => text[at..].starts_with(literal).then_some(literal.len()),
        };
        if let Some(length) = step {
            token += 1;
            at += length;
        } else {
            let Some((any, from)) = back else { return false };
            let Some(length) = character(&text[from..]) else { return false };
            back = Some((any, from + length));
            (token, at) = (any + 1, from + length);
        }
    }
}

/// Length in bytes of the first character.
fn character(text: &[u8]) -> Option<usize> {
    let continued = text.get(1..)?.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
    Some(1 + continued)
}
