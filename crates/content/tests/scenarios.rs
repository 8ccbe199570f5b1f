//! The scenarios of the lab have the lab's shape.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_content::Content;
use ddefend_lab::Scenario;
use std::collections::BTreeSet;

#[test]
fn every_scenario_is_one_and_is_called_like_its_file() {
    let groups = ["true-positive", "blocked", "benign", "missing-data", "adversarial", "seed", "atomic"];
    let mut ids = BTreeSet::new();
    for (path, text) in Content::load().unwrap().scenario_texts() {
        let scenario = Scenario::read(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(*path, format!("lab/{}.yml", scenario.id), "the file is called like its id");
        assert!(groups.contains(&&*scenario.group), "{path}: group {}", scenario.group);
        assert!(!scenario.title.is_empty() && !scenario.text.is_empty(), "{path}: title and text");
        assert!(ids.insert(scenario.id), "{path}: an id twice");
    }
    assert!(ids.contains("word-ddeauto"));
}
