//! Functions of fields with several values (Search Reference, "Multivalue eval functions").

use super::value::{LIST, at, field, function, made, number, of, real, text, values, whole};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::collections::HashSet;

pub(super) const FUNCTIONS: &[Function] = &[
    function("mvappend", 1, 100, |a, _| field(a.iter().flat_map(values).take(LIST).cloned().collect())),
    function("mvcount", 1, 1, |a, _| match values(at(a, 0)).len() {
        0 => Datum::Null,
        count => i64::try_from(count).map_or(Datum::Null, Datum::Long),
    }),
    function("mvdedup", 1, 1, dedup),
    function("mvfind", 2, 2, find),
    function("mvindex", 2, 3, index),
    function("mvjoin", 2, 2, |a, _| {
        let Some(mark) = text(at(a, 1)) else { return Datum::Null };
        let parts: Vec<_> = values(at(a, 0)).iter().filter_map(text).collect();
        if parts.is_empty() { Datum::Null } else { of(&parts.join(&mark)) }
    }),
    function("mvrange", 2, 3, range),
    function("mvsort", 1, 1, |a, _| {
        let mut list = values(at(a, 0)).to_vec();
        list.sort_by(|a, b| text(a).cmp(&text(b)));
        field(list)
    }),
    function("mvzip", 2, 3, zip),
    function("mvnonempty", 1, 1, |a, _| {
        let list = values(at(a, 0)).iter().filter(|value| text(value).is_some_and(|text| !text.is_empty()));
        field(list.cloned().collect())
    }),
];

fn dedup(arguments: &[Datum], _: &Context) -> Datum {
    let mut seen = HashSet::new();
    let list = values(at(arguments, 0)).iter();
    field(list.filter(|value| seen.insert(text(value))).cloned().collect())
}

/// The number of the first value that an expression fits, from 0.
fn find(arguments: &[Datum], context: &Context) -> Datum {
    let Some(regex) = text(at(arguments, 1)).and_then(|source| context.regex(&source)) else { return Datum::Null };
    let found = values(at(arguments, 0)).iter().position(|value| text(value).is_some_and(|text| regex.is_match(&text)));
    found.and_then(|at| i64::try_from(at).ok()).map_or(Datum::Null, Datum::Long)
}

/// One value or those from one place to another, both from 0, or from the end where negative.
fn index(arguments: &[Datum], _: &Context) -> Datum {
    let list = values(at(arguments, 0));
    let count = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let place = |value: i64| if value < 0 { value.saturating_add(count) } else { value };
    let Some(from) = whole(at(arguments, 1)).map(place) else { return Datum::Null };
    let to = match at(arguments, 2) {
        Datum::Null => from,
        to => match whole(to).map(place) {
            Some(to) => to,
            None => return Datum::Null,
        },
    };
    let single = *at(arguments, 2) == Datum::Null;
    if (single && from < 0) || to < from || to < 0 {
        return Datum::Null;
    }
    let from = usize::try_from(from.max(0)).unwrap_or(usize::MAX);
    let to = usize::try_from(to).unwrap_or(usize::MAX).min(list.len().saturating_sub(1));
    list.get(from..=to).map_or(Datum::Null, |part| field(part.to_vec()))
}

/// Numbers from one to before another.
fn range(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(from), Some(to)) = (number(at(arguments, 0)), number(at(arguments, 1))) else { return Datum::Null };
    let step = match at(arguments, 2) {
        Datum::Null => 1.0,
        step => match number(step) {
            Some(step) if step != 0.0 => step,
            _ => return Datum::Null,
        },
    };
    let mut out = Vec::new();
    let mut count = 0_i64;
    loop {
        let value = from + step * real(count);
        if (step > 0.0 && value >= to) || (step < 0.0 && value <= to) || out.len() >= LIST {
            return field(out);
        }
        out.push(made(value));
        count = count.saturating_add(1);
    }
}

fn zip(arguments: &[Datum], _: &Context) -> Datum {
    let mark = text(at(arguments, 2)).map_or_else(|| ",".to_owned(), std::borrow::Cow::into_owned);
    let pairs = values(at(arguments, 0)).iter().zip(values(at(arguments, 1)));
    field(
        pairs
            .map(|(left, right)| {
                of(&format!("{}{mark}{}", text(left).unwrap_or_default(), text(right).unwrap_or_default()))
            })
            .collect(),
    )
}
