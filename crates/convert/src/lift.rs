//! From a query in another language to a rule: the columns of its schema as Sigma's fields, its conditions as predicates.

mod field;
mod source;
mod test;

use crate::place::Place;
use crate::profile::{Profile, Profiles};
use ddefend_event::Mapping;
use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Node, Operator, Query, Scalar, Span};
use ddefend_rule::ir::{Expr, Meta, Origin, Rule};
use std::collections::BTreeMap;

/// A rule made of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifted {
    /// The rule.
    pub rule: Rule,
    /// What of the query is not in it.
    pub notes: Vec<String>,
}

/// Where something stands that no rule can say, and what it is.
pub(crate) type Fail = (Span, String);

/// What lifting knows of the rows that a query reads.
pub(crate) struct Rows<'a> {
    pub(crate) profile: &'a Profile,
    /// Kinds of records that the query looks at.
    pub(crate) places: Vec<Place<'a>>,
    /// Sigma fields with where they stand in the first of them.
    pub(crate) fields: Vec<(String, ddefend_event::FieldSource)>,
    pub(crate) extended: BTreeMap<String, Scalar>,
    pub(crate) notes: Vec<String>,
}

/// The query as a rule, where it is one: a table, conditions on its rows, and what only shapes the output.
///
/// # Errors
/// What no rule on single events can say, each with its place in `text`; `name` is the file's.
pub fn lift(
    query: &Query,
    name: &str,
    text: &str,
    profiles: &Profiles,
    mapping: &Mapping,
) -> Result<Lifted, Vec<Problem>> {
    let problem = |(span, message): Fail| vec![Problem::at(name, text, span, code::QUERY_UNSUPPORTED, message)];
    let mut found = source::source(query, profiles, mapping).map_err(problem)?;
    let mut fields = Vec::new();
    let mut parts: Vec<Expr> = Vec::new();
    for step in &query.pipeline.steps {
        let span = step.span;
        match &step.operator {
            Operator::Filter(scalar) => {
                parts.push(test::condition(scalar, &mut found.rows).map_err(problem)?);
            }
            Operator::Extend(assignments) => {
                for assignment in assignments {
                    if let [column] = assignment.names.as_slice() {
                        let value = test::inline(&assignment.value, &found.rows.extended);
                        found.rows.extended.insert(column.to_string(), value);
                    }
                }
            }
            Operator::Project(assignments) | Operator::Distinct(assignments) => {
                for assignment in assignments {
                    if let Node::Column(column) = &assignment.value.node {
                        fields.extend(field::name_of(column, &found.rows));
                    }
                }
            }
            Operator::Keep(patterns) => {
                fields.extend(patterns.iter().filter_map(|pattern| field::name_of(&pattern.name, &found.rows)));
            }
            Operator::Sort(_) | Operator::Reorder(_) | Operator::Away(_) | Operator::Rename(_) => {}
            Operator::Take(_) | Operator::Top(..) => {
                found.rows.note("the number of rows is not limited any more");
            }
            other => {
                return Err(problem((span, format!("a rule on single events has no {}", word(other)))));
            }
        }
    }
    fields.sort();
    fields.dedup();
    let detection = simple(Expr::And(parts));
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let meta = Meta {
        id: stem.to_owned(),
        title: stem.replace(['-', '_'], " "),
        fields,
        origin: Origin { file: name.to_owned(), line: 1 },
        ..Meta::default()
    };
    Ok(Lifted { rule: Rule { meta, source: found.log, detection, shown: true }, notes: found.rows.notes })
}

/// Without conditions that always hold, and without groups of one.
fn simple(expr: Expr) -> Expr {
    let always = |expr: &Expr| matches!(expr, Expr::And(items) if items.is_empty());
    match expr {
        Expr::And(items) => {
            let mut flat = Vec::new();
            for item in items.into_iter().map(simple) {
                match item {
                    Expr::And(inner) => flat.extend(inner),
                    item => flat.push(item),
                }
            }
            if flat.len() == 1 { flat.pop().unwrap_or(Expr::And(Vec::new())) } else { Expr::And(flat) }
        }
        Expr::Or(items) => {
            let mut items: Vec<Expr> = items.into_iter().map(simple).collect();
            match items.iter().any(always) {
                true => Expr::And(Vec::new()),
                false if items.len() == 1 => items.pop().unwrap_or(Expr::Or(Vec::new())),
                false => Expr::Or(items),
            }
        }
        Expr::Not(inner) => Expr::Not(Box::new(simple(*inner))),
        other => other,
    }
}

fn word(operator: &Operator) -> &'static str {
    match operator {
        Operator::Summarise { .. } | Operator::Count => "aggregates",
        Operator::Join { .. } => "joins",
        Operator::Union { .. } => "unions",
        Operator::Window { .. } => "windows",
        _ => "such a step",
    }
}

impl Rows<'_> {
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
