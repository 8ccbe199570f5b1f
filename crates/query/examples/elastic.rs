//! For `scripts/eql-peer`: reads JSON lines of a query with events, writes which events (or which sequences) it finds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

#[path = "../tests/elastic/harness.rs"]
mod harness;

use ddefend_query::Program;
use ddefend_rule::ir::query::Language;
use serde_json::{Value, json};
use std::io::BufRead as _;

fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(task) = serde_json::from_str::<Value>(&line) else { continue };
        println!("{}", answer(&task));
    }
}

fn answer(task: &Value) -> Value {
    let query = task["query"].as_str().unwrap_or_default();
    let events = task["events"].as_array().cloned().unwrap_or_default();
    let (queries, problems) = harness::read(Language::Eql, query);
    let Some(first) = queries.first() else {
        return json!({"error": problems.first().map(ToString::to_string)});
    };
    if let Err(errors) = Program::compile(first, &harness::Open, &harness::settings()) {
        return json!({"error": errors.first().map(ToString::to_string)});
    }
    let mut found: Vec<Vec<Value>> = Vec::new();
    let mut last = None;
    for row in harness::rows(Language::Eql, query, &events) {
        let sequence = row.get("sequence.id").cloned();
        let id = row.get("id").cloned().unwrap_or_default();
        match found.last_mut() {
            Some(same) if sequence.is_some() && sequence == last => same.push(id),
            _ => found.push(vec![id]),
        }
        last = sequence;
    }
    json!({"found": found})
}
