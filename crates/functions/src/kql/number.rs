//! Numbers and bits.

use super::calendar::EARLIEST;
use super::value::{BOOL, FIRST, LONG, REAL, Returns, at, f, long, long_at, number, real_at, whole};
use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    f("bin", 2, 2, WIDER, bin),
    f("floor", 2, 2, WIDER, bin),
    f("bin_at", 3, 3, FIRST, bin_at),
    f("ceiling", 1, 1, FIRST, |arguments, _| same(at(arguments, 0), f64::ceil)),
    f("round", 1, 2, FIRST, round),
    f("abs", 1, 1, FIRST, abs),
    f("sign", 1, 1, LONG, sign),
    f("sqrt", 1, 1, REAL, |arguments, _| real(arguments, f64::sqrt)),
    f("pow", 2, 2, REAL, pow),
    f("exp", 1, 1, REAL, |arguments, _| real(arguments, f64::exp)),
    f("exp2", 1, 1, REAL, |arguments, _| real(arguments, f64::exp2)),
    f("exp10", 1, 1, REAL, |arguments, _| real(arguments, |power| 10_f64.powf(power))),
    f("log", 1, 1, REAL, |arguments, _| real(arguments, f64::ln)),
    f("log2", 1, 1, REAL, |arguments, _| real(arguments, f64::log2)),
    f("log10", 1, 1, REAL, |arguments, _| real(arguments, f64::log10)),
    f("sin", 1, 1, REAL, |arguments, _| real(arguments, f64::sin)),
    f("cos", 1, 1, REAL, |arguments, _| real(arguments, f64::cos)),
    f("tan", 1, 1, REAL, |arguments, _| real(arguments, f64::tan)),
    f("asin", 1, 1, REAL, |arguments, _| real(arguments, f64::asin)),
    f("acos", 1, 1, REAL, |arguments, _| real(arguments, f64::acos)),
    f("atan", 1, 1, REAL, |arguments, _| real(arguments, f64::atan)),
    f("atan2", 2, 2, REAL, atan2),
    f("radians", 1, 1, REAL, |arguments, _| real(arguments, f64::to_radians)),
    f("degrees", 1, 1, REAL, |arguments, _| real(arguments, f64::to_degrees)),
    f("pi", 0, 0, REAL, |_, _| Datum::Real(std::f64::consts::PI)),
    f("isnan", 1, 1, BOOL, |arguments, _| asked(arguments, f64::is_nan)),
    f("isinf", 1, 1, BOOL, |arguments, _| asked(arguments, f64::is_infinite)),
    f("isfinite", 1, 1, BOOL, |arguments, _| asked(arguments, f64::is_finite)),
    f("binary_and", 2, 2, LONG, |arguments, _| bits(arguments, |left, right| left & right)),
    f("binary_or", 2, 2, LONG, |arguments, _| bits(arguments, |left, right| left | right)),
    f("binary_xor", 2, 2, LONG, |arguments, _| bits(arguments, |left, right| left ^ right)),
    f("binary_not", 1, 1, LONG, |arguments, _| long_at(arguments, 0).map_or(Datum::Null, |bits| Datum::Long(!bits))),
    f("binary_shift_left", 2, 2, LONG, |arguments, _| shift(arguments, i64::wrapping_shl)),
    f("binary_shift_right", 2, 2, LONG, |arguments, _| shift(arguments, i64::wrapping_shr)),
    f("bitset_count_ones", 1, 1, LONG, count_ones),
];

/// The kind that holds values of both: `real` where one is a fraction, `long` for whole numbers; else `dynamic`.
pub(super) fn wider(left: Kind, right: Kind) -> Kind {
    let numbers = [Kind::Int, Kind::Long, Kind::Real, Kind::Decimal];
    match (left, right) {
        (left, right) if left == right => left,
        (left, right) if numbers.contains(&left) && numbers.contains(&right) => left.max(right),
        _ => Kind::Dynamic,
    }
}

/// The kind of the value; `real` where it is a number and the step a fraction.
const WIDER: Returns = |kinds| match kinds {
    [value, step] if matches!(value, Kind::DateTime | Kind::TimeSpan) || *step == Kind::Dynamic => *value,
    [value, step] => wider(*value, *step),
    _ => Kind::Dynamic,
};

/// "Kusto documentation, 'bin()'": down to a multiple of the step; times count from the year 1 on. A step that is null, zero
/// or negative gives null.
pub(super) fn bin(arguments: &[Datum], context: &Context) -> Datum {
    let fixed = match at(arguments, 0) {
        Datum::Time(_) => Datum::Time(EARLIEST),
        Datum::Span(_) => Datum::Span(0),
        _ => Datum::Long(0),
    };
    bin_at(&[at(arguments, 0).clone(), at(arguments, 1).clone(), fixed], context)
}

/// Down to the fixed point and a multiple of the step.
fn down(value: i64, step: i64, fixed: i64) -> Option<i64> {
    let over = value.checked_sub(fixed)?.checked_rem_euclid(step)?;
    (step > 0).then(|| value.checked_sub(over)).flatten()
}

/// "Kusto documentation, 'bin_at()'": value, step, a value that is the start of a bin.
fn bin_at(arguments: &[Datum], _: &Context) -> Datum {
    let step = match at(arguments, 1) {
        Datum::Span(step) | Datum::Long(step) => Some(*step),
        _ => None,
    };
    match (at(arguments, 0), step, at(arguments, 2)) {
        (Datum::Time(value), Some(step), Datum::Time(fixed)) => {
            down(*value, step, *fixed).map_or(Datum::Null, Datum::Time)
        }
        (Datum::Span(value), Some(step), Datum::Span(fixed)) => {
            down(*value, step, *fixed).map_or(Datum::Null, Datum::Span)
        }
        (Datum::Long(value), Some(step), Datum::Long(fixed)) => {
            down(*value, step, *fixed).map_or(Datum::Null, Datum::Long)
        }
        (value, _, fixed) => match (number(value), number(at(arguments, 1)), number(fixed)) {
            (Some(value), Some(step), Some(fixed)) if step > 0.0 => {
                Datum::Real(((value - fixed) / step).floor() * step + fixed)
            }
            _ => Datum::Null,
        },
    }
}

/// A function of fractions that leaves whole numbers as they are.
fn same(value: &Datum, call: fn(f64) -> f64) -> Datum {
    match value {
        Datum::Long(long) => Datum::Long(*long),
        other => super::value::real(other).map_or(Datum::Null, |value| Datum::Real(call(value))),
    }
}

/// "Kusto documentation, 'round()'": to so many digits behind the point; halves away from zero.
fn round(arguments: &[Datum], _: &Context) -> Datum {
    let digits = long_at(arguments, 1).unwrap_or(0).clamp(-300, 300);
    let size = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    match at(arguments, 0) {
        Datum::Long(long) if digits >= 0 => Datum::Long(*long),
        Datum::Long(long) => whole((*long as f64 * size).round() / size).map_or(Datum::Null, Datum::Long),
        other => match super::value::real(other) {
            Some(value) if (value * size).is_finite() && size != 0.0 => Datum::Real((value * size).round() / size),
            Some(value) => Datum::Real(value),
            None => Datum::Null,
        },
    }
}

/// "Kusto documentation, 'abs()'": also of spans.
fn abs(arguments: &[Datum], _: &Context) -> Datum {
    match at(arguments, 0) {
        Datum::Long(long) => long.checked_abs().map_or(Datum::Null, Datum::Long),
        Datum::Span(ticks) => ticks.checked_abs().map_or(Datum::Null, Datum::Span),
        _ => real(arguments, f64::abs),
    }
}

/// "Kusto documentation, 'sign()'".
fn sign(arguments: &[Datum], _: &Context) -> Datum {
    match real_at(arguments, 0) {
        Some(value) if value > 0.0 => Datum::Long(1),
        Some(value) if value < 0.0 => Datum::Long(-1),
        Some(_) => Datum::Long(0),
        None => Datum::Null,
    }
}

/// A function of a fraction; null where the result is no number ("Kusto documentation, 'sqrt()', 'log()'").
fn real(arguments: &[Datum], call: fn(f64) -> f64) -> Datum {
    let made = real_at(arguments, 0).map(call);
    made.filter(|made| !made.is_nan()).map_or(Datum::Null, Datum::Real)
}

fn asked(arguments: &[Datum], call: fn(f64) -> bool) -> Datum {
    number(at(arguments, 0)).map_or(Datum::Null, |value| Datum::Bool(call(value)))
}

/// "Kusto documentation, 'pow()'".
fn pow(arguments: &[Datum], _: &Context) -> Datum {
    match (real_at(arguments, 0), real_at(arguments, 1)) {
        (Some(base), Some(exponent)) => Datum::Real(base.powf(exponent)),
        _ => Datum::Null,
    }
}

/// "Kusto documentation, 'atan2()'": y, x.
fn atan2(arguments: &[Datum], _: &Context) -> Datum {
    match (real_at(arguments, 0), real_at(arguments, 1)) {
        (Some(y), Some(x)) => Datum::Real(y.atan2(x)),
        _ => Datum::Null,
    }
}

fn bits(arguments: &[Datum], call: fn(i64, i64) -> i64) -> Datum {
    match (long(at(arguments, 0)), long(at(arguments, 1))) {
        (Some(left), Some(right)) => Datum::Long(call(left, right)),
        _ => Datum::Null,
    }
}

/// "Kusto documentation, 'binary_shift_left()'": by the shift modulo 64; a negative one gives null.
fn shift(arguments: &[Datum], call: fn(i64, u32) -> i64) -> Datum {
    let by = long_at(arguments, 1).and_then(|by| u32::try_from(by).ok());
    match (long_at(arguments, 0), by) {
        (Some(value), Some(by)) => Datum::Long(call(value, by)),
        _ => Datum::Null,
    }
}

/// "Kusto documentation, 'bitset_count_ones()'".
fn count_ones(arguments: &[Datum], _: &Context) -> Datum {
    long_at(arguments, 0).map_or(Datum::Null, |bits| Datum::Long(i64::from(bits.count_ones())))
}
