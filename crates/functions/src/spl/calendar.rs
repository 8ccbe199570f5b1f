//! Dates of the proleptic Gregorian calendar in seconds since 1970 in UTC: writing, reading and moving them.
#![allow(clippy::arithmetic_side_effects, reason = "years are bounded to four digits")]

use crate::gregorian::{date, days};
use std::fmt::Write as _;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// 9999-12-31T23:59:59.
const LATEST: i64 = 253_402_300_799;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A point in time in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    /// Seconds since midnight.
    pub(super) clock: i64,
}

pub(super) fn civil(seconds: i64) -> Civil {
    let seconds = seconds.clamp(-62_135_596_800, LATEST);
    let (year, month, day) = date(seconds.div_euclid(DAY));
    Civil { year, month, day, clock: seconds.rem_euclid(DAY) }
}

pub(super) fn of_civil(date: Civil) -> i64 {
    days(date.year.clamp(-9999, 99_999), date.month.clamp(-99_999, 99_999), date.day) * DAY + date.clock
}

/// So many months later; days behind the month's end are its last.
pub(super) fn add_months(seconds: i64, months: i64) -> i64 {
    let date = civil(seconds);
    let moved = (date.year * 12 + date.month - 1).saturating_add(months.clamp(-200_000, 200_000));
    let (year, month) = (moved.div_euclid(12), moved.rem_euclid(12) + 1);
    let length = days(year, month + 1, 1) - days(year, month, 1);
    of_civil(Civil { year, month, day: date.day.min(length), clock: date.clock })
}

/// From 0, Sunday.
pub(super) fn weekday(seconds: i64) -> i64 {
    (seconds.div_euclid(DAY) + 4).rem_euclid(7)
}

fn name(names: &[&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
}

/// `strftime`: seconds and what is behind them in nanoseconds.
pub(super) fn write(seconds: i64, nanos: i64, format: &str) -> String {
    let date = civil(seconds);
    let (hour, minute, second) = (date.clock / 3600, date.clock / 60 % 60, date.clock % 60);
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let fraction =
        |digits: u32| format!("{nanos:09}").get(..digits.clamp(1, 9) as usize).unwrap_or_default().to_owned();
    let mut out = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let digits = letters.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10));
        let Some(code) = letters.next() else {
            out.push('%');
            break;
        };
        let _ = match code {
            'Y' => write!(out, "{:04}", date.year),
            'y' => write!(out, "{:02}", date.year.rem_euclid(100)),
            'm' => write!(out, "{:02}", date.month),
            'd' => write!(out, "{:02}", date.day),
            'e' => write!(out, "{:>2}", date.day),
            'H' => write!(out, "{hour:02}"),
            'k' => write!(out, "{hour:>2}"),
            'I' => write!(out, "{twelve:02}"),
            'l' => write!(out, "{twelve:>2}"),
            'M' => write!(out, "{minute:02}"),
            'S' => write!(out, "{second:02}"),
            'p' => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
            's' => write!(out, "{seconds}"),
            'j' => write!(out, "{:03}", days(date.year, date.month, date.day) - days(date.year, 1, 1) + 1),
            'A' => write!(out, "{}", name(&DAYS, weekday(seconds))),
            'a' => write!(out, "{}", name(&DAYS, weekday(seconds)).get(..3).unwrap_or_default()),
            'B' => write!(out, "{}", name(&MONTHS, date.month - 1)),
            'b' | 'h' => write!(out, "{}", name(&MONTHS, date.month - 1).get(..3).unwrap_or_default()),
            'w' => write!(out, "{}", weekday(seconds)),
            'u' => write!(out, "{}", (weekday(seconds) + 6) % 7 + 1),
            'F' => write!(out, "{:04}-{:02}-{:02}", date.year, date.month, date.day),
            'T' | 'X' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
            'R' => write!(out, "{hour:02}:{minute:02}"),
            'D' | 'x' => write!(out, "{:02}/{:02}/{:02}", date.month, date.day, date.year.rem_euclid(100)),
            'N' => write!(out, "{}", fraction(digits.unwrap_or(9))),
            'Q' => write!(out, "{}", fraction(digits.unwrap_or(3))),
            'f' => write!(out, "{}", fraction(6)),
            'z' => write!(out, "+0000"),
            'Z' => write!(out, "UTC"),
            'n' => writeln!(out),
            't' => write!(out, "\t"),
            '%' => write!(out, "%"),
            other => write!(out, "%{other}"),
        };
    }
    out
}

/// Takes digits off the start of a text: at most so many.
fn digits(text: &mut &str, most: usize) -> Option<i64> {
    let rest = text.trim_start_matches(' ');
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at_checked(length)?;
    *text = rest;
    number.parse().ok()
}

/// Takes a name off the start: its number.
fn named(text: &mut &str, names: &[&str]) -> Option<i64> {
    for short in [false, true] {
        for (at, name) in names.iter().enumerate() {
            let name = if short { name.get(..3)? } else { name };
            let length = name.len();
            if text.get(..length).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                *text = text.get(length..)?;
                return i64::try_from(at).ok();
            }
        }
    }
    None
}

/// Takes the distance from UTC off the start, seconds: `+01:00`, `-0530`, `Z`.
fn zone(text: &mut &str) -> Option<i64> {
    for name in ["UTC", "GMT", "Z"] {
        if let Some(rest) = text.strip_prefix(name) {
            *text = rest;
            return Some(0);
        }
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    *text = text.get(1..)?;
    let hours = digits(text, 2)?;
    *text = text.strip_prefix(':').unwrap_or(text);
    let minutes = digits(text, 2).unwrap_or(0);
    Some(sign * (hours * 3600 + minutes * 60))
}

/// `strptime`: seconds since 1970 and nanoseconds behind them. Text behind what the format asks for is let be.
pub(super) fn read(text: &str, format: &str) -> Option<(i64, i64)> {
    let mut text = text.trim_start();
    let mut date = Civil { year: 1970, month: 1, day: 1, clock: 0 };
    let (mut hour, mut minute, mut second, mut nanos, mut offset) = (0, 0, 0, 0, 0);
    let mut afternoon = None;
    let mut letters = expand(format).chars().collect::<Vec<_>>().into_iter().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            text = text.trim_start();
            continue;
        }
        if letter != '%' {
            text = text.strip_prefix(letter)?;
            continue;
        }
        letters.next_if(char::is_ascii_digit);
        match letters.next()? {
            'Y' => date.year = digits(&mut text, 4)?,
            'y' => {
                let year = digits(&mut text, 2)?;
                date.year = if year < 69 { 2000 + year } else { 1900 + year };
            }
            'm' => date.month = digits(&mut text, 2).filter(|month| (1..=12).contains(month))?,
            'd' | 'e' => date.day = digits(&mut text, 2).filter(|day| (1..=31).contains(day))?,
            'H' | 'k' | 'I' | 'l' => hour = digits(&mut text, 2).filter(|hour| *hour < 25)?,
            'M' => minute = digits(&mut text, 2).filter(|minute| *minute < 60)?,
            'S' => second = digits(&mut text, 2).filter(|second| *second < 62)?,
            'p' => {
                let half = text.get(..2)?.to_ascii_lowercase();
                text = text.get(2..)?;
                afternoon = Some(half == "pm");
            }
            'B' | 'b' | 'h' => date.month = named(&mut text, &MONTHS)? + 1,
            'A' | 'a' => {
                named(&mut text, &DAYS)?;
            }
            'j' => {
                date.month = 1;
                date.day = digits(&mut text, 3)?;
            }
            's' => return Some((digits(&mut text, 12)?, 0)),
            'N' | 'Q' | 'f' => {
                let length = text.bytes().take_while(u8::is_ascii_digit).count();
                let (fraction, rest) = text.split_at_checked(length).filter(|(fraction, _)| !fraction.is_empty())?;
                let padded: String = fraction.chars().chain("000000000".chars()).take(9).collect();
                nanos = padded.parse().ok()?;
                text = rest;
            }
            'z' | 'Z' => offset = zone(&mut text)?,
            '%' => text = text.strip_prefix('%')?,
            _ => return None,
        }
    }
    if let Some(afternoon) = afternoon {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    date.clock = hour * 3600 + minute * 60 + second;
    Some((of_civil(date) - offset, nanos))
}

/// Codes that stand for several.
fn expand(format: &str) -> String {
    format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%R", "%H:%M").replace("%D", "%m/%d/%y")
}

/// Moves a time: `-1d@d`, `@w1+8h`, `now` (Search Manual, "Specify time modifiers"). Seconds; none where it is no modifier.
pub(super) fn relative(seconds: i64, modifier: &str) -> Option<i64> {
    let mut at = seconds;
    let mut rest = modifier.trim();
    if let Some(behind) = rest.strip_prefix("now") {
        rest = behind.strip_prefix("()").unwrap_or(behind);
    }
    while let Some(first) = rest.chars().next() {
        rest = rest.get(first.len_utf8()..)?;
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at_checked(length)?;
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, behind) = behind.split_at_checked(letters)?;
        let unit = unit.to_ascii_lowercase();
        rest = behind;
        match first {
            '+' | '-' => {
                let count: i64 = if number.is_empty() { 1 } else { number.parse().ok()? };
                let count = if first == '-' { count.checked_neg()? } else { count };
                at = moved(at, count, &unit)?;
            }
            '@' => {
                let day = rest.bytes().next().filter(|byte| unit == "w" && byte.is_ascii_digit());
                if day.is_some() {
                    rest = rest.get(1..)?;
                }
                at = snapped(at, &unit, day.map_or(0, |day| i64::from(day) - 48) % 7)?;
            }
            _ => return None,
        }
    }
    Some(at)
}

fn moved(at: i64, count: i64, unit: &str) -> Option<i64> {
    let months = |months: i64| Some(add_months(at, count.checked_mul(months)?));
    let size = match unit {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7 * DAY,
        "mon" | "month" | "months" => return months(1),
        "q" | "qtr" | "qtrs" | "quarter" | "quarters" => return months(3),
        "y" | "yr" | "yrs" | "year" | "years" => return months(12),
        _ => return None,
    };
    at.checked_add(count.checked_mul(size)?)
}

fn snapped(at: i64, unit: &str, weekday_wanted: i64) -> Option<i64> {
    let floor = |size: i64| Some(at - at.rem_euclid(size));
    let date = civil(at);
    let month = |month: i64| Some(of_civil(Civil { year: date.year, month, day: 1, clock: 0 }));
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(at),
        "m" | "min" | "mins" | "minute" | "minutes" => floor(60),
        "h" | "hr" | "hrs" | "hour" | "hours" => floor(3600),
        "d" | "day" | "days" => floor(DAY),
        "w" | "week" | "weeks" => {
            let midnight = at - at.rem_euclid(DAY);
            Some(midnight - (weekday(at) - weekday_wanted).rem_euclid(7) * DAY)
        }
        "mon" | "month" | "months" => month(date.month),
        "q" | "qtr" | "quarter" => month((date.month - 1) / 3 * 3 + 1),
        "y" | "yr" | "year" | "years" => month(1),
        _ => None,
    }
}

/// A time of the form in seconds, and nanoseconds behind them.
pub(super) fn seconds(ticks: i64) -> (i64, i64) {
    (ticks.div_euclid(10_000_000), ticks.rem_euclid(10_000_000) * 100)
}
