//! What `hll()` and `tdigest()` leave: here the values themselves, so all of these are exact.

use super::aggregate::nearest;
use super::array::distinct;
use super::string::count;
use super::value::{DYNAMIC, LONG, at, f, list, list_at, listed, number, order, real_at};
use crate::{Context, Function};
use ddefend_rule::ir::query::Datum;
use std::cmp::Ordering;

pub(super) const FUNCTIONS: &[Function] = &[
    f("dcount_hll", 1, 1, LONG, dcount_hll),
    f("hll_merge", 1, 64, DYNAMIC, hll_merge),
    f("percentile_tdigest", 2, 3, DYNAMIC, percentile_tdigest),
    f("percentiles_array_tdigest", 2, 64, DYNAMIC, percentiles_tdigest),
    f("tdigest_merge", 1, 64, DYNAMIC, tdigest_merge),
    f("merge_tdigest", 1, 64, DYNAMIC, tdigest_merge),
    f("rank_tdigest", 2, 2, LONG, rank_tdigest),
];

/// "Kusto documentation, 'dcount_hll()'".
fn dcount_hll(arguments: &[Datum], _: &Context) -> Datum {
    list_at(arguments, 0).map_or(Datum::Null, |items| count(items.len()))
}

/// "Kusto documentation, 'hll_merge()'".
fn hll_merge(arguments: &[Datum], _: &Context) -> Datum {
    let lists: Vec<_> = arguments.iter().filter_map(list).collect();
    listed(distinct(lists.iter().flat_map(|items| items.iter())))
}

/// The values in order, each once as often as it is there.
fn sorted(arguments: &[Datum]) -> Option<Vec<(Datum, i64)>> {
    let mut values: Vec<(Datum, i64)> = list_at(arguments, 0)?.iter().map(|value| (value.clone(), 1)).collect();
    values.sort_by(|(left, _), (right, _)| order(left, right));
    Some(values)
}

/// "Kusto documentation, 'percentile_tdigest()'".
fn percentile_tdigest(arguments: &[Datum], context: &Context) -> Datum {
    let found = match (sorted(arguments), real_at(arguments, 1)) {
        (Some(values), Some(percent)) => nearest(&values, percent),
        _ => Datum::Null,
    };
    match arguments.get(2) {
        Some(kind) => super::convert::cast(kind, &found, context),
        None => found,
    }
}

/// "Kusto documentation, 'percentiles_array_tdigest()'".
fn percentiles_tdigest(arguments: &[Datum], _: &Context) -> Datum {
    let Some(values) = sorted(arguments) else { return Datum::Null };
    let flat = arguments.iter().skip(1).flat_map(|argument| match list(argument) {
        Some(items) => items.to_vec(),
        None => vec![argument.clone()],
    });
    listed(flat.filter_map(|percent| number(&percent)).map(|percent| nearest(&values, percent)).collect())
}

/// "Kusto documentation, 'tdigest_merge()'".
fn tdigest_merge(arguments: &[Datum], _: &Context) -> Datum {
    let lists: Vec<_> = arguments.iter().filter_map(list).collect();
    listed(lists.iter().flat_map(|items| items.iter().cloned()).take(super::value::MOST).collect())
}

/// "Kusto documentation, 'rank_tdigest()'": how many are not above the value.
fn rank_tdigest(arguments: &[Datum], _: &Context) -> Datum {
    let wanted = at(arguments, 1);
    let under = |item: &&Datum| order(item, wanted) != Ordering::Greater;
    list_at(arguments, 0).map_or(Datum::Null, |items| count(items.iter().filter(under).count()))
}
