//! Values: order, sameness, keys of groups, conversion between kinds. Nothing here depends on a language.

use crate::gregorian;
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Ticks of a second.
const SECOND: u64 = 10_000_000;
/// Levels of lists in lists that are looked into.
const DEPTH: usize = 64;

/// The kind that a value has by itself.
#[must_use]
pub fn kind(value: &Datum) -> Kind {
    match value {
        Datum::Null | Datum::List(_) | Datum::Map(_) => Kind::Dynamic,
        Datum::Bool(_) => Kind::Bool,
        Datum::Long(_) => Kind::Long,
        Datum::Real(_) => Kind::Real,
        Datum::Text(_) => Kind::String,
        Datum::Time(_) => Kind::DateTime,
        Datum::Span(_) => Kind::TimeSpan,
    }
}

/// Bytes that a value holds beside its place in the row, about.
#[must_use]
pub fn bytes(value: &Datum) -> usize {
    held(value, DEPTH)
}

fn held(value: &Datum, depth: usize) -> usize {
    let Some(depth) = depth.checked_sub(1) else { return 0 };
    match value {
        Datum::Text(text) => text.len().saturating_add(16),
        Datum::List(list) => {
            list.iter().fold(40, |sum: usize, item| sum.saturating_add(24).saturating_add(held(item, depth)))
        }
        Datum::Map(map) => map.iter().fold(48, |sum: usize, (key, item)| {
            sum.saturating_add(48).saturating_add(key.len()).saturating_add(held(item, depth))
        }),
        _ => 0,
    }
}

/// The order of two values of kinds that can be compared: numbers with numbers, text with text.
#[must_use]
pub fn compare(left: &Datum, right: &Datum) -> Option<Ordering> {
    match (left, right) {
        (Datum::Bool(a), Datum::Bool(b)) => Some(a.cmp(b)),
        (Datum::Long(a), Datum::Long(b)) | (Datum::Time(a), Datum::Time(b)) | (Datum::Span(a), Datum::Span(b)) => {
            Some(a.cmp(b))
        }
        (Datum::Real(a), Datum::Real(b)) => a.partial_cmp(b),
        (Datum::Long(a), Datum::Real(b)) => long_real(*a, *b),
        (Datum::Real(a), Datum::Long(b)) => long_real(*b, *a).map(Ordering::reverse),
        (Datum::Bool(a), Datum::Long(b)) => Some(i64::from(*a).cmp(b)),
        (Datum::Long(a), Datum::Bool(b)) => Some(a.cmp(&i64::from(*b))),
        (Datum::Text(a), Datum::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
        (Datum::List(a), Datum::List(b)) => (a == b).then_some(Ordering::Equal),
        (Datum::Map(a), Datum::Map(b)) => (a == b).then_some(Ordering::Equal),
        _ => None,
    }
}

/// A whole number against a fraction without losing digits.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the whole part is compared exactly")]
fn long_real(long: i64, real: f64) -> Option<Ordering> {
    if real.is_nan() {
        return None;
    }
    if real >= 9.3e18 {
        return Some(Ordering::Less);
    }
    if real <= -9.3e18 {
        return Some(Ordering::Greater);
    }
    let whole = real.trunc();
    let order = long.cmp(&(whole as i64));
    Some(if order == Ordering::Equal { whole.partial_cmp(&real).unwrap_or(Ordering::Equal) } else { order })
}

/// A total order: values of different kinds by kind; used for sorting.
#[must_use]
pub fn total(left: &Datum, right: &Datum) -> Ordering {
    compare(left, right).unwrap_or_else(|| match (left, right) {
        (Datum::Real(a), Datum::Real(b)) => a.total_cmp(b),
        _ => rank(left).cmp(&rank(right)).then_with(|| text(left).cmp(&text(right))),
    })
}

fn rank(value: &Datum) -> u8 {
    match value {
        Datum::Null => 0,
        Datum::Bool(_) => 1,
        Datum::Long(_) | Datum::Real(_) => 2,
        Datum::Span(_) => 3,
        Datum::Time(_) => 4,
        Datum::Text(_) => 5,
        Datum::List(_) => 6,
        Datum::Map(_) => 7,
    }
}

/// Adds a value to the key of a group: the same bytes exactly where two values are the same.
pub fn key(value: &Datum, into: &mut Vec<u8>) {
    key_within(value, into, DEPTH);
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked to be whole and in range")]
fn key_within(value: &Datum, into: &mut Vec<u8>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut put = |tag: u8, bytes: &[u8]| {
        into.push(tag);
        into.extend_from_slice(bytes);
    };
    match value {
        Datum::Null => put(0, &[]),
        Datum::Bool(value) => put(1, &[u8::from(*value)]),
        Datum::Long(value) => put(2, &value.to_le_bytes()),
        Datum::Real(value) if value.trunc() == *value && value.abs() < 9e15 => put(2, &(*value as i64).to_le_bytes()),
        Datum::Real(value) => put(3, &value.to_bits().to_le_bytes()),
        Datum::Text(value) => {
            put(4, &value.len().to_le_bytes());
            into.extend_from_slice(value.as_bytes());
        }
        Datum::Time(value) => put(5, &value.to_le_bytes()),
        Datum::Span(value) => put(6, &value.to_le_bytes()),
        Datum::List(list) => {
            put(7, &list.len().to_le_bytes());
            list.iter().for_each(|item| key_within(item, into, depth));
        }
        Datum::Map(map) => {
            put(8, &map.len().to_le_bytes());
            for (name, item) in map.iter() {
                into.extend_from_slice(&name.len().to_le_bytes());
                into.extend_from_slice(name.as_bytes());
                key_within(item, into, depth);
            }
        }
    }
}

/// The value as text, the way Kusto's `tostring` writes it.
#[must_use]
pub fn text(value: &Datum) -> Cow<'_, str> {
    match value {
        Datum::Null => Cow::Borrowed(""),
        Datum::Text(text) => Cow::Borrowed(text),
        Datum::Bool(true) => Cow::Borrowed("True"),
        Datum::Bool(false) => Cow::Borrowed("False"),
        Datum::Long(value) => Cow::Owned(value.to_string()),
        Datum::Real(value) => Cow::Owned(real(*value)),
        Datum::Time(ticks) => Cow::Owned(time(*ticks)),
        Datum::Span(ticks) => Cow::Owned(span(*ticks)),
        Datum::List(_) | Datum::Map(_) => {
            let mut out = String::new();
            json(value, &mut out, DEPTH);
            Cow::Owned(out)
        }
    }
}

fn real(value: f64) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else if value.trunc() == value && value.abs() < 1e15 {
        format!("{value:.1}")
    } else {
        value.to_string()
    }
}

/// A time as `2026-01-02T03:04:05.0000000Z`.
fn time(ticks: i64) -> String {
    let whole = ticks.div_euclid(10_000_000);
    let fraction = ticks.rem_euclid(10_000_000);
    let days = whole.div_euclid(86_400);
    let rest = whole.rem_euclid(86_400);
    let (year, month, day) = gregorian::date(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
}

/// A length of time as `1.02:03:04.0000000`.
fn span(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let (seconds, fraction) = (ticks / SECOND, ticks % SECOND);
    let days = seconds / 86_400;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if fraction > 0 { format!(".{fraction:07}") } else { String::new() };
    format!("{sign}{days}{hour:02}:{minute:02}:{second:02}{fraction}")
}

fn json(value: &Datum, out: &mut String, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return out.push_str("null") };
    match value {
        Datum::Null => out.push_str("null"),
        Datum::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Datum::Long(value) => {
            let _ = write!(out, "{value}");
        }
        Datum::Real(value) if value.is_finite() => out.push_str(&real(*value)),
        Datum::List(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                json(item, out, depth);
            }
            out.push(']');
        }
        Datum::Map(map) => {
            out.push('{');
            for (at, (name, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                quoted(name, out);
                out.push(':');
                json(item, out, depth);
            }
            out.push('}');
        }
        other => quoted(&text(other), out),
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// What `a.b` is.
#[must_use]
pub fn member<'a>(bag: &'a Datum, name: &str) -> Option<&'a Datum> {
    match bag {
        Datum::Map(map) => map.get(name),
        _ => None,
    }
}

/// What `a[i]` is: elements from 0, from the end where negative; properties by text.
#[must_use]
pub fn index<'a>(from: &'a Datum, at: &Datum) -> Option<&'a Datum> {
    match (from, at) {
        (Datum::List(list), Datum::Long(at)) => {
            let length = i64::try_from(list.len()).ok()?;
            let at = if *at < 0 { length.checked_add(*at)? } else { *at };
            list.get(usize::try_from(at).ok()?)
        }
        (Datum::Map(map), Datum::Text(name)) => map.get(name.as_ref()),
        _ => None,
    }
}

/// A number as a fraction.
#[allow(clippy::cast_precision_loss, reason = "what fractions are")]
#[must_use]
pub fn number(value: &Datum) -> Option<f64> {
    match value {
        Datum::Long(value) => Some(*value as f64),
        Datum::Real(value) => Some(*value),
        Datum::Bool(value) => Some(f64::from(u8::from(*value))),
        _ => None,
    }
}

/// Text that is a number as one.
#[must_use]
pub fn numeral(text: &str) -> Option<Datum> {
    let text = text.trim();
    let first = text.bytes().find(|byte| !matches!(byte, b'-' | b'+' | b'.'))?;
    if !first.is_ascii_digit() {
        return None;
    }
    text.parse().map(Datum::Long).ok().or_else(|| text.parse().map(Datum::Real).ok())
}

/// Text.
#[must_use]
pub fn from_text(text: &str) -> Datum {
    Datum::Text(Arc::from(text))
}

/// A list.
#[must_use]
pub fn list(items: Vec<Datum>) -> Datum {
    Datum::List(Arc::new(items))
}

/// A bag.
#[must_use]
pub fn bag(items: BTreeMap<Box<str>, Datum>) -> Datum {
    Datum::Map(Arc::new(items))
}
