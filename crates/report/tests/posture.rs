//! Every output of `posture audit` over audits that are full of hostile strings: snapshots, schemas, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::audits::{self, posture_meta as meta, posture_rendered as rendered};
use common::looks::{self, schema, valid};
use ddefend_report::{PostureMeta, posture_names};

/// Every output in every form: name of the snapshot, format, settings.
fn forms() -> Vec<(String, &'static str, PostureMeta)> {
    let mut forms: Vec<(String, &'static str, PostureMeta)> =
        posture_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(80))).collect();
    for width in [80, 100, 160] {
        forms.push((format!("text-{width}"), "text", meta(width)));
    }
    forms.push(("text-verbose".to_owned(), "text", PostureMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        looks::as_before(&format!("posture/{name}"), &rendered(format, &meta));
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
        let coloured = rendered("text", &PostureMeta { colour: true, ..meta(width) });
        assert!(coloured.contains("\u{1b}[1;31m"));
        assert_eq!(looks::bare(&coloured), rendered("text", &meta(width)));
    }
}

#[test]
fn users_alike_are_told_once() {
    let text = rendered("text", &meta(100));
    assert_eq!(text.matches("user user0").count(), 1, "{text}");
    assert!(text.contains("9 alike: user00000 on WS-042, user00001 on WS-042"), "{text}");
    assert!(text.contains("and 3 more"), "{text}");
    let verbose = rendered("text", &PostureMeta { verbose: true, ..meta(100) });
    assert_eq!(verbose.matches("user user0").count(), 9);
    assert!(!verbose.contains("alike"));
}

#[test]
fn a_fleet_stays_bounded() {
    for format in posture_names() {
        let mut renderer = ddefend_report::posture_renderer(format, &meta(80)).unwrap();
        let mut out = renderer.begin().len();
        let streams = !matches!(format, "text" | "html" | "navigator");
        for number in 0..if streams { 200 } else { 10_000 } {
            let audit = audits::closed(&format!("host-{}", number % 50), number);
            let text = renderer.audit(&audit);
            assert!(!text.is_empty() || !streams || format == "sarif", "{format} prints at once");
            out += text.len();
        }
        out += renderer.end(&audits::posture_summary()).len();
        if !streams {
            assert!(out < 1 << 20, "{format}: {out} bytes");
        }
    }
}

#[test]
fn ocsf_lines_fit_the_schema() {
    let validator = schema("tests/schemas/ocsf-compliance.json");
    let lines: Vec<serde_json::Value> =
        rendered("ocsf", &meta(80)).lines().map(|line| valid(line, &validator)).collect();
    let whole: serde_json::Value = serde_json::from_str(&rendered("json", &meta(80))).unwrap();
    let count = |field: &str| -> usize {
        whole["audits"].as_array().unwrap().iter().map(|audit| audit[field].as_array().map_or(0, Vec::len)).sum()
    };
    assert_eq!(lines.len(), count("checks") + count("exposures") + count("faults") + 1, "and one gap");
    let word = lines.iter().find(|line| line["compliance"]["control"] == "DDE-WORD-ALLOW").unwrap();
    assert_eq!(word["compliance"]["status"], "Fail");
    assert_eq!(word["compliance"]["standards"][0], "MITRE ATT&CK M1042");
    assert_eq!(word["time"], 1_795_072_364_120_i64, "the last write of the key that decides");
    assert_eq!(word["resources"][0]["owner"]["name"], "alice");
    let uids: std::collections::BTreeSet<&str> =
        lines.iter().filter_map(|line| line["finding_info"]["uid"].as_str()).collect();
    assert!(uids.len() + 2 >= lines.len(), "findings have ids of their own");
}

#[test]
fn a_layer_fits_the_format() {
    let layer = valid(&rendered("navigator", &meta(80)), &schema("tests/schemas/navigator.json"));
    let technique =
        layer["techniques"].as_array().unwrap().iter().find(|one| one["techniqueID"] == "T1559.002").unwrap();
    assert_eq!(technique["score"], 100);
    assert!(technique["comment"].as_str().unwrap().starts_with("2 open: alice on WS-017, Word 16.0"), "{technique}");
    let other = layer["techniques"].as_array().unwrap().iter().find(|one| one["techniqueID"] == "T1204.002").unwrap();
    assert_eq!(other["score"], 0);
    assert!(layer["metadata"].as_array().unwrap().iter().any(|one| one["name"] == "M1042"));
}

#[test]
fn sarif_names_rules_files_and_lines() {
    let document: serde_json::Value = serde_json::from_str(&rendered("sarif", &meta(80))).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let results = run["results"].as_array().unwrap();
    let mut prints = std::collections::BTreeSet::new();
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()), "{result}");
        prints.insert(result["partialFingerprints"]["ddefend/v1"].as_str().unwrap());
        if result["kind"] != "fail" {
            assert_eq!(result["level"], "none");
        }
    }
    assert_eq!(prints.len(), results.len(), "results can be told apart");
    let fault = results.iter().find(|result| result["ruleId"] == "fault.key-for-value").unwrap();
    let physical = &fault["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "WS-017/Users/alice/hardening.reg");
    assert_eq!(physical["region"]["startLine"], 12);
    let word = results.iter().find(|result| result["ruleId"] == "DDE-WORD-ALLOW").unwrap();
    assert_eq!(word["locations"][0]["physicalLocation"]["region"]["byteOffset"], 1_245_184);
    assert!(!results.iter().any(|result| result["ruleId"] == "PV-WO-INTERNET"), "what is in order is no result");
}

#[test]
fn csv_cells_are_no_formulas() {
    looks::no_formulas(&rendered("csv", &meta(80)));
}

#[test]
fn the_answer_fits_what_was_found() {
    let text = rendered("text", &meta(100));
    assert!(text.contains("Can DDE start programs here?  YES  "), "{text}");
    assert!(text.contains("Can DDE start programs here?  NO  1 way in by DDE is closed"), "{text}");
    assert!(text.contains("What any process of the user can undo\n  1 way   delete HKCU"), "{text}");
    assert!(text.contains("What closes them\n  1 way   set HKCU"), "{text}");
    let verbose = rendered("text", &PostureMeta { verbose: true, ..meta(160) });
    assert!(verbose.contains("any process of the user can open this: delete"), "{verbose}");
}

#[test]
fn json_lines_and_json_fit_the_shipped_schema() {
    let validator = schema(looks::SHIPPED);
    let mut kinds = std::collections::BTreeMap::new();
    for line in rendered("jsonl", &meta(80)).lines() {
        *kinds.entry(valid(line, &validator)["type"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(format!("{kinds:?}"), r#"{"check": 22, "diagnostic": 2, "exposure": 15, "fault": 1, "summary": 1}"#);
    let whole: serde_json::Value = serde_json::from_str(&rendered("json", &meta(80))).unwrap();
    assert_eq!(whole["schema_version"], 1);
    for field in ["audits", "diagnostics"] {
        for object in whole[field].as_array().unwrap() {
            valid(&object.to_string(), &validator);
        }
    }
    valid(&whole["summary"].to_string(), &validator);
    // What is not known to the schema does not fit.
    assert!(!validator.is_valid(&serde_json::json!({ "type": "check", "schema_version": 1, "id": "X" })));
}

#[test]
fn html_has_no_markup_from_files_and_only_its_own_script() {
    let page = rendered("html", &meta(80));
    looks::only_its_own_script(&page);
    assert!(page.contains("9 alike: also user00001 on WS-042"));
    let tags = [
        "details", "ul", "ol", "table", "section", "dl", "summary", "li", "span", "code", "div", "svg", "tr", "td", "p",
    ];
    looks::closed(&page, &tags);
}
