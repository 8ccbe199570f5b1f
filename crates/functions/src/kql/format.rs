//! Times and spans by a pattern.

use super::calendar::{DAY, HOUR, MINUTE, SECOND, civil};
use super::convert::{span, time};
use super::value::{STRING, at, datum, f, text_at};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::fmt::Write;

pub(super) const FUNCTIONS: &[Function] = &[
    f("format_datetime", 2, 2, STRING, format_datetime),
    f("format_timespan", 2, 2, STRING, format_timespan),
    f("format_bytes", 1, 4, STRING, format_bytes),
];

/// The pattern in runs of one character.
fn runs(pattern: &str) -> Vec<(char, usize)> {
    let mut found: Vec<(char, usize)> = Vec::new();
    for letter in pattern.chars() {
        match found.last_mut() {
            Some((last, count)) if *last == letter => *count = count.saturating_add(1),
            _ => found.push((letter, 1)),
        }
    }
    found
}

/// Digits behind the point of seconds: so many, those at the end that are zero left out for `F`.
fn fraction(letter: char, count: usize, ticks: i64, out: &mut String) {
    let digits = format!("{:07}", ticks.rem_euclid(SECOND));
    let shown = digits.get(..count.min(7)).unwrap_or(&digits);
    out.push_str(if letter == 'F' { shown.trim_end_matches('0') } else { shown });
}

fn padded(value: i64, width: usize, out: &mut String) {
    let _ = write!(out, "{value:0width$}");
}

fn plain(letter: char, count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(letter, count));
}

/// "Kusto documentation, 'format_datetime()'".
fn format_datetime(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(ticks), pattern) = (time(at(arguments, 0)), text_at(arguments, 1)) else { return datum("") };
    let parts = civil(ticks);
    let of = |unit: i64, all: i64| parts.ticks.checked_div(unit).and_then(|count| count.checked_rem(all)).unwrap_or(0);
    let hour = of(HOUR, 24);
    let mut out = String::new();
    for (letter, count) in runs(&pattern) {
        match (letter, count) {
            ('d', 1 | 2) => padded(parts.day, count, &mut out),
            ('f' | 'F', 1..=7) => fraction(letter, count, parts.ticks, &mut out),
            ('h', 1 | 2) => padded(if hour % 12 == 0 { 12 } else { hour % 12 }, count, &mut out),
            ('H', 1 | 2) => padded(hour, count, &mut out),
            ('m', 1 | 2) => padded(of(MINUTE, 60), count, &mut out),
            ('M', 1 | 2) => padded(parts.month, count, &mut out),
            ('s', 1 | 2) => padded(of(SECOND, 60), count, &mut out),
            ('y', 1 | 2) => padded(parts.year % 100, count, &mut out),
            ('y', 3..=5) => padded(parts.year, count, &mut out),
            ('t', 1) => out.push(if hour < 12 { 'A' } else { 'P' }),
            ('t', 2) => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            _ => plain(letter, count, &mut out),
        }
    }
    datum(out)
}

/// "Kusto documentation, 'format_timespan()'".
fn format_timespan(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(ticks), pattern) = (span(at(arguments, 0)), text_at(arguments, 1)) else { return datum("") };
    let size = ticks.checked_abs().unwrap_or(i64::MAX);
    let of = |unit: i64, all: i64| size.checked_div(unit).and_then(|count| count.checked_rem(all)).unwrap_or(0);
    let mut out = String::new();
    for (letter, count) in runs(&pattern) {
        match (letter, count) {
            ('d', 1..=8) => padded(of(DAY, i64::MAX), count, &mut out),
            ('f' | 'F', 1..=7) => fraction(letter, count, size, &mut out),
            ('h' | 'H', 1 | 2) => padded(of(HOUR, 24), count, &mut out),
            ('m', 1 | 2) => padded(of(MINUTE, 60), count, &mut out),
            ('s', 1 | 2) => padded(of(SECOND, 60), count, &mut out),
            _ => plain(letter, count, &mut out),
        }
    }
    datum(out)
}

/// "Kusto documentation, 'format_bytes()'": size, digits behind the point, unit, base (1024 or 1000).
fn format_bytes(arguments: &[Datum], _: &Context) -> Datum {
    const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];
    let Some(size) = super::value::real_at(arguments, 0) else { return datum("") };
    let digits = super::value::long_at(arguments, 1).unwrap_or(0).clamp(0, 15);
    let digits = usize::try_from(digits).unwrap_or(0);
    let asked = text_at(arguments, 2);
    let base = if super::value::long_at(arguments, 3) == Some(1000) { 1000.0 } else { 1024.0 };
    let mut shown = size;
    let mut unit = UNITS.iter().peekable();
    while let Some(name) = unit.next() {
        let done = if asked.is_empty() { shown.abs() < base } else { name.eq_ignore_ascii_case(&asked) };
        if done || unit.peek().is_none() {
            let text = format!("{shown:.digits$}");
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            return datum(format!("{text} {name}"));
        }
        shown /= base;
    }
    datum("")
}
