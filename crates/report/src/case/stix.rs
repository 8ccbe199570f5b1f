//! A STIX 2.1 bundle: a report of the case with its observables, what was observed when, indicators, sightings, techniques,
//! courses of action, and a note per answer. Ids are digests of what they name, times are the case's: the same case gives
//! the same bundle.

mod observables;
mod pattern;

use super::{CaseMeta, indicate, shape, uuid};
use crate::escape;
use crate::foreign::technique_address;
use ddefend_event::Time;
use ddefend_model::case::{Case, EdgeKind, Phase};
use observables::Observables;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Objects of one sort.
const OBJECTS: usize = 5_000;
/// Longest description, characters.
const TEXT: usize = 4_000;

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let bundle = Bundle::new(case, meta);
    let text = serde_json::to_string_pretty(&bundle.whole(case)).unwrap_or_default();
    escape::json(&text) + "\n"
}

/// A timestamp as STIX wants it: to the millisecond, with `Z`; none for what is no time.
fn timestamp(text: &str) -> Option<String> {
    Time::parse(text)?;
    let (whole, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
    let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(3).collect();
    Some(format!("{whole}.{digits}Z"))
}

/// `type--` and a digest of the case and a name.
fn id(case: &Case, kind: &str, name: &str) -> String {
    format!("{kind}--{}", uuid::like_random(&format!("{kind}\n{}\n{name}", case.id)))
}

fn cut(text: &str) -> String {
    crate::text::clip(text, TEXT)
}

struct Bundle {
    /// The present moment of the case, for `created` and `modified`.
    now: String,
    author: String,
    objects: Vec<Value>,
    met: BTreeSet<String>,
}

impl Bundle {
    fn new(case: &Case, meta: &CaseMeta) -> Self {
        let now = timestamp(&case.as_of).unwrap_or_else(|| "1970-01-01T00:00:00.000Z".to_owned());
        // The author is the same in every bundle, so its id knows no case.
        let author = format!("identity--{}", uuid::like_random("identity\nddefend"));
        let mut bundle = Self { now, author, objects: Vec::new(), met: BTreeSet::new() };
        let about = format!("ddefend {}, content {}", meta.version, meta.content);
        bundle.add(json!({
            "type": "identity", "spec_version": "2.1", "id": bundle.author, "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z", "name": "ddefend", "description": about, "identity_class": "system",
        }));
        let observables = Observables::new(case);
        observables.all().for_each(|object| bundle.add(object.clone()));
        let observed = bundle.observed(case, &observables);
        let techniques = bundle.techniques(case);
        bundle.indicators(case, &observables, &observed, &techniques);
        bundle.actions(case, &techniques);
        bundle.relationships(case, &observables);
        bundle.report(case);
        bundle
    }

    fn add(&mut self, object: Value) {
        if let Some(id) = object.get("id").and_then(Value::as_str)
            && self.met.insert(id.to_owned())
        {
            self.objects.push(object);
        }
    }

    /// A domain or relationship object with what all of them have; what is empty is left out.
    fn domain(&mut self, kind: &str, id: &str, rest: Value) {
        let mut object = Map::new();
        for (name, value) in [("type", kind), ("spec_version", "2.1"), ("id", id), ("created_by_ref", &self.author)] {
            object.insert(name.to_owned(), Value::String(value.to_owned()));
        }
        for name in ["created", "modified"] {
            object.insert(name.to_owned(), Value::String(self.now.clone()));
        }
        if let Value::Object(rest) = rest {
            let empty = |value: &Value| {
                value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
            };
            object.extend(rest.into_iter().filter(|(_, value)| !empty(value)));
        }
        self.add(Value::Object(object));
    }

    /// What each step of the story observed; ids by node.
    fn observed(&mut self, case: &Case, observables: &Observables) -> BTreeMap<String, String> {
        let mut observed = BTreeMap::new();
        for (index, step) in case.story.iter().take(OBJECTS).enumerate() {
            let (Some(object), Some(time)) = (observables.of_node(&step.node), timestamp(&step.time)) else { continue };
            let id = id(case, "observed-data", &index.to_string());
            self.domain(
                "observed-data",
                &id,
                json!({
                    "first_observed": time, "last_observed": time, "number_observed": 1, "object_refs": [object],
                }),
            );
            observed.entry(object.to_owned()).or_insert(id);
        }
        observed
    }

    /// Techniques of findings and detections; ids by technique.
    fn techniques(&mut self, case: &Case) -> BTreeMap<String, String> {
        let found = case
            .documents
            .iter()
            .flat_map(|document| &document.scanned.findings)
            .flat_map(|finding| &finding.techniques);
        let all: BTreeSet<&String> =
            found.chain(case.detections.iter().flat_map(|detection| &detection.techniques)).collect();
        let mut ids = BTreeMap::new();
        for technique in all {
            let Some(address) = technique_address(technique) else { continue };
            let name = match technique.as_str() {
                "T1559.002" => "Dynamic Data Exchange",
                other => other,
            };
            let id = id(case, "attack-pattern", technique);
            self.domain("attack-pattern", &id, json!({
                "name": name,
                "external_references": [{ "source_name": "mitre-attack", "external_id": technique, "url": address }],
            }));
            ids.insert(technique.clone(), id);
        }
        ids
    }

    fn indicators(
        &mut self,
        case: &Case,
        observables: &Observables,
        observed: &BTreeMap<String, String>,
        techniques: &BTreeMap<String, String>,
    ) {
        let mut patterns: Vec<(String, String, String)> = Vec::new();
        for one in case.indicators.iter().filter(|one| indicate::is_indicator(case, one)).take(OBJECTS) {
            let pattern = pattern::of(one);
            patterns.extend(pattern.map(|pattern| (pattern, one.value.clone(), one.role.clone())));
        }
        for from in case.nodes.iter().filter_map(|node| indicate::sender(case, node)).take(OBJECTS) {
            patterns.push((pattern::sender(from), from.to_owned(), "sender".to_owned()));
        }
        for document in case.documents.iter().take(OBJECTS) {
            for command in document.scanned.findings.iter().filter_map(|finding| indicate::command(case, finding)) {
                patterns.push((pattern::command(command), command.to_owned(), "field command".to_owned()));
            }
        }
        for (pattern, value, role) in patterns {
            let indicator = id(case, "indicator", &pattern);
            if self.met.contains(&indicator) {
                continue;
            }
            self.domain(
                "indicator",
                &indicator,
                json!({
                    "name": cut(&value), "description": role, "indicator_types": ["unknown"], "pattern": pattern,
                    "pattern_type": "stix", "pattern_version": "2.1", "valid_from": self.now,
                }),
            );
            if let Some(technique) = techniques.get("T1559.002") {
                self.relate(case, &indicator, "indicates", technique, "");
            }
            let data = observables.of_value(&value).and_then(|object| observed.get(object));
            if let Some(data) = data.cloned() {
                let sighting = id(case, "sighting", &indicator);
                self.domain(
                    "sighting",
                    &sighting,
                    json!({
                        "sighting_of_ref": indicator, "observed_data_refs": [data], "count": 1,
                    }),
                );
            }
        }
    }

    fn actions(&mut self, case: &Case, techniques: &BTreeMap<String, String>) {
        for (index, task) in case.tasks.iter().take(OBJECTS).enumerate() {
            let action = id(case, "course-of-action", &format!("{index} {}", task.id));
            let commands: Vec<String> =
                task.commands.iter().map(|command| format!("{}:\n{}", command.platform, command.text)).collect();
            let approval = if task.approval { "Needs approval. " } else { "" };
            let description = format!("{}: {approval}{}\n\n{}", task.phase, task.text, commands.join("\n\n"));
            self.domain(
                "course-of-action",
                &action,
                json!({ "name": task.title, "description": cut(description.trim()) }),
            );
            let against = matches!(task.phase, Phase::Containment | Phase::Eradication | Phase::Recovery);
            if let Some(technique) = techniques.get("T1559.002").filter(|_| against) {
                self.relate(case, &action, "mitigates", technique, "");
            }
        }
    }

    /// How observables hang together; that a process started another stands in the process itself.
    fn relationships(&mut self, case: &Case, observables: &Observables) {
        for edge in case.edges.iter().filter(|edge| edge.kind != EdgeKind::Started).take(OBJECTS) {
            let ends = (observables.of_node(&edge.from), observables.of_node(&edge.to));
            let (Some(from), Some(to)) = ends else { continue };
            if from != to {
                let verb = serde_json::to_value(edge.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
                let text = format!("{} ({}, {})", edge.text, edge.rule, shape::percent(edge.confidence));
                self.relate(case, from, "related-to", to, &format!("{}: {text}", verb.unwrap_or_default()));
            }
        }
    }

    fn relate(&mut self, case: &Case, from: &str, verb: &str, to: &str, text: &str) {
        let relation = id(case, "relationship", &format!("{from} {verb} {to} {text}"));
        self.domain(
            "relationship",
            &relation,
            json!({
                "relationship_type": verb, "description": cut(text), "source_ref": from, "target_ref": to,
            }),
        );
    }

    /// The case itself, with everything so far, and a note per answer about it.
    fn report(&mut self, case: &Case) {
        let decision = &case.decision;
        let references: Vec<String> = self.met.iter().cloned().collect();
        let story: Vec<String> =
            case.story.iter().map(|step| format!("{} {}", step.time, step.text).trim().to_owned()).collect();
        let title = if case.title.is_empty() { &case.id } else { &case.title };
        let (published, confidence) = (self.now.clone(), share(decision.confidence));
        let report = id(case, "report", "");
        let description = format!(
            "{}: {}. {}\n\n{}",
            shape::outcome(case),
            decision.verdict.in_words(),
            shape::why(case),
            story.join("\n")
        );
        self.domain("report", &report, json!({
            "name": cut(title), "description": cut(&description), "report_types": ["observed-data"], "published": published,
            "confidence": confidence, "object_refs": references,
            "labels": [decision.verdict.as_str()],
            "external_references": [{ "source_name": "ddefend", "external_id": case.id }],
        }));
        for answer in case.answers.iter().take(OBJECTS) {
            let note = id(case, "note", &answer.question);
            let gaps =
                if answer.gaps.is_empty() { String::new() } else { format!("\nMissing: {}", answer.gaps.join("; ")) };
            let evidence: Vec<String> = answer.evidence.iter().map(shape::place).collect();
            let content = format!(
                "{}: {} ({} points). {}{gaps}\nRests on: {}",
                answer.title,
                answer.answer,
                shape::points(answer.points),
                answer.text,
                evidence.join("; ")
            );
            self.domain(
                "note",
                &note,
                json!({
                    "abstract": format!("{} {}", answer.question, answer.answer), "content": cut(&content),
                    "confidence": share(answer.confidence), "object_refs": [report],
                }),
            );
        }
    }

    fn whole(self, case: &Case) -> Value {
        json!({ "type": "bundle", "id": id(case, "bundle", ""), "objects": self.objects })
    }
}

/// A share as STIX counts confidence, 0 to 100.
fn share(share: f64) -> u64 {
    (share * 100.0).round().clamp(0.0, 100.0) as u64
}
