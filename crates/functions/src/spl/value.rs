//! Values as SPL sees them: text that may be a number.

use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::borrow::Cow;
use std::sync::Arc;

/// Bytes of a text that a function makes.
pub(super) const TEXT: usize = 1 << 20;
/// Values of a list that a function makes.
pub(super) const LIST: usize = 100_000;

pub(super) const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    call: fn(&[Datum], &Context) -> Datum,
) -> Function {
    Function { name, least, most, returns: anything, call }
}

fn anything(_: &[Kind]) -> Kind {
    Kind::Dynamic
}

/// As a number; times are seconds since 1970.
#[must_use]
pub fn number(value: &Datum) -> Option<f64> {
    match value {
        Datum::Long(value) => Some(real(*value)),
        Datum::Real(value) => value.is_finite().then_some(*value),
        Datum::Text(text) => {
            let text = text.trim();
            let first = text.bytes().find(|byte| !matches!(byte, b'-' | b'+' | b'.'))?;
            first.is_ascii_digit().then(|| text.parse().ok())?.filter(|value: &f64| value.is_finite())
        }
        Datum::Time(ticks) | Datum::Span(ticks) => Some(real(*ticks) / 1e7),
        Datum::List(list) => match list.as_slice() {
            [one @ (Datum::Long(_) | Datum::Real(_) | Datum::Text(_))] => number(one),
            _ => None,
        },
        Datum::Null | Datum::Bool(_) | Datum::Map(_) => None,
    }
}

#[allow(clippy::cast_precision_loss, reason = "SPL calculates with fractions")]
pub(super) fn real(value: i64) -> f64 {
    value as f64
}

/// A number as a value: whole where it is.
#[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
pub(super) fn made(value: f64) -> Datum {
    if !value.is_finite() {
        return Datum::Null;
    }
    if value.fract() == 0.0 && value.abs() < 9e15 { Datum::Long(value as i64) } else { Datum::Real(value) }
}

/// A whole number; fractions are cut.
#[allow(clippy::cast_possible_truncation, reason = "checked to be in range")]
pub(super) fn whole(value: &Datum) -> Option<i64> {
    match value {
        Datum::Long(value) => Some(*value),
        value => number(value).filter(|value| value.abs() < 9e15).map(|value| value as i64),
    }
}

/// As text; none where there is no value.
pub(crate) fn text(value: &Datum) -> Option<Cow<'_, str>> {
    Some(match value {
        Datum::Null => return None,
        Datum::Text(text) => Cow::Borrowed(text),
        Datum::Bool(true) => Cow::Borrowed("True"),
        Datum::Bool(false) => Cow::Borrowed("False"),
        Datum::Long(value) => Cow::Owned(value.to_string()),
        Datum::Real(value) => Cow::Owned(value.to_string()),
        Datum::Time(_) | Datum::Span(_) => Cow::Owned(match made(number(value)?) {
            Datum::Long(value) => value.to_string(),
            Datum::Real(value) => format!("{value:.6}").trim_end_matches('0').to_owned(),
            _ => return None,
        }),
        Datum::List(list) => {
            let parts: Vec<Cow<'_, str>> = list.iter().filter_map(plain).collect();
            Cow::Owned(parts.join("\n"))
        }
        Datum::Map(_) => crate::value::text(value),
    })
}

fn plain(value: &Datum) -> Option<Cow<'_, str>> {
    match value {
        Datum::List(_) => None,
        value => text(value),
    }
}

/// All values of a field.
pub(crate) fn values(value: &Datum) -> &[Datum] {
    match value {
        Datum::Null => &[],
        Datum::List(list) => list,
        one => std::slice::from_ref(one),
    }
}

/// Text as a value.
pub(super) fn of(text: &str) -> Datum {
    if text.len() > TEXT { Datum::Null } else { Datum::Text(Arc::from(text)) }
}

/// Values as a field has them: none, one, or a list.
pub(super) fn field(mut values: Vec<Datum>) -> Datum {
    values.truncate(LIST);
    match values.len() {
        0 => Datum::Null,
        1 => values.pop().unwrap_or_default(),
        _ => Datum::List(Arc::new(values)),
    }
}

/// The argument at a place.
pub(super) fn at(arguments: &[Datum], place: usize) -> &Datum {
    arguments.get(place).unwrap_or(&Datum::Null)
}

/// What a function of a text makes of each value of a field.
pub(super) fn each(value: &Datum, make: impl Fn(&str) -> Datum) -> Datum {
    match value {
        Datum::List(list) => field(list.iter().filter_map(|one| plain(one).map(|text| make(&text))).collect()),
        value => text(value).map_or(Datum::Null, |text| make(&text)),
    }
}

/// Numbers by size, before text by its letters.
pub(super) fn order(left: &Datum, right: &Datum) -> std::cmp::Ordering {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => text(left).cmp(&text(right)),
    }
}

/// As a condition; none where it is neither true nor false.
pub(super) fn truth(value: &Datum) -> Option<bool> {
    match value {
        Datum::Bool(value) => Some(*value),
        Datum::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Datum::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        value => number(value).map(|value| value != 0.0),
    }
}
