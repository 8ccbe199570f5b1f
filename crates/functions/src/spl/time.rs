use super::calendar;
use super::value::{at, each, function, made, number, of, real, text};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("now", 0, 0, |_, context| made(real(calendar::seconds(context.now).0))),
    function("time", 0, 0, |_, context| made(real(context.now) / 1e7)),
    function("relative_time", 2, 2, relative),
    function("strftime", 2, 2, strftime),
    function("ctime", 2, 2, ctime),
    function("strptime", 2, 2, strptime),
    function("bin", 2, 2, bin),
];

/// Whole seconds and nanoseconds of a time or a number of seconds.
#[allow(clippy::cast_possible_truncation, reason = "checked to be in range")]
fn moment(value: &Datum) -> Option<(i64, i64)> {
    if let Datum::Time(ticks) = value {
        return Some(calendar::seconds(*ticks));
    }
    let value = number(value).filter(|value| value.abs() < 1e12)?;
    let whole = value.floor();
    Some((whole as i64, ((value - whole) * 1e9).round().min(999_999_999.0) as i64))
}

fn relative(arguments: &[Datum], _: &Context) -> Datum {
    let (Some((seconds, nanos)), Some(modifier)) = (moment(at(arguments, 0)), text(at(arguments, 1))) else {
        return Datum::Null;
    };
    let Some(moved) = calendar::relative(seconds, &modifier) else { return Datum::Null };
    let rest = if modifier.contains('@') { 0.0 } else { real(nanos) / 1e9 };
    made(real(moved) + rest)
}

fn strftime(arguments: &[Datum], _: &Context) -> Datum {
    let (Some((seconds, nanos)), Some(format)) = (moment(at(arguments, 0)), text(at(arguments, 1))) else {
        return Datum::Null;
    };
    if format.len() > 1000 {
        return Datum::Null;
    }
    of(&calendar::write(seconds, nanos, &format))
}

/// Like `strftime`, but what is no time stays as it is; the usual format of `convert` shows fractions.
fn ctime(arguments: &[Datum], context: &Context) -> Datum {
    let written = strftime(arguments, context);
    if written == Datum::Null { at(arguments, 0).clone() } else { written }
}

fn strptime(arguments: &[Datum], _: &Context) -> Datum {
    let Some(format) = text(at(arguments, 1)) else { return Datum::Null };
    each(at(arguments, 0), |text| {
        calendar::read(text, &format).map_or(Datum::Null, |(seconds, nanos)| made(real(seconds) + real(nanos) / 1e9))
    })
}

/// The start of the span that a time or number is in; months by the calendar.
fn bin(arguments: &[Datum], _: &Context) -> Datum {
    let value = at(arguments, 0);
    match (value, at(arguments, 1)) {
        (Datum::Time(ticks), Datum::Span(span)) if *span > 0 => {
            ticks.checked_rem_euclid(*span).and_then(|rest| ticks.checked_sub(rest)).map_or(Datum::Null, Datum::Time)
        }
        (value, Datum::Text(months)) => {
            let months = months.trim_end_matches("mon").parse::<i64>().unwrap_or(1).clamp(1, 1200);
            let Some((seconds, _)) = moment(value) else { return value.clone() };
            let date = calendar::civil(seconds);
            let all = date.year.saturating_mul(12).saturating_add(date.month).saturating_sub(1);
            let start = all.saturating_sub(all.checked_rem_euclid(months).unwrap_or(0));
            let first = calendar::Civil {
                year: start.div_euclid(12),
                month: start.rem_euclid(12).saturating_add(1),
                day: 1,
                clock: 0,
            };
            let seconds = calendar::of_civil(first);
            if matches!(value, Datum::Time(_)) {
                seconds.checked_mul(10_000_000).map_or(Datum::Null, Datum::Time)
            } else {
                Datum::Long(seconds)
            }
        }
        (value, size) => {
            let (Some(number), Some(size)) = (number(value), number(size).filter(|size| *size > 0.0)) else {
                return value.clone();
            };
            made((number / size).floor() * size)
        }
    }
}
