//! Hostile texts: no panic, no long run, and a problem with a place instead of a query that fills the memory.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test"
)]

use ddefend_kql::read;
use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};

/// Unoptimised and on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn refused(text: &str, code: &str) {
    let started = Instant::now();
    let (_, problems) = read("hostile", text);
    assert!(started.elapsed() < PATIENCE, "{:?} for {}", started.elapsed(), &text[..40]);
    let problem = problems.first().unwrap_or_else(|| panic!("taken: {}", &text[..40]));
    assert_eq!(problem.code, code, "{problem}");
}

#[test]
fn nesting_is_bounded() {
    const MANY: usize = 100_000;
    for (open, close) in [("(", ")"), ("not(", ")"), ("dynamic([", "])"), ("-", ""), ("f(", ")"), ("(T | where ", ")")]
    {
        refused(&format!("T | where {}1{}", open.repeat(MANY), close.repeat(MANY)), "query.limit");
    }
    refused(&format!("T | where x in ({}1{})", "x in (".repeat(MANY), ")".repeat(MANY)), "query.limit");
    refused(&format!("print dynamic({}1{})", "[".repeat(MANY), "]".repeat(MANY)), "query.limit");
    refused(&format!("print dynamic({}1{})", "{\"a\":".repeat(MANY), "}".repeat(MANY)), "query.limit");
    refused(&format!("{}T{}", "union (".repeat(MANY), ")".repeat(MANY)), "query.limit");
    refused(&format!("let f = {}1{}", "() { let g = ".repeat(1_000), "; g }".repeat(1_000)), "query.limit");
}

#[test]
fn chains_are_bounded() {
    refused(&format!("print 1{}", " + 1".repeat(100_000)), "query.limit");
    refused(&format!("print a{}", ".b".repeat(100_000)), "query.limit");
    refused(&format!("print a{}", "[0]".repeat(100_000)), "query.limit");
    // Chains in the leftmost brackets of chains.
    let chain = " + 1".repeat(150);
    let nested = format!("print {}1{}", "(".repeat(40), format!("{chain})").repeat(40));
    refused(&nested, "query.limit");
}

#[test]
fn long_lists_and_chains_of_or_are_taken() {
    let list: Vec<String> = (0..20_000).map(|number| format!("\"v{number}\"")).collect();
    assert_eq!(read("list", &format!("T | where x in~ ({})", list.join(","))).1, []);
    assert_eq!(read("list", &format!("T | where x in~ (dynamic([{}]))", list.join(","))).1, []);
    let terms: Vec<String> = (0..5_000).map(|number| format!("x == {number}")).collect();
    assert_eq!(read("or", &format!("T | where {}", terms.join(" or "))).1, []);
    assert_eq!(read("pipes", &format!("T{}", " | where x == 1".repeat(5_000))).1, []);
}

#[test]
fn definitions_that_double_are_bounded() {
    let mut scalars = "let x0 = strcat(\"a\", \"b\");\n".to_owned();
    let mut tables = "let t0 = T | where a == 1;\n".to_owned();
    let mut functions = "let f0 = (x: long) { x + 1 };\n".to_owned();
    let mut rows = "let g0 = () { T | where a == 1 };\n".to_owned();
    let mut chain = "let c0 = 1;\n".to_owned();
    for number in 1..60 {
        let last = number - 1;
        scalars.push_str(&format!("let x{number} = strcat(x{last}, x{last});\n"));
        tables.push_str(&format!("let t{number} = t{last} | join (t{last}) on a | union t{last};\n"));
        functions.push_str(&format!("let f{number} = (x: long) {{ f{last}(f{last}(x)) + f{last}(x) }};\n"));
        rows.push_str(&format!("let g{number} = () {{ g{last}() | union g{last}() }};\n"));
    }
    for number in 1..3_000 {
        let last = number - 1;
        chain.push_str(&format!("let c{number} = c{last} + 1;\nprint c{number};\n"));
    }
    refused(&format!("{scalars}print x59"), "query.limit");
    refused(&format!("{functions}print f59(1)"), "query.limit");
    refused(&format!("{rows}g59()"), "query.limit");
    refused(&chain, "query.limit");
    // Tables are shared: these sixty are nothing.
    let (queries, problems) = read("tables", &format!("{tables}t50"));
    assert_eq!(problems, []);
    assert!(queries[0].shared.len() <= 60);
}

#[test]
fn a_definition_does_not_see_itself() {
    let (queries, problems) = read("self", "let f = (x: long) { f(x) };\nprint f(1)");
    assert_eq!(problems, []);
    assert_eq!(queries.len(), 1, "the inner f is a function of the service");
}

#[test]
fn damaged_queries_of_the_corpus() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let text = std::fs::read_to_string(Path::new(&data).join("rules/kql-queries.jsonl")).unwrap();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |limit: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % limit.max(1) as u64).unwrap()
    };
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut query: Vec<char> = row["query"].as_str().unwrap().chars().collect();
        for _ in 0..4 {
            let at = random(query.len());
            match random(3) {
                0 => query.truncate(at),
                1 => drop(query.drain(at..(at + random(8)).min(query.len()))),
                _ => query.insert(at, ['(', ')', '|', '"', ';', '=', '.', '*', '['][random(9)]),
            }
        }
        let query: String = query.into_iter().collect();
        let (_, problems) = read("damaged", &query);
        assert!(problems.iter().all(|problem| !problem.message.is_empty()));
    }
}

const WORDS: &[&str] = &[
    "T",
    "x",
    "a",
    "let",
    "where",
    "extend",
    "summarize",
    "project",
    "project-away",
    "join",
    "union",
    "on",
    "by",
    "in",
    "in~",
    "!in",
    "has",
    "has_any",
    "!has",
    "between",
    "matches",
    "regex",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ",",
    ";",
    ":",
    ".",
    "..",
    "=",
    "==",
    "=~",
    "!=",
    "<",
    "+",
    "-",
    "*",
    "/",
    "%",
    "\"s\"",
    "'t'",
    "@\"v\"",
    "1",
    "1.5",
    "2h",
    "dynamic",
    "view",
    "datetime(2024-01-01)",
    "int(null)",
    "toscalar",
    "materialize",
    "datatable",
    "externaldata",
    "mv-expand",
    "mv-apply",
    "parse",
    "with",
    "make-series",
    "step",
    "from",
    "to",
    "range",
    "print",
    "find",
    "search",
    "evaluate",
    "invoke",
    "typeof",
    "$left",
    "$right",
    "sort",
    "asc",
    "nulls",
    "first",
    "kind",
    "inner",
    "top",
    "of",
    "scan",
    "as",
    "f",
    "string",
    "['q']",
    "and",
    "or",
    "not",
    "partition",
    "lookup",
    "distinct",
    "count",
    "desc",
    "limit",
    "default",
    "true",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn soup_of_tokens(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..60)) {
        let text = words.join(" ");
        let (queries, problems) = read("soup", &text);
        prop_assert!(!queries.is_empty() || !problems.is_empty());
    }

    #[test]
    fn any_text(text in ".{0,200}") {
        let (queries, problems) = read("any", &text);
        prop_assert!(!queries.is_empty() || !problems.is_empty());
    }
}
