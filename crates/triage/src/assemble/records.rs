//! Raw records that evidence refers to.

use crate::CaseEvidence;
use ddefend_model::Shown;
use ddefend_model::case::{Case, RawRecord};
use std::collections::{BTreeMap, BTreeSet};

/// Every record that something in the case refers to, by its key.
pub(super) fn records(evidence: &CaseEvidence, case: &Case) -> BTreeMap<String, RawRecord> {
    let answers = case.answers.iter().flat_map(|answer| &answer.evidence);
    let story = case.story.iter().flat_map(|step| &step.evidence);
    let nodes = case.nodes.iter().flat_map(|node| &node.evidence);
    let edges = case.edges.iter().flat_map(|edge| &edge.evidence);
    let all = answers.chain(story).chain(nodes).chain(edges);
    let wanted: BTreeSet<&str> = all.map(|one| one.record.as_str()).filter(|key| !key.is_empty()).collect();
    let mut records: BTreeMap<String, RawRecord> = BTreeMap::new();
    if wanted.is_empty() {
        return records;
    }
    for fact in &evidence.facts {
        let key = fact.key();
        if !wanted.contains(key.as_str()) {
            continue;
        }
        let record = records.entry(key).or_insert_with(|| RawRecord { event: fact.place(), fields: Vec::new() });
        // One record may be told of as several kinds of facts.
        for (field, value) in fact.spec.fields.iter().zip(&fact.values) {
            let Some(value) = value.as_deref() else { continue };
            if !record.fields.iter().any(|known| *known.field == **field) {
                record.fields.push(Shown { field: field.to_string(), value: value.to_owned() });
            }
        }
    }
    records
}
