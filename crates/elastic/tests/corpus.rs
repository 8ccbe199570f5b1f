//! The rules of Elastic's repository: how many are read.

use serde_json::Value;

#[test]
fn elastic_rules_are_read() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let path = std::path::Path::new(&data).join("rules/eql-and-kuery.jsonl");
    let text = std::fs::read_to_string(path).expect("corpus");
    let mut counts = std::collections::BTreeMap::<String, (usize, usize)>::new();
    for line in text.lines() {
        let rule: Value = serde_json::from_str(line).expect("json");
        let (language, query) = (rule["language"].as_str().unwrap(), rule["query"].as_str().unwrap());
        let (queries, problems) = match language {
            "eql" => ddefend_elastic::eql::read("q", query),
            "kuery" => ddefend_elastic::kuery::read("q", query),
            _ => continue,
        };
        let entry = counts.entry(language.to_owned()).or_default();
        entry.0 += 1;
        entry.1 += usize::from(!queries.is_empty());
        if queries.is_empty() {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            eprintln!("{} {first}", rule["path"].as_str().unwrap());
        }
    }
    eprintln!("{counts:?}");
    for (language, (all, read)) in counts {
        assert!(read * 100 >= all * 92, "{language}: {read} of {all}");
    }
}
