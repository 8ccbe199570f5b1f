//! Values of queries as text and as JSON.

use ddefend_event::{Time, Zone};
use ddefend_rule::ir::query::Datum;
use serde_json::{Map, Number, Value};

/// How deep values that are written may stand in each other.
const DEPTH: usize = 64;
/// 100 ns ticks in a second and in a day.
const SECOND: u64 = 10_000_000;
const DAY: u64 = 86_400 * SECOND;

/// As text; nothing for null.
pub(super) fn text(value: &Datum) -> String {
    match value {
        Datum::Null => String::new(),
        Datum::Text(text) => text.to_string(),
        Datum::List(_) | Datum::Map(_) => json(value).to_string(),
        other => match json(other) {
            Value::String(text) => text,
            value => value.to_string(),
        },
    }
}

/// As JSON: times as RFC 3339 in UTC, lengths of time as `1.02:03:04.0000000`.
pub(super) fn json(value: &Datum) -> Value {
    deep(value, DEPTH)
}

fn deep(value: &Datum, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return Value::String("...".to_owned()) };
    match value {
        Datum::Null => Value::Null,
        Datum::Bool(value) => Value::Bool(*value),
        Datum::Long(value) => Value::from(*value),
        Datum::Real(value) => Number::from_f64(*value).map_or_else(|| value.to_string().into(), Value::Number),
        Datum::Text(text) => Value::String(text.to_string()),
        Datum::Time(ticks) => Value::String(Time { ticks: *ticks, zone: Zone::Utc }.to_string()),
        Datum::Span(ticks) => Value::String(span(*ticks)),
        Datum::List(list) => Value::Array(list.iter().map(|item| deep(item, depth)).collect()),
        Datum::Map(map) => {
            Value::Object(map.iter().map(|(name, item)| (name.to_string(), deep(item, depth))).collect::<Map<_, _>>())
        }
    }
}

fn span(ticks: i64) -> String {
    let all = ticks.unsigned_abs();
    let (days, rest) = (all / DAY, all % DAY);
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let sign = if ticks < 0 { "-" } else { "" };
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if fraction > 0 { format!(".{fraction:07}") } else { String::new() };
    format!("{sign}{days}{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
