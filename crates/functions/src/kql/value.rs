use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes that a text made by a function may have; longer ones are no value.
pub(crate) const LONGEST: usize = 16 << 20;
/// Values that a list or bag made by a function may hold, those inside them counted. Kusto's own limit of `range()`.
pub(crate) const MOST: usize = 1 << 20;
/// How deep lists and bags may stand in each other.
const DEEPEST: usize = 128;

/// What a missing argument is.
pub(crate) static NULL: Datum = Datum::Null;

pub(crate) type Returns = fn(&[Kind]) -> Kind;
pub(crate) type Call = fn(&[Datum], &Context) -> Datum;

pub(crate) const BOOL: Returns = |_| Kind::Bool;
pub(crate) const INT: Returns = |_| Kind::Int;
pub(crate) const LONG: Returns = |_| Kind::Long;
pub(crate) const REAL: Returns = |_| Kind::Real;
pub(crate) const STRING: Returns = |_| Kind::String;
pub(crate) const TIME: Returns = |_| Kind::DateTime;
pub(crate) const SPAN: Returns = |_| Kind::TimeSpan;
pub(crate) const DYNAMIC: Returns = |_| Kind::Dynamic;
/// The kind of the first argument.
pub(crate) const FIRST: Returns = |kinds| kinds.first().copied().unwrap_or(Kind::Dynamic);

/// A line of a table of functions.
pub(crate) const fn f(name: &'static str, least: usize, most: usize, returns: Returns, call: Call) -> Function {
    Function { name, least, most, returns, call }
}

/// The argument at that place; null where there is none.
pub(crate) fn at(arguments: &[Datum], place: usize) -> &Datum {
    arguments.get(place).unwrap_or(&NULL)
}

/// The value as text, as `tostring()` gives it.
pub(crate) fn text(value: &Datum) -> Arc<str> {
    match value {
        Datum::Text(text) => text.clone(),
        Datum::Null => "".into(),
        other => {
            let mut out = String::new();
            super::json::write_text(other, &mut out);
            out.into()
        }
    }
}

/// The text of the argument at that place.
pub(crate) fn text_at(arguments: &[Datum], place: usize) -> Arc<str> {
    text(at(arguments, place))
}

/// A text as a value; none where it is too long.
pub(crate) fn datum(text: impl Into<String>) -> Datum {
    let text: String = text.into();
    if text.len() > LONGEST { Datum::Null } else { Datum::Text(text.into()) }
}

/// A whole number: a number cut to its whole part, a text that writes one.
pub(crate) fn long(value: &Datum) -> Option<i64> {
    match value {
        Datum::Long(long) => Some(*long),
        Datum::Real(real) => whole(*real),
        Datum::Bool(truth) => Some(i64::from(*truth)),
        Datum::Text(text) => {
            let text = text.trim();
            let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
            match hex {
                Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
                None => text.parse().ok().or_else(|| whole(fraction(text)?)),
            }
        }
        _ => None,
    }
}

/// The whole part of a fraction.
pub(crate) fn whole(real: f64) -> Option<i64> {
    let cut = real.trunc();
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&cut).then_some(cut as i64)
}

/// A fraction written in digits; the words of infinities and the like are none.
fn fraction(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    digits.then(|| text.parse().ok()).flatten()
}

/// The whole number at that place.
pub(crate) fn long_at(arguments: &[Datum], place: usize) -> Option<i64> {
    long(at(arguments, place))
}

/// A fraction: any number, or a text that writes one.
pub(crate) fn real(value: &Datum) -> Option<f64> {
    match value {
        Datum::Long(long) => Some(*long as f64),
        Datum::Real(real) => Some(*real),
        Datum::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Datum::Text(text) => fraction(text.trim()),
        _ => None,
    }
}

/// The fraction at that place.
pub(crate) fn real_at(arguments: &[Datum], place: usize) -> Option<f64> {
    real(at(arguments, place))
}

/// A number, text left out.
pub(crate) fn number(value: &Datum) -> Option<f64> {
    match value {
        Datum::Long(long) => Some(*long as f64),
        Datum::Real(real) => Some(*real),
        _ => None,
    }
}

/// True or false: a truth, a number that is zero or not, a text that says it.
pub(crate) fn truth(value: &Datum) -> Option<bool> {
    match value {
        Datum::Bool(truth) => Some(*truth),
        Datum::Long(long) => Some(*long != 0),
        Datum::Real(real) => Some(*real != 0.0),
        Datum::Text(text) => match text.trim() {
            text if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
            text if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The elements of a list. A text that is a list in JSON is one, as in the fields that logs carry as text.
pub(crate) fn list(value: &Datum) -> Option<Arc<Vec<Datum>>> {
    match value {
        Datum::List(list) => Some(list.clone()),
        Datum::Text(text) if text.trim_start().starts_with('[') => match super::json::parse(text) {
            Some(Datum::List(list)) => Some(list),
            _ => None,
        },
        _ => None,
    }
}

/// The list at that place.
pub(crate) fn list_at(arguments: &[Datum], place: usize) -> Option<Arc<Vec<Datum>>> {
    list(at(arguments, place))
}

/// A property bag; also such as stands in a text.
pub(crate) fn bag(value: &Datum) -> Option<Arc<BTreeMap<Box<str>, Datum>>> {
    match value {
        Datum::Map(map) => Some(map.clone()),
        Datum::Text(text) if text.trim_start().starts_with('{') => match super::json::parse(text) {
            Some(Datum::Map(map)) => Some(map),
            _ => None,
        },
        _ => None,
    }
}

/// A list as a value; none where it holds too much.
pub(crate) fn listed(items: Vec<Datum>) -> Datum {
    bounded(Datum::List(Arc::new(items)))
}

/// A bag as a value; none where it holds too much.
pub(crate) fn bagged(items: BTreeMap<Box<str>, Datum>) -> Datum {
    bounded(Datum::Map(Arc::new(items)))
}

/// The value, unless it holds too much: lists share what they hold, so few steps could make one that takes forever to write.
pub(crate) fn bounded(value: Datum) -> Datum {
    let mut left = MOST;
    if weigh(&value, 0, &mut left) { value } else { Datum::Null }
}

fn weigh(value: &Datum, depth: usize, left: &mut usize) -> bool {
    let Some(less) = left.checked_sub(1) else { return false };
    *left = less;
    let deeper = depth.saturating_add(1);
    match value {
        Datum::List(items) => depth < DEEPEST && items.iter().all(|item| weigh(item, deeper, left)),
        Datum::Map(items) => depth < DEEPEST && items.values().all(|item| weigh(item, deeper, left)),
        _ => true,
    }
}

/// Where a value stands among values of other kinds when lists are sorted ("Kusto documentation, 'array_sort_asc()'").
fn rank(value: &Datum) -> u8 {
    match value {
        Datum::Bool(_) => 2,
        Datum::Long(_) | Datum::Real(_) | Datum::Time(_) | Datum::Span(_) => 0,
        Datum::Text(_) => 1,
        Datum::List(_) => 3,
        Datum::Map(_) => 4,
        Datum::Null => 5,
    }
}

/// An order of all values: numbers, times and spans, then text, then the rest; null last. Text by its characters.
pub(crate) fn order(left: &Datum, right: &Datum) -> Ordering {
    match (left, right) {
        (Datum::Long(left), Datum::Long(right))
        | (Datum::Time(left), Datum::Time(right))
        | (Datum::Span(left), Datum::Span(right)) => left.cmp(right),
        (Datum::Long(_) | Datum::Real(_), Datum::Long(_) | Datum::Real(_)) => {
            number(left).unwrap_or(f64::NAN).total_cmp(&number(right).unwrap_or(f64::NAN))
        }
        (Datum::Text(left), Datum::Text(right)) => left.cmp(right),
        (Datum::Bool(left), Datum::Bool(right)) => left.cmp(right),
        (Datum::List(_), Datum::List(_)) | (Datum::Map(_), Datum::Map(_)) => text(left).cmp(&text(right)),
        _ => (rank(left), kind_rank(left)).cmp(&(rank(right), kind_rank(right))),
    }
}

fn kind_rank(value: &Datum) -> u8 {
    match value {
        Datum::Time(_) => 1,
        Datum::Span(_) => 2,
        _ => 0,
    }
}

/// What tells values apart in sets: the kind and the text of it. Whole numbers and fractions of the same size are one.
pub(crate) fn key(value: &Datum) -> Box<str> {
    let mut out = String::new();
    match value {
        Datum::Text(text) => {
            out.push('"');
            out.push_str(text);
        }
        Datum::Real(real) => match whole(*real).filter(|whole| *whole as f64 == *real) {
            Some(long) => super::json::write(&Datum::Long(long), &mut out),
            None => super::json::write(value, &mut out),
        },
        Datum::Time(ticks) => out = format!("t{ticks}"),
        Datum::Span(ticks) => out = format!("s{ticks}"),
        other => super::json::write(other, &mut out),
    }
    out.into()
}

/// True where nothing is there: null and the empty text.
pub(crate) fn empty(value: &Datum) -> bool {
    match value {
        Datum::Null => true,
        Datum::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// The bag at that place.
pub(crate) fn bag_at(arguments: &[Datum], place: usize) -> Option<Arc<BTreeMap<Box<str>, Datum>>> {
    bag(at(arguments, place))
}
