//! Dates of the proleptic Gregorian calendar, in 100 ns ticks since 1970 in UTC.
#![allow(clippy::arithmetic_side_effects, reason = "all numbers are bounded by the range of years")]

use crate::gregorian::{date, days};
use std::fmt::Write;

/// Ticks of a microsecond.
pub(crate) const MICRO: i64 = 10;
/// Ticks of a millisecond.
pub(crate) const MILLI: i64 = 1000 * MICRO;
/// Ticks of a second.
pub(crate) const SECOND: i64 = 1000 * MILLI;
/// Ticks of a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Ticks of an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Ticks of a day.
pub(crate) const DAY: i64 = 24 * HOUR;
/// 0001-01-01, the earliest time ("Kusto documentation, 'The datetime data type'").
pub(crate) const EARLIEST: i64 = -719_162 * DAY;
/// The last tick of 9999-12-31.
pub(crate) const LATEST: i64 = 2_932_897 * DAY - 1;

/// A point in time in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    /// Ticks since midnight.
    pub(crate) ticks: i64,
}

/// The time, where Kusto has it.
pub(crate) fn valid(ticks: i64) -> Option<i64> {
    (EARLIEST..=LATEST).contains(&ticks).then_some(ticks)
}

/// The parts of a time; times out of range are taken as the nearest that is in it.
pub(crate) fn civil(ticks: i64) -> Civil {
    let ticks = ticks.clamp(EARLIEST, LATEST);
    let (year, month, day) = date(ticks.div_euclid(DAY));
    Civil { year, month, day, ticks: ticks.rem_euclid(DAY) }
}

/// Days of a month.
pub(crate) fn month_days(year: i64, month: i64) -> i64 {
    days(year, month + 1, 1) - days(year, month, 1)
}

/// The time of that date; none where the date is none or out of range.
pub(crate) fn from_civil(year: i64, month: i64, day: i64, ticks: i64) -> Option<i64> {
    let fits = (1..=9999).contains(&year) && (1..=12).contains(&month) && (0..DAY).contains(&ticks);
    (fits && day >= 1 && day <= month_days(year, month)).then(|| days(year, month, day) * DAY + ticks)
}

/// The time with so many months more; the day is cut to the last of the month.
pub(crate) fn add_months(ticks: i64, months: i64) -> Option<i64> {
    let at = civil(ticks);
    let months = (at.year * 12 + at.month - 1).checked_add(months)?;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    if !(1..=9999).contains(&year) {
        return None;
    }
    from_civil(year, month, at.day.min(month_days(year, month)), at.ticks)
}

/// Day of the week, 0 is Sunday.
pub(crate) fn weekday(ticks: i64) -> i64 {
    (ticks.clamp(EARLIEST, LATEST).div_euclid(DAY) + 4).rem_euclid(7)
}

/// Day of the year, from 1.
pub(crate) fn day_of_year(ticks: i64) -> i64 {
    let at = civil(ticks);
    days(at.year, at.month, at.day) - days(at.year, 1, 1) + 1
}

/// Week of the year by ISO 8601: the first is the one with the first Thursday.
pub(crate) fn iso_week(ticks: i64) -> i64 {
    // The Thursday of the week says which year the week is of.
    let monday_first = (weekday(ticks) + 6).rem_euclid(7);
    let thursday = ticks.clamp(EARLIEST, LATEST) + (3 - monday_first) * DAY;
    (day_of_year(thursday) - 1) / 7 + 1
}

/// The start of the period that the time is in, moved by so many periods: `day`, `week` (from Sunday), `month`, `year`.
pub(crate) fn start(period: &str, ticks: i64, offset: i64) -> Option<i64> {
    let ticks = valid(ticks)?;
    let at = civil(ticks);
    let midnight = ticks - at.ticks;
    let moved = match period {
        "day" => midnight.checked_add(offset.checked_mul(DAY)?)?,
        "week" => (midnight - weekday(ticks) * DAY).checked_add(offset.checked_mul(7 * DAY)?)?,
        "month" => add_months(from_civil(at.year, at.month, 1, 0)?, offset)?,
        _ => add_months(from_civil(at.year, 1, 1, 0)?, offset.checked_mul(12)?)?,
    };
    valid(moved)
}

/// The last tick of that period.
pub(crate) fn end(period: &str, ticks: i64, offset: i64) -> Option<i64> {
    start(period, ticks, offset.checked_add(1)?).map(|start| start - 1)
}

/// Writes the time as `tostring()` does: `2017-01-01T00:00:00.0000000Z`.
pub(crate) fn write_time(ticks: i64, out: &mut String) {
    let at = civil(ticks);
    let seconds = at.ticks / SECOND;
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z",
        at.year,
        at.month,
        at.day,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        at.ticks % SECOND
    );
}
