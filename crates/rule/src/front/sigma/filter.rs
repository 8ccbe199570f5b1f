//! Filters: conditions that are ANDed onto the rules that they name (Sigma specification 2.1, "Filters").

use super::detection::{Failed, Section};
use super::document::Document;
use super::index::Index;
use super::options::Options;
use super::position::Step;
use super::{condition, limits, meta};
use crate::ir::{Expr, Feed};
use crate::{Problem, RuleSet};
use ddefend_event::LogSource;
use ddefend_model::code;
use std::collections::BTreeSet;
use yaml_serde::Value;

/// Applies all filters that are not switched off. `budget` is how many tests may be added.
pub(super) fn apply(filters: &[Document<'_>], options: &Options, index: &Index, mut budget: usize, set: &mut RuleSet) {
    for document in filters {
        if let Err(problem) = one(document, options, index, &mut budget, set) {
            set.problems.push(problem);
        }
    }
}

fn one(
    document: &Document<'_>,
    options: &Options,
    index: &Index,
    budget: &mut usize,
    set: &mut RuleSet,
) -> Result<(), Problem> {
    let meta = meta::read(document, &mut set.problems);
    let off = |name: &String| *name == meta.id || Some(name) == meta.name.as_ref();
    if options.disabled_filters.iter().any(off) {
        return Ok(());
    }
    let path = [Step::Key("filter"), Step::Key("rules")];
    let names =
        document.root.get("filter").and_then(Value::as_mapping).map(|map| meta::list(map, "rules")).unwrap_or_default();
    if names.is_empty() {
        return Err(document.problem(&path, code::RULE_FILTER, "the filter does not say which rules it is for"));
    }
    let source = meta::log_source(document)?.unwrap_or_default();
    let section = Section { document, key: "filter", options };
    let expr = match section.read(&["rules"]) {
        Ok(expr) => expr,
        Err(Failed::Unfilled(problem)) => {
            set.problems.push(Problem { warning: true, ..problem });
            return Ok(());
        }
        Err(Failed::Wrong(problem)) => return Err(problem),
    };
    let mut chosen = BTreeSet::new();
    for (item, name) in names.iter().enumerate().take(limits::MEMBERS) {
        if name.eq_ignore_ascii_case("any") {
            chosen.extend(0..set.rules.len());
            continue;
        }
        let before = chosen.len();
        chosen.extend(index.all(name).filter_map(|feed| match feed {
            Feed::Rule(rule) => Some(rule),
            Feed::Correlation(_) => None,
        }));
        if chosen.len() == before && index.first(name).is_none() {
            let path = [Step::Key("filter"), Step::Key("rules"), Step::Item(item)];
            let problem = document.problem(&path, code::RULE_FILTER, format!("no rule has the id or name `{name}`"));
            set.problems.push(Problem { warning: true, ..problem });
        }
    }
    let cost = condition::size(&expr);
    for rule in chosen {
        let Some(rule) = set.rules.get_mut(rule) else { continue };
        if !covers(&source, &rule.source) {
            continue;
        }
        if cost > *budget {
            return Err(document.problem(&path, code::RULE_LIMIT, "filters and rules together make too many tests"));
        }
        *budget -= cost;
        let own = std::mem::replace(&mut rule.detection, Expr::Or(Vec::new()));
        rule.detection = match own {
            Expr::And(mut parts) => {
                parts.push(expr.clone());
                Expr::And(parts)
            }
            own => Expr::And(vec![own, expr.clone()]),
        };
    }
    Ok(())
}

/// True where every part that the filter's log source names is the rule's.
fn covers(filter: &LogSource, rule: &LogSource) -> bool {
    let part = |wanted: &Option<Box<str>>, given: &Option<Box<str>>| wanted.is_none() || wanted == given;
    part(&filter.category, &rule.category)
        && part(&filter.product, &rule.product)
        && part(&filter.service, &rule.service)
}
