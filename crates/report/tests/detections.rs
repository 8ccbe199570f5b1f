//! Every output of `hunt` over one set of detections that is full of hostile strings: snapshots, schemas, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{looks, meta, rendered};
use ddefend_report::{HuntMeta, hunt_names};

/// Every output in every form: name of the snapshot, format, settings.
fn forms() -> Vec<(String, &'static str, HuntMeta)> {
    let mut forms: Vec<(String, &'static str, HuntMeta)> =
        hunt_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(80))).collect();
    for width in [80, 160] {
        forms.push((format!("text-{width}"), "text", meta(width)));
    }
    for width in [80, 160] {
        let meta = HuntMeta { tree: true, timeline: true, ..meta(width) };
        forms.push((format!("text-tree-timeline-{width}"), "text", meta));
    }
    forms.push(("text-verbose".to_owned(), "text", HuntMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        looks::as_before(&format!("hunt/{name}"), &rendered(format, &meta));
    }
}

#[test]
fn no_output_lets_control_characters_through() {
    for (name, format, meta) in forms() {
        looks::plain(&name, &rendered(format, &meta));
    }
}

#[test]
fn text_keeps_to_its_width() {
    for (name, format, meta) in forms().into_iter().filter(|(_, format, _)| *format == "text") {
        looks::narrow(&name, &rendered(format, &meta), meta.width);
    }
}

#[test]
fn colour_changes_nothing_else() {
    for width in [80, 160] {
        let coloured = rendered("text", &HuntMeta { colour: true, ..meta(width) });
        assert_eq!(looks::bare(&coloured), rendered("text", &meta(width)));
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

/// Every line of an output, held against a schema.
fn valid_lines(format: &str, schema: &str) -> Vec<serde_json::Value> {
    let validator = looks::schema(schema);
    rendered(format, &meta(80)).lines().map(|line| looks::valid(line, &validator)).collect()
}

#[test]
fn json_lines_fit_the_shipped_schema() {
    let mut kinds = std::collections::BTreeMap::new();
    for value in valid_lines("jsonl", looks::SHIPPED) {
        *kinds.entry(value["type"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(format!("{kinds:?}"), r#"{"detection": 46, "diagnostic": 2, "summary": 1}"#);
}

#[test]
fn json_holds_what_json_lines_hold() {
    let whole: serde_json::Value = serde_json::from_str(&rendered("json", &meta(80))).unwrap();
    let mut lines: Vec<serde_json::Value> =
        rendered("jsonl", &meta(80)).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(whole["summary"], lines.pop().unwrap());
    assert_eq!(whole["results"], serde_json::Value::Array(lines));
}

#[test]
fn foreign_lines_fit_their_schemas() {
    let timesketch = valid_lines("timesketch", "tests/schemas/timesketch.json");
    assert_eq!(timesketch.len(), 46);
    let chain = &timesketch[2];
    assert_eq!(chain["datetime"], "2026-11-21T14:49:01.500000+00:00");
    assert_eq!(chain["timestamp"], 1_795_272_541_500_000_i64);
    assert_eq!(timesketch[0]["time_zone"], "unknown");
    let ecs = valid_lines("ecs", "tests/schemas/ecs.json");
    assert_eq!(ecs.len(), 47, "a gap is a pipeline error, a note is nothing");
    assert_eq!(ecs[2]["threat"]["technique"]["subtechnique"]["id"][0], "T1559.002");
    assert_eq!(ecs[2]["process"]["parent"]["name"], "WINWORD.EXE");
    assert_eq!(ecs[46]["event"]["kind"], "pipeline_error");
    let ocsf = valid_lines("ocsf", "tests/schemas/ocsf.json");
    assert_eq!(ocsf.len(), 47);
    assert_eq!(ocsf[2]["evidences"][0]["process"]["parent_process"]["name"], "WINWORD.EXE");
    assert_eq!(ocsf[2]["severity_id"], 5);
}

#[test]
fn csv_cells_are_no_formulas() {
    looks::no_formulas(&rendered("csv", &meta(80)));
}

#[test]
fn trees_merge_what_processes_share() {
    let text = rendered("text", &HuntMeta { tree: true, ..meta(100) });
    let tree = text.split("ws-017.corp.example  46 processes").last().unwrap();
    let tree = tree.split("\n\n").next().unwrap();
    assert_eq!(tree.matches("WINWORD.EXE").count(), 1, "{tree}");
    assert!(tree.contains("… and 35 more svchost.exe"), "{tree}");
}

#[test]
fn a_flood_stays_bounded() {
    let meta = HuntMeta { tree: true, timeline: true, ..meta(80) };
    for format in hunt_names() {
        let mut renderer = ddefend_report::hunt_renderer(format, &meta).unwrap();
        let mut out = renderer.begin().len();
        let streams = !matches!(format, "text" | "html");
        for number in 0..if streams { 500 } else { 25_000_u64 } {
            let mut detection = common::noise("ws-017", number % 3600);
            detection.lineage.last_mut().unwrap().key = format!("k{number}");
            detection.event.host = format!("host-{}", number % 50);
            let text = renderer.detection(&detection);
            assert!(!text.is_empty() || !streams, "{format} prints at once");
            out += text.len();
        }
        out += renderer.end(&common::summary()).len();
        if !streams {
            assert!(out < 4 << 20, "{format}: {out} bytes");
        }
    }
}

#[test]
fn html_has_no_markup_from_logs_and_only_its_own_script() {
    let page = rendered("html", &meta(80));
    looks::only_its_own_script(&page);
    looks::closed(&page, &["details", "ul", "table", "section", "dl", "summary", "li", "span", "code"]);
}
