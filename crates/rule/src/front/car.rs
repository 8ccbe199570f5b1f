//! Pseudocode of MITRE's Cyber Analytics Repository, as the corpus writes it (the repository gives no grammar).
//!
//! Statements: `name = search Object:Action`, `filter name where (condition)`, `join (a, b) where`, `group name by field`,
//! `from name select f(x) as y`, `output name, name`; a text without assignments is a condition over any record. Text
//! compares whole and without case, `*` stands for any text; that is how the analytics beside it (Splunk) read.
//!
//! Names that nothing defines are common in the corpus: they are told, and where only one thing can be meant it is taken.

mod condition;
mod lexer;
mod lower;
mod statement;

use crate::Problem;
use crate::ir::query::Query;

/// Bytes that a text may have.
const TEXT: usize = 1 << 20;

/// Reads pseudocode: a query per output. `name` is for the problems.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    let mut problems = Vec::new();
    let queries = if text.len() > TEXT {
        let message = format!("the text has more than {TEXT} bytes");
        let at = crate::ir::query::Span::default();
        problems.push(Problem::at(name, "", at, ddefend_model::code::RULE_LIMIT, message));
        Vec::new()
    } else {
        let tokens = lexer::tokens(text);
        let mut told = lower::Told { name, text, problems: Vec::new() };
        let statements = statement::statements(&tokens, &mut told);
        let queries = lower::queries(statements, &mut told);
        problems = told.problems;
        queries
    };
    problems.sort();
    (queries, problems)
}

#[cfg(test)]
mod tests;
