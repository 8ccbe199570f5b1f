//! Choices, nulls and comparisons.

use super::value::{BOOL, DYNAMIC, FIRST, Returns, at, empty, f, list, order, truth};
use crate::{Context, Function};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;

pub(super) const FUNCTIONS: &[Function] = &[
    f("iff", 3, 3, SECOND, iff),
    f("iif", 3, 3, SECOND, iff),
    f("case", 3, 199, SECOND, case),
    f("coalesce", 2, 64, FIRST, coalesce),
    f("not", 1, 1, BOOL, not),
    f("isempty", 1, 1, BOOL, |arguments, _| Datum::Bool(empty(at(arguments, 0)))),
    f("isnotempty", 1, 1, BOOL, |arguments, _| Datum::Bool(!empty(at(arguments, 0)))),
    f("notempty", 1, 1, BOOL, |arguments, _| Datum::Bool(!empty(at(arguments, 0)))),
    f("isnull", 1, 1, BOOL, |arguments, _| Datum::Bool(*at(arguments, 0) == Datum::Null)),
    f("isnotnull", 1, 1, BOOL, |arguments, _| Datum::Bool(*at(arguments, 0) != Datum::Null)),
    f("notnull", 1, 1, BOOL, |arguments, _| Datum::Bool(*at(arguments, 0) != Datum::Null)),
    f("min_of", 2, 64, WIDEST, |arguments, _| extreme(arguments, Ordering::Less)),
    f("max_of", 2, 64, WIDEST, |arguments, _| extreme(arguments, Ordering::Greater)),
    f("array_iff", 3, 3, DYNAMIC, array_iff),
    f("array_iif", 3, 3, DYNAMIC, array_iff),
];

/// The kind of the second argument; `dynamic` where the third is of another.
const SECOND: Returns = |kinds| match kinds {
    [_, then, .., last] if then != last => super::number::wider(*then, *last),
    [_, then, ..] => *then,
    _ => Kind::Dynamic,
};

/// The kind of the first; `real` where fractions are among numbers.
const WIDEST: Returns = |kinds| kinds.iter().copied().reduce(super::number::wider).unwrap_or(Kind::Dynamic);

/// "Kusto documentation, 'iff()'": what is not true takes the last.
fn iff(arguments: &[Datum], _: &Context) -> Datum {
    at(arguments, if truth(at(arguments, 0)) == Some(true) { 1 } else { 2 }).clone()
}

/// "Kusto documentation, 'case()'": the first whose predicate is true, else the last.
fn case(arguments: &[Datum], _: &Context) -> Datum {
    let mut pairs = arguments.chunks_exact(2);
    let found = pairs.find(|pair| truth(at(pair, 0)) == Some(true)).map(|pair| at(pair, 1).clone());
    found.or_else(|| arguments.last().cloned()).unwrap_or_default()
}

/// "Kusto documentation, 'coalesce()'": the first that is not null, and not empty where it is text.
fn coalesce(arguments: &[Datum], _: &Context) -> Datum {
    let found = arguments.iter().find(|argument| !empty(argument));
    found.or(arguments.last()).cloned().unwrap_or_default()
}

/// "Kusto documentation, 'not()'": null stays null.
fn not(arguments: &[Datum], _: &Context) -> Datum {
    truth(at(arguments, 0)).map_or(Datum::Null, |truth| Datum::Bool(!truth))
}

/// "Kusto documentation, 'min_of()', 'max_of()'": nulls are left out where anything else is there.
fn extreme(arguments: &[Datum], wanted: Ordering) -> Datum {
    let there = arguments.iter().filter(|argument| **argument != Datum::Null);
    there.reduce(|best, next| if order(next, best) == wanted { next } else { best }).cloned().unwrap_or_default()
}

/// "Kusto documentation, 'array_iff()'": element by element; numbers that are not zero are true.
fn array_iff(arguments: &[Datum], _: &Context) -> Datum {
    let Some(conditions) = list(at(arguments, 0)) else { return Datum::Null };
    let pick = |place: usize, from: usize| match list(at(arguments, from)) {
        Some(items) => items.get(place).cloned().unwrap_or_default(),
        None => at(arguments, from).clone(),
    };
    let choose = |(place, condition): (usize, &Datum)| match condition {
        Datum::Text(_) => Datum::Null,
        other => truth(other).map_or(Datum::Null, |truth| pick(place, if truth { 1 } else { 2 })),
    };
    super::value::listed(conditions.iter().enumerate().map(choose).collect())
}
