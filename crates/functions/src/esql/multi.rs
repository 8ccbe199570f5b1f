use super::{first_kind, function, gathered, long, long_of, or_null, text_of, values};
use crate::value;
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("mv_append", 2..2, Dynamic, append),
    function!("mv_avg", 1..1, Real, |a, _| average(a)),
    function!("mv_concat", 2..2, String, concat),
    function!("mv_contains", 2..2, Bool, contains),
    function!("mv_count", 1..1, Long, |a, _| counted(a)),
    function!("mv_dedupe", 1..1, Dynamic, dedupe),
    Function { name: "mv_first", least: 1, most: 1, returns: first_kind, call: |a, _| or_null(of(a).first().cloned()) },
    Function { name: "mv_last", least: 1, most: 1, returns: first_kind, call: |a, _| or_null(of(a).last().cloned()) },
    Function { name: "mv_max", least: 1, most: 1, returns: first_kind, call: |a, _| extreme(a, Ordering::Greater) },
    Function { name: "mv_min", least: 1, most: 1, returns: first_kind, call: |a, _| extreme(a, Ordering::Less) },
    function!("mv_slice", 2..3, Dynamic, slice),
    function!("mv_sort", 1..2, Dynamic, sort),
    Function { name: "mv_sum", least: 1, most: 1, returns: first_kind, call: |a, _| sum(a) },
];

/// The values of the first argument.
fn of(arguments: &[Datum]) -> &[Datum] {
    arguments.first().map(values).unwrap_or_default()
}

fn counted(arguments: &[Datum]) -> Datum {
    let count = of(arguments).len();
    if count == 0 { Datum::Null } else { long(count) }
}

fn append(arguments: &[Datum], _: &Context) -> Datum {
    if arguments.contains(&Datum::Null) {
        return Datum::Null;
    }
    gathered(arguments.iter().flat_map(values).cloned().collect())
}

fn concat(arguments: &[Datum], _: &Context) -> Datum {
    or_null(text_of(arguments, 1).map(|by| super::text::joined(of(arguments), by)))
}

/// All values of the second are among those of the first; none is among any.
fn contains(arguments: &[Datum], _: &Context) -> Datum {
    let wanted = arguments.get(1).map(values).unwrap_or_default();
    Datum::Bool(wanted.iter().all(|one| of(arguments).contains(one)))
}

fn dedupe(arguments: &[Datum], _: &Context) -> Datum {
    let mut seen = std::collections::HashSet::new();
    let fresh = |one: &&Datum| {
        let mut key = Vec::new();
        value::key(one, &mut key);
        seen.insert(key)
    };
    gathered(of(arguments).iter().filter(fresh).cloned().collect())
}

fn extreme(arguments: &[Datum], order: Ordering) -> Datum {
    let all = of(arguments).iter().cloned();
    or_null(all.reduce(|a, b| if value::total(&b, &a) == order { b } else { a }))
}

fn sort(arguments: &[Datum], _: &Context) -> Datum {
    let mut all = of(arguments).to_vec();
    all.sort_by(value::total);
    if text_of(arguments, 1).is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        all.reverse();
    }
    gathered(all)
}

/// From a place to a place, both counted from 0 and taken in; negative ones count from the end.
fn slice(arguments: &[Datum], _: &Context) -> Datum {
    let all = of(arguments);
    let made = || {
        let count = i64::try_from(all.len()).ok()?;
        let place = |at: i64| if at < 0 { at.saturating_add(count) } else { at };
        let start = long_of(arguments, 1)?;
        let end = if arguments.len() > 2 { long_of(arguments, 2)? } else { start };
        let (start, end) = (place(start).max(0), place(end));
        let length = usize::try_from(end.saturating_sub(start).saturating_add(1)).ok()?;
        Some(gathered(all.iter().skip(usize::try_from(start).ok()?).take(length).cloned().collect()))
    };
    or_null(made())
}

fn sum(arguments: &[Datum]) -> Datum {
    let all = of(arguments);
    if all.is_empty() {
        return Datum::Null;
    }
    let whole = all.iter().try_fold(0_i64, |sum, value| match value {
        Datum::Long(number) => sum.checked_add(*number),
        _ => None,
    });
    match whole {
        Some(sum) => Datum::Long(sum),
        None => all.iter().map(value::number).sum::<Option<f64>>().map_or(Datum::Null, Datum::Real),
    }
}

#[allow(clippy::cast_precision_loss, reason = "an average is a fraction")]
fn average(arguments: &[Datum]) -> Datum {
    let all = of(arguments);
    let sum = all.iter().map(value::number).sum::<Option<f64>>();
    sum.filter(|_| !all.is_empty()).map_or(Datum::Null, |sum| Datum::Real(sum / all.len() as f64))
}
