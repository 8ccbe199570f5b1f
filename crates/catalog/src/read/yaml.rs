//! YAML that is not Sigma: Splunk's security content with its macros, Microsoft's rules, MITRE's analytics.

use super::query::{Draft, blank};
use super::{Reader, meta, unread};
use crate::{Standing, Vendor};
use ddefend_rule::ir::query::Language;
use yaml_serde::{Mapping, Value};

/// Brackets beyond which a document is not parsed: the parser's time grows with them.
const BRACKETS: usize = 20_000;

pub(super) fn read(reader: &mut Reader<'_>, path: &str, text: &str) {
    if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > BRACKETS {
        reader.skip(path, "too-large", "more brackets than a rule has");
        return;
    }
    let document = text.trim_end().trim_end_matches("---").trim_end_matches("...");
    let map = match yaml_serde::from_str::<Value>(document) {
        Ok(Value::Mapping(map)) => map,
        Ok(_) => return reader.skip(path, "not-a-rule", "no form of rules that is known"),
        Err(error) => return reader.skip(path, "yaml", error.to_string()),
    };
    let has = |key: &str| map.contains_key(key);
    let analytic = meta::text(&map, "id").starts_with("CAR-");
    if analytic || (has("implementations") && has("coverage")) {
        car(reader, path, text, &map);
    } else if has("search") && has("name") {
        splunk(reader, path, text, &map);
    } else if has("definition") && has("name") && !has("query") {
        reader.macros(path, document);
    } else if has("query") {
        sentinel(reader, path, text, &map);
    } else {
        reader.skip(path, "not-a-rule", "no form of rules that is known");
    }
}

/// MITRE's analytics: Splunk's search where there is one, else the pseudocode.
fn car(reader: &mut Reader<'_>, path: &str, text: &str, map: &Mapping) {
    let none = Vec::new();
    let list = |key: &str| map.get(key).and_then(Value::as_sequence).unwrap_or(&none).clone();
    let code = |kind: &str| {
        let fits = |entry: &Value| {
            let entry = entry.as_mapping()?;
            let same = meta::text(entry, "type").eq_ignore_ascii_case(kind);
            same.then(|| meta::text(entry, "code")).filter(|code| !code.trim().is_empty())
        };
        list("implementations").iter().find_map(fits)
    };
    let (language, query) = match (code("pseudocode"), code("splunk")) {
        (Some(query), _) => (Language::Car, query),
        (None, Some(query)) => (Language::Spl, query),
        (None, None) => (Language::Car, String::new()),
    };
    let mut entry = blank(Vendor::Car, language, path, text.into());
    let mut techniques = Vec::new();
    for covered in &list("coverage") {
        let Some(covered) = covered.as_mapping() else { continue };
        let subs = meta::texts(covered, "subtechniques");
        if subs.is_empty() {
            techniques.push(meta::text(covered, "technique"));
        }
        techniques.extend(subs);
    }
    entry.techniques = meta::techniques(techniques);
    entry.id = meta::text(map, "id");
    entry.title = meta::text(map, "title");
    entry.description = meta::text(map, "description");
    reader.waiting.push(Draft { entry, language, query });
}

fn splunk(reader: &mut Reader<'_>, path: &str, text: &str, map: &Mapping) {
    let mut entry = blank(Vendor::Splunk, Language::Spl, path, text.into());
    let id = meta::text(map, "id");
    if !id.is_empty() {
        entry.id = id;
    }
    entry.title = meta::text(map, "name");
    entry.description = meta::text(map, "description");
    entry.author = meta::text(map, "author");
    let tags = map.get("tags").and_then(Value::as_mapping).cloned().unwrap_or_default();
    entry.techniques = meta::techniques(meta::texts(&tags, "mitre_attack_id"));
    if meta::text(map, "status").eq_ignore_ascii_case("deprecated") {
        entry.standing = Standing::Deprecated;
    }
    reader.waiting.push(Draft { entry, language: Language::Spl, query: meta::text(map, "search") });
}

fn sentinel(reader: &mut Reader<'_>, path: &str, text: &str, map: &Mapping) {
    let mut entry = blank(Vendor::Kusto, Language::Kql, path, text.into());
    let id = meta::text(map, "id");
    if !id.is_empty() {
        entry.id = id;
    }
    let name = meta::text(map, "name");
    if !name.is_empty() {
        entry.title = name;
    }
    entry.description = meta::text(map, "description");
    entry.level = meta::text(map, "severity");
    let mut techniques = meta::texts(map, "relevantTechniques");
    techniques.extend(meta::texts(map, "techniques"));
    entry.techniques = meta::techniques(techniques);
    let query = meta::text(map, "query");
    if query.is_empty() {
        entry.unread.push(unread("no-query", "the query is no text"));
    }
    reader.waiting.push(Draft { entry, language: Language::Kql, query });
}
