//! Filters: conditions that are ANDed onto the rules that they name (Sigma specification 2.1, "Filters").

use super::detection::{Failed, Section};
use super::document::Document;
use super::meta;
use super::options::Options;
use super::position::Step;
use crate::ir::{Expr, Rule};
use crate::{Problem, RuleSet};
use ddefend_event::LogSource;
use ddefend_model::code;
use yaml_serde::Value;

/// Applies all filters that are not switched off.
pub(super) fn apply(filters: &[Document<'_>], options: &Options, set: &mut RuleSet) {
    for document in filters {
        if let Err(problem) = one(document, options, set) {
            set.problems.push(problem);
        }
    }
}

fn one(document: &Document<'_>, options: &Options, set: &mut RuleSet) -> Result<(), Problem> {
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
    let any = names.iter().any(|name| name.eq_ignore_ascii_case("any"));
    for (index, name) in names.iter().enumerate() {
        if !any && !set.rules.iter().any(|rule| is_named(rule, name)) {
            let path = [Step::Key("filter"), Step::Key("rules"), Step::Item(index)];
            let problem = document.problem(&path, code::RULE_FILTER, format!("no rule has the id or name `{name}`"));
            set.problems.push(Problem { warning: true, ..problem });
        }
    }
    for rule in &mut set.rules {
        if (any || names.iter().any(|name| is_named(rule, name))) && covers(&source, &rule.source) {
            let own = std::mem::replace(&mut rule.detection, Expr::Or(Vec::new()));
            rule.detection = match own {
                Expr::And(mut parts) => {
                    parts.push(expr.clone());
                    Expr::And(parts)
                }
                own => Expr::And(vec![own, expr.clone()]),
            };
        }
    }
    Ok(())
}

/// True where a reference means the rule.
pub(super) fn is_named(rule: &Rule, name: &str) -> bool {
    rule.meta.id.eq_ignore_ascii_case(name) || rule.meta.name.as_deref() == Some(name)
}

/// True where every part that the filter's log source names is the rule's.
fn covers(filter: &LogSource, rule: &LogSource) -> bool {
    let part = |wanted: &Option<Box<str>>, given: &Option<Box<str>>| wanted.is_none() || wanted == given;
    part(&filter.category, &rule.category)
        && part(&filter.product, &rule.product)
        && part(&filter.service, &rule.service)
}
