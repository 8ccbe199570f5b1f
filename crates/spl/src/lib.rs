//! Splunk's search processing language: text and macros to [`ddefend_rule::ir::query::Query`].
//!
//! Semantics follow Splunk's Search Reference and Search Manual: `search` binds NOT, then OR, then AND, takes no notice of
//! case and knows `*`; `where` and `eval` bind NOT, AND, OR and compare text with its case. Macros are text and are put in
//! before anything else is read; every span still points at the text that the user wrote.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod command;
mod context;
mod eval;
mod expand;
mod macros;
mod pattern;
mod pipeline;
mod search;
mod token;

pub use macros::{Definition, Macros};

use ddefend_model::code;
use ddefend_rule::Problem;
use ddefend_rule::ir::query::{Language, Query, Span};

/// Bytes that a text may have.
const TEXT: usize = 1 << 20;

/// Reads a search. `name` is the file's name for problems.
///
/// # Errors
/// Problems say what could not be read, and where; a search with a problem that is no warning makes no query.
#[must_use]
pub fn read(name: &str, text: &str, macros: &Macros) -> (Vec<Query>, Vec<Problem>) {
    if text.len() > TEXT {
        let message = format!("the text is larger than {TEXT} bytes and was not read");
        return (Vec::new(), vec![Problem::at(name, text, Span::default(), code::QUERY_LIMIT, message)]);
    }
    let expanded = match expand::expand(text, macros) {
        Ok(expanded) => expanded,
        Err(fault) => return (Vec::new(), vec![fault.problem(name, text)]),
    };
    let mut context = context::Context::new(&expanded, pipeline::subsearch);
    let read = pipeline::query(&mut context);
    let mut problems: Vec<Problem> = context.warnings.iter().map(|fault| fault.problem(name, text)).collect();
    for problem in &mut problems {
        problem.warning = true;
    }
    match read {
        Ok(pipeline) => (vec![Query { language: Language::Spl, pipeline, shared: Vec::new() }], problems),
        Err(fault) => {
            problems.push(fault.problem(name, text));
            (Vec::new(), problems)
        }
    }
}
