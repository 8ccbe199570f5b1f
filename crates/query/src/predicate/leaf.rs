//! Single tests as the matcher has them, each with the test that there is a value at all.

use super::condition::{Column, Fold, holds, not};
use ddefend_event::Kind;
use ddefend_functions::text::Network;
use ddefend_matcher::fold;
use ddefend_rule::ir::query::{CompareOp, Datum, TextOp};
use ddefend_rule::ir::{Expr, NumberTest, Piece, Predicate, RegexFlags, Test, TextPattern};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// A whole number as the executor reads it out of text.
const WHOLE: &str = r"^\s*(?:[+-]?[0-9]{1,19}|0[xX][0-9a-fA-F]{1,16})\s*$";
/// Numbers up to this are the same as fractions of 64 bits.
const EXACT: i64 = 1 << 53;

/// A test.
pub(super) struct Leaf {
    /// There is a value and the test is true of it.
    pub(super) holds: Expr,
    /// There is a value of which the test is true or false.
    pub(super) there: Expr,
}

fn is(column: &Column, test: Test) -> Expr {
    Expr::Is(Predicate { field: Some(column.name.clone()), test })
}

fn regex(column: &Column, source: impl Into<Box<str>>) -> Expr {
    is(column, Test::Regex { source: source.into(), flags: RegexFlags::default() })
}

fn pattern(column: &Column, pieces: Vec<Piece>, cased: bool) -> Expr {
    is(column, Test::Text { pattern: TextPattern { pieces }, cased })
}

/// Any value, an empty text too.
fn any(column: &Column) -> Expr {
    pattern(column, vec![Piece::Any], false)
}

/// There is a value of the column's kind.
pub(super) fn there(column: &Column) -> Result<Expr, String> {
    match column.kind {
        Kind::String => Ok(any(column)),
        Kind::Dynamic if column.free => Ok(any(column)),
        Kind::Int | Kind::Long => Ok(regex(column, WHOLE)),
        Kind::Bool => Ok(regex(column, r"^\s*(?:[01]|(?i:true|false))\s*$")),
        _ => Err(format!("whether {} is there", column.name)),
    }
}

/// A column of true and false.
pub(super) fn truth(column: &Column, wanted: bool) -> Leaf {
    let source = if wanted { r"^\s*(?:1|(?i:true))\s*$" } else { r"^\s*(?:0|(?i:false))\s*$" };
    Leaf { holds: regex(column, source), there: regex(column, r"^\s*(?:[01]|(?i:true|false))\s*$") }
}

/// A comparison with a number; `other` is what it is of text that is no number.
pub(super) fn number(op: CompareOp, column: &Column, bound: &Datum, other: Option<bool>) -> Result<Leaf, String> {
    #[allow(clippy::cast_precision_loss, reason = "checked to be exact")]
    let bound = match bound {
        Datum::Long(bound) if (-EXACT..=EXACT).contains(bound) => *bound as f64,
        Datum::Real(bound) if bound.is_finite() => *bound,
        _ => return Err("a number that large".to_owned()),
    };
    let test = match op {
        CompareOp::Eq => NumberTest::Eq,
        CompareOp::Ne => NumberTest::Ne,
        CompareOp::Lt => NumberTest::Lt,
        CompareOp::Le => NumberTest::Le,
        CompareOp::Gt => NumberTest::Gt,
        CompareOp::Ge => NumberTest::Ge,
    };
    let test = is(column, Test::Number(test, bound));
    match column.kind {
        Kind::Int | Kind::Long => {
            let whole = regex(column, WHOLE);
            Ok(Leaf { holds: Expr::And(vec![test, whole.clone()]), there: whole })
        }
        Kind::Real | Kind::Decimal => Err("a comparison of fractions".to_owned()),
        _ => {
            // Hexadecimal digits are text to the language, a number to the matcher.
            let decimal = not(regex(column, r"^\s*0[xX]"));
            let numeric = ["Le", "Gt"].map(|side| {
                let side = if side == "Le" { NumberTest::Le } else { NumberTest::Gt };
                is(column, Test::Number(side, bound))
            });
            let there = match other {
                Some(_) => any(column),
                None => Expr::And(vec![Expr::Or(numeric.into()), decimal.clone()]),
            };
            Ok(Leaf { holds: Expr::And(vec![test, decimal]), there })
        }
    }
}

/// A test of text. Errors say what of it cannot be said.
pub(super) fn text(op: TextOp, cased: bool, column: &Column, wanted: &str) -> Result<Leaf, String> {
    let there = any(column);
    let made = |holds: Expr| Ok(Leaf { holds, there: any(column) });
    let mut cased = cased;
    if let Some(fold) = column.fold {
        if !wanted.is_ascii() || matches!(op, TextOp::Regex | TextOp::RegexWhole) {
            return Err("such a test of a text whose case is changed".to_owned());
        }
        let other = |letter: char| match fold {
            Fold::Lower => letter.is_ascii_uppercase(),
            Fold::Upper => letter.is_ascii_lowercase(),
        };
        if cased && wanted.chars().any(other) {
            return made(holds(false));
        }
        cased = false;
    }
    if column.free && cased && ["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(wanted)) {
        return Err("true or false as text whose case counts".to_owned());
    }
    let literal = |before: bool, after: bool| {
        let mut pieces = Vec::new();
        pieces.extend(before.then_some(Piece::Any));
        if !wanted.is_empty() {
            pieces.push(Piece::Literal(wanted.into()));
        } else if before {
            pieces.clear();
        }
        pieces.extend(after.then_some(Piece::Any));
        if wanted.is_empty() && before && !after {
            pieces.push(Piece::Any);
        }
        pattern(column, pieces, cased)
    };
    match op {
        // The matcher's empty pattern fits null as well.
        TextOp::Equals if wanted.is_empty() => made(Expr::And(vec![there, literal(false, false)])),
        TextOp::Equals => made(literal(false, false)),
        TextOp::Contains => made(literal(true, true)),
        TextOp::StartsWith => made(literal(false, true)),
        TextOp::EndsWith => made(literal(true, false)),
        TextOp::Like => {
            let pattern = TextPattern::like(wanted);
            let test = is(column, Test::Text { pattern: pattern.clone(), cased });
            made(if pattern.pieces.is_empty() { Expr::And(vec![there, test]) } else { test })
        }
        TextOp::Has | TextOp::HasPrefix | TextOp::HasSuffix => {
            made(term(op, cased, column, wanted, literal(true, true)))
        }
        TextOp::Regex | TextOp::RegexWhole => {
            let flags = RegexFlags { ignore_case: !cased, ..RegexFlags::default() };
            let source = if op == TextOp::Regex { wanted.to_owned() } else { format!(r"\A(?:{wanted})\z") };
            made(is(column, Test::Regex { source: source.into(), flags }))
        }
        TextOp::Cidr => made(network(column, wanted)?),
    }
}

/// A term: the text somewhere, and once with the borders that the test asks for.
fn term(op: TextOp, cased: bool, column: &Column, wanted: &str, somewhere: Expr) -> Expr {
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let front = op != TextOp::HasSuffix && inside(wanted.chars().next());
    let back = op != TextOp::HasPrefix && inside(wanted.chars().next_back());
    if !front && !back {
        return somewhere;
    }
    let mut source = String::new();
    if front {
        source.push_str(r"(?:\A|[^\p{Alphabetic}\p{N}])");
    }
    for letter in wanted.chars() {
        letters(letter, cased, &mut source);
    }
    if back {
        source.push_str(r"(?:\z|[^\p{Alphabetic}\p{N}])");
    }
    Expr::And(vec![somewhere, regex(column, source)])
}

/// A letter with all that are the same to [`fold`].
fn letters(letter: char, cased: bool, source: &mut String) {
    static SAME: OnceLock<HashMap<char, Vec<char>>> = OnceLock::new();
    let same = SAME.get_or_init(|| {
        let mut same: HashMap<char, Vec<char>> = HashMap::new();
        for letter in ('\0'..=char::MAX).filter(|letter| fold(*letter) != *letter) {
            same.entry(fold(letter)).or_default().push(letter);
        }
        same
    });
    let own = if cased { letter } else { fold(letter) };
    let more = if cased { &[] } else { same.get(&own).map_or(&[][..], Vec::as_slice) };
    if more.is_empty() {
        _ = write!(source, r"\x{{{:X}}}", u32::from(own));
        return;
    }
    source.push('[');
    for letter in std::iter::once(&own).chain(more) {
        _ = write!(source, r"\x{{{:X}}}", u32::from(*letter));
    }
    source.push(']');
}

/// An address in a network; the matcher reads more forms of addresses than the languages do.
fn network(column: &Column, wanted: &str) -> Result<Expr, String> {
    let none = || format!("`{wanted}`, which is no network,");
    let known = Network::parse(wanted).ok_or_else(none)?;
    let (address, prefix) = wanted.trim().split_once('/').map_or((wanted.trim(), None), |(a, p)| (a, Some(p)));
    let address: core::net::IpAddr = address.parse().map_err(|_| none())?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Ok(bits), str::parse).map_err(|_| none())?;
    let inside = is(column, Test::Cidr { network: address, prefix });
    if address.is_ipv4() {
        return Ok(Expr::And(vec![inside, regex(column, r"^\s*[0-9.]+\s*$")]));
    }
    if known.holds("::ffff:192.0.2.1") {
        return Err("a network that has addresses of version 4 in version 6".to_owned());
    }
    Ok(Expr::And(vec![inside, not(regex(column, "%"))]))
}
