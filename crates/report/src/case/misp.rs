//! A MISP event in the core format (MISP standard, "misp-core-format"): objects `file`, `email` and `process`, an attribute
//! per indicator, the technique as a galaxy tag. Identifiers are digests of what they name.

use super::{CaseMeta, indicate, shape, uuid};
use crate::escape;
use crate::foreign::microseconds;
use ddefend_model::case::{Case, Node, NodeKind};
use ddefend_model::{IndicatorKind, Level};
use serde_json::{Value, json};

/// Objects and attributes.
const OBJECTS: usize = 5_000;
/// Longest value, characters.
const TEXT: usize = 4_000;

/// An object template: name, identifier, version, meta-category (repository misp-objects).
struct Template(&'static str, &'static str, &'static str, &'static str);

const FILE: Template = Template("file", "688c46fb-5edb-40a3-8273-1af7923e2215", "25", "file");
const EMAIL: Template = Template("email", "a0c666e0-fc65-4be8-b48f-3423d788b552", "19", "network");
const PROCESS: Template = Template("process", "02aeef94-ac23-455c-addb-731757ceafb5", "10", "misc");

pub(super) fn render(case: &Case, meta: &CaseMeta) -> String {
    let text = serde_json::to_string_pretty(&json!({ "Event": event(case, meta) })).unwrap_or_default();
    escape::json(&text) + "\n"
}

fn seconds(time: &str) -> String {
    microseconds(time).div_euclid(1_000_000).to_string()
}

fn event(case: &Case, meta: &CaseMeta) -> Value {
    let decision = &case.decision;
    let title = if case.title.is_empty() { &case.id } else { &case.title };
    // MISP's four levels: high, medium, low, undefined.
    let threat = match decision.level {
        Some(Level::Critical | Level::High) => "1",
        Some(Level::Medium) => "2",
        Some(Level::Low | Level::Info) => "3",
        None => "4",
    };
    let day = if shape::day(&case.as_of).is_empty() { "1970-01-01" } else { shape::day(&case.as_of) };
    let findings = case.documents.iter().flat_map(|document| &document.scanned.findings);
    let dde = findings.flat_map(|finding| &finding.techniques).any(|technique| technique == "T1559.002");
    let mut tags = vec![json!({ "name": format!("ddefend:verdict=\"{}\"", decision.verdict.as_str()) })];
    if dde {
        tags.push(json!({ "name": "misp-galaxy:mitre-attack-pattern=\"Dynamic Data Exchange - T1559.002\"" }));
    }
    json!({
        "uuid": uuid::named(uuid::OWN, &format!("event\n{}", case.id)),
        "info": cut(title),
        "date": day,
        "timestamp": seconds(&case.as_of),
        "threat_level_id": threat,
        "analysis": if decision.outcome == ddefend_model::case::Outcome::Open { "1" } else { "2" },
        "distribution": "0",
        "published": false,
        "Tag": tags,
        "Attribute": attributes(case, meta),
        "Object": objects(case),
    })
}

fn cut(text: &str) -> String {
    crate::text::clip(text, TEXT)
}

/// An attribute; its place in the event makes its identifier.
fn attribute(case: &Case, place: &str, category: &str, kind: &str, value: &str, to_ids: bool, comment: &str) -> Value {
    json!({
        "uuid": uuid::named(uuid::OWN, &format!("attribute\n{}\n{place}\n{kind}\n{value}", case.id)),
        "category": category,
        "type": kind,
        "value": cut(value),
        "to_ids": to_ids,
        "comment": cut(comment),
        "timestamp": seconds(&case.as_of),
        "distribution": "5",
        "disable_correlation": false,
    })
}

fn attributes(case: &Case, meta: &CaseMeta) -> Vec<Value> {
    let mut attributes = Vec::new();
    for (index, one) in case.indicators.iter().take(OBJECTS).enumerate() {
        let (category, kind) = match one.kind {
            IndicatorKind::Url => ("Network activity", "url"),
            IndicatorKind::Host => ("Network activity", "hostname"),
            IndicatorKind::Ip => ("Network activity", "ip-dst"),
            IndicatorKind::Unc => ("Network activity", "uri"),
            IndicatorKind::File => ("Payload delivery", "filename"),
            IndicatorKind::Hash => (
                "Payload delivery",
                match one.value.len() {
                    32 => "md5",
                    40 => "sha1",
                    128 => "sha512",
                    _ => "sha256",
                },
            ),
        };
        // What is no address or digest would be refused: it is told as text.
        let sound = match one.kind {
            IndicatorKind::Ip => one.value.parse::<core::net::IpAddr>().is_ok(),
            IndicatorKind::Hash => one.value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            IndicatorKind::Host => one.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)),
            _ => true,
        };
        let (category, kind) = if sound { (category, kind) } else { ("Other", "text") };
        let to_ids = sound && indicate::is_indicator(case, one);
        attributes.push(attribute(case, &index.to_string(), category, kind, &one.value, to_ids, &one.role));
    }
    let why = format!("{}: {}. {}", shape::outcome(case), case.decision.verdict.in_words(), shape::why(case));
    attributes.push(attribute(case, "decision", "Internal reference", "comment", &why, false, "decision"));
    let story: Vec<String> =
        case.story.iter().map(|step| format!("{} {}", step.time, step.text).trim().to_owned()).collect();
    attributes.push(attribute(
        case,
        "story",
        "Internal reference",
        "comment",
        &story.join("\n"),
        false,
        "what happened",
    ));
    let by = format!("ddefend {}, content {}, case {}", meta.version, meta.content, case.id);
    attributes.push(attribute(case, "by", "Internal reference", "other", &by, false, "made by"));
    attributes
        .retain(|attribute| attribute.get("value").and_then(Value::as_str).is_some_and(|value| !value.is_empty()));
    attributes
}

fn objects(case: &Case) -> Vec<Value> {
    let mut objects = Vec::new();
    for node in case.nodes.iter().take(OBJECTS) {
        let of = |name: &str| node.attributes.get(name).map_or("", String::as_str);
        let (template, fields) = match node.kind {
            NodeKind::File => {
                let path = if of("path").is_empty() { &node.label } else { of("path") };
                let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
                let sha256 = of("sha256");
                let sha256 = if sha256.len() == 64 { sha256 } else { "" };
                (
                    FILE,
                    vec![
                        ("filename", "filename", name),
                        ("fullpath", "text", of("path")),
                        ("sha256", "sha256", sha256),
                    ],
                )
            }
            NodeKind::Mail => (
                EMAIL,
                vec![
                    ("from", "email-src", of("from")),
                    ("subject", "email-subject", if of("subject").is_empty() { &node.label } else { of("subject") }),
                    ("message-id", "email-message-id", of("message_id")),
                    ("send-date", "datetime", &node.time),
                ],
            ),
            NodeKind::Process => (
                PROCESS,
                vec![
                    ("name", "text", node.label.as_str()),
                    ("pid", "text", of("pid")),
                    ("image", "filename", of("image")),
                    ("command-line", "text", of("command")),
                    ("guid", "text", of("guid")),
                    ("creation-time", "datetime", &node.time),
                ],
            ),
            _ => continue,
        };
        objects.push(object(case, node, &template, &fields));
    }
    objects
}

fn object(case: &Case, node: &Node, template: &Template, fields: &[(&str, &str, &str)]) -> Value {
    let attributes: Vec<Value> = fields
        .iter()
        .filter(|(.., value)| !value.is_empty())
        .map(|(relation, kind, value)| {
            let category = match *kind {
                "datetime" | "text" => "Other",
                _ => "Payload delivery",
            };
            let to_ids = *relation == "from" && indicate::sender(case, node).is_some();
            let mut attribute = attribute(case, &node.id, category, kind, value, to_ids, "");
            if let Some(map) = attribute.as_object_mut() {
                map.insert("object_relation".to_owned(), Value::String((*relation).to_owned()));
            }
            attribute
        })
        .collect();
    json!({
        "uuid": uuid::named(uuid::OWN, &format!("object\n{}\n{}", case.id, node.id)),
        "name": template.0,
        "meta-category": template.3,
        "template_uuid": template.1,
        "template_version": template.2,
        "timestamp": seconds(&case.as_of),
        "distribution": "5",
        "comment": if node.on_path { "part of the story" } else { "" },
        "Attribute": attributes,
    })
}
