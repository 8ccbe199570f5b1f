//! What must hold of an event for one way in which an expression is true, or just false.

use ddefend_rule::ir::{Expr, Predicate};

/// Ways that are made of one expression, at most.
const WAYS: usize = 192;

/// Predicates that must hold and that must not.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish<'r> {
    pub(super) must: Vec<&'r Predicate>,
    pub(super) must_not: Vec<&'r Predicate>,
}

impl<'r> Wish<'r> {
    fn and(&self, other: &Self) -> Self {
        let joined = |own: &[&'r Predicate], more: &[&'r Predicate]| own.iter().chain(more).copied().collect();
        Self { must: joined(&self.must, &other.must), must_not: joined(&self.must_not, &other.must_not) }
    }
}

/// Ways in which the expression has the value: each branch of each alternative is in at least one of them (not each
/// combination, of which there are too many).
pub(super) fn ways(expr: &Expr, value: bool) -> Vec<Wish<'_>> {
    let mut ways = match (expr, value) {
        (Expr::Is(predicate), true) => vec![Wish { must: vec![predicate], must_not: Vec::new() }],
        (Expr::Is(predicate), false) => vec![Wish { must: Vec::new(), must_not: vec![predicate] }],
        (Expr::Not(inner), value) => self::ways(inner, !value),
        (Expr::And(parts), true) | (Expr::Or(parts), false) => together(parts, value),
        (Expr::And(parts), false) => near(parts, false),
        (Expr::Or(parts), true) => parts.iter().flat_map(|part| self::ways(part, true)).collect(),
        (Expr::AtLeast(count, parts), true) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX).min(parts.len());
            turns(parts).flat_map(|turn| chosen(&turn, count, true)).collect()
        }
        (Expr::AtLeast(count, parts), false) => {
            let holding = usize::try_from(*count).unwrap_or(usize::MAX).saturating_sub(1).min(parts.len());
            turns(parts).flat_map(|turn| chosen(&turn, holding, false)).collect()
        }
    };
    ways.truncate(WAYS);
    ways
}

/// Every part has the value; alternatives of the parts go side by side.
fn together(parts: &[Expr], value: bool) -> Vec<Wish<'_>> {
    let all: Vec<Vec<Wish<'_>>> = parts.iter().map(|part| ways(part, value)).collect();
    if all.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let most = all.iter().map(Vec::len).max().unwrap_or(1);
    let pick = |number: usize| {
        let picked = all.iter().filter_map(|ways| ways.get(number % ways.len().max(1)));
        picked.fold(Wish::default(), |wish, more| wish.and(more))
    };
    (0..most.min(WAYS)).map(pick).collect()
}

/// One part is otherwise, the others hold.
fn near(parts: &[Expr], value: bool) -> Vec<Wish<'_>> {
    let mut found = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let others = parts.iter().enumerate().filter(|(other, _)| *other != number);
        let mut base = Wish::default();
        for (_, other) in others {
            if let Some(way) = ways(other, !value).into_iter().next() {
                base = base.and(&way);
            }
        }
        found.extend(ways(part, value).iter().map(|way| base.and(way)));
        if found.len() >= WAYS {
            break;
        }
    }
    found
}

/// The list beginning at each of its parts.
fn turns(parts: &[Expr]) -> impl Iterator<Item = Vec<&Expr>> {
    (0..parts.len().min(WAYS)).map(|start| parts.iter().cycle().skip(start).take(parts.len()).collect())
}

/// The first so many hold; the others are left open, or where `value` is false must not hold.
fn chosen<'r>(parts: &[&'r Expr], count: usize, value: bool) -> Vec<Wish<'r>> {
    let mut wish = Wish::default();
    for (number, part) in parts.iter().enumerate() {
        if number >= count && value {
            break;
        }
        match ways(part, number < count).into_iter().next() {
            Some(way) => wish = wish.and(&way),
            None => return Vec::new(),
        }
    }
    vec![wish]
}
