//! Kusto query language: text to [`ddefend_rule::ir::query::Query`].
//!
//! The lexer and the parser keep everything with its place; lowering resolves `let`, calls of the query's own functions and
//! `toscalar`, and writes out what the syntax leaves open. Schemas are not known here: columns stay names. A name that both
//! `let` defines and an operator before it makes is the column, as in Kusto; one that a table's schema has is taken for the
//! definition, which only a comparison with itself shows to be wrong (a warning).
//!
//! What the intermediate form has no operator for is [`Operator::Command`](ddefend_rule::ir::query::Operator::Command) by
//! these names; `assign(name..., value)` is a value with its names:
//! `sample n`, `sample-distinct n, column`, `top-hitters n, assign, by=`, `top-nested level(count, assign of, assign by, others,
//! descending)...`, `reduce column, settings`, `parse-kv text, schema=, settings`, `getschema`, `evaluate NAME` and `invoke NAME`
//! with their arguments (`schema=` last), `make-series value=assign, default= (of the value before it), on=, from=, to=, step=,
//! by=`, `scan with_match_id=, declare=assign, step=step(name, condition, output, assign...)`. A schema is a list of texts
//! `name:kind`. `typeof(kind)` among the arguments of a function is a null of that kind; `mv-expand bagexpansion=array` goes
//! through the function `bag_pairs`, which is ours.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod ast;
mod fault;
mod lexer;
mod lower;
mod parser;

use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Query, Span};
use fault::Fault;

/// Bytes that a text may have.
const LONGEST: usize = 1 << 20;

/// The queries of a text, one for each statement that makes rows, and what is wrong with it. Statements before a mistake
/// are read; what stands behind it is not.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    let told = |fault: &Fault| Problem::at(name, text, fault.span, fault.code, fault.message.clone());
    if text.len() > LONGEST {
        let message = format!("the text has {} bytes; a query may have {LONGEST}", text.len());
        return (Vec::new(), vec![Problem::at(name, text, Span::default(), code::QUERY_LIMIT, message)]);
    }
    let tokens = match lexer::tokens(text) {
        Ok(tokens) => tokens,
        Err(fault) => return (Vec::new(), vec![told(&fault)]),
    };
    let (statements, fault) = parser::statements(&tokens);
    let lower::Lowered { queries, faults, warnings } = lower::queries(&statements);
    let mut problems: Vec<Problem> = fault.iter().map(|fault| &**fault).chain(&faults).map(told).collect();
    problems.extend(warnings.iter().map(|warning| Problem { warning: true, ..told(warning) }));
    if queries.is_empty() && problems.is_empty() {
        let message = "the text holds no query, only definitions or comments".to_owned();
        return (queries, vec![Problem::at(name, text, Span::default(), code::QUERY_SYNTAX, message)]);
    }
    (queries, problems)
}
