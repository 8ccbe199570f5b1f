//! Every query of the corpus: how many parse and lower, and what the others lack by name. The figures are committed.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use ddefend_kql::read;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn the_corpus_is_read() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let text = std::fs::read_to_string(Path::new(&data).join("rules/kql-queries.jsonl")).unwrap();
    let (mut all, mut parsed, mut lowered) = (0_usize, 0_usize, 0_usize);
    let mut lacks: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let (queries, problems) = read(row["path"].as_str().unwrap(), row["query"].as_str().unwrap());
        all += 1;
        parsed += usize::from(problems.iter().all(|problem| problem.warning || problem.code == "query.unsupported"));
        match problems.iter().find(|problem| !problem.warning) {
            None => {
                assert!(!queries.is_empty(), "{line}");
                lowered += 1;
            }
            Some(problem) => {
                assert!(problem.line > 0 && problem.column > 0, "{problem}");
                let what =
                    if problem.code == "query.syntax" { "refused by Microsoft's parser too" } else { &problem.message };
                *lacks.entry(format!("{}\t{what}", problem.code)).or_default() += 1;
            }
        }
    }
    let mut lines: Vec<(usize, String)> = lacks.into_iter().map(|(what, count)| (count, what)).collect();
    lines.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut out =
        format!("queries\tcode\twhat\n{all}\tall\t\n{parsed}\tparsed\t\n{lowered}\tread\tparsed and lowered\n");
    for (count, what) in lines {
        out.push_str(&format!("{count}\t{what}\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/corpus-kql.tsv");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &out).unwrap();
    }
    assert!(lowered * 100 >= all * 95, "{lowered} of {all}\n{out}");
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), out, "run with DDEFEND_UPDATE=1");
}
