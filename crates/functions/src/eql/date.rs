//! Dates as ranges of kuery and Lucene have them (Elasticsearch reference, "Date math").

use crate::gregorian;
use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;

pub(super) const DATES: &[Function] = &[
    Function { name: "date_math", least: 1, most: 1, returns: |_| Kind::DateTime, call: date_math },
    Function {
        name: "now",
        least: 0,
        most: 0,
        returns: |_| Kind::DateTime,
        call: |_, context| Datum::Time(context.now),
    },
];

/// Ticks of a day.
const DAY: i64 = 864_000_000_000;

/// `2026-01-02`, `2026-01-02T03:04:05Z`, `now-5m`, `now/d`, `2026-01-02||+1d`.
fn date_math(arguments: &[Datum], context: &Context) -> Datum {
    let Some(Datum::Text(source)) = arguments.first() else { return Datum::Null };
    let (base, mut rest) = match (source.strip_prefix("now"), source.split_once("||")) {
        (Some(rest), _) => (Some(context.now), rest),
        (None, Some((date, rest))) => (parse(date), rest),
        (None, None) => (parse(source), ""),
    };
    let Some(mut ticks) = base else { return Datum::Null };
    while let Some(sign) = rest.chars().next() {
        let body = rest.get(1..).unwrap_or_default();
        let digits = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
        let count: i64 = body.get(..digits).and_then(|digits| digits.parse().ok()).unwrap_or(1);
        let tail = body.get(digits..).unwrap_or_default();
        let Some(unit) = tail.chars().next() else { return Datum::Null };
        let length = match unit {
            's' => 10_000_000,
            'm' => 600_000_000,
            'h' | 'H' => 36_000_000_000,
            'd' => DAY,
            'w' => DAY.saturating_mul(7),
            _ => return Datum::Null,
        };
        let moved = match sign {
            '+' => count.checked_mul(length).and_then(|by| ticks.checked_add(by)),
            '-' => count.checked_mul(length).and_then(|by| ticks.checked_sub(by)),
            // Weeks begin on Mondays; 1970 began on a Thursday.
            '/' if unit == 'w' => {
                let shift = DAY.saturating_mul(3);
                ticks.checked_add(shift).map(|at| ticks.saturating_sub(at.rem_euclid(length)))
            }
            '/' => Some(ticks.saturating_sub(ticks.rem_euclid(length))),
            _ => None,
        };
        match moved {
            Some(moved) => ticks = moved,
            None => return Datum::Null,
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    Datum::Time(ticks)
}

/// A date in ISO 8601, as ticks of 100 ns since 1970 in UTC; without a zone it is UTC.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, clock) = match text.find(['T', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at.saturating_add(1)..)?),
        None => (text, ""),
    };
    let mut parts = date.splitn(3, '-');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (number()?, number()?, number()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    let days = gregorian::days(year, month, day);
    let (clock, zone) = zone(clock)?;
    let mut ticks = days.checked_mul(DAY)?.checked_sub(zone)?;
    if !clock.is_empty() {
        let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut parts = whole.split(':');
        let mut number = || parts.next().map_or(Some(0), |part| part.parse::<i64>().ok());
        let (hour, minute, second) = (number()?, number()?, number()?);
        if hour > 24 || minute > 59 || second > 60 || hour < 0 || minute < 0 || second < 0 {
            return None;
        }
        let seconds = hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
        ticks = ticks.checked_add(seconds.checked_mul(10_000_000)?)?;
        let digits: String = fraction.chars().chain("0000000".chars()).take(7).collect();
        ticks = ticks.checked_add(digits.parse().ok()?)?;
    }
    Some(ticks)
}

/// The clock without the zone, and how far the zone is ahead of UTC.
fn zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, zone) = (clock.get(..at)?, clock.get(at..)?);
    let ahead = zone.starts_with('+');
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).unwrap_or("0").parse().ok()?;
    let ticks = hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(600_000_000)?;
    Some((clock, if ahead { ticks } else { ticks.checked_neg()? }))
}
