//! A layer of the ATT&CK Navigator (layer format 4.5): techniques scored by the widest way in of anybody, mitigations as
//! metadata. No time stands in it: the same audit gives the same layer.

use super::{PostureMeta, PostureRenderer, essence, shape};
use crate::escape;
use crate::foreign::{split_technique, technique_address};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, PostureSummary, Way};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Names that a comment tells of each state.
const NAMES: usize = 5;
/// Ways in of one technique that its metadata tells.
const WAYS: usize = 50;

pub(super) fn make(meta: &PostureMeta) -> Box<dyn PostureRenderer> {
    Box::new(Navigator {
        version: meta.version.clone(),
        content: meta.content.clone(),
        attack: meta.rules.iter().map(|rule| (rule.id.clone(), rule.attack.clone())).collect(),
        techniques: BTreeMap::new(),
        mitigations: BTreeMap::new(),
    })
}

/// What is known of one technique.
#[derive(Clone, Debug, Default)]
struct Technique {
    /// Per state: how many, and the first names.
    states: BTreeMap<&'static str, (u64, Vec<String>)>,
    /// Per title of a way in: counts by state.
    ways: BTreeMap<String, BTreeMap<&'static str, u64>>,
    worst: Option<Way>,
}

struct Navigator {
    version: String,
    content: String,
    /// Techniques of the ways in, by id.
    attack: BTreeMap<String, String>,
    techniques: BTreeMap<String, Technique>,
    /// Per mitigation: checks in order, checks in all.
    mitigations: BTreeMap<String, (u64, u64)>,
}

impl PostureRenderer for Navigator {
    fn audit(&mut self, audit: &Audit) -> String {
        for exposure in &audit.exposures {
            let id = shape::technique(&self.attack, exposure);
            let id = if id.is_empty() { shape::DDE } else { id };
            if split_technique(id).is_none() {
                continue;
            }
            let technique = self.techniques.entry(id.to_owned()).or_default();
            let state = exposure.state.as_str();
            let (count, names) = technique.states.entry(state).or_default();
            *count += 1;
            let name =
                format!("{}, {}", essence::name(audit), shape::product(&exposure.application, &exposure.version));
            if names.len() < NAMES {
                names.push(name);
            }
            if technique.ways.len() < WAYS || technique.ways.contains_key(&exposure.title) {
                *technique.ways.entry(exposure.title.clone()).or_default().entry(state).or_default() += 1;
            }
            if technique.worst.is_none_or(|worst| rank(exposure.state) > rank(worst)) {
                technique.worst = Some(exposure.state);
            }
        }
        for check in audit.checks.iter().filter(|check| !check.mitigation.is_empty()) {
            if self.mitigations.len() < 1_000 || self.mitigations.contains_key(&check.mitigation) {
                let (good, all) = self.mitigations.entry(check.mitigation.clone()).or_default();
                *good += u64::from(shape::in_order(check));
                *all += 1;
            }
        }
        String::new()
    }

    fn diagnostic(&mut self, _: &Diagnostic) -> String {
        String::new()
    }

    fn end(&mut self, summary: &PostureSummary) -> String {
        let mitigations =
            self.mitigations.iter().map(|(id, (good, all))| (id, format!("{good} of {all} checks in order")));
        let metadata: Vec<Value> = [metadatum("ddefend", &self.version), metadatum("content", &self.content)]
            .into_iter()
            .chain(mitigations.map(|(id, words)| metadatum(id, &words)))
            .collect();
        let techniques: Vec<Value> =
            self.techniques.iter().map(|(id, technique)| of_technique(id, technique)).collect();
        let layer = json!({
            "name": "ddefend posture",
            "versions": { "navigator": "5.0.0", "layer": "4.5" },
            "domain": "enterprise-attack",
            "description": format!("How far DDE and its neighbours get on {} and for {}; the score is that of the widest \
                way in: 100 open, 60 with clicks, 0 closed; without score where the inputs do not say.",
                shape::count(summary.hosts, "host", "hosts"), shape::count(summary.users, "user", "users")),
            "filters": { "platforms": ["Windows"] },
            "sorting": 3,
            "layout": { "layout": "side", "showID": true, "showName": true, "expandedSubtechniques": "annotated" },
            "hideDisabled": false,
            "techniques": techniques,
            "gradient": { "colors": ["#8ec843", "#ffe766", "#ff6666"], "minValue": 0, "maxValue": 100 },
            "legendItems": [
                { "label": "open", "color": "#ff6666" },
                { "label": "with clicks", "color": "#ffc266" },
                { "label": "closed", "color": "#8ec843" },
                { "label": "the inputs do not say", "color": UNKNOWN },
            ],
            "metadata": metadata,
        });
        format!("{}\n", escape::json(&layer.to_string()))
    }
}

const UNKNOWN: &str = "#c3c9d0";

fn rank(way: Way) -> u8 {
    match way {
        Way::Closed => 0,
        Way::Unknown => 1,
        Way::Clicks => 2,
        Way::Open => 3,
    }
}

fn metadatum(name: &str, value: &str) -> Value {
    json!({ "name": escape::terminal(name), "value": escape::terminal(value) })
}

fn of_technique(id: &str, technique: &Technique) -> Value {
    let counts = |states: &BTreeMap<&'static str, u64>| {
        let order = [Way::Open, Way::Clicks, Way::Unknown, Way::Closed];
        let words = order.into_iter().filter_map(|way| Some(format!("{} {}", states.get(way.as_str())?, way.as_str())));
        words.collect::<Vec<_>>().join(", ")
    };
    let mut comment: Vec<String> = Vec::new();
    for way in [Way::Open, Way::Clicks, Way::Unknown, Way::Closed] {
        if let Some((count, names)) = technique.states.get(way.as_str()) {
            let more = count.saturating_sub(names.len() as u64);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            comment.push(format!("{count} {}: {}{more}", way.as_str(), names.join("; ")));
        }
    }
    let metadata: Vec<Value> = technique.ways.iter().map(|(title, states)| metadatum(title, &counts(states))).collect();
    let mut object = json!({
        "techniqueID": id,
        "comment": escape::terminal(&comment.join(". ")),
        "enabled": true,
        "metadata": metadata,
        "showSubtechniques": true,
    });
    if let Some(address) = technique_address(id) {
        object["links"] = json!([{ "label": id, "url": address }]);
    }
    match technique.worst {
        Some(Way::Open) => object["score"] = json!(100),
        Some(Way::Clicks) => object["score"] = json!(60),
        Some(Way::Closed) => object["score"] = json!(0),
        Some(Way::Unknown) | None => object["color"] = json!(UNKNOWN),
    }
    object
}
