//! Every output of `posture diff` over differences that are full of hostile strings: snapshots, schema, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::differences::{self, difference_meta as meta, difference_rendered as rendered};
use common::looks;
use ddefend_report::{PostureMeta, difference_names};

/// Every output in every form: name of the snapshot, format, settings.
fn forms() -> Vec<(String, &'static str, PostureMeta)> {
    let mut forms: Vec<(String, &'static str, PostureMeta)> =
        difference_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(80))).collect();
    for width in [80, 160] {
        forms.push((format!("text-{width}"), "text", meta(width)));
    }
    forms.push(("text-verbose".to_owned(), "text", PostureMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        looks::as_before(&format!("difference/{name}"), &rendered(format, &meta));
    }
}

#[test]
fn nothing_hostile_gets_through() {
    for (name, format, meta) in forms() {
        let out = rendered(format, &meta);
        looks::plain(&name, &out);
        match format {
            "text" => looks::narrow(&name, &out, meta.width),
            "csv" => looks::no_formulas(&out),
            _ => {}
        }
    }
    let page = rendered("html", &meta(80));
    assert!(!page.contains("<script") && !page.contains("<img") && page.contains("&lt;script&gt;"));
    assert!(page.contains("default-src 'none'") && !page.contains("script-src"));
    looks::closed(&page, &["table", "section", "span", "div", "tr", "td", "p", "ul", "li"]);
}

#[test]
fn worse_comes_first_and_who_is_alike_once() {
    let text = rendered("text", &meta(160));
    let places: Vec<usize> = ["word-field", "DDE-WORD-ALLOW", "fault.wrong-path", "LNK-WORD-OPEN", "PV-WO-UNC"]
        .map(|id| text.find(id).unwrap())
        .to_vec();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("closed, enforced  →  open"), "{text}");
    assert!(text.contains("in alice's own settings, key last written 2026-11-19T07:12:44Z"), "{text}");
    assert!(text.contains("with 93 of 100: secure: 0 (DDE is off), policy, enforced"), "{text}");
    assert!(text.contains("7 alike: bob on WS-000, bob on WS-001"), "{text}");
    assert_eq!(text.matches("user bob").count(), 1);
}

#[test]
fn json_lines_and_json_fit_the_shipped_schema() {
    let validator = looks::schema(looks::SHIPPED);
    let lines: Vec<serde_json::Value> =
        rendered("jsonl", &meta(80)).lines().map(|line| looks::valid(line, &validator)).collect();
    assert_eq!(lines.iter().filter(|line| line["type"] == "difference").count(), differences::differences().len());
    let whole: serde_json::Value = serde_json::from_str(&rendered("json", &meta(80))).unwrap();
    assert_eq!(whole["differences"].as_array().unwrap().len(), differences::differences().len());
    assert_eq!(Some(&whole["summary"]), lines.last());
}
