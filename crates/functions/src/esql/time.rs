use super::{function, or_null, text_of};
use crate::eql::parse_date;
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("bucket", 2..2, DateTime, |a, _| or_null(truncated(a.get(1), a.first()))),
    function!("date_diff", 3..3, Long, date_diff),
    function!("date_trunc", 2..2, DateTime, |a, _| or_null(truncated(a.first(), a.get(1)))),
    function!("now", 0..0, DateTime, |_, context| Datum::Time(context.now)),
    function!("to_datetime", 1..1, DateTime, to_datetime),
    function!("to_dt", 1..1, DateTime, to_datetime),
];

/// Ticks of the units that `date_diff` counts in; months and longer ones have no fixed length.
const UNITS: &[(&[&str], i64)] = &[
    (&["microsecond", "microseconds", "mcs"], 10),
    (&["millisecond", "milliseconds", "ms"], 10_000),
    (&["second", "seconds", "ss", "s"], 10_000_000),
    (&["minute", "minutes", "mi", "n"], 600_000_000),
    (&["hour", "hours", "hh"], 36_000_000_000),
    (&["day", "days", "dd", "d", "dayofyear", "dy", "y"], 864_000_000_000),
    (&["week", "weeks", "wk", "ww"], 6_048_000_000_000),
];

fn time(value: &Datum) -> Option<i64> {
    match value {
        Datum::Time(ticks) => Some(*ticks),
        Datum::Text(text) => parse_date(text),
        _ => None,
    }
}

/// The start of the span of time; weeks begin on Mondays, and 1970 began on a Thursday.
fn truncated(span: Option<&Datum>, at: Option<&Datum>) -> Option<Datum> {
    let Datum::Span(length) = span? else { return None };
    let ticks = time(at?)?;
    if *length <= 0 {
        return None;
    }
    let week = 6_048_000_000_000;
    let shift = if length.checked_rem(week) == Some(0) { 2_592_000_000_000 } else { 0 };
    let into = ticks.checked_add(shift)?.checked_rem_euclid(*length)?;
    Some(Datum::Time(ticks.checked_sub(into)?))
}

fn date_diff(arguments: &[Datum], _: &Context) -> Datum {
    let made = || {
        let unit = text_of(arguments, 0)?.to_ascii_lowercase();
        let (_, length) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
        let between = time(arguments.get(2)?)?.checked_sub(time(arguments.get(1)?)?)?;
        between.checked_div(*length).map(Datum::Long)
    };
    or_null(made())
}

fn to_datetime(arguments: &[Datum], _: &Context) -> Datum {
    let made = match arguments.first() {
        Some(Datum::Long(millis)) => millis.checked_mul(10_000),
        Some(value) => time(value),
        None => None,
    };
    made.map_or(Datum::Null, Datum::Time)
}
