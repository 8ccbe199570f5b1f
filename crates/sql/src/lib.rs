//! SQL (`SELECT ... FROM ... WHERE ...`) to [`ddefend_rule::ir::query::Query`], parsed by `sqlparser`.
//!
//! One table; projections, filters, groups, order and limit. `LIKE` counts case as the standard says, `ILIKE` does not;
//! joins, subqueries and windows are refused by name.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod expression;
mod place;
mod select;

use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Language, Query, Span};
use place::Places;
use sqlparser::ast::Statement;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};

/// Bytes that a text may have.
const TEXT: usize = 4 << 20;
/// Expressions in expressions.
const DEPTH: usize = 100;
/// Words AND and OR in a text: a chain of them is a tree as deep as it is long.
const CHAIN: usize = 4_000;

/// What could not be lowered: a code, where, why.
type Refused = (&'static str, Span, String);

/// Reads statements: a query each. `name` is for the problems.
#[must_use]
pub fn read(name: &str, text: &str) -> (Vec<Query>, Vec<Problem>) {
    if text.len() > TEXT {
        let message = format!("the text has more than {TEXT} bytes");
        return (Vec::new(), vec![Problem::at(name, "", Span::default(), code::QUERY_LIMIT, message)]);
    }
    let joined = text.split(|letter: char| !letter.is_ascii_alphabetic());
    if joined.filter(|word| word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or")).count() > CHAIN {
        let message = format!("more than {CHAIN} times AND and OR");
        return (Vec::new(), vec![Problem::at(name, "", Span::default(), code::QUERY_LIMIT, message)]);
    }
    let places = Places::new(text);
    let parsed = Parser::new(&GenericDialect {})
        .with_recursion_limit(DEPTH)
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_statements());
    let statements = match parsed {
        Ok(statements) => statements,
        Err(error) => {
            let (code, message) = match error {
                ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
                    (code::QUERY_SYNTAX, message)
                }
                ParserError::RecursionLimitExceeded => {
                    (code::QUERY_LIMIT, format!("more than {DEPTH} expressions in expressions"))
                }
            };
            let span = places.named(&message);
            return (Vec::new(), vec![Problem::at(name, text, span, code, message)]);
        }
    };
    let (mut queries, mut problems) = (Vec::new(), Vec::new());
    for statement in &statements {
        let lowered = match statement {
            Statement::Query(query) => select::query(query, &places),
            _ => Err((code::QUERY_UNSUPPORTED, Span::default(), "only SELECT is run".to_owned())),
        };
        match lowered {
            Ok(pipeline) => queries.push(Query { language: Language::Sql, pipeline, shared: Vec::new() }),
            Err((code, span, message)) => problems.push(Problem::at(name, text, span, code, message)),
        }
    }
    if statements.is_empty() {
        let message = "there is no statement in it".to_owned();
        problems.push(Problem::at(name, text, Span::default(), code::QUERY_SYNTAX, message));
    }
    (queries, problems)
}

#[cfg(test)]
mod tests;
