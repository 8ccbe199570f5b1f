//! JSON: what dynamic values are read from and written as.

use super::calendar;
use super::convert::{write_real, write_span};
use super::value::{LONGEST, bounded};
use ddefend_rule::ir::query::Datum;
use std::fmt::Write;
use std::sync::Arc;

/// How deep the values that are written may stand in each other.
const DEEPEST: usize = 256;

/// The value that the text is in JSON; none where it is no JSON, nested deeper than 128, or too large.
#[must_use]
pub fn parse(text: &str) -> Option<Datum> {
    let fits = text.len() <= LONGEST;
    let parsed = fits.then(|| serde_json::from_str(text).ok()).flatten()?;
    match bounded(datum(parsed)) {
        Datum::Null if text.trim() != "null" => None,
        value => Some(value),
    }
}

/// A value of JSON. Its depth is bounded by the parser.
fn datum(value: serde_json::Value) -> Datum {
    match value {
        serde_json::Value::Null => Datum::Null,
        serde_json::Value::Bool(truth) => Datum::Bool(truth),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(long), _) => Datum::Long(long),
            (None, Some(real)) => Datum::Real(real),
            (None, None) => Datum::Null,
        },
        serde_json::Value::String(text) => Datum::Text(text.into()),
        serde_json::Value::Array(items) => Datum::List(Arc::new(items.into_iter().map(datum).collect())),
        serde_json::Value::Object(items) => {
            Datum::Map(Arc::new(items.into_iter().map(|(key, value)| (key.into(), datum(value))).collect()))
        }
    }
}

/// Writes the value as `tostring()` does: text, times and spans bare, lists and bags as JSON without spaces.
pub(super) fn write_text(value: &Datum, out: &mut String) {
    match value {
        Datum::Null => {}
        Datum::Text(text) => out.push_str(text),
        Datum::Time(ticks) => calendar::write_time(*ticks, out),
        Datum::Span(ticks) => write_span(*ticks, out),
        Datum::Real(real) => write_real(*real, out),
        other => write(other, out),
    }
}

/// Writes the value as JSON without spaces.
pub(super) fn write(value: &Datum, out: &mut String) {
    write_deep(value, out, 0);
}

fn write_deep(value: &Datum, out: &mut String, depth: usize) {
    // What is longer than any text may be is thrown away afterwards.
    if out.len() > LONGEST || depth > DEEPEST {
        out.push_str("null");
        return;
    }
    let deeper = depth.saturating_add(1);
    match value {
        Datum::Null => out.push_str("null"),
        Datum::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Datum::Long(long) => {
            let _ = write!(out, "{long}");
        }
        Datum::Real(real) if real.is_finite() => write_real(*real, out),
        Datum::Real(real) => {
            out.push('"');
            write_real(*real, out);
            out.push('"');
        }
        Datum::Text(text) => quote(text, out),
        Datum::Time(ticks) => {
            out.push('"');
            calendar::write_time(*ticks, out);
            out.push('"');
        }
        Datum::Span(ticks) => {
            out.push('"');
            write_span(*ticks, out);
            out.push('"');
        }
        Datum::List(items) => {
            let mut mark = '[';
            for item in items.iter() {
                out.push(mark);
                write_deep(item, out, deeper);
                mark = ',';
            }
            out.push_str(if mark == '[' { "[]" } else { "]" });
        }
        Datum::Map(items) => {
            let mut mark = '{';
            for (key, item) in items.iter() {
                out.push(mark);
                quote(key, out);
                out.push(':');
                write_deep(item, out, deeper);
                mark = ',';
            }
            out.push_str(if mark == '{' { "{}" } else { "}" });
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            letter if letter < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// A step of a path: `$.a['b'][0]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// A property.
    Key(Box<str>),
    /// An element; negative from the end.
    Place(i64),
}

/// Reads a path as `extract_json()` takes it; none where it is none.
pub(super) fn path(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.trim();
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let mut steps = Vec::new();
    if !rest.is_empty() && !rest.starts_with(['.', '[']) {
        // A bare name.
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        steps.push(Step::Key(name.into()));
        rest = after;
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, after) = after.split_at_checked(end)?;
            if !name.is_empty() {
                steps.push(Step::Key(name.into()));
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let quote = after.chars().next().filter(|mark| matches!(mark, '\'' | '"'));
            let (inside, after) = match quote {
                Some(mark) => after.get(1..)?.split_once(&format!("{mark}]"))?,
                None => after.split_once(']')?,
            };
            steps.push(match inside.trim().parse() {
                Ok(place) if quote.is_none() => Step::Place(place),
                _ => Step::Key(inside.into()),
            });
            rest = after;
        } else {
            return None;
        }
    }
    Some(steps)
}

/// What stands there; null where nothing does.
pub(super) fn walk(value: &Datum, steps: &[Step]) -> Datum {
    let mut value = value.clone();
    for step in steps {
        value = match (&value, step) {
            (Datum::Map(items), Step::Key(key)) => items.get(key).cloned().unwrap_or_default(),
            (Datum::List(items), Step::Place(place)) => {
                let from = if *place < 0 { i64::try_from(items.len()).unwrap_or(i64::MAX) } else { 0 };
                let place = usize::try_from(from.saturating_add(*place)).ok();
                place.and_then(|place| items.get(place)).cloned().unwrap_or_default()
            }
            _ => Datum::Null,
        };
    }
    value
}
