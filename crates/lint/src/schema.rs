//! In which schemas a query runs.

use crate::walk;
use crate::{Knowledge, Subject};
use ddefend_event::{Table, TableSet};
use ddefend_language::{LANGUAGES, Language};
use ddefend_model::code;
use ddefend_query::{CompileError, Program, Settings, Tables};
use ddefend_rule::Problem;
use ddefend_rule::ir::query::Query;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tables of one schema.
struct In<'k>(&'k TableSet, &'k str);

impl Tables for In<'_> {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        self.0.table(self.1, name)
    }
}

/// What of a query the schemas that have its tables do not have.
pub(crate) fn check(query: &Query, subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Vec<Problem> {
    let language = LANGUAGES.iter().find(|(_, known, _)| *known == query.language).map_or("", |(name, ..)| *name);
    let names = walk::tables(query);
    let set = knowledge.tables;
    let speaks = |languages: &[String]| languages.iter().any(|known| known.eq_ignore_ascii_case(language));
    let claimed = |name: &str| subject.schema.is_none_or(|claimed| claimed.eq_ignore_ascii_case(name));
    let candidates = set.schemas().iter().filter(|schema| speaks(&schema.languages) && claimed(&schema.name));
    let mut runs = Vec::new();
    let mut fails: Vec<(&str, Vec<CompileError>)> = Vec::new();
    for schema in candidates {
        if !names.is_empty() && !names.iter().any(|name| set.table(&schema.name, name).is_some()) {
            continue;
        }
        match Program::compile(query, &In(set, &schema.name), &settings()) {
            Ok(program) => runs.push((&*schema.name, program)),
            Err(errors) => fails.push((&schema.name, errors)),
        }
    }
    let mut problems = Vec::new();
    let at = |error: &CompileError| error.problem(subject.name, subject.text);
    if runs.is_empty() {
        problems.extend(fails.first().into_iter().flat_map(|(_, errors)| errors).map(at));
        return problems;
    }
    if let Some((_, program)) = runs.first() {
        problems.extend(program.warnings().iter().map(at));
    }
    let works = runs.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    for (name, errors) in fails {
        for error in errors.iter().filter(|error| !error.warning) {
            let message = format!("it runs in {works} and not in {name}: {}", error.message);
            problems.push(Problem { code: code::LINT_SCHEMA, message, warning: true, ..at(error) });
        }
    }
    problems
}

fn settings() -> Settings {
    Settings { now: 0, rows: 1000, bytes: 1 << 20, external: BTreeMap::new() }
}
