//! Every output of `hunt` over one set of detections that is full of hostile strings: snapshots, schemas, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{meta, rendered};
use ddefend_report::{HuntMeta, hunt_names};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Every output in every form: name of the snapshot, format, settings.
fn forms() -> Vec<(String, &'static str, HuntMeta)> {
    let mut forms: Vec<(String, &'static str, HuntMeta)> =
        hunt_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(80))).collect();
    for width in [80, 160] {
        forms.push((format!("text-{width}"), "text", meta(width)));
    }
    forms.push(("text-verbose".to_owned(), "text", HuntMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/hunt/{name}.txt"));
        let now = rendered(format, &meta);
        if std::env::var_os("DDEFEND_UPDATE").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(now == before, "{name} differs from {}; DDEFEND_UPDATE=1 writes it anew:\n{now}", path.display());
    }
}

#[test]
fn no_output_lets_control_characters_through() {
    for (name, format, meta) in forms() {
        let out = rendered(format, &meta);
        assert!(out.ends_with('\n'), "{name}");
        for character in out.chars() {
            let plain = !character.is_control() || matches!(character, '\n' | '\r');
            assert!(plain && character != '\u{202e}', "{name}: {character:?}");
        }
    }
}

#[test]
fn text_keeps_to_its_width() {
    for (name, format, meta) in forms() {
        if format == "text" {
            for line in rendered(format, &meta).lines() {
                assert!(line.width() <= meta.width, "{name}: {} columns: {line}", line.width());
            }
        }
    }
}

#[test]
fn colour_changes_nothing_else() {
    for width in [80, 160] {
        let coloured = rendered("text", &HuntMeta { colour: true, ..meta(width) });
        let mut bare = String::new();
        let mut rest = coloured.as_str();
        while let Some(at) = rest.find("\u{1b}[") {
            bare.push_str(&rest[..at]);
            let end = rest[at..].find('m').unwrap();
            rest = &rest[at + end + 1..];
        }
        bare.push_str(rest);
        assert_eq!(bare, rendered("text", &meta(width)));
    }
}

#[test]
fn repeats_are_folded_in_text_only() {
    let text = rendered("text", &meta(80));
    assert_eq!(
        text.matches("Service host with an unusual group").count(),
        5,
        "three blocks, a note, the summary:\n{text}"
    );
    assert!(text.contains("and 37 more like it"), "{text}");
    let verbose = rendered("text", &HuntMeta { verbose: true, ..meta(80) });
    assert!(!verbose.contains("more like it"));
    assert_eq!(rendered("jsonl", &meta(80)).lines().filter(|line| line.contains("Service host")).count(), 40);
}

#[test]
fn json_lines_fit_the_shipped_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/output.schema.json");
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut kinds = std::collections::BTreeMap::new();
    for line in rendered("jsonl", &meta(80)).lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        *kinds.entry(value["type"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        assert!(validator.is_valid(&value), "{:?}\n{line}", validator.validate(&value).err().map(|e| e.to_string()));
    }
    assert_eq!(format!("{kinds:?}"), r#"{"detection": 46, "diagnostic": 2, "summary": 1}"#);
}
