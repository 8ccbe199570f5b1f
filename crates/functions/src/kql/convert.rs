//! Conversions between kinds of values.

use super::calendar::{DAY, EARLIEST, HOUR, MINUTE, SECOND, valid};
use super::value::{
    BOOL, DYNAMIC, INT, LONG, NULL, REAL, Returns, SPAN, STRING, TIME, at, datum, f, long, long_at, real, text_at,
    truth,
};
use super::{json, reading};
use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::fmt::Write;

pub(super) const FUNCTIONS: &[Function] = &[
    f("tostring", 1, 1, STRING, to_string),
    f("toint", 1, 1, INT, to_int),
    f("tolong", 1, 1, LONG, to_long),
    f("todouble", 1, 1, REAL, to_real),
    f("toreal", 1, 1, REAL, to_real),
    f("todecimal", 1, 1, |_| Kind::Decimal, to_real),
    f("tobool", 1, 1, BOOL, to_bool),
    f("toboolean", 1, 1, BOOL, to_bool),
    f("todatetime", 1, 1, TIME, to_time),
    f("totimespan", 1, 1, SPAN, to_span),
    f("totime", 1, 1, SPAN, to_span),
    f("toguid", 1, 1, |_| Kind::Guid, to_guid),
    f("tohex", 1, 2, STRING, to_hex),
    f("gettype", 1, 1, STRING, get_type),
    f("parse_json", 1, 1, DYNAMIC, parse_json),
    f("parsejson", 1, 1, DYNAMIC, parse_json),
    f("todynamic", 1, 1, DYNAMIC, parse_json),
    f("toobject", 1, 1, DYNAMIC, parse_json),
    f("dynamic_to_json", 1, 1, STRING, to_json),
    f("extract_json", 2, 3, EXTRACTED, extract_json),
    f("extractjson", 2, 3, EXTRACTED, extract_json),
];

/// Text, unless a type is asked for.
const EXTRACTED: Returns = |kinds| if kinds.len() > 2 { Kind::Dynamic } else { Kind::String };

/// Writes a fraction: the shortest digits that read back to it, with a point; `1E+15` from there on, `1E-06` below.
pub(super) fn write_real(real: f64, out: &mut String) {
    if !real.is_finite() {
        let word = if real.is_nan() { "NaN" } else { "Infinity" };
        let sign = if real == f64::NEG_INFINITY { "-" } else { "" };
        let _ = write!(out, "{sign}{word}");
        return;
    }
    let scientific = format!("{real:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent if real != 0.0 && !(-5..15).contains(&exponent) => {
            let _ = write!(out, "{digits}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
        }
        _ => {
            let plain = format!("{real}");
            out.push_str(&plain);
            out.push_str(if plain.contains('.') { "" } else { ".0" });
        }
    }
}

/// Writes a span: `[-][days.]hours:minutes:seconds[.fraction]`.
pub(super) fn write_span(ticks: i64, out: &mut String) {
    let size = ticks.unsigned_abs();
    let (day, hour, minute, second) =
        (DAY.unsigned_abs(), HOUR.unsigned_abs(), MINUTE.unsigned_abs(), SECOND.unsigned_abs());
    let count = |unit: u64| size.checked_div(unit).unwrap_or(0);
    if ticks < 0 {
        out.push('-');
    }
    if count(day) > 0 {
        let _ = write!(out, "{}.", count(day));
    }
    let _ = write!(out, "{:02}:{:02}:{:02}", count(hour) % 24, count(minute) % 60, count(second) % 60);
    let rest = size % 10_000_000;
    if rest > 0 {
        let _ = write!(out, ".{rest:07}");
    }
}

/// "Kusto documentation, 'tostring()'": null is the empty text.
fn to_string(arguments: &[Datum], _: &Context) -> Datum {
    datum(&*text_at(arguments, 0))
}

/// "Kusto documentation, 'toint()'": 32 bits; fractions are cut.
fn to_int(arguments: &[Datum], _: &Context) -> Datum {
    let fits = long_at(arguments, 0).filter(|long| i32::try_from(*long).is_ok());
    fits.map_or(Datum::Null, Datum::Long)
}

/// "Kusto documentation, 'tolong()'". Times and spans become their 100 ns ticks, times from the year 1 on.
fn to_long(arguments: &[Datum], _: &Context) -> Datum {
    let found = match at(arguments, 0) {
        Datum::Time(ticks) => ticks.checked_sub(EARLIEST),
        Datum::Span(ticks) => Some(*ticks),
        other => long(other),
    };
    found.map_or(Datum::Null, Datum::Long)
}

/// "Kusto documentation, 'toreal()'"; `todecimal()` likewise, with what a fraction of 64 bits loses.
fn to_real(arguments: &[Datum], _: &Context) -> Datum {
    let found = match at(arguments, 0) {
        Datum::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "nan" => Some(f64::NAN),
            "inf" | "+inf" | "infinity" => Some(f64::INFINITY),
            "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
            _ => real(at(arguments, 0)),
        },
        Datum::Time(ticks) => ticks.checked_sub(EARLIEST).map(|ticks| ticks as f64),
        Datum::Span(ticks) => Some(*ticks as f64),
        other => real(other),
    };
    found.map_or(Datum::Null, Datum::Real)
}

/// "Kusto documentation, 'tobool()'": a number is true where it is not zero.
fn to_bool(arguments: &[Datum], _: &Context) -> Datum {
    truth(at(arguments, 0)).map_or(Datum::Null, Datum::Bool)
}

/// "Kusto documentation, 'todatetime()'"; a number is ticks from the year 1 on.
fn to_time(arguments: &[Datum], _: &Context) -> Datum {
    time(at(arguments, 0)).map_or(Datum::Null, Datum::Time)
}

/// The time that a value is or writes.
pub(crate) fn time(value: &Datum) -> Option<i64> {
    match value {
        Datum::Time(ticks) => Some(*ticks),
        Datum::Text(text) => reading::time(text),
        Datum::Long(ticks) => valid(ticks.checked_add(EARLIEST)?),
        _ => None,
    }
}

/// "Kusto documentation, 'totimespan()'"; a number is ticks.
fn to_span(arguments: &[Datum], _: &Context) -> Datum {
    span(at(arguments, 0)).map_or(Datum::Null, Datum::Span)
}

/// The span that a value is or writes.
pub(super) fn span(value: &Datum) -> Option<i64> {
    match value {
        Datum::Span(ticks) | Datum::Long(ticks) => Some(*ticks),
        Datum::Text(text) => reading::span(text),
        _ => None,
    }
}

/// "Kusto documentation, 'toguid()'": lower-case text with hyphens.
fn to_guid(arguments: &[Datum], _: &Context) -> Datum {
    let text = text_at(arguments, 0);
    let bare = text.trim().trim_start_matches(['{', '(']).trim_end_matches(['}', ')']);
    let digits: String =
        bare.chars().filter(|letter| *letter != '-').map(|letter| letter.to_ascii_lowercase()).collect();
    let cuts: Vec<usize> = bare.match_indices('-').map(|(at, _)| at).collect();
    let written = cuts.is_empty() || cuts == [8, 13, 18, 23];
    if digits.len() != 32 || !written || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Datum::Null;
    }
    let piece = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    datum([piece(0, 8), piece(8, 12), piece(12, 16), piece(16, 20), piece(20, 32)].join("-"))
}

/// "Kusto documentation, 'tohex()'". Numbers have 64 bits here, so the 32-bit form of a negative `int` is not known.
fn to_hex(arguments: &[Datum], _: &Context) -> Datum {
    let Some(value) = long_at(arguments, 0) else { return datum("") };
    let least = long_at(arguments, 1).unwrap_or(1).clamp(1, 16);
    let width = usize::try_from(least).unwrap_or(1);
    datum(format!("{value:0width$x}"))
}

/// "Kusto documentation, 'gettype()'". Whole numbers are `long` here, those of JSON as well.
fn get_type(arguments: &[Datum], _: &Context) -> Datum {
    datum(match at(arguments, 0) {
        Datum::Null => "null",
        Datum::Bool(_) => "bool",
        Datum::Long(_) => "long",
        Datum::Real(_) => "real",
        Datum::Text(_) => "string",
        Datum::Time(_) => "datetime",
        Datum::Span(_) => "timespan",
        Datum::List(_) => "array",
        Datum::Map(_) => "dictionary",
    })
}

/// "Kusto documentation, 'parse_json()'": text that is no JSON stays itself. Kusto takes a dynamic value as it is, even where
/// it is text; here the text is read, because the value does not say which it was.
fn parse_json(arguments: &[Datum], _: &Context) -> Datum {
    match at(arguments, 0) {
        Datum::Text(text) if text.trim().is_empty() => Datum::Null,
        Datum::Text(text) => json::parse(text).unwrap_or_else(|| Datum::Text(text.clone())),
        other => other.clone(),
    }
}

/// "Kusto documentation, 'dynamic_to_json()'": canonical, keys in order. Bags are always in order here.
fn to_json(arguments: &[Datum], _: &Context) -> Datum {
    let mut out = String::new();
    json::write(at(arguments, 0), &mut out);
    datum(out)
}

/// "Kusto documentation, 'extract_json()'": path, source, type.
fn extract_json(arguments: &[Datum], context: &Context) -> Datum {
    let Some(path) = json::path(&text_at(arguments, 0)) else { return Datum::Null };
    let source = match at(arguments, 1) {
        Datum::Text(text) => json::parse(text).unwrap_or_default(),
        other => other.clone(),
    };
    let found = json::walk(&source, &path);
    match arguments.get(2) {
        Some(kind) => cast(kind, &found, context),
        // Without a type the result is text.
        None => datum(&*super::value::text(&found)),
    }
}

/// The value as the type that a type literal names (`typeof(long)`, as text); as it is where the name is none.
pub(super) fn cast(kind: &Datum, value: &Datum, context: &Context) -> Datum {
    let name = text_at(std::slice::from_ref(kind), 0).to_ascii_lowercase();
    let name = name.trim_start_matches("typeof(").trim_end_matches(')').trim();
    let call = match name {
        "string" => to_string,
        "int" | "int32" => to_int,
        "long" | "int64" => to_long,
        "real" | "double" | "decimal" => to_real,
        "bool" | "boolean" => to_bool,
        "datetime" | "date" => to_time,
        "timespan" | "time" => to_span,
        "guid" | "uuid" | "uniqueid" => to_guid,
        "dynamic" | "object" => parse_json,
        _ => return value.clone(),
    };
    if matches!(value, Datum::Null) && name != "string" {
        NULL.clone()
    } else {
        call(std::slice::from_ref(value), context)
    }
}
