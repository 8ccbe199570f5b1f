//! Functions of EQL (Elasticsearch reference, "EQL function reference"), and the dates of kuery and Lucene.
//!
//! A null argument makes null. A field with several values is taken value by value. Positions and lengths count
//! characters.

mod date;

pub(super) use date::parse as parse_date;

use super::{Context, Function};
use crate::value;
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;

/// By subject.
pub(crate) const FUNCTIONS: &[&[Function]] = &[TEXT, date::DATES];

const TEXT: &[Function] = &[
    text("between", 3, 5, between_cased),
    text("between~", 3, 5, between_folded),
    text("concat", 1, 255, concat),
    whole("indexof", 2, 3, index_of_cased),
    whole("indexof~", 2, 3, index_of_folded),
    whole("length", 1, 1, length),
    Function { name: "number", least: 1, most: 2, returns: |_| Kind::Dynamic, call: number },
    text("string", 1, 1, string),
    text("substring", 2, 3, substring),
];

const fn text(name: &'static str, least: usize, most: usize, call: fn(&[Datum], &Context) -> Datum) -> Function {
    Function { name, least, most, returns: |_| Kind::String, call }
}

const fn whole(name: &'static str, least: usize, most: usize, call: fn(&[Datum], &Context) -> Datum) -> Function {
    Function { name, least, most, returns: |_| Kind::Long, call }
}

/// For each value of the first argument.
fn each(arguments: &[Datum], one: impl Fn(&str, &[Datum]) -> Option<Datum>) -> Datum {
    let Some((first, rest)) = arguments.split_first() else { return Datum::Null };
    match first {
        Datum::Text(text) => one(text, rest).unwrap_or_default(),
        Datum::List(list) => {
            let texts = list.iter().filter_map(|item| match item {
                Datum::Text(text) => one(text, rest),
                _ => None,
            });
            value::list(texts.collect())
        }
        Datum::Null | Datum::Map(_) => Datum::Null,
        other => one(&value::text(other), rest).unwrap_or_default(),
    }
}

fn as_text(value: &Datum) -> Option<&str> {
    match value {
        Datum::Text(text) => Some(text),
        _ => None,
    }
}

fn long(count: usize) -> Datum {
    i64::try_from(count).map_or(Datum::Null, Datum::Long)
}

fn length(arguments: &[Datum], _: &Context) -> Datum {
    each(arguments, |text, _| Some(long(text.chars().count())))
}

/// A value as text, the way that Java writes it.
fn written(value: &Datum) -> Option<String> {
    match value {
        Datum::Null | Datum::Map(_) | Datum::List(_) => None,
        Datum::Bool(flag) => Some(flag.to_string()),
        other => Some(value::text(other).into_owned()),
    }
}

fn string(arguments: &[Datum], _: &Context) -> Datum {
    match arguments.first() {
        Some(Datum::List(list)) => {
            value::list(list.iter().filter_map(written).map(|text| value::from_text(&text)).collect())
        }
        Some(one) => written(one).map_or(Datum::Null, |text| value::from_text(&text)),
        None => Datum::Null,
    }
}

fn concat(arguments: &[Datum], _: &Context) -> Datum {
    let parts: Option<Vec<String>> = arguments.iter().map(written).collect();
    parts.map_or(Datum::Null, |parts| value::from_text(&parts.concat()))
}

fn number(arguments: &[Datum], _: &Context) -> Datum {
    let base = match arguments.get(1) {
        Some(Datum::Long(base)) => u32::try_from(*base).ok().filter(|base| (2..=36).contains(base)),
        None | Some(Datum::Null) => Some(10),
        _ => None,
    };
    let Some(base) = base else { return Datum::Null };
    if let Some(found @ (Datum::Long(_) | Datum::Real(_))) = arguments.first() {
        return found.clone();
    }
    each(arguments, |text, _| {
        let plain = text.trim();
        if base == 16 {
            let digits = plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")).unwrap_or(plain);
            return i64::from_str_radix(digits, 16).ok().map(Datum::Long);
        }
        let whole = i64::from_str_radix(plain, base).ok().map(Datum::Long);
        whole.or_else(|| if base == 10 { value::numeral(plain) } else { None })
    })
}

/// A part by the numbers of characters; negative ones count from the end.
fn substring(arguments: &[Datum], _: &Context) -> Datum {
    each(arguments, |text, rest| {
        let count = i64::try_from(text.chars().count()).ok()?;
        let place = |value: i64| if value < 0 { value.saturating_add(count).max(0) } else { value.min(count) };
        let Some(Datum::Long(start)) = rest.first() else { return None };
        let start = place(*start);
        let end = match rest.get(1) {
            Some(Datum::Long(end)) => place(*end),
            Some(Datum::Null) | None => count,
            _ => return None,
        };
        let length = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
        let start = usize::try_from(start).unwrap_or(0);
        Some(value::from_text(&text.chars().skip(start).take(length).collect::<String>()))
    })
}

fn index_of_cased(arguments: &[Datum], _: &Context) -> Datum {
    index_of(arguments, true)
}

fn index_of_folded(arguments: &[Datum], _: &Context) -> Datum {
    index_of(arguments, false)
}

/// Where the first text stands in the second, in characters from 0; null where it does not.
fn index_of(arguments: &[Datum], cased: bool) -> Datum {
    each(arguments, |text, rest| {
        let (text, part) = folded(text, as_text(rest.first()?)?, cased);
        let from = match rest.get(1) {
            Some(Datum::Long(from)) => usize::try_from(*from).unwrap_or(0),
            Some(Datum::Null) | None => 0,
            _ => return None,
        };
        let start = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
        let found = text.get(start..)?.find(&part)?.saturating_add(start);
        Some(long(text.get(..found)?.chars().count()))
    })
}

fn folded(text: &str, part: &str, cased: bool) -> (String, String) {
    let fold = |text: &str| if cased { text.to_owned() } else { crate::text::folded(text) };
    (fold(text), fold(part))
}

fn between_cased(arguments: &[Datum], _: &Context) -> Datum {
    between(arguments, true)
}

fn between_folded(arguments: &[Datum], _: &Context) -> Datum {
    between(arguments, false)
}

/// What stands between two texts; empty where they do not both stand there. Greedy: up to the last place of the second.
fn between(arguments: &[Datum], cased: bool) -> Datum {
    each(arguments, |text, rest| {
        let (left, right) = (as_text(rest.first()?)?, as_text(rest.get(1)?)?);
        let greedy = rest.get(2) == Some(&Datum::Bool(true));
        let cased = cased && rest.get(3) != Some(&Datum::Bool(false));
        if left.is_empty() || right.is_empty() {
            return Some(value::from_text(text));
        }
        let (looked, left) = folded(text, left, cased);
        let (_, right) = folded("", right, cased);
        // Folding keeps the number of characters, not of bytes.
        let start = looked.find(&left).map(|at| at.saturating_add(left.len()));
        let end = start.and_then(|start| {
            let behind = looked.get(start..)?;
            let at = if greedy { behind.rfind(&right) } else { behind.find(&right) };
            at.map(|at| at.saturating_add(start))
        });
        let (Some(start), Some(end)) = (start, end) else { return Some(value::from_text("")) };
        let skip = looked.get(..start)?.chars().count();
        let take = looked.get(start..end)?.chars().count();
        Some(value::from_text(&text.chars().skip(skip).take(take).collect::<String>()))
    })
}
