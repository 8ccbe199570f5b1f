//! What a document says of itself (Sigma specification 2.1, "Rule metadata").

use super::document::Document;
use super::position::Step;
use crate::Problem;
use crate::ir::{Meta, Origin, Status};
use ddefend_event::LogSource;
use ddefend_model::Level;
use ddefend_model::code;
use std::collections::BTreeMap;
use yaml_serde::{Mapping, Value};

/// Keys of the specification; others are custom.
const KNOWN: [&str; 26] = [
    "title",
    "id",
    "name",
    "description",
    "level",
    "status",
    "author",
    "references",
    "tags",
    "falsepositives",
    "fields",
    "date",
    "modified",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "related",
    "license",
    "taxonomy",
    "scope",
    "generate",
    "action",
    "sigma-version",
    "custom_attributes",
    "timespan",
];

/// Reads it. Values that mean nothing are warnings.
pub(super) fn read(document: &Document<'_>, problems: &mut Vec<Problem>) -> Meta {
    let root = &document.root;
    let text = |key: &str| root.get(key).and_then(scalar);
    let tags = list(root, "tags");
    let mut warn = |key: &str, message: String| {
        let problem = document.problem(&[Step::Key(key)], code::RULE_METADATA, message);
        problems.push(Problem { warning: true, ..problem });
    };
    let level = text("level").and_then(|word| {
        let level = level(&word);
        if level.is_none() {
            warn("level", format!("`{word}` is no level; levels are informational, low, medium, high and critical"));
        }
        level
    });
    let status = text("status").and_then(|word| {
        let status = status(&word);
        if status.is_none() {
            warn("status", format!("`{word}` is no status; see the Sigma specification"));
        }
        status
    });
    if text("title").is_none() {
        warn("title", "the rule has no title".to_owned());
    }
    let id = text("id").filter(|id| !id.is_empty());
    Meta {
        title: text("title").or_else(|| id.clone()).unwrap_or_else(|| stem(document.file).to_owned()),
        id: id.unwrap_or_else(|| stem(document.file).to_owned()),
        name: text("name"),
        description: text("description").unwrap_or_default().trim_end().to_owned(),
        level,
        status,
        author: text("author").or_else(|| Some(list(root, "author").join(", ")).filter(|all| !all.is_empty())),
        references: list(root, "references"),
        techniques: techniques(&tags),
        tags,
        false_positives: list(root, "falsepositives"),
        fields: list(root, "fields"),
        date: text("date"),
        modified: text("modified"),
        custom: custom(root),
        origin: Origin { file: document.file.to_owned(), line: document.place(&[]).0 },
    }
}

/// `logsource`; none where the document has none.
pub(super) fn log_source(document: &Document<'_>) -> Result<Option<LogSource>, Problem> {
    match document.root.get("logsource") {
        None => Ok(None),
        Some(Value::Mapping(map)) => {
            let part = |key: &str| map.get(key).and_then(scalar).map(String::into_boxed_str);
            Ok(Some(LogSource { category: part("category"), product: part("product"), service: part("service") }))
        }
        Some(_) => Err(document.problem(
            &[Step::Key("logsource")],
            code::RULE_LOGSOURCE,
            "`logsource` holds category, product and service",
        )),
    }
}

/// The file's name without folders and extension.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Text, numbers and booleans as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A list of scalars, or one of them alone.
pub(super) fn list(map: &Mapping, key: &str) -> Vec<String> {
    match map.get(key) {
        Some(Value::Sequence(entries)) => entries.iter().filter_map(scalar).collect(),
        Some(one) => scalar(one).into_iter().collect(),
        None => Vec::new(),
    }
}

fn level(word: &str) -> Option<Level> {
    Some(match word.to_ascii_lowercase().as_str() {
        "informational" => Level::Info,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Critical,
        _ => return None,
    })
}

fn status(word: &str) -> Option<Status> {
    Some(match word.to_ascii_lowercase().as_str() {
        "stable" => Status::Stable,
        "test" => Status::Test,
        "experimental" => Status::Experimental,
        "deprecated" => Status::Deprecated,
        "unsupported" => Status::Unsupported,
        _ => return None,
    })
}

/// `attack.t1559.002` is `T1559.002`.
fn techniques(tags: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags {
        let Some(id) = tag.get(..8).filter(|head| head.eq_ignore_ascii_case("attack.t")).and_then(|_| tag.get(8..))
        else {
            continue;
        };
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let valid = match id.split_once('.') {
            Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
            None => digits(id, 4),
        };
        let id = format!("T{id}");
        if valid && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

fn custom(root: &Mapping) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let explicit = root.get("custom_attributes").and_then(Value::as_mapping);
    let others = root.iter().filter(|(key, _)| key.as_str().is_some_and(|key| !KNOWN.contains(&key)));
    for (key, value) in others.chain(explicit.into_iter().flatten()) {
        if let Some(key) = key.as_str() {
            let mut text = String::new();
            lines(value, &mut text);
            out.insert(key.to_owned(), text.trim_end().to_owned());
        }
    }
    out
}

/// One entry a line; mappings as `key: value`.
fn lines(value: &Value, out: &mut String) {
    match value {
        Value::Sequence(entries) => entries.iter().for_each(|entry| lines(entry, out)),
        Value::Mapping(map) => {
            for (key, value) in map {
                out.push_str(&scalar(key).unwrap_or_default());
                out.push_str(": ");
                if matches!(value, Value::Sequence(_) | Value::Mapping(_)) {
                    out.push('\n');
                }
                lines(value, out);
            }
        }
        Value::Tagged(tagged) => lines(&tagged.value, out),
        Value::Null => out.push('\n'),
        one => {
            out.push_str(&scalar(one).unwrap_or_default());
            out.push('\n');
        }
    }
}
