//! Elastic's rules: TOML with a table `rule`, or `hunt`.

use super::query::{Draft, blank};
use super::{Reader, meta, unread};
use crate::{Standing, Vendor};
use ddefend_language::by_name;
use ddefend_rule::ir::query::Language;
use toml::{Table, Value};

pub(super) fn read(reader: &mut Reader<'_>, path: &str, text: &str) {
    let table = match toml::from_str::<Table>(text) {
        Ok(table) => table,
        Err(error) => return reader.skip(path, "toml", error.message().to_owned()),
    };
    let Some(rule) = table.get("rule").or_else(|| table.get("hunt")).and_then(Value::as_table) else {
        return reader.skip(path, "not-a-rule", "no form of rules that is known");
    };
    let string = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let written = string("language");
    let language = by_name(&written).unwrap_or(Language::Eql);
    let mut entry = blank(Vendor::Elastic, language, path, text.into());
    let (id, name) = (string("rule_id"), string("name"));
    if !id.is_empty() {
        entry.id = id;
    }
    if !name.is_empty() {
        entry.title = name;
    }
    entry.description = string("description");
    entry.level = string("severity");
    entry.techniques = meta::techniques(ids(rule));
    let maturity = table.get("metadata").and_then(|metadata| metadata.get("maturity")).and_then(Value::as_str);
    if maturity == Some("deprecated") {
        entry.standing = Standing::Deprecated;
    }
    let query = string("query");
    if query.is_empty() {
        let kind = string("type");
        let reason = if kind.is_empty() { "no-query" } else { kind.as_str() };
        entry.unread.push(unread(reason, "the rule has no query"));
        reader.corpus.entries.push(entry);
    } else {
        reader.waiting.push(Draft { entry, language, query });
    }
}

/// Ids of techniques and sub-techniques of `threat`; the technique itself only where no sub-technique is named.
fn ids(rule: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let list = |table: &Table, key: &str| -> Vec<Table> {
        let list = table.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_table).cloned().collect()
    };
    let id = |table: &Table| table.get("id").and_then(Value::as_str).map(str::to_owned);
    for threat in list(rule, "threat") {
        for technique in list(&threat, "technique") {
            let subs = list(&technique, "subtechnique");
            if subs.is_empty() {
                found.extend(id(&technique));
            }
            found.extend(subs.iter().filter_map(id));
        }
    }
    found
}
