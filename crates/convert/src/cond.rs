//! Conditions on a target's columns: what the rewriting makes of predicates and the emitters write.

use core::net::IpAddr;
use ddefend_event::Kind;
use ddefend_rule::ir::{FieldRelation, NumberTest, RegexFlags, TextPattern, TimePart};

/// A boolean of questions. Empty `And` is true, empty `Or` is false.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cond {
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Not(Box<Cond>),
    Is(Atom),
}

/// A column with its kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// One question to one column; none: to any column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Atom {
    pub(crate) column: Option<Column>,
    pub(crate) ask: Ask,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    Text {
        pattern: TextPattern,
        cased: bool,
    },
    /// One of these texts, at least two.
    OneOf {
        texts: Vec<String>,
        cased: bool,
    },
    Regex {
        source: String,
        flags: RegexFlags,
    },
    Cidr {
        network: IpAddr,
        prefix: u8,
    },
    Number(NumberTest, f64),
    /// Absent or empty.
    Empty,
    /// There, with any value.
    There,
    FieldRef {
        other: Column,
        relation: FieldRelation,
        cased: bool,
    },
    TimePart(TimePart, i64),
}

impl Cond {
    pub(crate) const TRUE: Self = Self::And(Vec::new());
    pub(crate) const FALSE: Self = Self::Or(Vec::new());

    pub(crate) fn is(column: &Column, ask: Ask) -> Self {
        Self::Is(Atom { column: Some(column.clone()), ask })
    }

    pub(crate) fn text(column: &Column, pattern: TextPattern, cased: bool) -> Self {
        use ddefend_rule::ir::Piece;
        match pattern.pieces.as_slice() {
            [Piece::Any] => Self::is(column, Ask::There),
            _ => Self::is(column, Ask::Text { pattern, cased }),
        }
    }

    pub(crate) fn literal(column: &Column, text: &str, cased: bool) -> Self {
        Self::is(column, Ask::Text { pattern: crate::pattern::literal(text), cased })
    }

    pub(crate) fn one_of(column: &Column, mut texts: Vec<String>, cased: bool) -> Self {
        let mut seen: Vec<String> = Vec::new();
        texts.retain(|text| {
            let new = !seen.iter().any(|known| known.eq_ignore_ascii_case(text) && (!cased || known == text));
            if new {
                seen.push(text.clone());
            }
            new
        });
        match texts.as_slice() {
            [] => Self::FALSE,
            [one] => Self::literal(column, one, cased),
            _ => Self::is(column, Ask::OneOf { texts, cased }),
        }
    }

    pub(crate) fn not(cond: Self) -> Self {
        match cond {
            Self::Not(inner) => *inner,
            Self::And(items) if items.is_empty() => Self::FALSE,
            Self::Or(items) if items.is_empty() => Self::TRUE,
            cond => Self::Not(Box::new(cond)),
        }
    }

    pub(crate) fn and(items: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for item in items {
            match item {
                Self::And(inner) => flat.extend(inner),
                Self::Or(inner) if inner.is_empty() => return Self::FALSE,
                item if flat.contains(&item) => {}
                item => flat.push(item),
            }
        }
        single(flat, Self::And)
    }

    pub(crate) fn or(items: Vec<Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for item in items {
            match item {
                Self::Or(inner) => flat.extend(inner),
                Self::And(inner) if inner.is_empty() => return Self::TRUE,
                item if flat.contains(&item) => {}
                item => flat.push(item),
            }
        }
        single(shared(lists(flat)), Self::Or)
    }
}

fn single(mut items: Vec<Cond>, make: fn(Vec<Cond>) -> Cond) -> Cond {
    match items.len() {
        1 => items.pop().unwrap_or(Cond::TRUE),
        _ => make(items),
    }
}

/// Conjunctions that differ in one member only as one with that member's alternatives, at the place of the first.
fn shared(items: Vec<Cond>) -> Vec<Cond> {
    let mut out: Vec<Cond> = Vec::new();
    for item in items {
        let merged = out.iter_mut().find_map(|known| {
            let both = differs_in_one(known, &item)?;
            Some((known, both))
        });
        match merged {
            Some((known, both)) => *known = both,
            None => out.push(item),
        }
    }
    out
}

fn differs_in_one(one: &Cond, other: &Cond) -> Option<Cond> {
    let (Cond::And(left), Cond::And(right)) = (one, other) else { return None };
    if left.len() != right.len() {
        return None;
    }
    let mut differing = left.iter().zip(right).enumerate().filter(|(_, (left, right))| left != right);
    let (at, (left_one, right_one)) = differing.next()?;
    if differing.next().is_some() {
        return None;
    }
    let mut all = left.clone();
    *all.get_mut(at)? = Cond::or(vec![left_one.clone(), right_one.clone()]);
    Some(Cond::And(all))
}

/// Several equalities of one column as one list, at the place of the first.
fn lists(items: Vec<Cond>) -> Vec<Cond> {
    let mut out: Vec<Cond> = Vec::new();
    for item in items {
        let Some((column, texts, cased)) = equality(&item) else {
            out.push(item);
            continue;
        };
        let same = |known: &Cond| equality(known).is_some_and(|(other, _, case)| other == column && case == cased);
        match out.iter_mut().find(|known| same(known)) {
            Some(known) => {
                let mut all = equality(known).map(|(_, texts, _)| texts).unwrap_or_default();
                all.extend(texts);
                *known = Cond::one_of(&column, all, cased);
            }
            None => out.push(item),
        }
    }
    out
}

fn equality(cond: &Cond) -> Option<(Column, Vec<String>, bool)> {
    let Cond::Is(Atom { column: Some(column), ask }) = cond else { return None };
    match ask {
        Ask::Text { pattern, cased } => {
            let text = crate::pattern::as_literal(pattern).filter(|text| !text.is_empty())?;
            Some((column.clone(), vec![text.to_owned()], *cased))
        }
        Ask::OneOf { texts, cased } => Some((column.clone(), texts.clone(), *cased)),
        _ => None,
    }
}
