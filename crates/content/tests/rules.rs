//! The built-in rules: each reads as Sigma, has what a rule of this pack must have, and names only what exists.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use ddefend_content::{Content, Techniques};
use rsigma_parser::{SigmaCollection, parse_sigma_yaml};
use std::collections::{BTreeMap, BTreeSet};

fn content() -> Content {
    Content::load().unwrap()
}

fn parsed() -> Vec<(String, SigmaCollection)> {
    let files = content().rules();
    assert!(!files.is_empty());
    files
        .into_iter()
        .map(|(name, text)| {
            let read = parse_sigma_yaml(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.errors.is_empty(), "{name}: {:?}", read.errors);
            assert_eq!(read.len(), 1, "{name}: one rule a file");
            (name, read)
        })
        .collect()
}

/// Name, id, tags, texts of a rule, correlation or filter.
struct Told {
    file: String,
    id: String,
    name: String,
    tags: Vec<String>,
    techniques: bool,
    complete: bool,
}

fn told() -> Vec<Told> {
    parsed()
        .into_iter()
        .map(|(file, read)| {
            if let Some(rule) = read.rules.first() {
                let complete = rule.level.is_some()
                    && rule.status.is_some()
                    && rule.description.is_some()
                    && !rule.references.is_empty()
                    && !rule.falsepositives.is_empty()
                    && rule.custom_attributes.contains_key("tuning");
                let (id, name) = (rule.id.clone().unwrap_or_default(), rule.name.clone().unwrap_or_default());
                Told { file, id, name, tags: rule.tags.clone(), techniques: true, complete }
            } else if let Some(rule) = read.correlations.first() {
                let complete = rule.level.is_some()
                    && rule.status.is_some()
                    && rule.description.is_some()
                    && !rule.references.is_empty()
                    && !rule.falsepositives.is_empty()
                    && rule.custom_attributes.contains_key("tuning");
                let (id, name) = (rule.id.clone().unwrap_or_default(), rule.name.clone().unwrap_or_default());
                Told { file, id, name, tags: rule.tags.clone(), techniques: true, complete }
            } else {
                let rule = &read.filters[0];
                let complete = rule.description.is_some() && rule.custom_attributes.contains_key("default");
                let (id, name) = (rule.id.clone().unwrap_or_default(), rule.name.clone().unwrap_or_default());
                Told { file, id, name, tags: rule.tags.clone(), techniques: false, complete }
            }
        })
        .collect()
}

#[test]
fn every_rule_is_complete_and_has_an_id_and_name_of_its_own() {
    let mut ids = BTreeSet::new();
    for rule in told() {
        assert!(
            rule.complete,
            "{}: status, level, description, references, falsepositives or tuning is missing",
            rule.file
        );
        assert!(is_uuid(&rule.id), "{}: '{}' is no UUID", rule.file, rule.id);
        assert!(ids.insert(rule.id.clone()), "{}: the id is taken", rule.file);
        let stem = rule.file.rsplit('/').next().unwrap().trim_end_matches(".yml");
        assert_eq!(rule.name, stem, "a rule's name is its file's");
    }
}

#[test]
fn every_tag_is_a_current_technique_or_tactic() {
    let techniques = content().techniques().unwrap();
    for rule in told() {
        assert!(!rule.techniques || !rule.tags.is_empty(), "{}: no ATT&CK tag", rule.file);
        for tag in &rule.tags {
            assert!(known(&techniques, tag), "{}: tag '{tag}' is not in content/attack/techniques.toml", rule.file);
        }
    }
    assert_eq!(techniques.current("T1173"), Some(("T1559.002", "Inter-Process Communication: Dynamic Data Exchange")));
    let dead: Vec<_> = techniques.replaced.values().filter(|id| !techniques.technique.contains_key(*id)).collect();
    assert!(dead.is_empty(), "{dead:?}");
}

fn known(techniques: &Techniques, tag: &str) -> bool {
    let Some(name) = tag.strip_prefix("attack.") else { return false };
    techniques.tactic.contains_key(name) || techniques.technique.contains_key(&name.to_uppercase())
}

fn is_uuid(id: &str) -> bool {
    let groups: Vec<_> = id.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[test]
fn every_rule_has_samples() {
    let samples: BTreeSet<_> = content().rule_samples().into_iter().map(|(name, _)| name).collect();
    let wanted: BTreeSet<_> =
        content().rules().into_iter().map(|(name, _)| name.replace(".yml", ".samples.yml")).collect();
    assert_eq!(samples, wanted);
}

#[test]
fn the_placeholders_that_rules_use_and_those_of_an1393_have_values() {
    let placeholders = content().placeholders().unwrap();
    for name in ["AllowedParentChildPairs", "TimeWindow", "SuspiciousDLLList"] {
        assert!(placeholders.contains_key(name), "{name}");
    }
    let texts: BTreeMap<_, _> = content().rules().into_iter().collect();
    for (file, text) in &texts {
        for line in text.lines().filter(|line| line.contains("|expand")) {
            let name = line.split('%').nth(1).unwrap_or_default();
            assert!(placeholders.get(name).is_some_and(|values| !values.is_empty()), "{file}: %{name}% has no values");
        }
        let span = text.lines().find_map(|line| line.trim().strip_prefix("timespan: "));
        let window = placeholders["TimeWindow"].first().unwrap();
        let own = text.contains("time-window: own");
        assert!(own || span.is_none_or(|span| span == window), "{file}: its timespan is not TimeWindow");
    }
}

#[test]
fn correlations_and_filters_point_at_rules_that_exist() {
    let names: BTreeSet<_> = told().into_iter().map(|rule| rule.name).collect();
    for (file, read) in parsed() {
        for name in read.correlations.iter().flat_map(|rule| &rule.rules) {
            assert!(names.contains(name), "{file}: there is no rule '{name}'");
        }
        for filter in &read.filters {
            if let rsigma_parser::FilterRuleTarget::Specific(rules) = &filter.rules {
                rules.iter().for_each(|name| assert!(names.contains(name), "{file}: there is no rule '{name}'"));
            } else {
                panic!("{file}: a filter of this pack names its rules");
            }
        }
    }
}
