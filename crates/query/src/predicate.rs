//! Queries that only filter the rows of one table, as a rule for the streaming matcher: it gives the same answer as
//! [`Program`] on every record, or the query is told to be no predicate.
//!
//! A condition is true, false or null (nothing is known of an absent value). The matcher has two values, so each condition
//! is made in two forms, "it is true" and "it is false", by the language's rules for null in `dialect`.

mod condition;
mod leaf;
mod scope;

use crate::error::CompileError;
use crate::program::Program;
use condition::Conditions;
use ddefend_event::table::{Entry, From, HeadPart};
use ddefend_event::{LogSource, Mapping, TableSet};
use ddefend_model::code;
use ddefend_rule::ir::Expr;
use ddefend_rule::ir::query::{Operator, Pipeline, Query, Source, Span};
use scope::Scope;

/// Named tables in named tables.
const DEPTH: usize = 32;

/// A query as one condition on records.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    /// The table, as a log source that [`Mapping::with_tables`] knows.
    pub source: LogSource,
    /// What must hold, over the table's columns.
    pub detection: Expr,
    /// What of the query is left out.
    pub warnings: Vec<CompileError>,
}

/// The query as a condition, where it only filters the rows of one table and shapes what is shown. `program` is the same
/// query compiled ([`crate::choose`]).
///
/// # Errors
/// What in the query is more than a condition on one record, or cannot be said exactly as one.
pub fn predicate(query: &Query, program: &Program, tables: &TableSet) -> Result<Predicate, CompileError> {
    let [scan] = program.scans() else {
        let what = match program.scans().len() {
            0 => "the query reads no table: run it with `ddefend query`".to_owned(),
            count => format!(
                "the query reads {count} tables, a condition on one record only one: run it with `ddefend query`"
            ),
        };
        return Err(CompileError::new(Span::default(), code::QUERY_UNSUPPORTED, what));
    };
    let Some(entry) = tables.entry(&scan.table.schema, &scan.table.name) else {
        let what = format!("no record is known to be a row of {}", scan.table.name);
        return Err(CompileError::new(Span::default(), code::QUERY_UNSUPPORTED, what));
    };
    let mut conditions = Conditions::new(query.language, &scan.table, outside(entry));
    let mut scope = Scope::default();
    let mut parts = Vec::new();
    steps(query, &query.pipeline, &mut conditions, &mut scope, &mut parts, DEPTH)?;
    let detection = if parts.len() == 1 { parts.pop() } else { None }.unwrap_or(Expr::And(parts));
    Ok(Predicate { source: Mapping::source_of(&scan.table), detection, warnings: conditions.warnings })
}

/// Columns whose values no field of a record has: the record's text as a whole, and the log that it is in.
fn outside(entry: &Entry) -> Vec<Box<str>> {
    let part =
        |from: &From| matches!(from, From::Head(HeadPart::Log | HeadPart::Raw | HeadPart::Data | HeadPart::Time));
    let fields = entry.feeds.iter().flat_map(|feed| feed.fields.iter()).chain(entry.every.iter());
    let named = fields.filter(|(_, expr)| expr.ways.iter().any(|way| part(&way.from)));
    named.map(|(name, _)| Box::from(&**name)).collect()
}

fn steps(
    query: &Query,
    pipeline: &Pipeline,
    conditions: &mut Conditions<'_>,
    scope: &mut Scope,
    parts: &mut Vec<Expr>,
    depth: usize,
) -> Result<(), CompileError> {
    let depth = depth.checked_sub(1).ok_or_else(|| {
        CompileError::new(Span::default(), code::QUERY_LIMIT, "named tables stand too deep in each other")
    })?;
    match &pipeline.source {
        Source::Table { .. } => {}
        Source::Shared(at) => match query.shared.get(*at) {
            Some(shared) => steps(query, shared, conditions, scope, parts, depth)?,
            None => return Err(refused(Span::default(), "a table that the query does not define")),
        },
        Source::Union { .. } => return Err(refused(Span::default(), "union")),
        Source::Sequence(_) => return Err(refused(Span::default(), "a sequence of events")),
        Source::External { span, .. } => return Err(refused(*span, "a table from outside")),
        Source::Rows { .. } | Source::Range { .. } => return Err(refused(Span::default(), "a table of constants")),
    }
    for step in &pipeline.steps {
        match &step.operator {
            Operator::Filter(condition) => {
                let condition = scope.resolved(condition)?;
                parts.push(conditions.filter(&condition)?);
            }
            Operator::Extend(values) => scope.extend(values, query.language)?,
            Operator::Project(values) => scope.project(values, query.language)?,
            Operator::Keep(patterns) => scope.keep(patterns),
            Operator::Away(patterns) => scope.away(patterns),
            Operator::Rename(pairs) => scope.rename(pairs),
            Operator::Reorder(_) | Operator::Sort(_) => {}
            other => return Err(refused(step.span, word(other))),
        }
    }
    Ok(())
}

fn refused(span: Span, what: &str) -> CompileError {
    let what = format!("{what} is more than a condition on one record: run it with `ddefend query`");
    CompileError::new(span, code::QUERY_UNSUPPORTED, what)
}

fn word(operator: &Operator) -> &str {
    match operator {
        Operator::Summarise { .. } => "a summary of rows",
        Operator::Window { .. } => "a summary beside rows",
        Operator::Count => "count",
        Operator::Join { .. } => "a join",
        Operator::Union { .. } => "union",
        Operator::Take(_) | Operator::Tail(_) | Operator::Top(..) => "a number of rows",
        Operator::Distinct(_) | Operator::Dedup { .. } => "leaving out rows that are the same",
        Operator::Expand { .. } | Operator::Apply { .. } => "a row per element",
        Operator::Parse { .. } | Operator::Extract { .. } => "a column taken out of text",
        Operator::Fill { .. } => "filling columns",
        Operator::Partition { .. } => "a pipeline per group",
        Operator::Command { name, .. } => name,
        _ => "this step",
    }
}
