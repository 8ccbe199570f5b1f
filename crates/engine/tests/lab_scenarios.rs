//! The scenarios of the lab as data: they can be read, name what exists, and cover what they are for.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

use ddefend_content::Content;
use ddefend_lab::Scenario;
use ddefend_model::case::Verdict;
use ddefend_rule::front::sigma;
use std::collections::{BTreeMap, BTreeSet};

fn scenarios() -> Vec<(&'static str, Scenario)> {
    let content = Content::load().unwrap();
    let read = |(path, text): &(&'static str, &'static str)| {
        (*path, Scenario::read(text).map_err(|error| format!("{path}: {error}")).unwrap())
    };
    content.scenario_texts().iter().filter(|(path, _)| path.ends_with(".yml")).map(read).collect()
}

#[test]
fn scenarios_name_what_exists() {
    let content = Content::load().unwrap();
    let options = sigma::Options { placeholders: content.placeholders().unwrap(), ..sigma::Options::default() };
    let set = sigma::read(&content.rules(), &options);
    let metas = set.rules.iter().map(|rule| &rule.meta).chain(set.correlations.iter().map(|it| &it.meta));
    let names: BTreeSet<&str> = metas.filter_map(|meta| meta.name.as_deref()).collect();
    for (path, scenario) in scenarios() {
        assert_eq!(path, format!("lab/{}.yml", scenario.id));
        assert!(!scenario.title.is_empty() && !scenario.text.is_empty() && !scenario.source.is_empty(), "{path}");
        let wanted = &scenario.expected;
        for name in &wanted.detections {
            assert!(names.contains(&**name) && !name.starts_with("seed_"), "{path}: {name} is no rule of ours");
        }
        assert!(wanted.detections.is_sorted(), "{path}");
        assert!(Verdict::ALL.iter().any(|verdict| verdict.as_str() == wanted.verdict), "{path}: {}", wanted.verdict);
        assert!(["escalate", "close", "open"].contains(&&*wanted.outcome), "{path}: {}", wanted.outcome);
        assert!(wanted.answers.len() >= 10, "{path} fixes {} answers", wanted.answers.len());
        for (question, answer) in &wanted.answers {
            let number: Option<u8> = question.strip_prefix('Q').and_then(|number| number.parse().ok());
            assert!(number.is_some_and(|number| number <= 13), "{path}: {question}");
            let word = answer.split(' ').next().unwrap();
            assert!(["yes", "no", "unknown"].contains(&word), "{path}: {question} {answer}");
        }
        let paths = scenario.files.iter().map(|file| &file.path).chain(scenario.mails.iter().map(|mail| &mail.path));
        let paths: BTreeSet<&String> = paths.collect();
        for path_of_finding in wanted.findings.keys() {
            assert!(paths.contains(path_of_finding), "{path}: {path_of_finding}");
        }
    }
}

#[test]
fn every_group_has_its_scenarios() {
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for (_, scenario) in scenarios() {
        *groups.entry(scenario.group).or_default() += 1;
    }
    assert_eq!(groups["seed"], 4);
    assert_eq!(groups["atomic"], 3);
    for group in ["true-positive", "blocked", "benign", "missing-data", "adversarial"] {
        assert!(groups[group] >= 8, "{group}: {}", groups[group]);
    }
}
