//! The published queries in Kusto: which functions they call that are not here. Needs `DDEFEND_DATA`.

use ddefend_event::Table;
use ddefend_functions::missing;
use ddefend_query::{Program, Settings, Tables};
use ddefend_rule::ir::query::Language;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every name is a table that may have any column.
struct Any;

impl Tables for Any {
    fn table(&self, _: Language, name: &str) -> Option<Arc<Table>> {
        Some(Arc::new(Table { schema: "test".into(), name: name.into(), columns: Vec::new(), open: true }))
    }
}

/// Functions of several rows: the executor's, not of the tables.
const ROWS: &[&str] =
    &["prev", "next", "row_number", "row_cumsum", "row_rank", "row_rank_dense", "row_rank_min", "row_window_session"];

#[test]
fn functions_of_the_published_queries_are_here() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("skipped: DDEFEND_DATA is not set");
        return;
    };
    let path = std::path::Path::new(&data).join("rules/kql-queries.jsonl");
    let text = std::fs::read_to_string(path).expect("the queries");
    let settings = Settings { now: 0, rows: 1000, bytes: 1 << 20, external: BTreeMap::new() };
    let (mut total, mut read, mut compiled) = (0, 0, 0);
    let mut lacking: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        total += 1;
        let (queries, problems) = ddefend_kql::read("q", entry["query"].as_str().expect("a query"));
        if queries.is_empty() || problems.iter().any(|problem| !problem.warning) {
            continue;
        }
        read += 1;
        let errors: Vec<_> =
            queries.iter().filter_map(|query| Program::compile(query, &Any, &settings).err()).flatten().collect();
        compiled += usize::from(errors.is_empty());
        for error in errors {
            if let Some((_, rest)) = error.message.split_once("the function ")
                && let Some((name, _)) = rest.split_once(" is not supported")
            {
                *lacking.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    println!("{total} queries, {read} read, {compiled} compiled; functions that lack: {lacking:?}");
    let unexplained: Vec<&String> = lacking
        .keys()
        .filter(|name| missing(Language::Kql, name).is_none() && !ROWS.contains(&name.as_str()))
        .collect();
    assert!(unexplained.is_empty(), "functions lack without a reason: {unexplained:?}");
}
