//! Lists.

use super::calendar::{HOUR, LATEST};
use super::string::count;
use super::value::{
    BOOL, DYNAMIC, LONG, LONGEST, MOST, REAL, at, f, key, list, list_at, listed, long_at, number, order,
};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;
use std::collections::HashSet;

pub(super) const FUNCTIONS: &[Function] = &[
    f("array_length", 1, 1, LONG, |arguments, _| list_at(arguments, 0).map_or(Datum::Null, |items| count(items.len()))),
    f("arraylength", 1, 1, LONG, |arguments, _| list_at(arguments, 0).map_or(Datum::Null, |items| count(items.len()))),
    f("array_concat", 1, 64, DYNAMIC, concat),
    f("array_slice", 3, 3, DYNAMIC, slice),
    f("array_split", 2, 2, DYNAMIC, split),
    f("array_index_of", 2, 5, LONG, index_of),
    f("array_sort_asc", 1, 64, DYNAMIC, |arguments, _| sort(arguments, false)),
    f("array_sort_desc", 1, 64, DYNAMIC, |arguments, _| sort(arguments, true)),
    f("array_sum", 1, 1, REAL, sum),
    f("array_reverse", 1, 1, DYNAMIC, reverse),
    f("array_rotate_left", 2, 2, DYNAMIC, |arguments, _| rotate(arguments, 1)),
    f("array_rotate_right", 2, 2, DYNAMIC, |arguments, _| rotate(arguments, -1)),
    f("array_shift_left", 2, 3, DYNAMIC, |arguments, _| shift(arguments, 1)),
    f("array_shift_right", 2, 3, DYNAMIC, |arguments, _| shift(arguments, -1)),
    f("pack_array", 1, 255, DYNAMIC, |arguments, _| listed(arguments.to_vec())),
    f("zip", 2, 16, DYNAMIC, zip),
    f("range", 2, 3, DYNAMIC, range),
    f("repeat", 2, 2, DYNAMIC, repeat),
    f("set_union", 2, 64, DYNAMIC, union),
    f("set_intersect", 2, 64, DYNAMIC, |arguments, _| by_membership(arguments, true)),
    f("set_difference", 2, 64, DYNAMIC, |arguments, _| by_membership(arguments, false)),
    f("set_has_element", 2, 2, BOOL, has_element),
    f("jaccard_index", 2, 2, REAL, jaccard),
];

/// A length as a number with a sign.
fn length(items: &[Datum]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Where a place that may count from the end lies; never before the first.
fn place(place: i64, items: &[Datum]) -> i64 {
    if place < 0 { place.saturating_add(length(items)) } else { place }
}

fn within(place: i64, items: &[Datum]) -> usize {
    usize::try_from(place.clamp(0, length(items))).unwrap_or(0)
}

/// "Kusto documentation, 'array_concat()'": arguments that are no lists are left out.
fn concat(arguments: &[Datum], _: &Context) -> Datum {
    let lists: Vec<_> = arguments.iter().filter_map(list).collect();
    let total = lists.iter().map(|items| items.len()).fold(0, usize::saturating_add);
    if lists.is_empty() || total > MOST {
        return Datum::Null;
    }
    listed(lists.iter().flat_map(|items| items.iter().cloned()).collect())
}

/// "Kusto documentation, 'array_slice()'": both ends belong to it; negative ones count from the end.
fn slice(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(items), Some(start), Some(end)) = (list_at(arguments, 0), long_at(arguments, 1), long_at(arguments, 2))
    else {
        return Datum::Null;
    };
    let from = within(place(start, &items), &items);
    let to = within(place(end, &items).saturating_add(1), &items);
    listed(items.get(from..to).unwrap_or_default().to_vec())
}

/// "Kusto documentation, 'array_split()'": at one place or at each of a list.
fn split(arguments: &[Datum], _: &Context) -> Datum {
    let Some(items) = list_at(arguments, 0) else { return Datum::Null };
    let places = match list_at(arguments, 1) {
        Some(places) => places.iter().filter_map(super::value::long).collect(),
        None => match long_at(arguments, 1) {
            Some(place) => vec![place],
            None => return Datum::Null,
        },
    };
    let mut parts = Vec::new();
    let mut from = 0;
    for at in places.into_iter().take(MOST) {
        let to = within(place(at, &items), &items).max(from);
        parts.push(listed(items.get(from..to).unwrap_or_default().to_vec()));
        from = to;
    }
    parts.push(listed(items.get(from..).unwrap_or_default().to_vec()));
    listed(parts)
}

/// "Kusto documentation, 'array_index_of()'": list, value, start, length, occurrence.
fn index_of(arguments: &[Datum], _: &Context) -> Datum {
    let Some(items) = list_at(arguments, 0) else { return Datum::Null };
    let start = place(long_at(arguments, 2).unwrap_or(0), &items).max(0);
    let (examined, occurrence) = (long_at(arguments, 3).unwrap_or(-1), long_at(arguments, 4).unwrap_or(1));
    if examined < -1 || occurrence < 0 {
        return Datum::Null;
    }
    let end = if examined == -1 { i64::MAX } else { start.saturating_add(examined) };
    let wanted = key(at(arguments, 1));
    let nth = usize::try_from(occurrence.saturating_sub(1)).unwrap_or(0);
    let from = within(start, &items);
    let range = items.get(from..within(end, &items)).unwrap_or_default();
    let found = range.iter().enumerate().filter(|(_, item)| key(item) == wanted).nth(nth);
    found.map_or(Datum::Long(-1), |(found, _)| count(found.saturating_add(from)))
}

/// "Kusto documentation, 'array_sort_asc()'": the first list is sorted, the others follow it; nulls last unless said. One
/// list gives a list, several a list of lists.
fn sort(arguments: &[Datum], descending: bool) -> Datum {
    let (lists, nulls_last) = match arguments.split_last() {
        Some((Datum::Bool(nulls_last), lists)) if !lists.is_empty() => (lists, *nulls_last),
        _ => (arguments, true),
    };
    let Some(first) = lists.first().and_then(list) else { return Datum::Null };
    let mut places: Vec<usize> = (0..first.len()).collect();
    let item = |place: &usize| first.get(*place).unwrap_or(&super::value::NULL);
    places.sort_by(|left, right| {
        let (left, right) = (item(left), item(right));
        match (*left == Datum::Null, *right == Datum::Null) {
            (true, true) => Ordering::Equal,
            (true, false) => {
                if nulls_last {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (false, true) => {
                if nulls_last {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (false, false) if descending => order(right, left),
            (false, false) => order(left, right),
        }
    });
    let mut sorted = lists.iter().map(|other| match list(other) {
        Some(items) if items.len() == places.len() => {
            listed(places.iter().map(|place| items.get(*place).cloned().unwrap_or_default()).collect())
        }
        _ => Datum::Null,
    });
    if lists.len() == 1 { sorted.next().unwrap_or_default() } else { listed(sorted.collect()) }
}

/// "Kusto documentation, 'array_sum()'": null where an element is no number.
fn sum(arguments: &[Datum], _: &Context) -> Datum {
    let Some(items) = list_at(arguments, 0) else { return Datum::Null };
    let numbers: Option<Vec<f64>> = items.iter().map(number).collect();
    numbers.map_or(Datum::Null, |numbers| Datum::Real(numbers.iter().sum()))
}

/// "Kusto documentation, 'array_reverse()'".
fn reverse(arguments: &[Datum], _: &Context) -> Datum {
    list_at(arguments, 0).map_or(Datum::Null, |items| listed(items.iter().rev().cloned().collect()))
}

/// "Kusto documentation, 'array_rotate_left()'".
fn rotate(arguments: &[Datum], direction: i64) -> Datum {
    let (Some(items), Some(by)) = (list_at(arguments, 0), long_at(arguments, 1)) else { return Datum::Null };
    let mut turned = items.to_vec();
    let by = by.checked_rem_euclid(length(&items)).unwrap_or(0).saturating_mul(direction);
    let by = by.checked_rem_euclid(length(&items)).unwrap_or(0);
    turned.rotate_left(within(by, &items));
    listed(turned)
}

/// "Kusto documentation, 'array_shift_left()'": what comes in is null, or the empty text among texts, unless said.
fn shift(arguments: &[Datum], direction: i64) -> Datum {
    let (Some(items), Some(by)) = (list_at(arguments, 0), long_at(arguments, 1)) else { return Datum::Null };
    let texts = !items.is_empty() && items.iter().all(|item| matches!(item, Datum::Text(_)));
    let other = match arguments.get(2) {
        Some(other) => other.clone(),
        None if texts => super::value::datum(""),
        None => Datum::Null,
    };
    let by = by.saturating_mul(direction);
    let taken = |place: usize| {
        let from = i64::try_from(place).ok().and_then(|place| place.checked_add(by));
        from.and_then(|from| usize::try_from(from).ok()).and_then(|from| items.get(from)).unwrap_or(&other).clone()
    };
    listed((0..items.len()).map(taken).collect())
}

/// "Kusto documentation, 'zip()'": as long as the longest; what is missing is null.
fn zip(arguments: &[Datum], _: &Context) -> Datum {
    let Some(lists) = arguments.iter().map(list).collect::<Option<Vec<_>>>() else { return Datum::Null };
    let longest = lists.iter().map(|items| items.len()).max().unwrap_or(0);
    let row = |place: usize| listed(lists.iter().map(|items| items.get(place).cloned().unwrap_or_default()).collect());
    listed((0..longest).map(row).collect())
}

/// "Kusto documentation, 'range()'": first, last, step (1, or one hour for times and spans); cut after 2^20 values.
fn range(arguments: &[Datum], _: &Context) -> Datum {
    let (first, last) = (at(arguments, 0), at(arguments, 1));
    let step = match (first, arguments.get(2)) {
        (_, Some(step)) => step.clone(),
        (Datum::Time(_) | Datum::Span(_), None) => Datum::Span(HOUR),
        _ => Datum::Long(1),
    };
    let whole = |first: i64, last: i64, step: i64, make: fn(i64) -> Datum| {
        let mut items = Vec::new();
        let mut value = Some(first);
        while let Some(now) = value.filter(|now| if step > 0 { *now <= last } else { step < 0 && *now >= last }) {
            if items.len() >= MOST.saturating_sub(1) {
                break;
            }
            items.push(make(now));
            value = now.checked_add(step);
        }
        listed(items)
    };
    match (first, last, &step) {
        (Datum::Long(first), Datum::Long(last), Datum::Long(step)) => whole(*first, *last, *step, Datum::Long),
        (Datum::Time(first), Datum::Time(last), Datum::Span(step)) => {
            whole(*first, (*last).min(LATEST), *step, Datum::Time)
        }
        (Datum::Span(first), Datum::Span(last), Datum::Span(step)) => whole(*first, *last, *step, Datum::Span),
        _ => match (number(first), number(last), number(&step)) {
            (Some(first), Some(last), Some(step)) if step != 0.0 && step.is_finite() => {
                let fits = |value: f64| if step > 0.0 { value <= last } else { value >= last };
                let values = (0..MOST.saturating_sub(1)).map(|place| first + place as f64 * step);
                listed(values.take_while(|value| fits(*value)).map(Datum::Real).collect())
            }
            _ => Datum::Null,
        },
    }
}

/// "Kusto documentation, 'repeat()'": a negative count gives null.
fn repeat(arguments: &[Datum], _: &Context) -> Datum {
    let times = long_at(arguments, 1).and_then(|times| usize::try_from(times).ok());
    let weight = if let Datum::Text(text) = at(arguments, 0) { text.len().max(1) } else { 1 };
    let most = LONGEST.checked_div(weight).unwrap_or(0).min(MOST.saturating_sub(1));
    times.map_or(Datum::Null, |times| listed(std::iter::repeat_n(at(arguments, 0).clone(), times.min(most)).collect()))
}

/// The elements of a set once each, in the order in which they come.
pub(super) fn distinct<'d>(items: impl Iterator<Item = &'d Datum>) -> Vec<Datum> {
    let mut seen = HashSet::new();
    items.filter(|item| seen.insert(key(item))).cloned().collect()
}

/// "Kusto documentation, 'set_union()'".
fn union(arguments: &[Datum], _: &Context) -> Datum {
    let Some(lists) = arguments.iter().map(list).collect::<Option<Vec<_>>>() else { return Datum::Null };
    listed(distinct(lists.iter().flat_map(|items| items.iter())))
}

/// "Kusto documentation, 'set_intersect()', 'set_difference()'": of the first what is in all others, or in none.
fn by_membership(arguments: &[Datum], inside: bool) -> Datum {
    let Some(lists) = arguments.iter().map(list).collect::<Option<Vec<_>>>() else { return Datum::Null };
    let Some((first, others)) = lists.split_first() else { return Datum::Null };
    let others: Vec<HashSet<Box<str>>> = others.iter().map(|items| items.iter().map(key).collect()).collect();
    let keep = |item: &&Datum| {
        let key = key(item);
        if inside {
            others.iter().all(|other| other.contains(&key))
        } else {
            !others.iter().any(|other| other.contains(&key))
        }
    };
    listed(distinct(first.iter().filter(keep)))
}

/// "Kusto documentation, 'set_has_element()'".
fn has_element(arguments: &[Datum], _: &Context) -> Datum {
    let wanted = key(at(arguments, 1));
    list_at(arguments, 0).map_or(Datum::Null, |items| Datum::Bool(items.iter().any(|item| key(item) == wanted)))
}

/// "Kusto documentation, 'jaccard_index()'": what both have by what either has.
fn jaccard(arguments: &[Datum], _: &Context) -> Datum {
    let (Some(left), Some(right)) = (list_at(arguments, 0), list_at(arguments, 1)) else { return Datum::Null };
    let (left, right): (HashSet<_>, HashSet<_>) = (left.iter().map(key).collect(), right.iter().map(key).collect());
    let (both, either) = (left.intersection(&right).count(), left.union(&right).count());
    if either == 0 { Datum::Null } else { Datum::Real(both as f64 / either as f64) }
}
