//! What must hold of the content beyond its shape.

use crate::{Content, explain};
use ddefend_model::posture::fault;
use ddefend_model::{code, trick};
use std::collections::BTreeSet;

pub(crate) fn problems(content: &Content) -> Vec<String> {
    let mut problems = Vec::new();
    match explain::read() {
        Ok(_) => {}
        Err(error) => problems.push(error.to_string()),
    }
    let mut ids = BTreeSet::new();
    for explanation in content.explanations() {
        if !ids.insert(explanation.id.as_str()) {
            problems.push(format!("'{}' is explained twice", explanation.id));
        }
        let mut texts = vec![&explanation.what, &explanation.why];
        if explanation.more.is_empty() {
            texts.extend([&explanation.verify, &explanation.false_positives]);
        }
        if texts.iter().any(|text| text.trim().is_empty()) {
            problems.push(format!("the explanation of '{}' has an empty text", explanation.id));
        }
        problems.extend(explanation.techniques.iter().filter(|id| !is_technique(id)).map(|id| bad_technique(id)));
    }
    let knowledge = content.knowledge();
    let findings = knowledge.rules().iter().map(|rule| rule.id.as_str()).chain([knowledge.incomplete_id()]);
    let named = [trick::ALL, code::ALL, fault::ALL].into_iter().flatten().copied();
    for id in findings.chain(named) {
        if !ids.contains(id) {
            problems.push(format!("'{id}' is not explained"));
        }
    }
    problems.extend(knowledge.techniques().filter(|id| !is_technique(id)).map(bad_technique));
    problems.extend(knowledge.named_tags().filter_map(|tag| bad_tag(tag, content)));
    if content.passwords().office_defaults.is_empty() {
        problems.push("no default passwords".to_owned());
    }
    problems
}

fn bad_technique(id: &str) -> String {
    format!("'{id}' is no ATT&CK technique id")
}

/// `T1559` or `T1559.002`.
fn is_technique(id: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = id.strip_prefix('T') else { return false };
    match rest.split_once('.') {
        Some((main, sub)) => digits(main, 4) && digits(sub, 3),
        None => digits(rest, 4),
    }
}

/// A condition that names a tag which nothing sets would silently never hold.
fn bad_tag(tag: &str, content: &Content) -> Option<String> {
    let known = ddefend_dde::facts::known_tag(tag, content.knowledge());
    (!known).then(|| format!("no link ever has the tag '{tag}'"))
}
