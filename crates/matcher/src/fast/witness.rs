//! What a rule cannot hold without: the few literals to look for before its program is run.

use super::lower::Node;
use super::required;
use crate::fold::fold_text;
use ddefend_rule::ir::{NumberTest, Piece, Test, TextPattern};
use std::collections::HashMap;

/// Something that must be so where the rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Witness {
    /// A value of the field, folded, contains the text, at that end.
    Literal(u16, Anchor, Box<str>),
    /// A value of the field is that number: the bits of its `f64`, zero without sign.
    Number(u16, u64),
    /// The field is there.
    Present(u16),
}

/// Where a literal stands in its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Anchor {
    /// Anywhere.
    Inside,
    /// At the start.
    Start,
    /// At the end.
    End,
    /// It is the value.
    Whole,
}

/// How often a witness was seen: its share of the rows.
pub(super) type Seen = HashMap<Witness, f32>;

/// A set of which one must be so, and the share of rows in which one is expected.
struct Choice {
    cost: f32,
    any: Vec<Witness>,
}

/// The cheapest set of witnesses of which one must be so where the rule holds; none where there is no such set.
pub(super) fn choose(node: &Node<'_>, seen: &Seen) -> Option<Vec<Witness>> {
    let mut any = best(node, seen)?.any;
    any.sort_unstable();
    any.dedup();
    Some(any)
}

fn best(node: &Node<'_>, seen: &Seen) -> Option<Choice> {
    match node {
        Node::Known(false) => Some(Choice { cost: 0.0, any: Vec::new() }),
        Node::Known(true) | Node::May | Node::When(..) => None,
        Node::Not(part) => match &**part {
            Node::Not(part) => best(part, seen),
            _ => None,
        },
        Node::And(parts) => parts.iter().filter_map(|part| best(part, seen)).min_by(|a, b| a.cost.total_cmp(&b.cost)),
        Node::Or(parts) => together(parts.iter().map(|part| best(part, seen))),
        Node::AtLeast(count, parts) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            if count == 0 {
                return None;
            }
            let mut choices: Vec<_> = parts.iter().map(|part| best(part, seen)).collect();
            let cost = |choice: &Option<Choice>| choice.as_ref().map_or(f32::INFINITY, |choice| choice.cost);
            choices.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
            // Of so many parts, all but `count - 1` cannot fail together.
            together(choices.into_iter().take((parts.len() + 1).saturating_sub(count)))
        }
        Node::Is(field, _, test) => test_choice(*field, test, seen),
    }
}

fn together(choices: impl Iterator<Item = Option<Choice>>) -> Option<Choice> {
    let mut sum = Choice { cost: 0.0, any: Vec::new() };
    for choice in choices {
        let choice = choice?;
        sum.cost += choice.cost;
        sum.any.extend(choice.any);
    }
    Some(sum)
}

fn test_choice(field: u16, test: &Test, seen: &Seen) -> Option<Choice> {
    let one = |witness: Witness| Choice { cost: cost(&witness, seen), any: vec![witness] };
    match test {
        Test::Null | Test::Exists(false) => None,
        Test::Text { pattern, .. } => Some(one(pattern_witness(field, pattern, seen))),
        Test::Regex { source, flags } => {
            let literal = |text: &String| Witness::Literal(field, Anchor::Inside, text.as_str().into());
            let sum = |texts: &[String]| -> f32 { texts.iter().map(|text| cost(&literal(text), seen)).sum() };
            let present = one(Witness::Present(field));
            let set = required::literals(source, *flags, &|new, old| sum(new) < sum(old));
            match set.filter(|set| sum(set) < present.cost) {
                Some(set) => Some(Choice { cost: sum(&set), any: set.iter().map(literal).collect() }),
                None => Some(present),
            }
        }
        Test::Number(NumberTest::Eq, bound) => Some(one(Witness::Number(field, bits(*bound)))),
        _ => Some(one(Witness::Present(field))),
    }
}

/// Equal for equal numbers.
pub(super) fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

fn pattern_witness(field: u16, pattern: &TextPattern, seen: &Seen) -> Witness {
    let last = pattern.pieces.len().saturating_sub(1);
    let literals = pattern.pieces.iter().enumerate().filter_map(|(at, piece)| {
        let Piece::Literal(text) = piece else { return None };
        let anchor = match (at == 0, at == last) {
            (true, true) => Anchor::Whole,
            (true, false) => Anchor::Start,
            (false, true) => Anchor::End,
            (false, false) => Anchor::Inside,
        };
        (!text.is_empty()).then(|| Witness::Literal(field, anchor, fold_text(text).into()))
    });
    literals.min_by(|a, b| cost(a, seen).total_cmp(&cost(b, seen))).unwrap_or(Witness::Present(field))
}

/// The share of rows in which a witness is expected: as seen, else guessed from its length. Letters tell more than what
/// paths are joined with.
fn cost(witness: &Witness, seen: &Seen) -> f32 {
    if let Some(share) = seen.get(witness) {
        return *share;
    }
    match witness {
        Witness::Present(_) => 0.7,
        Witness::Number(..) => 0.05,
        Witness::Literal(_, anchor, text) => {
            let bits: f32 = text.chars().map(|letter| if letter.is_alphanumeric() { 0.9 } else { 0.5 }).sum();
            let anchored = if *anchor == Anchor::Inside { 0.0 } else { 1.0 };
            (-bits - anchored).exp2()
        }
    }
}
