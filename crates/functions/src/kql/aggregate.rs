//! Aggregates. Nulls are left out of all of them ("Kusto documentation, 'summarize operator', Default values of
//! aggregations"); of no rows counts, sums and deviations are 0, lists, sets and bags empty, all others null.
//!
//! Several results, as a list: `arg_max` and `arg_min` (the extreme, then the further arguments), `take_any` and `any` with
//! more than one argument, `percentiles` and `percentilesw`. All others have one.

mod collect;
mod pick;
mod statistic;

pub(super) use statistic::nearest;

use super::value::{DYNAMIC, FIRST, LONG, REAL, Returns, at, truth};
use crate::{Accumulator, Aggregate, Context};
use collect::{Bag, Distinct, List, Set};
use ddefend_event::Kind;
use ddefend_rule::ir::query::Datum;
use pick::{Any, ArgExtreme, Extreme};
use statistic::{Average, Bits, Deviation, Percentiles, Sum};
use std::cmp::Ordering;

/// Elements that `makeset` and `makelist`, the old names, keep unless said.
const OLD: usize = 128;
/// Elements that lists and sets keep at most.
const MOST: usize = 1 << 20;

const fn a(
    name: &'static str,
    least: usize,
    most: usize,
    returns: Returns,
    start: fn() -> Box<dyn Accumulator>,
) -> Aggregate {
    Aggregate { name, least, most, returns, start }
}

/// The kind of a sum: whole numbers become `long`.
const SUM: Returns = |kinds| match kinds.first() {
    Some(Kind::Int | Kind::Bool) => Kind::Long,
    Some(kind) => *kind,
    None => Kind::Dynamic,
};

/// The kind of an average: times and spans stay, all else is `real`.
const AVERAGE: Returns = |kinds| match kinds.first() {
    Some(kind @ (Kind::DateTime | Kind::TimeSpan)) => *kind,
    _ => Kind::Real,
};

pub(super) const AGGREGATES: &[Aggregate] = &[
    a("count", 0, 0, LONG, || Box::new(Count::default())),
    a("countif", 1, 1, LONG, || only(0, Count::default())),
    a("sum", 1, 1, SUM, || Box::new(Sum::default())),
    a("sumif", 2, 2, SUM, || only(1, Sum::default())),
    a("min", 1, 1, FIRST, || Box::new(Extreme::new(Ordering::Less))),
    a("minif", 2, 2, FIRST, || only(1, Extreme::new(Ordering::Less))),
    a("max", 1, 1, FIRST, || Box::new(Extreme::new(Ordering::Greater))),
    a("maxif", 2, 2, FIRST, || only(1, Extreme::new(Ordering::Greater))),
    a("avg", 1, 1, AVERAGE, || Box::new(Average::default())),
    a("avgif", 2, 2, AVERAGE, || only(1, Average::default())),
    a("dcount", 1, 2, LONG, || Box::new(Distinct::counted())),
    a("dcountif", 2, 3, LONG, || only(1, Distinct::counted())),
    a("count_distinct", 1, 1, LONG, || Box::new(Distinct::counted())),
    a("count_distinctif", 2, 2, LONG, || only(1, Distinct::counted())),
    a("hll", 1, 2, DYNAMIC, || Box::new(Distinct::kept())),
    a("hll_if", 2, 3, DYNAMIC, || only(1, Distinct::kept())),
    a("hll_merge", 1, 1, DYNAMIC, || Box::new(Set::new(MOST))),
    a("make_set", 1, 2, DYNAMIC, || Box::new(Set::new(MOST))),
    a("make_set_if", 2, 3, DYNAMIC, || only(1, Set::new(MOST))),
    a("makeset", 1, 2, DYNAMIC, || Box::new(Set::new(OLD))),
    a("make_list", 1, 2, DYNAMIC, || Box::new(List::new(MOST, false))),
    a("make_list_if", 2, 3, DYNAMIC, || only(1, List::new(MOST, false))),
    a("make_list_with_nulls", 1, 1, DYNAMIC, || Box::new(List::new(MOST, true))),
    a("makelist", 1, 2, DYNAMIC, || Box::new(List::new(OLD, false))),
    a("make_bag", 1, 2, DYNAMIC, || Box::new(Bag::new(MOST))),
    a("make_bag_if", 2, 3, DYNAMIC, || only(1, Bag::new(MOST))),
    a("make_dictionary", 1, 2, DYNAMIC, || Box::new(Bag::new(OLD))),
    a("arg_max", 1, 1024, FIRST, || Box::new(ArgExtreme::new(Ordering::Greater))),
    a("argmax", 1, 1024, FIRST, || Box::new(ArgExtreme::new(Ordering::Greater))),
    a("arg_min", 1, 1024, FIRST, || Box::new(ArgExtreme::new(Ordering::Less))),
    a("argmin", 1, 1024, FIRST, || Box::new(ArgExtreme::new(Ordering::Less))),
    a("take_any", 1, 1024, FIRST, || Box::new(Any::default())),
    a("any", 1, 1024, FIRST, || Box::new(Any::default())),
    a("take_anyif", 2, 2, FIRST, || only(1, Any::default())),
    a("anyif", 2, 2, FIRST, || only(1, Any::default())),
    a("percentile", 2, 2, FIRST, || Box::new(Percentiles::single(false))),
    a("percentiles", 2, 64, FIRST, || Box::new(Percentiles::several(false))),
    a("percentiles_array", 2, 64, DYNAMIC, || Box::new(Percentiles::several(false))),
    a("percentilew", 3, 3, FIRST, || Box::new(Percentiles::single(true))),
    a("percentilesw", 3, 64, FIRST, || Box::new(Percentiles::several(true))),
    a("percentilesw_array", 3, 64, DYNAMIC, || Box::new(Percentiles::several(true))),
    a("tdigest", 1, 1, DYNAMIC, || Box::new(List::new(MOST, false))),
    a("tdigest_merge", 1, 1, DYNAMIC, || Box::new(List::flat(MOST))),
    a("merge_tdigest", 1, 1, DYNAMIC, || Box::new(List::flat(MOST))),
    a("stdev", 1, 1, REAL, || Box::new(Deviation::new(true, true))),
    a("stdevif", 2, 2, REAL, || only(1, Deviation::new(true, true))),
    a("stdevp", 1, 1, REAL, || Box::new(Deviation::new(false, true))),
    a("variance", 1, 1, REAL, || Box::new(Deviation::new(true, false))),
    a("varianceif", 2, 2, REAL, || only(1, Deviation::new(true, false))),
    a("variancep", 1, 1, REAL, || Box::new(Deviation::new(false, false))),
    a("variancepif", 2, 2, REAL, || only(1, Deviation::new(false, false))),
    a("binary_all_and", 1, 1, LONG, || Box::new(Bits::new(|left, right| left & right))),
    a("binary_all_or", 1, 1, LONG, || Box::new(Bits::new(|left, right| left | right))),
    a("binary_all_xor", 1, 1, LONG, || Box::new(Bits::new(|left, right| left ^ right))),
];

/// Rows where the argument at that place is true; the aggregate gets the others.
struct Only<A> {
    place: usize,
    inner: A,
}

fn only<A: Accumulator + 'static>(place: usize, inner: A) -> Box<dyn Accumulator> {
    Box::new(Only { place, inner })
}

impl<A: Accumulator> Accumulator for Only<A> {
    fn add(&mut self, arguments: &[Datum], context: &Context) {
        if truth(at(arguments, self.place)) != Some(true) {
            return;
        }
        let others: Vec<Datum> = arguments
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != self.place)
            .map(|(_, argument)| argument.clone())
            .collect();
        self.inner.add(&others, context);
    }

    fn bytes(&self) -> usize {
        self.inner.bytes()
    }

    fn finish(&mut self) -> Datum {
        self.inner.finish()
    }
}

/// "Kusto documentation, 'count()'": rows.
#[derive(Default)]
struct Count {
    rows: i64,
}

impl Accumulator for Count {
    fn add(&mut self, _: &[Datum], _: &Context) {
        self.rows = self.rows.saturating_add(1);
    }

    fn finish(&mut self) -> Datum {
        Datum::Long(self.rows)
    }
}
