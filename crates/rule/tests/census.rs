//! Every active rule of the public corpus loads. Needs `DDEFEND_DATA`.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma::{Options, read};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const FOLDERS: [(&str, usize); 5] = [
    ("rules", 3141),
    ("rules-emerging-threats", 473),
    ("rules-threat-hunting", 140),
    ("rules-compliance", 3),
    ("rules-placeholder", 23),
];

fn corpus() -> Option<PathBuf> {
    let data = std::env::var_os("DDEFEND_DATA");
    if data.is_none() {
        println!("SKIPPED: DDEFEND_DATA is not set");
    }
    Some(PathBuf::from(data?).join("rules/sigma"))
}

fn files(root: &Path, folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![root.join(folder)];
    while let Some(place) = waiting.pop() {
        for entry in std::fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Ids and codes only.
fn summary(set: &RuleSet, files: &[(String, String)]) -> String {
    let mut out = String::new();
    let texts: BTreeMap<&str, &str> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    for problem in &set.problems {
        let text = texts.get(problem.file.as_str()).copied().unwrap_or_default();
        let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or("?");
        let kind = if problem.warning { "warning" } else { "refused" };
        writeln!(out, "{}\t{kind}\t{}\t{}", id.trim(), problem.code, problem.line).unwrap();
    }
    out
}

#[test]
fn all_active_rules_load() {
    let Some(root) = corpus() else { return };
    let mut all = Vec::new();
    for (folder, count) in FOLDERS {
        let files = files(&root, folder);
        let set = read(&files, &Options::default());
        let refused: Vec<String> =
            set.problems.iter().filter(|problem| !problem.warning).map(ToString::to_string).collect();
        assert_eq!(refused, Vec::<String>::new(), "{folder}");
        assert_eq!(set.rules.len(), count, "{folder}");
        all.extend(files);
    }
    let start = std::time::Instant::now();
    let set = read(&all, &Options::default());
    println!("{} rules in {:?}", set.rules.len(), start.elapsed());
    golden("census.tsv", &summary(&set, &all));
}

#[test]
fn retired_rules_load_or_say_why() {
    let Some(root) = corpus() else { return };
    let mut all = files(&root, "deprecated");
    all.extend(files(&root, "unsupported"));
    let set = read(&all, &Options::default());
    assert!(set.problems.iter().all(|problem| problem.line > 0), "every problem has a line");
    golden("census-retired.tsv", &summary(&set, &all));
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, known, "{name} differs; DDEFEND_UPDATE=1 writes it");
}
