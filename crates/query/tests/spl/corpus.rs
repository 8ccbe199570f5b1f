//! The public searches with their macros, over empty tables: read, compiled, run. The figures are committed.

use crate::harness::{compiled, settings};
use ddefend_spl::{Macros, read};
use std::collections::BTreeMap;
use std::path::Path;

fn macros(data: &Path) -> Macros {
    let mut macros = Macros::new();
    for entry in std::fs::read_dir(data.join("rules/splunk-macros")).expect("macros") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        macros.read(&path.to_string_lossy(), &text).expect("a macro");
    }
    macros
}

#[test]
fn the_corpus_runs_on_empty_tables() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let data = Path::new(&data);
    let macros = macros(data);
    let text = std::fs::read_to_string(data.join("rules/spl-searches.jsonl")).expect("the corpus");
    let (mut all, mut parsed, mut good) = (0_u32, 0_u32, 0_u32);
    let mut lacks: BTreeMap<String, u32> = BTreeMap::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let search = row["search"].as_str().unwrap_or_default();
        all += 1;
        let (queries, problems) = read("corpus", search, &macros);
        if queries.is_empty() {
            let problem = problems.iter().find(|problem| !problem.warning).expect("a problem");
            *lacks.entry(format!("{}\t{}", problem.code, problem.message)).or_default() += 1;
            continue;
        }
        parsed += 1;
        let run = compiled(search, &macros, &settings())
            .and_then(|program| program.start().finish(&mut |_| ()).map_err(|error| format!("{error:?}")));
        match run {
            Ok(()) => good += 1,
            Err(error) => {
                if std::env::var_os("DDEFEND_SHOW").is_some() {
                    eprintln!("{}: {error}", row["name"]);
                }
                *lacks.entry(format!("run\t{}", error.replace(['\n', '\t'], " "))).or_default() += 1;
            }
        }
    }
    let mut lines: Vec<(u32, String)> = lacks.into_iter().map(|(what, count)| (count, what)).collect();
    lines.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut out = format!("searches\tcode\twhat\n{all}\tall\t\n{parsed}\tread\t\n{good}\trun\t\n");
    for (count, what) in lines {
        out.push_str(&format!("{count}\t{what}\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/corpus-spl.tsv");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &out).expect("the table");
    }
    assert!(good * 100 >= all * 90, "{good} of {all}\n{out}");
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), out, "run with DDEFEND_UPDATE=1");
}
