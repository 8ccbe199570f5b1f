//! Functions and aggregates of ES|QL (Elasticsearch reference, "ES|QL functions and operators").
//!
//! A null argument makes null. Functions of single values make null of a field with several (Elasticsearch warns and does
//! the same); the functions `mv_...` are for those.

mod aggregate;
mod multi;
mod number;
mod text;
mod time;

use super::{Aggregate, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] = &[multi::FUNCTIONS, number::FUNCTIONS, text::FUNCTIONS, time::FUNCTIONS];

/// By subject.
pub(crate) const AGGREGATES: &[&[Aggregate]] = &[aggregate::AGGREGATES];

/// A function whose result is always of one kind.
macro_rules! function {
    ($name:literal, $least:literal..$most:literal, $kind:ident, $call:expr) => {
        crate::Function {
            name: $name,
            least: $least,
            most: $most,
            returns: |_| ddefend_event::Kind::$kind,
            call: $call,
        }
    };
}
use function;

/// The kind of the first argument.
fn first_kind(kinds: &[Kind]) -> Kind {
    kinds.first().copied().unwrap_or(Kind::Dynamic)
}

/// The text of an argument; none where it is null, several values or no text.
fn text_of(arguments: &[Datum], at: usize) -> Option<&str> {
    match arguments.get(at)? {
        Datum::Text(text) => Some(text),
        _ => None,
    }
}

fn long_of(arguments: &[Datum], at: usize) -> Option<i64> {
    match arguments.get(at)? {
        Datum::Long(number) => Some(*number),
        Datum::Real(number) => number_as_long(*number),
        _ => None,
    }
}

/// A fraction rounded to a whole number (half away from zero), where it fits.
#[allow(clippy::cast_possible_truncation, reason = "checked to be in range")]
fn number_as_long(number: f64) -> Option<i64> {
    let rounded = number.round();
    (rounded.abs() < 9.2e18).then_some(rounded as i64)
}

fn long(count: usize) -> Datum {
    i64::try_from(count).map_or(Datum::Null, Datum::Long)
}

/// Null where there is none.
fn or_null(found: Option<Datum>) -> Datum {
    found.unwrap_or_default()
}

/// The values of an argument.
fn values(value: &Datum) -> &[Datum] {
    match value {
        Datum::Null => &[],
        Datum::List(list) => list,
        one => std::slice::from_ref(one),
    }
}

/// One value alone, several as a list, none as null.
fn gathered(mut values: Vec<Datum>) -> Datum {
    match values.len() {
        0 => Datum::Null,
        1 => values.pop().unwrap_or_default(),
        _ => crate::value::list(values),
    }
}
