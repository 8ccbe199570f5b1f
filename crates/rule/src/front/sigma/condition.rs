//! Conditions to expressions (Sigma specification 2.1, "Condition").

use super::limits;
use crate::ir::Expr;
use core::cell::Cell;
use rsigma_parser::{ConditionExpr, Quantifier, SelectorPattern};

/// Named expressions in the order written.
pub(super) type Named = Vec<(String, Expr)>;

/// Reads a condition over named detections; what is wrong otherwise.
///
/// `budget` is how many tests may be made; those that are made are taken from it.
pub(super) fn read(text: &str, named: &Named, budget: &Cell<usize>) -> Result<Expr, String> {
    let parsed = parse(text)?;
    lower(&parsed, named, budget)
}

/// A copy of a detection, if the budget allows it.
fn copy(expr: &Expr, budget: &Cell<usize>) -> Result<Expr, String> {
    match budget.get().checked_sub(size(expr)) {
        Some(left) => {
            budget.set(left);
            Ok(expr.clone())
        }
        None => Err(format!("the condition makes more than {} tests", limits::TESTS)),
    }
}

/// The condition's own tree, once its size and nesting are known to be harmless.
pub(super) fn parse(text: &str) -> Result<ConditionExpr, String> {
    if text.len() > limits::CONDITION {
        return Err(format!("the condition is longer than {} bytes", limits::CONDITION));
    }
    if text.contains('|') {
        return Err("`|` in conditions is no longer Sigma: write a correlation rule instead".to_owned());
    }
    if nesting(text) > limits::NESTING {
        return Err(format!("the condition nests deeper than {}", limits::NESTING));
    }
    // Line ends of Windows and odd blanks are blanks.
    let text: String = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    rsigma_parser::parse_condition(text.trim()).map_err(|error| {
        let place = error.location().map_or_else(String::new, |place| format!(" at its character {}", place.col));
        format!("the condition `{}` cannot be read{place}", shortened(text.trim()))
    })
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// How deep parentheses lie in each other, `not`s in a row counted as well.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut nots) = (0_usize, 0_usize, 0_usize);
    for word in text.split_inclusive(|letter: char| letter.is_whitespace() || letter == '(' || letter == ')') {
        let name = word.trim_end_matches(|letter: char| letter.is_whitespace() || letter == '(' || letter == ')');
        match name {
            "not" => nots += 1,
            "" => {}
            _ => nots = 0,
        }
        if word.ends_with('(') {
            depth += 1;
        } else if word.ends_with(')') {
            depth = depth.saturating_sub(1);
        }
        deepest = deepest.max(depth + nots);
    }
    deepest
}

fn lower(condition: &ConditionExpr, named: &Named, budget: &Cell<usize>) -> Result<Expr, String> {
    let all = |parts: &[ConditionExpr]| parts.iter().map(|part| lower(part, named, budget)).collect::<Result<_, _>>();
    match condition {
        ConditionExpr::And(parts) => all(parts).map(Expr::And),
        ConditionExpr::Or(parts) => all(parts).map(Expr::Or),
        ConditionExpr::Not(inner) => lower(inner, named, budget).map(|inner| Expr::Not(Box::new(inner))),
        ConditionExpr::Identifier(name) => match named.iter().find(|(known, _)| known == name) {
            Some((_, expr)) => copy(expr, budget),
            None => Err(format!("the condition names `{name}`, which is no detection of this rule")),
        },
        ConditionExpr::Selector { quantifier, pattern } => {
            let chosen = named.iter().filter(|(name, _)| selects(pattern, name));
            let chosen: Vec<Expr> = chosen.map(|(_, expr)| copy(expr, budget)).collect::<Result<_, _>>()?;
            if chosen.is_empty() {
                return Err(format!("no detection is named like `{pattern}`"));
            }
            Ok(quantified(quantifier, chosen))
        }
    }
}

fn quantified(quantifier: &Quantifier, mut chosen: Vec<Expr>) -> Expr {
    let wanted = match quantifier {
        Quantifier::Any => 1,
        Quantifier::All => chosen.len() as u64,
        Quantifier::Count(count) => *count,
    };
    match (chosen.len(), wanted) {
        (1, 1) => chosen.remove(0),
        (_, 1) => Expr::Or(chosen),
        (all, wanted) if wanted == all as u64 => Expr::And(chosen),
        (_, wanted) => Expr::AtLeast(u32::try_from(wanted).unwrap_or(u32::MAX), chosen),
    }
}

/// True where the pattern means the detection. Names that begin with `_` are hidden from `them`.
fn selects(pattern: &SelectorPattern, name: &str) -> bool {
    match pattern {
        SelectorPattern::Them => !name.starts_with('_'),
        SelectorPattern::Pattern(glob) => fits(glob, name),
    }
}

/// True where the name fits a pattern with any number of `*`.
fn fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// How many tests an expression makes.
pub(super) fn size(expr: &Expr) -> usize {
    match expr {
        Expr::And(parts) | Expr::Or(parts) | Expr::AtLeast(_, parts) => {
            parts.iter().fold(0_usize, |sum, part| sum.saturating_add(size(part)))
        }
        Expr::Not(inner) => size(inner),
        Expr::Is(_) => 1,
    }
}
