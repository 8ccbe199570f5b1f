//! Search, and the list from A to Z that does without a script.

use crate::page::file_name;
use crate::{Meta, Page, tables};
use ddefend_catalog::{EventRow, RuleRow, TechniqueRow};
use ddefend_report::escape;
use std::collections::BTreeMap;

const SCRIPT: &str = include_str!("html/search.js");
/// SHA-256 of [`SCRIPT`], for the content security policy; a test holds it.
const DIGEST: &str = include_str!("html/search.sha256");

/// Rules by the first letter of their title; `0` for all others.
pub(crate) fn letters(rules: &[RuleRow]) -> BTreeMap<char, Vec<RuleRow>> {
    let mut found: BTreeMap<char, Vec<RuleRow>> = BTreeMap::new();
    for rule in rules {
        let first = rule.title.chars().next().unwrap_or('0').to_ascii_lowercase();
        let letter = if first.is_ascii_lowercase() { first } else { '0' };
        found.entry(letter).or_default().push(rule.clone());
    }
    found
}

pub(crate) fn list(letter: char, rows: &[RuleRow], meta: &Meta) -> String {
    let name = if letter == '0' { "other".to_owned() } else { letter.to_ascii_uppercase().to_string() };
    let mut page = Page::new(&format!("Rules: {name}"), "../", None, meta);
    tables::rules(&mut page, rows);
    page.end()
}

pub(crate) fn render(rules: &[RuleRow], techniques: &[TechniqueRow], events: &[EventRow], meta: &Meta) -> String {
    let mut page = Page::with_script("Rules and search", "", Some("rules/index.json"), meta, Some(DIGEST.trim()), "");
    page.html(
        "<form id=\"search\" hidden><label for=\"words\">Search titles, techniques, events</label> \
         <input id=\"words\" type=\"search\" autocomplete=\"off\"></form>\n<ul id=\"hits\"></ul>\n<p id=\"told\" class=\"note\"></p>\n",
    );
    page.html("<h2>Rules from A to Z</h2>\n<p class=\"letters\">");
    for (letter, rows) in letters(rules) {
        let name = if letter == '0' { "other".to_owned() } else { letter.to_ascii_uppercase().to_string() };
        page.html(&format!("<a href=\"list/{letter}.html\">{name} <span class=\"count\">{}</span></a> ", rows.len()));
    }
    page.html("</p>\n");
    let mut index: Vec<[String; 3]> = Vec::new();
    for row in techniques {
        let address = format!("techniques/{}.html", file_name(&row.id));
        index.push([format!("{} {}", row.id, escape::terminal(&row.name)), address, "technique".to_owned()]);
    }
    for row in events {
        let title = format!("{} {} {}", row.provider, row.id, row.title);
        index.push([escape::terminal(title.trim()), format!("events/{}.html", row.slug), "event".to_owned()]);
    }
    for row in rules {
        let address = format!("rules/{}.html", row.slug);
        index.push([escape::terminal(&row.title), address, format!("{} {}", row.vendor, row.standing)]);
    }
    let text = serde_json::to_string(&index).unwrap_or_else(|_| "[]".to_owned());
    // Inside a script element only `<` could end it.
    let text = escape::json(&text).replace('<', "\\u003c");
    page.html(&format!("<script type=\"application/json\" id=\"index\">{text}</script>\n<script>{SCRIPT}</script>\n"));
    page.end()
}
