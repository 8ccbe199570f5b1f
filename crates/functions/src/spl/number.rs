use super::value::{at, function, made, number, order, values, whole};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", 1, 1, |a, _| of_one(a, f64::abs)),
    function("ceil", 1, 1, |a, _| of_one(a, f64::ceil)),
    function("ceiling", 1, 1, |a, _| of_one(a, f64::ceil)),
    function("floor", 1, 1, |a, _| of_one(a, f64::floor)),
    function("exp", 1, 1, |a, _| of_one(a, f64::exp)),
    function("ln", 1, 1, |a, _| of_one(a, f64::ln)),
    function("sqrt", 1, 1, |a, _| of_one(a, f64::sqrt)),
    function("exact", 1, 1, |a, _| of_one(a, |value| value)),
    function("sigfig", 1, 1, |a, _| of_one(a, |value| value)),
    function("sin", 1, 1, |a, _| of_one(a, f64::sin)),
    function("cos", 1, 1, |a, _| of_one(a, f64::cos)),
    function("tan", 1, 1, |a, _| of_one(a, f64::tan)),
    function("log", 1, 2, |a, _| match (number(at(a, 0)), number(at(a, 1))) {
        (Some(value), Some(base)) => made(value.log(base)),
        (Some(value), None) => made(value.log10()),
        _ => Datum::Null,
    }),
    function("pow", 2, 2, |a, _| match (number(at(a, 0)), number(at(a, 1))) {
        (Some(value), Some(power)) => made(value.powf(power)),
        _ => Datum::Null,
    }),
    function("pi", 0, 0, |_, _| Datum::Real(std::f64::consts::PI)),
    function("round", 1, 2, |a, _| {
        let places = whole(at(a, 1)).and_then(|places| i32::try_from(places).ok()).unwrap_or(0).clamp(-15, 15);
        let scale = 10_f64.powi(places);
        of_one(a, |value| (value * scale).round() / scale)
    }),
    function("min", 1, 100, |a, _| known(a).min_by(|a, b| order(a, b)).cloned().unwrap_or_default()),
    function("max", 1, 100, |a, _| known(a).max_by(|a, b| order(a, b)).cloned().unwrap_or_default()),
    function("top_percent", 2, 2, top_percent),
    function("sort_key", 1, 1, |a, _| {
        let first = values(at(a, 0)).first().unwrap_or(&Datum::Null);
        number(first).map_or_else(|| first.clone(), made)
    }),
];

fn of_one(arguments: &[Datum], make: impl Fn(f64) -> f64) -> Datum {
    number(at(arguments, 0)).map_or(Datum::Null, |value| made(make(value)))
}

fn known(arguments: &[Datum]) -> impl Iterator<Item = &Datum> {
    arguments.iter().filter(|value| **value != Datum::Null)
}

/// A share in per cent with six decimal places, as `top` writes it.
fn top_percent(arguments: &[Datum], _: &Context) -> Datum {
    match (number(at(arguments, 0)), number(at(arguments, 1))) {
        (Some(part), Some(all)) if all != 0.0 => super::value::of(&format!("{:.6}", part * 100.0 / all)),
        _ => Datum::Null,
    }
}
