use super::{first_kind, function, long_of, number_as_long, or_null, values};
use crate::value::{self, numeral};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "abs", least: 1, most: 1, returns: first_kind, call: abs },
    Function { name: "ceil", least: 1, most: 1, returns: first_kind, call: |a, _| rounded(a, f64::ceil) },
    Function { name: "coalesce", least: 1, most: 255, returns: first_kind, call: coalesce },
    Function { name: "floor", least: 1, most: 1, returns: first_kind, call: |a, _| rounded(a, f64::floor) },
    Function { name: "greatest", least: 1, most: 255, returns: first_kind, call: |a, _| best(a, Ordering::Greater) },
    Function { name: "least", least: 1, most: 255, returns: first_kind, call: |a, _| best(a, Ordering::Less) },
    function!("isnotnull", 1..1, Bool, |a, _| Datum::Bool(a.first().is_some_and(|value| *value != Datum::Null))),
    function!("isnull", 1..1, Bool, |a, _| Datum::Bool(a.first().is_none_or(|value| *value == Datum::Null))),
    function!("log10", 1..1, Real, |a, _| fraction(a, f64::log10)),
    function!("pow", 2..2, Real, pow),
    Function { name: "round", least: 1, most: 2, returns: first_kind, call: round },
    function!("sqrt", 1..1, Real, |a, _| fraction(a, f64::sqrt)),
    function!("to_bool", 1..1, Bool, to_boolean),
    function!("to_boolean", 1..1, Bool, to_boolean),
    function!("to_dbl", 1..1, Real, to_double),
    function!("to_double", 1..1, Real, to_double),
    function!("to_int", 1..1, Int, to_integer),
    function!("to_integer", 1..1, Int, to_integer),
    function!("to_long", 1..1, Long, to_long),
    function!("to_unsigned_long", 1..1, Long, to_long),
];

fn coalesce(arguments: &[Datum], _: &Context) -> Datum {
    or_null(arguments.iter().find(|value| **value != Datum::Null).cloned())
}

fn abs(arguments: &[Datum], _: &Context) -> Datum {
    match arguments.first() {
        Some(Datum::Long(number)) => number.checked_abs().map_or(Datum::Null, Datum::Long),
        Some(Datum::Real(number)) => Datum::Real(number.abs()),
        _ => Datum::Null,
    }
}

fn rounded(arguments: &[Datum], how: fn(f64) -> f64) -> Datum {
    match arguments.first() {
        Some(number @ Datum::Long(_)) => number.clone(),
        Some(Datum::Real(number)) => Datum::Real(how(*number)),
        _ => Datum::Null,
    }
}

fn round(arguments: &[Datum], _: &Context) -> Datum {
    let digits = if arguments.len() > 1 { long_of(arguments, 1) } else { Some(0) };
    match (arguments.first(), digits) {
        (Some(number @ Datum::Long(_)), Some(0..)) => number.clone(),
        (Some(Datum::Real(number)), Some(digits)) => {
            let factor = 10_f64.powi(i32::try_from(digits.clamp(-300, 300)).unwrap_or(0));
            Datum::Real((number * factor).round() / factor)
        }
        _ => Datum::Null,
    }
}

fn fraction(arguments: &[Datum], how: fn(f64) -> f64) -> Datum {
    let made = arguments.first().and_then(value::number).map(how).filter(|made| made.is_finite());
    made.map_or(Datum::Null, Datum::Real)
}

fn pow(arguments: &[Datum], _: &Context) -> Datum {
    let made = || Some(value::number(arguments.first()?)?.powf(value::number(arguments.get(1)?)?));
    made().filter(|made| made.is_finite()).map_or(Datum::Null, Datum::Real)
}

fn best(arguments: &[Datum], order: Ordering) -> Datum {
    if arguments.contains(&Datum::Null) {
        return Datum::Null;
    }
    let all = arguments.iter().flat_map(values).cloned();
    or_null(all.reduce(|a, b| if value::total(&b, &a) == order { b } else { a }))
}

fn each(arguments: &[Datum], one: impl Fn(&Datum) -> Option<Datum>) -> Datum {
    super::gathered(arguments.first().map(values).unwrap_or_default().iter().filter_map(one).collect())
}

fn to_boolean(arguments: &[Datum], _: &Context) -> Datum {
    each(arguments, |value| match value {
        Datum::Bool(flag) => Some(Datum::Bool(*flag)),
        Datum::Text(text) => Some(Datum::Bool(text.eq_ignore_ascii_case("true"))),
        Datum::Long(number) => Some(Datum::Bool(*number != 0)),
        Datum::Real(number) => Some(Datum::Bool(*number != 0.0)),
        _ => None,
    })
}

fn to_double(arguments: &[Datum], _: &Context) -> Datum {
    each(arguments, |value| match value {
        Datum::Text(text) => text.trim().parse().ok().map(Datum::Real),
        Datum::Time(ticks) => value::number(&Datum::Long(ticks / 10_000)).map(Datum::Real),
        other => value::number(other).map(Datum::Real),
    })
}

fn whole(value: &Datum) -> Option<i64> {
    match value {
        Datum::Long(number) => Some(*number),
        Datum::Real(number) => number_as_long(*number),
        Datum::Bool(flag) => Some(i64::from(*flag)),
        Datum::Time(ticks) => Some(ticks / 10_000),
        Datum::Text(text) => match numeral(text)? {
            Datum::Long(number) => Some(number),
            Datum::Real(number) => number_as_long(number),
            _ => None,
        },
        _ => None,
    }
}

fn to_long(arguments: &[Datum], _: &Context) -> Datum {
    each(arguments, |value| whole(value).map(Datum::Long))
}

fn to_integer(arguments: &[Datum], _: &Context) -> Datum {
    each(arguments, |value| whole(value).filter(|number| i32::try_from(*number).is_ok()).map(Datum::Long))
}
