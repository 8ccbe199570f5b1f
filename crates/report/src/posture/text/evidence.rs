//! What each verdict rests on.

use crate::paint::Style;
use crate::posture::page::Page;
use crate::posture::shape;
use ddefend_model::posture::{Audit, Check, Seen};

pub(super) fn evidence(page: Page, audit: &Audit) -> String {
    let told: Vec<String> =
        audit.checks.iter().map(|check| of_check(page, check)).filter(|text| !text.is_empty()).collect();
    if told.is_empty() {
        return String::new();
    }
    page.heading("Evidence") + &told.concat()
}

fn of_check(page: Page, check: &Check) -> String {
    let mut lines: Vec<(&str, String, Style)> = Vec::new();
    lines.extend(check.evidence.iter().map(|seen| (origin(seen), of_seen(seen), Style::Plain)));
    if check.evidence.is_empty() && check.faults.is_empty() && check.notes.is_empty() {
        return String::new();
    }
    if !check.default.is_empty() {
        lines.push(("default", check.default.clone(), Style::Dim));
    }
    if check.explicit {
        lines.push((
            "policy",
            "It says \"not configured\" in so many words: nothing is enforced.".to_owned(),
            Style::Warn,
        ));
    }
    lines.extend(check.notes.iter().map(|note| ("note", note.clone(), Style::Dim)));
    let product = shape::product(&check.application, &check.version);
    let effective = match (&check.effective, check.means.is_empty()) {
        (Some(data), false) => format!(", {data}: {}", check.means),
        (Some(data), true) => format!(", {data}"),
        (None, _) => String::new(),
    };
    let head = format!("{} {product}: {}{effective} ({})", check.id, check.verdict.as_str(), shape::standing(check));
    let mut out = page.hang("  ", 2, &head, Style::Strong);
    for (label, text, style) in lines {
        let mark = format!("    {} ", page.columns.paint.label(label, 8));
        out.push_str(&page.hang(&mark, 13, &text, style));
    }
    out
}

/// Where in the hive's life it comes from.
fn origin(seen: &Seen) -> &str {
    match seen.origin.as_str() {
        "log" => "log only",
        "deleted" => "deleted",
        _ => seen.layer.as_str(),
    }
}

fn of_seen(seen: &Seen) -> String {
    let data = match &seen.data {
        Some(data) => format!(" = {data}"),
        None => " taken away (**del.)".to_owned(),
    };
    let kind = if seen.kind.is_empty() { String::new() } else { format!(" {}", seen.kind) };
    let written = if seen.written.is_empty() { String::new() } else { format!(", key last written {}", seen.written) };
    let policy = if seen.policy.is_empty() { String::new() } else { format!(", from {}", seen.policy) };
    let effect = if seen.origin == "deleted" { ", not in effect" } else { "" };
    let setting = shape::setting(&seen.key, &seen.value);
    format!("{setting}{kind}{data} [{}]{effect}; {}{written}{policy}", seen.verdict.as_str(), shape::place(seen))
}
