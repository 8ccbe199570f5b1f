//! The rules of Elastic's repository: all but those with named gaps are read, compiled and run over empty tables.
//! `docs/reference/corpus-elastic.tsv` has the counts.

use crate::harness::{Open, read, settings};
use ddefend_query::Program;
use ddefend_rule::ir::query::Language;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[test]
fn public_rules_run() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let path = std::path::Path::new(&data).join("rules/eql-and-kuery.jsonl");
    let text = std::fs::read_to_string(path).expect("corpus");
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let rule: Value = serde_json::from_str(line).expect("json");
        let query = rule["query"].as_str().expect("query");
        let (name, language) = match rule["language"].as_str().expect("language") {
            "eql" => ("eql", Language::Eql),
            "kuery" => ("kuery", Language::Kuery),
            _ => ("esql", Language::Esql),
        };
        let count = counts.entry(name).or_default();
        count[0] += 1;
        let (queries, problems) = read(language, query);
        let Some(query) = queries.first() else {
            let first = problems.iter().find(|problem| !problem.warning).expect("a reason");
            *reasons.entry(format!("{name}\t{}\t{}", first.code, first.message)).or_default() += 1;
            continue;
        };
        count[1] += 1;
        match Program::compile(query, &Open, &settings()) {
            Ok(program) => {
                count[2] += 1;
                let mut rows = 0;
                let ran = program.start().finish(&mut |_| rows += 1).is_ok();
                count[3] += usize::from(ran);
            }
            Err(errors) => {
                let first = errors.first().expect("a reason");
                *reasons.entry(format!("{name}\t{}\t{}", first.code, first.message)).or_default() += 1;
            }
        }
    }
    let mut table = String::from("language\tqueries\tread\tcompiled\trun\n");
    let mut sum = [0; 4];
    for (name, count) in &counts {
        let _ = writeln!(table, "{name}\t{}\t{}\t{}\t{}", count[0], count[1], count[2], count[3]);
        sum.iter_mut().zip(count).for_each(|(sum, count)| *sum += count);
    }
    let _ = writeln!(table, "all\t{}\t{}\t{}\t{}", sum[0], sum[1], sum[2], sum[3]);
    table += "\nlanguage\tcode\treason\tqueries\n";
    for (reason, count) in &reasons {
        let _ = writeln!(table, "{reason}\t{count}");
    }
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/corpus-elastic.tsv");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(kept, &table).expect("write");
    }
    assert_eq!(std::fs::read_to_string(kept).unwrap_or_default(), table, "DDEFEND_UPDATE=1 writes it");
    assert!(sum[3] * 100 >= sum[0] * 95, "{sum:?}");
}
