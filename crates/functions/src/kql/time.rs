//! Times and spans.

use super::calendar::{
    self, DAY, HOUR, MICRO, MILLI, MINUTE, SECOND, add_months, civil, day_of_year, from_civil, iso_week, valid, weekday,
};
use super::convert::{span, time};
use super::value::{INT, LONG, SPAN, TIME, at, f, long_at, number, text_at, whole};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    f("now", 0, 1, TIME, now),
    f("ago", 1, 1, TIME, ago),
    f("startofday", 1, 2, TIME, |arguments, _| period(arguments, "day", calendar::start)),
    f("startofweek", 1, 2, TIME, |arguments, _| period(arguments, "week", calendar::start)),
    f("startofmonth", 1, 2, TIME, |arguments, _| period(arguments, "month", calendar::start)),
    f("startofyear", 1, 2, TIME, |arguments, _| period(arguments, "year", calendar::start)),
    f("endofday", 1, 2, TIME, |arguments, _| period(arguments, "day", calendar::end)),
    f("endofweek", 1, 2, TIME, |arguments, _| period(arguments, "week", calendar::end)),
    f("endofmonth", 1, 2, TIME, |arguments, _| period(arguments, "month", calendar::end)),
    f("endofyear", 1, 2, TIME, |arguments, _| period(arguments, "year", calendar::end)),
    f("dayofweek", 1, 1, SPAN, day_of_week),
    f("dayofmonth", 1, 1, INT, |arguments, _| field(arguments, "day")),
    f("dayofyear", 1, 1, INT, |arguments, _| field(arguments, "dayofyear")),
    f("hourofday", 1, 1, INT, |arguments, _| field(arguments, "hour")),
    f("monthofyear", 1, 1, INT, |arguments, _| field(arguments, "month")),
    f("getmonth", 1, 1, INT, |arguments, _| field(arguments, "month")),
    f("getyear", 1, 1, INT, |arguments, _| field(arguments, "year")),
    f("week_of_year", 1, 1, INT, |arguments, _| field(arguments, "week_of_year")),
    f("datetime_part", 2, 2, INT, datetime_part),
    f("datepart", 2, 2, INT, datetime_part),
    f("datetime_add", 3, 3, TIME, datetime_add),
    f("datetime_diff", 3, 3, LONG, datetime_diff),
    f("make_datetime", 1, 7, TIME, make_datetime),
    f("make_timespan", 2, 4, SPAN, make_timespan),
    f("unixtime_seconds_todatetime", 1, 1, TIME, |arguments, _| since_1970(arguments, SECOND)),
    f("unixtime_milliseconds_todatetime", 1, 1, TIME, |arguments, _| since_1970(arguments, MILLI)),
    f("unixtime_microseconds_todatetime", 1, 1, TIME, |arguments, _| since_1970(arguments, MICRO)),
    f("unixtime_nanoseconds_todatetime", 1, 1, TIME, nanoseconds),
];

fn made(ticks: Option<i64>) -> Datum {
    ticks.and_then(valid).map_or(Datum::Null, Datum::Time)
}

/// "Kusto documentation, 'now()'": the time of the run, moved by a span.
fn now(arguments: &[Datum], context: &Context) -> Datum {
    match arguments.first() {
        None => Datum::Time(context.now),
        Some(by) => made(span(by).and_then(|by| context.now.checked_add(by))),
    }
}

/// "Kusto documentation, 'ago()'".
fn ago(arguments: &[Datum], context: &Context) -> Datum {
    made(span(at(arguments, 0)).and_then(|by| context.now.checked_sub(by)))
}

/// "Kusto documentation, 'startofday()', 'endofday()'" and those of weeks (from Sunday), months and years.
fn period(arguments: &[Datum], name: &str, call: fn(&str, i64, i64) -> Option<i64>) -> Datum {
    let offset = long_at(arguments, 1).unwrap_or(0);
    made(time(at(arguments, 0)).and_then(|ticks| call(name, ticks, offset)))
}

/// "Kusto documentation, 'dayofweek()'": days since the last Sunday.
fn day_of_week(arguments: &[Datum], _: &Context) -> Datum {
    time(at(arguments, 0)).map_or(Datum::Null, |ticks| Datum::Span(weekday(ticks).saturating_mul(DAY)))
}

fn field(arguments: &[Datum], name: &str) -> Datum {
    time(at(arguments, 0)).and_then(|ticks| part(name, ticks)).map_or(Datum::Null, Datum::Long)
}

/// A part of a time by its name in lower case.
fn part(name: &str, ticks: i64) -> Option<i64> {
    let at = civil(ticks);
    let of = |unit: i64, all: i64| at.ticks.checked_div(unit)?.checked_rem(all);
    match name {
        "year" => Some(at.year),
        "quarter" => at.month.checked_add(2)?.checked_div(3),
        "month" => Some(at.month),
        "week_of_year" | "weekofyear" => Some(iso_week(ticks)),
        "day" => Some(at.day),
        "dayofyear" => Some(day_of_year(ticks)),
        "hour" => of(HOUR, 24),
        "minute" => of(MINUTE, 60),
        "second" => of(SECOND, 60),
        "millisecond" => of(MILLI, 1000),
        "microsecond" => of(MICRO, 1_000_000),
        "nanosecond" => of(1, 10_000_000)?.checked_mul(100),
        _ => None,
    }
}

/// "Kusto documentation, 'datetime_part()'": part, time.
fn datetime_part(arguments: &[Datum], _: &Context) -> Datum {
    let name = text_at(arguments, 0).to_ascii_lowercase();
    time(at(arguments, 1)).and_then(|ticks| part(&name, ticks)).map_or(Datum::Null, Datum::Long)
}

/// Ticks of a period of fixed length.
fn fixed(period: &str) -> Option<i64> {
    Some(match period {
        "week" => DAY.saturating_mul(7),
        "day" => DAY,
        "hour" => HOUR,
        "minute" => MINUTE,
        "second" => SECOND,
        "millisecond" => MILLI,
        "microsecond" => MICRO,
        _ => return None,
    })
}

/// Months of a period that is made of them.
fn months(period: &str) -> Option<i64> {
    Some(match period {
        "year" => 12,
        "quarter" => 3,
        "month" => 1,
        _ => return None,
    })
}

/// "Kusto documentation, 'datetime_add()'": period, count, time.
fn datetime_add(arguments: &[Datum], _: &Context) -> Datum {
    let period = text_at(arguments, 0).to_ascii_lowercase();
    let (Some(count), Some(ticks)) = (long_at(arguments, 1), time(at(arguments, 2))) else { return Datum::Null };
    if let Some(months) = months(&period) {
        return made(count.checked_mul(months).and_then(|months| add_months(ticks, months)));
    }
    let by = match fixed(&period) {
        Some(unit) => count.checked_mul(unit),
        None if period == "nanosecond" => count.checked_div(100),
        None => None,
    };
    made(by.and_then(|by| ticks.checked_add(by)))
}

/// Which period since the year 1 a time is in.
fn ordinal(period: &str, ticks: i64) -> Option<i64> {
    let at = civil(ticks);
    match period {
        "year" => Some(at.year),
        "quarter" => at.year.checked_mul(4)?.checked_add(part("quarter", ticks)?),
        "month" => at.year.checked_mul(12)?.checked_add(at.month),
        "week" => calendar::start("week", ticks, 0)?.checked_div_euclid(fixed("week")?),
        "nanosecond" => ticks.checked_mul(100),
        other => ticks.checked_div_euclid(fixed(other)?),
    }
}

/// "Kusto documentation, 'datetime_diff()'": period, later, earlier; the borders of periods between them.
fn datetime_diff(arguments: &[Datum], _: &Context) -> Datum {
    let period = text_at(arguments, 0).to_ascii_lowercase();
    let (Some(later), Some(earlier)) = (time(at(arguments, 1)), time(at(arguments, 2))) else { return Datum::Null };
    let difference = match period.as_str() {
        "nanosecond" => later.checked_sub(earlier).and_then(|ticks| ticks.checked_mul(100)),
        _ => ordinal(&period, later).zip(ordinal(&period, earlier)).and_then(|(left, right)| left.checked_sub(right)),
    };
    difference.map_or(Datum::Null, Datum::Long)
}

/// "Kusto documentation, 'make_datetime()'": year, month, day, hour, minute, second; or a text.
fn make_datetime(arguments: &[Datum], _: &Context) -> Datum {
    if let [single] = arguments {
        return made(time(single));
    }
    let number =
        |place: usize, other: i64| if place < arguments.len() { long_at(arguments, place) } else { Some(other) };
    let ticks = || {
        let seconds = if arguments.len() > 5 { super::value::real_at(arguments, 5)? } else { 0.0 };
        let clock = clock(number(3, 0)?, number(4, 0)?, seconds)?;
        from_civil(number(0, 1)?, number(1, 1)?, number(2, 1)?, clock)
    };
    made(ticks())
}

/// Ticks since midnight.
fn clock(hour: i64, minute: i64, seconds: f64) -> Option<i64> {
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0.0..60.0).contains(&seconds);
    let rest = whole((seconds * SECOND as f64).round())?;
    let ticks = hour.checked_mul(HOUR)?.checked_add(minute.checked_mul(MINUTE)?)?.checked_add(rest)?;
    fits.then_some(ticks)
}

/// "Kusto documentation, 'make_timespan()'": hour, minute; hour, minute, second; day, hour, minute, second.
fn make_timespan(arguments: &[Datum], _: &Context) -> Datum {
    let (days, rest) = match arguments {
        [days, rest @ ..] if rest.len() == 3 => (super::value::long(days), rest),
        rest => (Some(0), rest),
    };
    let ticks = || {
        let seconds = if rest.len() > 2 { super::value::real_at(rest, 2)? } else { 0.0 };
        let clock = clock(long_at(rest, 0)?, long_at(rest, 1)?, seconds)?;
        days?.checked_mul(DAY)?.checked_add(clock)
    };
    ticks().map_or(Datum::Null, Datum::Span)
}

/// "Kusto documentation, 'unixtime_seconds_todatetime()'" and its like for smaller units.
fn since_1970(arguments: &[Datum], unit: i64) -> Datum {
    let ticks = match at(arguments, 0) {
        Datum::Long(count) => count.checked_mul(unit),
        other => number(other).or_else(|| super::value::real(other)).and_then(|count| whole(count * unit as f64)),
    };
    made(ticks)
}

/// The same for nanoseconds; what is finer than a tick is cut.
fn nanoseconds(arguments: &[Datum], _: &Context) -> Datum {
    made(long_at(arguments, 0).and_then(|count| count.checked_div_euclid(100)))
}
