use super::{Loaded, load};
use crate::Outcome;
use crate::args::{ListFormat, RulesList};
use ddefend_content::Content;
use ddefend_event::LogSource;
use ddefend_report::escape;
use ddefend_rule::ir::Meta;
use serde::Serialize;

/// A rule as the list shows it.
#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    name: String,
    title: String,
    level: String,
    techniques: Vec<String>,
    tags: Vec<String>,
    source: String,
    file: String,
}

#[derive(Debug, Serialize)]
struct Document {
    schema_version: &'static str,
    rules: Vec<Row>,
}

pub(super) fn run(args: &RulesList, content: &Content) -> Result<(String, Outcome), String> {
    let loaded = load(&args.files, content)?;
    let mut rows = rows(&loaded);
    let wanted = |row: &Row| {
        args.tag.is_empty() || args.tag.iter().any(|tag| row.tags.iter().any(|it| it.eq_ignore_ascii_case(tag)))
    };
    rows.retain(wanted);
    let text = match args.format {
        ListFormat::Text => text(&rows),
        ListFormat::Json => {
            let document = Document { schema_version: "1", rules: rows };
            let mut text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
            text = escape::json(&text);
            text.push('\n');
            text
        }
    };
    Ok((text, Outcome::Clean))
}

fn rows(loaded: &Loaded) -> Vec<Row> {
    let row = |kind, meta: &Meta, level: String, source: String| Row {
        kind,
        id: meta.id.clone(),
        name: meta.name.clone().unwrap_or_default(),
        title: meta.title.clone(),
        level,
        techniques: meta.techniques.clone(),
        tags: meta.tags.clone(),
        source,
        file: meta.origin.file.clone(),
    };
    let set = &loaded.set;
    let level = |meta: &Meta| meta.level().to_string();
    let rules = set.rules.iter().map(|rule| row("rule", &rule.meta, level(&rule.meta), source(&rule.source)));
    let correlations = set.correlations.iter().map(|it| row("correlation", &it.meta, level(&it.meta), String::new()));
    let filters = loaded.filters.iter().map(|it| row("filter", &it.meta, String::new(), String::new()));
    let mut rows: Vec<Row> = rules.chain(correlations).chain(filters).collect();
    rows.sort_by(|a, b| a.file.cmp(&b.file).then_with(|| a.id.cmp(&b.id)));
    rows
}

/// `windows process_creation`, `windows security`.
pub(super) fn source(source: &LogSource) -> String {
    let parts = [&source.product, &source.category, &source.service];
    parts.into_iter().flatten().map(|part| &**part).collect::<Vec<_>>().join(" ")
}

fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let name = if row.name.is_empty() { &row.title } else { &row.name };
        let level = if row.level.is_empty() { row.kind } else { &row.level };
        let line = format!("{level:<9} {name:<44} {:<36} {:<30} {}", row.id, row.techniques.join(" "), row.source);
        out.push_str(&escape::terminal(line.trim_end()));
        out.push('\n');
    }
    out
}
