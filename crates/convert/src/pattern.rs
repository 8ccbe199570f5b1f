//! Patterns of literals and wildcards: matching, taking apart, shapes.

use ddefend_rule::ir::{Piece, TextPattern};

/// The shapes that languages have operators for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'p> {
    Equals(&'p str),
    StartsWith(&'p str),
    EndsWith(&'p str),
    Contains(&'p str),
    Other,
}

pub(crate) fn shape(pattern: &TextPattern) -> Shape<'_> {
    match pattern.pieces.as_slice() {
        [] => Shape::Equals(""),
        [Piece::Literal(text)] => Shape::Equals(text),
        [Piece::Literal(text), Piece::Any] => Shape::StartsWith(text),
        [Piece::Any, Piece::Literal(text)] => Shape::EndsWith(text),
        [Piece::Any, Piece::Literal(text), Piece::Any] => Shape::Contains(text),
        _ => Shape::Other,
    }
}

pub(crate) fn literal(text: &str) -> TextPattern {
    make(vec![Piece::Literal(text.into())])
}

pub(crate) fn as_literal(pattern: &TextPattern) -> Option<&str> {
    match shape(pattern) {
        Shape::Equals(text) => Some(text),
        _ => None,
    }
}

/// A pattern of pieces; neighbours that may not stand side by side are joined, empty literals go.
pub(crate) fn make(pieces: Vec<Piece>) -> TextPattern {
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (out.last_mut(), piece) {
            (_, Piece::Literal(text)) if text.is_empty() => {}
            (Some(Piece::Literal(before)), Piece::Literal(text)) => *before = format!("{before}{text}").into(),
            (Some(Piece::Any), Piece::Any) => {}
            (_, piece) => out.push(piece),
        }
    }
    TextPattern { pieces: out }
}

/// True where the whole text fits.
pub(crate) fn fits(pattern: &TextPattern, text: &str, cased: bool) -> bool {
    let fold = |text: &str| if cased { text.to_owned() } else { text.to_lowercase() };
    let letters: Vec<char> = fold(text).chars().collect();
    // Which positions can be reached after the pieces so far.
    let mut reached = vec![false; letters.len().saturating_add(1)];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for piece in &pattern.pieces {
        let mut next = vec![false; reached.len()];
        match piece {
            Piece::Any => {
                let from = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
                next.iter_mut().skip(from).for_each(|slot| *slot = true);
            }
            Piece::One => next.iter_mut().skip(1).zip(&reached).for_each(|(slot, before)| *slot = *before),
            Piece::Literal(text) => {
                let part: Vec<char> = fold(text).chars().collect();
                for (at, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
                    let end = at.saturating_add(part.len());
                    if letters.get(at..end) == Some(part.as_slice())
                        && let Some(slot) = next.get_mut(end)
                    {
                        *slot = true;
                    }
                }
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or_default()
}

/// Ways to part the pattern at the last separator of a text: what stands before it, and what stands behind it and has no
/// separator in it.
pub(crate) fn cut(pattern: &TextPattern, separator: char) -> Vec<(TextPattern, TextPattern)> {
    let mut ways = Vec::new();
    for (at, piece) in pattern.pieces.iter().enumerate().rev() {
        let before = pattern.pieces.get(..at).unwrap_or_default();
        let behind = pattern.pieces.get(at.saturating_add(1)..).unwrap_or_default();
        let way = |end: Option<Piece>, start: Option<Piece>| {
            let left = make(before.iter().cloned().chain(end).collect());
            let right = make(start.into_iter().chain(behind.iter().cloned()).collect());
            (left, right)
        };
        match piece {
            Piece::Any => ways.push(way(Some(Piece::Any), Some(Piece::Any))),
            Piece::One => ways.push(way(None, None)),
            Piece::Literal(text) => {
                if let Some((left, right)) = text.rsplit_once(separator) {
                    ways.push(way(Some(Piece::Literal(left.into())), Some(Piece::Literal(right.into()))));
                    break;
                }
            }
        }
    }
    ways.reverse();
    ways
}

/// The pattern with another literal at its start, where it starts with one.
pub(crate) fn with_start(pattern: &TextPattern, start: &str) -> TextPattern {
    let rest = pattern.pieces.get(1..).unwrap_or_default();
    make(std::iter::once(Piece::Literal(start.into())).chain(rest.iter().cloned()).collect())
}

/// The first literal, where the pattern starts with one.
pub(crate) fn start(pattern: &TextPattern) -> Option<&str> {
    match pattern.pieces.first() {
        Some(Piece::Literal(text)) => Some(text),
        _ => None,
    }
}

/// True where some literal has a character that the test holds for.
pub(crate) fn has(pattern: &TextPattern, test: impl Fn(char) -> bool + Copy) -> bool {
    pattern.pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(test)))
}

/// The pattern with a function over its literals.
pub(crate) fn map(pattern: &TextPattern, change: impl Fn(&str) -> String) -> TextPattern {
    make(
        pattern
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Piece::Literal(change(text).into()),
                other => other.clone(),
            })
            .collect(),
    )
}

/// The pattern with a language's own wildcards; letters that have a meaning there get a backslash.
pub(crate) fn likes(pattern: &TextPattern, any: char, one: char, special: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::Any => out.push(any),
            Piece::One => out.push(one),
            Piece::Literal(text) => {
                for letter in text.chars() {
                    if special(letter) {
                        out.push('\\');
                    }
                    out.push(letter);
                }
            }
        }
    }
    out
}
