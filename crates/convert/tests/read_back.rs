//! What is written is read back by the front ends of this workspace.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]

use ddefend_content::Content;
use ddefend_convert::{convert, targets};
use ddefend_language::{Language, Options};
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn read_back(set: &RuleSet, content: &Content) -> (BTreeMap<&'static str, (usize, usize)>, Vec<String>) {
    let (profiles, mapping) = (content.profiles().unwrap(), content.mapping().unwrap());
    let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for rule in &set.rules {
        for target in targets() {
            let count = counts.entry(target.name).or_default();
            let Ok(done) = convert(rule, target, &profiles, &mapping) else {
                count.1 += 1;
                continue;
            };
            count.0 += 1;
            let problems: Vec<String> = if target.language == Language::Sigma {
                let again = sigma::read(&[("a.yml".to_owned(), done.text.clone())], &sigma::Options::default());
                let mut problems: Vec<String> =
                    again.problems.iter().filter(|it| !it.warning).map(ToString::to_string).collect();
                if again.rules.len() != 1 {
                    problems.push(format!("{} rules", again.rules.len()));
                }
                problems
            } else {
                let read = ddefend_language::read(target.language, "a", &done.text, &Options::default());
                let mut problems: Vec<String> =
                    read.problems.iter().filter(|it| !it.warning).map(ToString::to_string).collect();
                if read.queries.len() != 1 {
                    problems.push(format!("{} queries", read.queries.len()));
                }
                problems
            };
            if let Some(problem) = problems.first() {
                wrong.push(format!("{} {}: {problem}\n{}", target.name, rule.meta.origin.file, done.text));
            }
        }
    }
    (counts, wrong)
}

fn told(counts: &BTreeMap<&'static str, (usize, usize)>, wrong: &[String]) {
    for (target, (done, refused)) in counts {
        println!("{target}\t{done} converted\t{refused} refused");
    }
    let mut by_target: BTreeMap<&str, usize> = BTreeMap::new();
    for text in wrong {
        *by_target.entry(text.split(' ').next().unwrap()).or_default() += 1;
    }
    println!("not read back: {by_target:?}");
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for text in wrong {
        let count = shown.entry(text.split(' ').next().unwrap()).or_default();
        *count += 1;
        if *count <= 3 {
            println!("{}\n", text.chars().take(1500).collect::<String>());
        }
    }
}

#[test]
fn built_in_rules_are_read_back() {
    let content = Content::load().unwrap();
    let set = sigma::read(
        &content.rules(),
        &sigma::Options { placeholders: content.placeholders().unwrap(), ..sigma::Options::default() },
    );
    let (counts, wrong) = read_back(&set, &content);
    told(&counts, &wrong);
    assert!(wrong.is_empty(), "{} texts are not read back", wrong.len());
}

#[test]
#[ignore = "minutes; needs DDEFEND_DATA"]
fn sigmas_windows_rules_are_read_back() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("DDEFEND_DATA is not set: nothing is tested");
        return;
    };
    let mut files = Vec::new();
    for folder in ["rules", "rules-emerging-threats", "rules-threat-hunting"] {
        collect(&PathBuf::from(&data).join("rules/sigma").join(folder), &mut files);
    }
    let set = sigma::read(&files, &sigma::Options::default());
    let (counts, wrong) = read_back(&set, &Content::load().unwrap());
    told(&counts, &wrong);
    assert!(wrong.is_empty(), "{} texts are not read back", wrong.len());
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.contains("product: windows") {
                files.push((path.display().to_string(), text));
            }
        }
    }
}
