//! `docs/reference/rules.md` lists the built-in rules as they are.
#![allow(clippy::unwrap_used, reason = "a test")]

use ddefend_content::Content;
use ddefend_event::{LogSource, Mapping};
use ddefend_rule::front::sigma;
use ddefend_rule::ir::Meta;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "# Built-in rules\n\nWritten by `DDEFEND_UPDATE=1 cargo test -p ddefend-content --test rules_reference`. \
`ddefend rules explain NAME` says more about each:\nwhat it looks at in which log, what else it fires on, how to tune it. \
[rule-matrix.tsv](rule-matrix.tsv) shows in which logs each was\ntried. How to add one: [add-a-rule.md](../how-to/add-a-rule.md).\n";

fn folder(file: &str) -> String {
    file.trim_start_matches("rules/").split('/').next().unwrap().to_owned()
}

fn channels(mapping: &Mapping, source: &LogSource) -> String {
    let mut places = mapping.places(source);
    places.dedup();
    places.join(", ")
}

fn title(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_reference_lists_the_rules() {
    let content = Content::load().unwrap();
    let (mapping, files) = (content.mapping().unwrap(), content.rules());
    let options = sigma::Options { placeholders: content.placeholders().unwrap(), ..sigma::Options::default() };
    let set = sigma::read(&files, &options);
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |meta: &Meta, logs: &str| {
        let line = format!(
            "| {} | {} | {} | {} | {logs} | `{}` |",
            meta.name.as_deref().unwrap_or_default(),
            title(&meta.title),
            meta.level(),
            meta.techniques.join(" "),
            meta.id
        );
        folders.entry(folder(&meta.origin.file)).or_default().push(line);
    };
    set.rules.iter().for_each(|rule| add(&rule.meta, &channels(&mapping, &rule.source)));
    set.correlations.iter().for_each(|rule| add(&rule.meta, "as its members"));
    let mut out = HEAD.to_owned();
    for (folder, mut lines) in folders {
        lines.sort();
        let _ = write!(
            out,
            "\n## {folder}\n\n| name | title | level | techniques | logs | id |\n|---|---|---|---|---|---|\n"
        );
        let _ = writeln!(out, "{}", lines.join("\n"));
    }
    out.push_str("\n## filters\n\n| name | title | default | takes matches away from | id |\n|---|---|---|---|---|\n");
    for filter in sigma::filters(&files) {
        let default = filter.meta.custom.get("default").cloned().unwrap_or_default();
        let name = filter.meta.name.unwrap_or_default();
        let rules = filter.rules.join(", ");
        let _ =
            writeln!(out, "| {name} | {} | {default} | {rules} | `{}` |", title(&filter.meta.title), filter.meta.id);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/rules.md");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &out).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == out, "docs/reference/rules.md is not what holds: run with DDEFEND_UPDATE=1");
}
