//! Rules that stand close to each other: broader, narrower, the same, nearly the same.

use crate::Literal;
use crate::literal::{Glob, Kind};
use crate::nnf::{Nnf, Proof};
use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Neighbours of a kind that a rule keeps: the closest.
const KEPT: usize = 40;
/// Steps of a proof that one rule holds another.
const STEPS: usize = 20_000;
/// Steps of all proofs.
const ALL_STEPS: usize = 60_000_000;
/// Rules that may share a literal for it to bring rules together.
const COMMON: usize = 60;
/// Hundredths of the literals of two rules that they must share to be near.
const NEAR: usize = 60;

/// A rule that shares most of its tests with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Near {
    /// Which, by number.
    pub rule: usize,
    /// Tests that both have, polarity counted.
    pub shared: usize,
    /// Tests that either has.
    pub all: usize,
}

/// Neighbours of a rule by number, the closest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Neighbours {
    /// Rules that hold every event of this one.
    pub broader: Vec<Near>,
    /// Rules whose every event this one holds.
    pub narrower: Vec<Near>,
    /// Both.
    pub same: Vec<Near>,
    /// Neither, but most tests are shared.
    pub near: Vec<Near>,
}

/// What is compared of a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// What it asks; none for rules of several stages or none.
    pub(crate) tree: Option<Nnf>,
    /// Events that it looks at, by number, sorted.
    pub(crate) events: Vec<usize>,
    /// Literals that it asks for, sorted.
    pub(crate) wanted: Vec<usize>,
    /// Literals that it excludes, sorted.
    pub(crate) excluded: Vec<usize>,
}

/// Neighbours of every rule.
pub(crate) fn find(shapes: &[Shape], broader: &[Vec<usize>], literals: usize) -> Vec<Neighbours> {
    let mut found = vec![Neighbours::default(); shapes.len()];
    let pairs = implications(shapes, broader, literals);
    for &(narrow, wide) in &pairs {
        let near = |rule: usize, other: usize| {
            let (shared, all) = shared(shapes.get(rule), shapes.get(other));
            Near { rule: other, shared, all }
        };
        let both = pairs.contains(&(wide, narrow));
        if let Some(of) = found.get_mut(narrow) {
            let list = if both { &mut of.same } else { &mut of.broader };
            list.push(near(narrow, wide));
        }
        if !both && let Some(of) = found.get_mut(wide) {
            of.narrower.push(near(wide, narrow));
        }
    }
    for (rule, near) in nearly(shapes, literals, &pairs) {
        if let Some(of) = found.get_mut(rule) {
            of.near.push(near);
        }
    }
    for of in &mut found {
        for list in [&mut of.broader, &mut of.narrower, &mut of.same, &mut of.near] {
            list.sort_by_key(|near| (std::cmp::Reverse(near.shared * 10_000 / near.all.max(1)), near.rule));
            list.truncate(KEPT);
        }
    }
    found
}

/// Pairs of rules of which the first implies the second.
fn implications(shapes: &[Shape], broader: &[Vec<usize>], literals: usize) -> BTreeSet<(usize, usize)> {
    // Rules by every literal that follows from what they ask for.
    let mut having: Vec<Vec<usize>> = vec![Vec::new(); literals];
    for (rule, shape) in shapes.iter().enumerate().filter(|(_, shape)| shape.tree.is_some()) {
        let mut implied = BTreeSet::new();
        for literal in &shape.wanted {
            implied.extend(broader.get(*literal).into_iter().flatten().copied());
        }
        for literal in implied {
            if let Some(rules) = having.get_mut(literal) {
                rules.push(rule);
            }
        }
    }
    let mut pairs = BTreeSet::new();
    let mut left = ALL_STEPS;
    for (wide, shape) in shapes.iter().enumerate() {
        let Some(tree) = shape.tree.as_ref().filter(|tree| !tree.opaque()) else { continue };
        let parts = if let Nnf::All(members) = tree { members.as_slice() } else { std::slice::from_ref(tree) };
        // Whoever implies it implies each part: the rarest one says who comes into question.
        let rules = |needs: &Vec<usize>| needs.iter().filter_map(|literal| having.get(*literal)).map(Vec::len).sum();
        let Some(rarest) = parts.iter().filter_map(Nnf::needs).min_by_key(|needs| -> usize { rules(needs) }) else {
            continue;
        };
        let candidates: BTreeSet<usize> =
            rarest.iter().filter_map(|literal| having.get(*literal)).flatten().copied().collect();
        for narrow in candidates {
            let Some(other) = shapes.get(narrow).filter(|_| narrow != wide) else { continue };
            let within =
                !other.events.is_empty() && other.events.iter().all(|it| shape.events.binary_search(it).is_ok());
            let Some(narrower) = other.tree.as_ref().filter(|_| within && left > 0) else { continue };
            let mut proof = Proof { broader, steps: STEPS.min(left) };
            let before = proof.steps;
            if proof.implies(narrower, tree) {
                pairs.insert((narrow, wide));
            }
            left -= before - proof.steps;
        }
    }
    pairs
}

/// Rules that share most of their tests, both ways round, without those that imply each other.
fn nearly(shapes: &[Shape], literals: usize, pairs: &BTreeSet<(usize, usize)>) -> Vec<(usize, Near)> {
    let mut uses: Vec<Vec<usize>> = vec![Vec::new(); literals];
    for (rule, shape) in shapes.iter().enumerate() {
        for literal in &shape.wanted {
            if let Some(rules) = uses.get_mut(*literal) {
                rules.push(rule);
            }
        }
    }
    let mut found = Vec::new();
    for (rule, shape) in shapes.iter().enumerate() {
        let mut others: BTreeMap<usize, usize> = BTreeMap::new();
        for rules in shape.wanted.iter().filter_map(|literal| uses.get(*literal)).filter(|rules| rules.len() <= COMMON)
        {
            for other in rules.iter().filter(|other| **other > rule) {
                *others.entry(*other).or_default() += 1;
            }
        }
        for (other, count) in others {
            let Some(second) = shapes.get(other) else { continue };
            let most = shape.wanted.len().min(second.wanted.len());
            let meets = shape.events.iter().any(|event| second.events.binary_search(event).is_ok());
            if count < 2 || count * 4 < most || !meets {
                continue;
            }
            let (shared, all) = shared(Some(shape), Some(second));
            let implied = pairs.contains(&(rule, other)) || pairs.contains(&(other, rule));
            if shared * 100 >= all * NEAR && shared >= 3 && !implied {
                found.push((rule, Near { rule: other, shared, all }));
                found.push((other, Near { rule, shared, all }));
            }
        }
    }
    found
}

/// Tests that both have, and that either has.
fn shared(left: Option<&Shape>, right: Option<&Shape>) -> (usize, usize) {
    let (Some(left), Some(right)) = (left, right) else { return (0, 0) };
    let common = |one: &[usize], two: &[usize]| one.iter().filter(|it| two.binary_search(it).is_ok()).count();
    let shared = common(&left.wanted, &right.wanted) + common(&left.excluded, &right.excluded);
    let sizes = left.wanted.len() + left.excluded.len() + right.wanted.len() + right.excluded.len();
    (shared, sizes - shared)
}

/// For each literal those that follow from it, sorted, itself included. Literals of one field are compared through an
/// index of the longest text of each, not each with each.
pub(crate) fn broader(literals: &[Literal]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = (0..literals.len()).map(|at| vec![at]).collect();
    let mut fields: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, literal) in literals.iter().enumerate() {
        fields.entry(literal.field.to_ascii_lowercase()).or_default().push(at);
    }
    for members in fields.values() {
        of_field(literals, members, &mut found);
    }
    for list in &mut found {
        list.sort_unstable();
        list.dedup();
    }
    found
}

fn of_field(literals: &[Literal], members: &[usize], found: &mut [Vec<usize>]) {
    let globs: HashMap<usize, Glob> = members.iter().filter_map(|at| Some((*at, literals.get(*at)?.glob()?))).collect();
    let mut cores: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let exists = members.iter().copied().find(|at| literals.get(*at).is_some_and(|it| it.kind == Kind::Exists));
    for at in members {
        let term = literals.get(*at).is_none_or(|literal| literal.kind == Kind::Has);
        let core = globs.get(at).map(Glob::core).unwrap_or_default();
        // A term is more than a part of a text: it follows only from itself.
        if !core.is_empty() && !term {
            cores.entry(core).or_default().push(*at);
        }
        if let (Some(exists), Some(own)) = (exists, found.get_mut(*at)) {
            let null = literals.get(*at).is_none_or(|literal| literal.kind == Kind::Null || literal.value.is_empty());
            if !null {
                own.push(exists);
            }
        }
    }
    let keys: Vec<&String> = cores.keys().collect();
    let Ok(index) = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&keys) else { return };
    for at in members {
        let (Some(glob), Some(own)) = (globs.get(at), found.get_mut(*at)) else { continue };
        let flat = glob.flat();
        let mut hits: BTreeSet<usize> = BTreeSet::new();
        hits.extend(index.find_overlapping_iter(&flat).map(|hit| hit.pattern().as_usize()));
        for wide in hits.iter().filter_map(|hit| keys.get(*hit)).filter_map(|key| cores.get(*key)).flatten() {
            if globs.get(wide).is_some_and(|wider| wider.holds(glob)) {
                own.push(*wide);
            }
        }
    }
}
