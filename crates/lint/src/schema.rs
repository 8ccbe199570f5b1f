//! In which schemas a query runs.

use crate::{Knowledge, Subject};
use ddefend_model::code;
use ddefend_query::{CompileError, Settings, choose};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Query;
use std::collections::BTreeMap;

/// What of a query the schemas that have its tables do not have.
pub(crate) fn check(query: &Query, subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Vec<Problem> {
    let asked: Vec<Box<str>> = subject.schema.map(Box::from).into_iter().collect();
    let settings = Settings { now: 0, rows: 1000, bytes: 1 << 20, external: BTreeMap::new() };
    let at = |error: &CompileError| error.problem(subject.name, subject.text);
    match choose(query, knowledge.mapping.tables(), &asked, &settings) {
        Err(errors) => errors.iter().map(at).collect(),
        Ok(chosen) => {
            let elsewhere = chosen.elsewhere.iter().map(|error| Problem { code: code::LINT_SCHEMA, ..at(error) });
            chosen.program.warnings().iter().map(at).chain(elsewhere).collect()
        }
    }
}
