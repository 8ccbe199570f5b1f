//! docs/reference/mappings.md says what the tables say.
#![allow(clippy::unwrap_used)]

use ddefend_content::Content;
use ddefend_event::{Class, FieldSource, LogSource, Mapping, Transform};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

fn name(transform: Transform) -> String {
    toml::Value::try_from(transform).unwrap().as_str().unwrap().to_owned()
}

fn place(source: &FieldSource) -> String {
    let natives: Vec<String> = source.natives().map(|native| format!("`{native}`")).collect();
    match source {
        FieldSource::Native(_) | FieldSource::Chained(_) => natives.join(", "),
        FieldSource::Made(transform, _) => format!("{} ({})", natives.join(", "), name(*transform)),
    }
}

fn list<T: ToString>(parts: &[T]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn kinds(class: &Class) -> String {
    let mut kinds = list(&class.event_id);
    kinds.push_str(&list(&class.action));
    if kinds.is_empty() { "any".to_owned() } else { kinds }
}

fn class(mapping: &Mapping, class: &Class, text: &mut String) {
    _ = write!(text, "\n### {}\n\n{}: {}. Categories: ", class.id, list(&class.channel), kinds(class));
    _ = writeln!(text, "{}.", if class.category.is_empty() { "none".to_owned() } else { list(&class.category) });
    for (category, fields) in &class.when {
        for (field, values) in fields {
            _ = writeln!(text, "\nFor {category} `{field}`, where it is there, must be one of: {}.", list(values));
        }
    }
    let fields = mapping.fields(class);
    if fields.is_empty() {
        text.push_str("\nFields stand under Sigma's own names.\n");
        return;
    }
    text.push_str("\n| Sigma field | where it stands |\n|---|---|\n");
    for (field, source) in fields {
        _ = writeln!(text, "| {field} | {} |", place(&source));
    }
}

fn reference(mapping: &Mapping) -> String {
    let mut text = String::from(
        "# Mappings\n\nWritten by `DDEFEND_UPDATE=1 cargo test -p ddefend-content --test mappings_reference` from \
         `content/mappings`. Which records\na Sigma log source means, and where Sigma's fields stand in them. The word in brackets is \
         the transform that makes Sysmon's\nspelling of the value; `Transform` in `crates/event` says what each does. Rules by \
         service speak the records' own names.\n\n## Categories\n\n| category | kinds of records |\n|---|---|\n",
    );
    let categories: BTreeSet<&String> = mapping.classes().iter().flat_map(|class| &class.category).collect();
    for category in categories {
        let source = LogSource { category: Some(category.as_str().into()), ..LogSource::default() };
        let ids: Vec<&str> = mapping.classes_for(&source).iter().map(|class| class.id.as_str()).collect();
        _ = writeln!(text, "| {category} | {} |", list(&ids));
    }
    text.push_str("\n## Services\n\n| service | channels |\n|---|---|\n");
    for service in mapping.services() {
        _ = writeln!(text, "| {service} | {} |", list(mapping.service_names(service)));
    }
    text.push_str("\n## Not served\n\n| log source | why |\n|---|---|\n");
    for line in mapping.unserved() {
        let parts = [("category", &line.category), ("service", &line.service)];
        let source: Vec<String> =
            parts.iter().filter_map(|(part, name)| Some(format!("{part} {}", name.as_ref()?))).collect();
        _ = writeln!(text, "| {} | {} |", list(&source), line.why);
    }
    text.push_str("\n## Kinds of records\n");
    mapping.classes().iter().for_each(|known| class(mapping, known, &mut text));
    text
}

#[test]
fn the_reference_says_what_the_tables_say() {
    let text = reference(&Content::load().unwrap().mapping().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/mappings.md");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "docs/reference/mappings.md is not what the tables say; DDEFEND_UPDATE=1 writes it anew");
}
