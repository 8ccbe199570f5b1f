//! Pages of techniques.

use crate::page::{self, link};
use crate::{Meta, Page, tables};
use ddefend_catalog::TechniquePage;
use ddefend_report::escape::html as e;

pub(crate) fn render(technique: &TechniquePage, meta: &Meta) -> String {
    let title = format!("{} {}", technique.id, technique.about.name);
    let json = format!("{}.json", page::file_name(&technique.id));
    let mut page = Page::new(title.trim(), "../", Some(&json), meta);
    head(&mut page, technique);
    let tagged: usize = technique.rules.values().map(Vec::len).sum();
    page.section(
        "events",
        "Events covered",
        Some(technique.events.len()),
        "Events that the tagged rules look at. Written for it: the rule names this event, or Sigma's log source that stands \
         for it. By mapping: another sensor says the same, and the fields are known there.",
    );
    tables::events(&mut page, &technique.events);
    page.section(
        "fields",
        "Fields filtered most",
        Some(technique.fields.len()),
        "Each rule counts once a row. Names are Sigma's, whatever the vendor calls the field; tests under a not are left out.",
    );
    tables::fields(&mut page, &technique.fields);
    page.section(
        "indicators",
        "Top indicator values",
        Some(technique.indicators_all),
        "Corpus reach: rules of the whole catalog that ask for exactly the same, those here included. Blank: only rules here \
         do. A high number means a value that says little alone. Excluded by: rules that name it under a not.",
    );
    tables::indicators(&mut page, &technique.indicators, technique.indicators_all, "#Rules here");
    if !technique.exclusions.is_empty() {
        page.section(
            "exclusions",
            "Exclusions",
            Some(technique.exclusions_all),
            "What tagged rules leave out, and how many rules ask for the same.",
        );
        tables::exclusions(&mut page, &technique.exclusions, technique.exclusions_all);
    }
    page.section("rules", "Rules tagged with it", Some(tagged), "");
    for (vendor, rows) in &technique.rules {
        page.html(&format!("<h3>{} <span class=\"count\">{}</span></h3>\n", e(vendor), rows.len()));
        tables::rules(&mut page, rows);
    }
    page.section(
        "inferred",
        "Covered without a tag",
        Some(technique.inferred.len()),
        "Rules that no tag ties to this technique, with the reason why they cover it all the same.",
    );
    let cells = |row: &ddefend_catalog::InferredRow| {
        let like = row.like.as_ref().map(|like| format!(" {}", tables::rule_link("../", like))).unwrap_or_default();
        vec![tables::rule_link("../", &row.rule), e(row.rule.vendor), format!("{}{like}", e(&row.why))]
    };
    page.table(&["Rule", "Vendor", "Why"], technique.inferred.iter().map(cells));
    page.end()
}

fn head(page: &mut Page, technique: &TechniquePage) {
    let mut facts = Vec::new();
    let list = |label: &str, ids: &[String]| {
        (!ids.is_empty()).then(|| format!("<dt>{label}</dt><dd>{}</dd>", e(&ids.join(", "))))
    };
    facts.extend(list("Detection strategy", &technique.about.strategies));
    facts.extend(list("Analytics", &technique.about.analytics));
    facts.extend(list("Formerly", &technique.formerly));
    if !technique.related.is_empty() {
        let links: Vec<String> =
            technique.related.iter().map(|row| link("../", "techniques", &row.id, &row.id)).collect();
        facts.push(format!("<dt>Same family</dt><dd>{}</dd>", links.join(", ")));
    }
    page.html(&format!("<dl>{}</dl>\n", facts.join("\n")));
}

/// A page under an id that was replaced: it leads on by itself, and by a link.
pub(crate) fn moved(old: &str, today: &str, meta: &Meta) -> String {
    let target = format!("{}.html", page::file_name(today));
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"0; url={}\">\n", e(&target));
    let mut page = Page::with_script(&format!("{old} is {today} today"), "../", None, meta, None, &refresh);
    page.html(&format!("<p>ATT&amp;CK replaced {} by {}.</p>\n", e(old), link("../", "techniques", today, today)));
    page.end()
}
