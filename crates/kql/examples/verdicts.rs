//! What the reader says of each query of a file of JSON lines (`query` in each): `number TAB verdict` with the verdict
//! `ok` or the problems. For `scripts/kusto-peer`.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

fn main() {
    let file = std::env::args().nth(1).unwrap();
    for (number, line) in std::fs::read_to_string(file).unwrap().lines().enumerate() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let query = row["query"].as_str().unwrap_or_default();
        let (_, problems) = ddefend_kql::read(&number.to_string(), query);
        let problems = problems.iter().filter(|problem| !problem.warning);
        let told: Vec<String> = problems.map(|problem| format!("{} {problem}", problem.code)).collect();
        println!("{number}\t{}", if told.is_empty() { "ok".to_owned() } else { told.join(" || ") });
    }
}
