//! Every built-in rule fires on its true samples in each family of records that it claims, and on none of its near-misses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use ddefend_content::Content;
use ddefend_event::Mapping;
use ddefend_hunt::sample::{Sample, Samples, Trial};
use ddefend_rule::front::sigma;
use std::collections::BTreeSet;
use std::sync::Arc;

const SCHEMAS: [&str; 5] = ["windows", "sysmon", "security", "defender", "ecs"];

fn trial(content: &Content, disabled_filters: Vec<String>) -> Trial {
    let options = sigma::Options { placeholders: content.placeholders().unwrap(), disabled_filters };
    let set = sigma::read(&content.rules(), &options);
    let problems: Vec<_> = set.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    Trial::new(set, Arc::new(content.mapping().unwrap()), content.wording().unwrap())
}

fn id(trial: &Trial, name: &str) -> Option<String> {
    let rules = trial.set().rules.iter().map(|rule| &rule.meta);
    let metas = rules.chain(trial.set().correlations.iter().map(|rule| &rule.meta));
    metas.filter(|meta| meta.name.as_deref() == Some(name)).map(|meta| meta.id.clone()).next()
}

fn samples(content: &Content) -> Vec<(String, Samples)> {
    let read = |(file, text): (String, String)| {
        let samples = Samples::read(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".samples.yml").to_owned();
        (name, samples)
    };
    content.rule_samples().into_iter().map(read).collect()
}

/// What is wrong with a sample in a family, if anything.
fn wrong(trial: &Trial, mapping: &Mapping, rule: &str, schema: &str, sample: &Sample) -> Option<String> {
    let events = match sample.events(mapping, schema) {
        Ok(events) => events,
        // A near-miss that the family cannot say is no near-miss there.
        Err(error) => return sample.fires.then(|| error.to_string()),
    };
    let fired = trial.fired(&events);
    if let [event] = events.as_slice() {
        let naive = trial.naive(event);
        let lost: Vec<_> = naive.difference(&fired).collect();
        if !lost.is_empty() {
            return Some(format!("the naive evaluator also says {lost:?}"));
        }
    }
    (fired.contains(rule) != sample.fires).then(|| format!("fired: {}", fired.contains(rule)))
}

#[test]
fn rules_fire_on_their_samples_and_on_no_near_miss() {
    let content = Content::load().unwrap();
    let mapping = content.mapping().unwrap();
    let trial = trial(&content, Vec::new());
    let mut bad = Vec::new();
    for (name, samples) in samples(&content) {
        let Some(rule) = id(&trial, &name) else { continue };
        for schema in SCHEMAS {
            for sample in samples.samples.iter().filter(|sample| sample.claims(&samples.schemas, schema)) {
                if let Some(why) = wrong(&trial, &mapping, &rule, schema, sample) {
                    bad.push(format!("{name}, {schema}, {}: {why}", sample.name));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{} samples:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn filters_take_away_their_samples_and_no_near_miss() {
    let content = Content::load().unwrap();
    let mapping = content.mapping().unwrap();
    let with = trial(&content, Vec::new());
    for (name, samples) in samples(&content).into_iter().filter(|(name, _)| id(&with, name).is_none()) {
        let without = trial(&content, vec![name.clone()]);
        for sample in &samples.samples {
            for schema in SCHEMAS.iter().filter(|schema| sample.claims(&samples.schemas, schema)) {
                let events = sample.events(&mapping, schema).unwrap();
                let (off, on): (BTreeSet<_>, BTreeSet<_>) = (without.fired(&events), with.fired(&events));
                let taken = off.difference(&on).count();
                assert!(!off.is_empty(), "{name}, {schema}, {}: nothing fires even without the filter", sample.name);
                assert_eq!(taken > 0, sample.fires, "{name}, {schema}, {}: {taken} taken away", sample.name);
            }
        }
    }
}
