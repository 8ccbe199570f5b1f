//! Sigma 2.1 (detections, correlations, filters, placeholders).
//!
//! Keys and their modifiers, conditions and timespans are parsed by `rsigma-parser`. Documents, metadata and values are
//! read here, because problems must point at the line, the order written must be kept, and one bad document must not
//! hide the others.

mod condition;
mod correlation;
mod detection;
mod document;
mod encode;
mod filter;
mod index;
mod limits;
mod meta;
mod number;
mod options;
mod pattern;
mod pcre;
mod placeholder;
mod position;
mod value;

use crate::ir::{Expr, Feed, Meta, Rule};
use crate::{Problem, RuleSet};
use ddefend_model::code;
use detection::{Failed, Section};
use document::Document;
use index::Index;
use std::collections::HashMap;
use yaml_serde::Value;

pub use options::Options;
pub use pcre::translate as regex;

/// Reads rule files: name and text of each. Correlations and filters may point at rules of other files.
#[must_use]
pub fn read(files: &[(String, String)], options: &Options) -> RuleSet {
    let mut set = RuleSet::default();
    let mut correlations = Vec::new();
    let mut filters = Vec::new();
    let mut index = Index::default();
    let mut budget = limits::TOTAL;
    for (name, text) in files {
        for document in document::read(name, text, &mut set.problems) {
            if document.root.contains_key("correlation") {
                correlations.push(document);
            } else if document.root.contains_key("filter") {
                filters.push(document);
            } else {
                match rule(&document, options, &mut set.problems) {
                    Ok(rule) => match budget.checked_sub(condition::size(&rule.detection)) {
                        Some(left) => {
                            budget = left;
                            index.add(&rule.meta, Feed::Rule(set.rules.len()));
                            set.rules.push(rule);
                        }
                        None => {
                            let message = format!("the rules together make more than {} tests", limits::TOTAL);
                            set.problems.push(document.problem(&[], code::RULE_LIMIT, message));
                        }
                    },
                    Err(problem) => set.problems.push(problem),
                }
            }
        }
    }
    warn_of_twins(&set.rules, &mut set.problems);
    filter::apply(&filters, options, &index, budget, &mut set);
    correlation::read(&correlations, index, &mut set);
    set.problems.sort();
    set.problems.dedup();
    set
}

/// A filter, as far as it is not part of the rules that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// What it says of itself.
    pub meta: Meta,
    /// Ids or names of the rules that it is for.
    pub rules: Vec<String>,
}

/// The filters among the files, in the order written.
#[must_use]
pub fn filters(files: &[(String, String)]) -> Vec<Filter> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for (name, text) in files {
        for document in document::read(name, text, &mut problems) {
            if let Some(filter) = document.root.get("filter").and_then(Value::as_mapping) {
                let rules = meta::list(filter, "rules");
                found.push(Filter { meta: meta::read(&document, &mut problems), rules });
            }
        }
    }
    found
}

/// A rule on single events.
fn rule(document: &Document<'_>, options: &Options, problems: &mut Vec<Problem>) -> Result<Rule, Problem> {
    let source = meta::log_source(document)?.ok_or_else(|| {
        document.problem(
            &[],
            code::RULE_LOGSOURCE,
            "the rule does not say which logs it is for: `logsource` is missing",
        )
    })?;
    let section = Section { document, key: "detection", options };
    let detection = match section.read(&["timeframe"]) {
        Ok(expr) => expr,
        Err(Failed::Unfilled(problem)) => {
            problems.push(Problem { warning: true, ..problem });
            Expr::Or(Vec::new())
        }
        Err(Failed::Wrong(problem)) => return Err(problem),
    };
    let meta = meta::read(document, problems);
    Ok(Rule { meta, source, detection, shown: true })
}

/// Two rules with one id cannot be told apart by correlations, filters and readers of the output.
fn warn_of_twins(rules: &[Rule], problems: &mut Vec<Problem>) {
    let mut known: HashMap<&str, &Rule> = HashMap::new();
    for rule in rules {
        if let Some(first) = known.insert(&rule.meta.id, rule) {
            let origin = &rule.meta.origin;
            problems.push(Problem {
                file: origin.file.clone(),
                line: origin.line,
                column: 0,
                length: 0,
                code: code::RULE_TWIN,
                message: format!("the rule in {} has the same id", first.meta.origin.file),
                warning: true,
            });
        }
    }
}
