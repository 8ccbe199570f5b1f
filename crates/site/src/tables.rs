//! Tables that several pages show.

use crate::Page;
use crate::page::{code, link};
use ddefend_catalog::{EventRow, ExclusionRow, FieldRow, IndicatorRow, RuleRow, TechniqueRow};
use ddefend_report::escape::html as e;

pub(crate) fn rule_link(root: &str, row: &RuleRow) -> String {
    let mark = match (row.standing, row.read) {
        ("active", true) => "",
        ("active", false) => " <span class=\"mark\">not read</span>",
        (standing, _) => {
            return format!(
                "{} <span class=\"mark\">{}</span>",
                link(root, "rules", &row.slug, &row.title),
                e(standing)
            );
        }
    };
    format!("{}{mark}", link(root, "rules", &row.slug, &row.title))
}

pub(crate) fn rules(page: &mut Page, rows: &[RuleRow]) {
    let root = page.root;
    let cells = |row: &RuleRow| vec![rule_link(root, row), e(row.vendor), e(&row.level)];
    page.table(&["Rule", "Vendor", "Level"], rows.iter().map(cells));
}

pub(crate) fn techniques(page: &mut Page, rows: &[TechniqueRow]) {
    let root = page.root;
    let cells = |row: &TechniqueRow| {
        vec![link(root, "techniques", &row.id, &row.id), e(&row.name), row.tagged.to_string(), row.inferred.to_string()]
    };
    page.table(&["Technique", "Name", "#Tagged", "#Inferred"], rows.iter().map(cells));
}

pub(crate) fn events(page: &mut Page, rows: &[EventRow]) {
    let root = page.root;
    let cells = |row: &EventRow| {
        vec![
            e(&row.provider),
            link(root, "events", &row.slug, &row.id),
            e(&row.title),
            row.own.to_string(),
            row.mapped.to_string(),
        ]
    };
    page.table(&["Provider", "Event", "Title", "#Written for it", "#By mapping"], rows.iter().map(cells));
}

pub(crate) fn fields(page: &mut Page, rows: &[FieldRow]) {
    let cells = |row: &FieldRow| {
        let how = row.how.iter().map(|(kind, rules)| format!("<span class=\"how\">{} {rules}</span>", kind.as_str()));
        let samples: Vec<String> = row.samples.iter().map(|value| code(&clipped(value))).collect();
        vec![code(&row.field), row.rules.to_string(), how.collect::<Vec<_>>().join(" "), samples.join(" ")]
    };
    page.table(&["Field", "#Rules", "How", "Sample values"], rows.iter().map(cells));
}

pub(crate) fn indicators(page: &mut Page, rows: &[IndicatorRow], all: usize, here: &str) {
    let cells = |row: &IndicatorRow| {
        let contexts: Vec<String> = row
            .contexts
            .iter()
            .map(|it| format!("<span class=\"how\">{} {}</span>", e(&it.context), it.rules))
            .collect();
        let excluded = if row.excluded == 0 { String::new() } else { row.excluded.to_string() };
        vec![
            code(&row.field),
            kind(row.kind.as_str()),
            code(&row.value),
            row.rules.to_string(),
            row.reach.map(|reach| reach.to_string()).unwrap_or_default(),
            contexts.join(" "),
            excluded,
        ]
    };
    let columns = ["Field", "Kind", "Value", here, "#Corpus reach", "Reach by log", "#Excluded by"];
    page.table(&columns, rows.iter().map(cells));
    more(page, rows.len(), all);
}

pub(crate) fn exclusions(page: &mut Page, rows: &[ExclusionRow], all: usize) {
    let cells = |row: &ExclusionRow| {
        let wanted = if row.wanted == 0 { String::new() } else { row.wanted.to_string() };
        vec![code(&row.field), kind(row.kind.as_str()), code(&row.value), row.rules.to_string(), wanted]
    };
    page.table(&["Field", "Kind", "Value", "#Rules", "#Asked for by"], rows.iter().map(cells));
    more(page, rows.len(), all);
}

/// Says that a table is not whole.
fn more(page: &mut Page, shown: usize, all: usize) {
    if all > shown {
        page.html(&format!("<p class=\"note\">The first {shown} of {all}.</p>\n"));
    }
}

/// A value that fits a cell.
fn clipped(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(80).collect();
    if letters.next().is_some() { format!("{start}…") } else { start }
}

fn kind(name: &str) -> String {
    format!("<span class=\"kind\">{}</span>", e(name))
}
