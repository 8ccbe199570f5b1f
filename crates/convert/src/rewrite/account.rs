//! `DOMAIN\name` as domain and name.

use super::{Context, Reason, direct, pattern_of, presence};
use crate::cond::{Column, Cond};
use crate::pattern::{as_literal, cut, has};
use ddefend_rule::ir::{Piece, Test};

pub(super) fn rewrite(
    domain: Option<Column>,
    name: Option<Column>,
    test: &Test,
    context: &mut Context,
) -> Result<Cond, Reason> {
    let (domain, name) = match (domain, name) {
        (Some(domain), Some(name)) => (domain, name),
        (None, Some(name)) | (Some(name), None) => return direct(&name, test, context),
        (None, None) => return Err("no column has it".to_owned()),
    };
    if let Some(cond) = presence(&[&name], test) {
        return Ok(cond);
    }
    let Some((pattern, cased)) = pattern_of(test) else {
        return Err("domain and name stand in two columns there".to_owned());
    };
    let mut ways: Vec<Cond> = Vec::new();
    for (left, right) in cut(pattern, '\\') {
        if has(&left, |letter| letter == '\\') || has(&right, |letter| letter == '\\') {
            continue;
        }
        let anything = |pattern: &ddefend_rule::ir::TextPattern| pattern.pieces == [Piece::Any];
        let mut both = Vec::new();
        if !anything(&left) {
            both.push(Cond::text(&domain, left, cased));
        }
        if !anything(&right) || both.is_empty() {
            both.push(Cond::text(&name, right, cased));
        }
        ways.push(Cond::and(both));
    }
    // A name without a domain stands alone.
    if let Some(text) = as_literal(pattern).filter(|text| !text.contains('\\')) {
        let alone = vec![Cond::is(&domain, crate::cond::Ask::Empty), Cond::literal(&name, text, cased)];
        ways.push(Cond::and(alone));
    }
    Ok(Cond::or(ways))
}
