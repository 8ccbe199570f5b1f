//! The analytics of MITRE's Cyber Analytics Repository.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_rule::front::car;
use std::path::Path;
use yaml_serde::Value;

/// Every analytic's pseudocode, by id.
fn analytics(root: &Path) -> Vec<(String, String)> {
    let folder = root.join("rules/car/analytics");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the analytics").map(|it| it.expect("entry").path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a file");
        let Ok(value) = yaml_serde::from_str::<Value>(&text) else { continue };
        let implementations = value.get("implementations").and_then(Value::as_sequence).cloned().unwrap_or_default();
        for implementation in implementations {
            let is_pseudocode =
                implementation.get("type").and_then(Value::as_str).is_some_and(|it| it.contains("seudocode"));
            let code = implementation.get("code").and_then(Value::as_str).filter(|_| is_pseudocode);
            let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
            found.extend(code.map(|code| (id, code.to_owned())));
        }
    }
    found
}

#[test]
fn the_corpus_is_read() {
    let Some(root) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("skipped: DDEFEND_DATA is not set");
        return;
    };
    let analytics = analytics(Path::new(&root));
    let mut refused = Vec::new();
    let (mut undefined, mut no_output) = (0, 0);
    for (id, code) in &analytics {
        let (queries, problems) = car::read(id, code);
        undefined += usize::from(problems.iter().any(|it| it.code == "query.undefined"));
        no_output += usize::from(problems.iter().any(|it| it.code == "query.no-output"));
        if queries.is_empty() {
            let why = problems.iter().find(|it| !it.warning).map_or_else(String::new, ToString::to_string);
            refused.push(why);
        }
    }
    println!(
        "{} analytics, {} read, {undefined} name what is not defined, {no_output} put nothing out",
        analytics.len(),
        analytics.len() - refused.len()
    );
    println!("{}", refused.join("\n"));
    assert_eq!(analytics.len(), 94);
    assert!(refused.len() <= 20, "{refused:#?}");
}
