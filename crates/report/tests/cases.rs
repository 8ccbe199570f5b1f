//! Every output of `triage` over a case that is full of hostile strings: snapshots, schemas, escaping.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::cases::{case, case_meta as meta, case_rendered as rendered, empty, soiled};
use common::looks::{self, schema, valid};
use ddefend_report::{CaseMeta, case_names};

/// Every output in every form: name of the snapshot, format, settings.
fn forms() -> Vec<(String, &'static str, CaseMeta)> {
    let mut forms: Vec<(String, &'static str, CaseMeta)> =
        case_names().filter(|name| *name != "text").map(|name| (name.to_owned(), name, meta(100))).collect();
    for width in [80, 100, 160] {
        forms.push((format!("text-{width}"), "text", meta(width)));
    }
    forms.push(("text-verbose".to_owned(), "text", CaseMeta { verbose: true, ..meta(100) }));
    forms
}

#[test]
fn outputs_look_as_they_did() {
    for (name, format, meta) in forms() {
        looks::as_before(&format!("case/{name}"), &rendered(format, &case(), &meta));
    }
    looks::as_before("case/text-empty", &rendered("text", &empty(), &meta(100)));
}

#[test]
fn no_output_lets_control_characters_through() {
    for (name, format, meta) in forms() {
        for case in [case(), soiled(), empty()] {
            let out = rendered(format, &case, &meta);
            // Without dates there is no line of a timeline.
            if !out.is_empty() {
                looks::plain(&name, &out);
            }
        }
    }
}

#[test]
fn text_keeps_to_its_width() {
    for (name, format, meta) in forms().into_iter().filter(|(_, format, _)| *format == "text") {
        for case in [case(), soiled(), empty()] {
            // Commands are to be copied: they are never broken.
            let ready: Vec<String> = case
                .tasks
                .iter()
                .flat_map(|task| &task.commands)
                .flat_map(|command| command.text.lines().chain(command.undo.lines()))
                .map(ddefend_report::escape::terminal)
                .collect();
            let out = rendered(format, &case, &meta);
            let copied =
                |line: &str| ready.iter().any(|ready| line.trim().trim_start_matches("undo: ") == ready.trim());
            let rest: Vec<&str> = out.lines().filter(|line| !copied(line)).collect();
            looks::narrow(&name, &rest.join("\n"), meta.width);
        }
    }
}

#[test]
fn colour_changes_nothing_else() {
    for width in [80, 160] {
        let coloured = rendered("text", &case(), &CaseMeta { colour: true, ..meta(width) });
        assert!(coloured.contains("\u{1b}[1;31m"));
        assert_eq!(looks::bare(&coloured), rendered("text", &case(), &meta(width)));
    }
}

#[test]
fn the_text_fits_a_screen_and_says_what_matters() {
    let text = rendered("text", &case(), &meta(100));
    for said in
        ["ESCALATE to T2", "DDE execution confirmed", "E1: ", "Q7    YES", "+25", "Missing evidence", "not whole"]
    {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    assert!(text.lines().count() <= 75, "{} lines", text.lines().count());
    let verbose = rendered("text", &case(), &CaseMeta { verbose: true, ..meta(100) });
    assert!(verbose.contains("undo: Remove-NetFirewallRule") && verbose.contains("fill in: machine_id"), "{verbose}");
}

#[test]
fn commands_are_never_broken() {
    let mut long = case();
    let line = format!("Get-Item '{}' | Remove-Item -Confirm", "folder with blanks ".repeat(20));
    long.tasks[0].commands[0].text.clone_from(&line);
    for format in ["text", "md"] {
        let out = rendered(format, &long, &CaseMeta { verbose: true, ..meta(80) });
        assert!(out.lines().any(|one| one.trim() == line), "{format}");
    }
    let platforms: Vec<String> = (0..12).map(|index| format!("Platform-{index}-of-many")).collect();
    long.tasks[0].commands = platforms
        .iter()
        .map(|name| ddefend_model::case::Command { platform: name.clone(), ..long.tasks[0].commands[0].clone() })
        .collect();
    let text = rendered("text", &long, &meta(100));
    assert!(platforms.iter().all(|name| text.contains(name.as_str())) && !text.contains("more characters"), "{text}");
}

#[test]
fn what_is_not_known_is_not_said_to_be_nothing() {
    let mut bare = case();
    bare.story.clear();
    for format in ["text", "md", "html"] {
        let out = rendered(format, &bare, &meta(160));
        assert!(out.contains("No story: the evidence does not tell what happened."), "{format}");
        assert!(out.contains("with a critical finding; 8 detections"), "{format}");
        assert!(!out.contains("Nothing happened") && out.contains("answered from the evidence"), "{format}");
    }
    let none = rendered("text", &empty(), &meta(100));
    assert!(none.contains("No story") && !none.contains("as of"), "{none}");
}

#[test]
fn every_escalation_rule_that_holds_is_said() {
    let mut more = case();
    let major = ddefend_model::case::RuleHeld {
        id: "E6".to_owned(),
        title: "major incident".to_owned(),
        condition: "Q11.yes".to_owned(),
        held: ddefend_model::case::Held::Yes,
    };
    more.decision.rules.push(major);
    for format in ["text", "md", "html"] {
        let out = rendered(format, &more, &meta(100));
        assert!(
            out.contains("also E6: major incident") && !out.contains("also E1") && !out.contains("also E2"),
            "{format}"
        );
    }
}

#[test]
fn steps_say_where_they_stand() {
    let verbose = rendered("text", &case(), &CaseMeta { verbose: true, ..meta(160) });
    let story = verbose.split("Questions").next().unwrap();
    assert!(story.contains("Operational.evtx, record 4711"), "{story}");
}

#[test]
fn the_story_goes_on_from_the_field_to_its_process() {
    let page = rendered("html", &case(), &meta(100));
    let ran = page.lines().find(|line| line.contains("class=\"edge") && line.contains("ran as")).unwrap();
    assert!(ran.contains("class=\"edge path\""), "{ran}");
}

#[test]
fn json_lines_fit_the_shipped_schema() {
    let validator = schema(looks::SHIPPED);
    let mut kinds = std::collections::BTreeMap::new();
    for line in rendered("jsonl", &case(), &meta(100)).lines() {
        *kinds.entry(valid(line, &validator)["type"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(
        format!("{kinds:?}"),
        r#"{"answer": 9, "artifact": 2, "check": 11, "decision": 1, "detection": 8, "diagnostic": 2, "finding": 2, "summary": 1}"#
    );
    for case in [soiled(), empty()] {
        rendered("jsonl", &case, &meta(100)).lines().for_each(|line| drop(valid(line, &validator)));
    }
}

#[test]
fn json_is_the_model() {
    for case in [case(), soiled(), empty()] {
        let back: ddefend_model::case::Case = serde_json::from_str(&rendered("json", &case, &meta(100))).unwrap();
        assert_eq!(back, case);
    }
}

#[test]
fn markdown_has_no_markup_from_files() {
    for case in [case(), soiled()] {
        let text = rendered("md", &case, &meta(100));
        let mut fence: Option<String> = None;
        for line in text.lines() {
            let bare = line.trim_start();
            let ticks: String = bare.chars().take_while(|character| *character == '`').collect();
            match &fence {
                Some(open) if bare == open.as_str() => fence = None,
                Some(_) => {}
                None if ticks.len() > 2 && ticks == bare => fence = Some(ticks),
                None => {
                    let mut spans = line.split('`').step_by(2);
                    assert!(spans.all(|text| !text.replace("<br>", "").contains('<')), "{line}");
                }
            }
        }
        assert!(fence.is_none(), "every block is closed");
    }
}

const CASE_SCHEMA: &str = "../../docs/reference/case.schema.json";

/// A definition of the machine output without what only a line of it has.
fn bare(mut definition: serde_json::Value) -> serde_json::Value {
    let line = ["type", "schema_version"];
    if let Some(required) = definition.get_mut("required").and_then(serde_json::Value::as_array_mut) {
        required.retain(|name| !line.iter().any(|known| name == known));
    }
    if definition.pointer("/properties/schema_version").is_some() {
        line.iter().for_each(|name| drop(definition["properties"].as_object_mut().unwrap().shift_remove(*name)));
    }
    definition
}

/// What the two schemas share stands in both; `DDEFEND_UPDATE` writes that of cases anew.
#[test]
fn cases_fit_the_shipped_schema() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(root.join(path)).unwrap()).unwrap()
    };
    let (output, mut document) = (read(looks::SHIPPED), read(CASE_SCHEMA));
    for (name, definition) in document["$defs"].as_object_mut().unwrap() {
        if let Some(shared) = output["$defs"].get(name) {
            *definition = bare(shared.clone());
        }
    }
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(root.join(CASE_SCHEMA), &text).unwrap();
    }
    assert!(text == std::fs::read_to_string(root.join(CASE_SCHEMA)).unwrap(), "DDEFEND_UPDATE=1 writes it anew");
    let validator = schema(CASE_SCHEMA);
    for case in [case(), soiled(), empty()] {
        valid(&rendered("json", &case, &meta(100)), &validator);
    }
    let mut odd = serde_json::to_value(case()).unwrap();
    odd["nodes"][0]["colour"] = serde_json::json!("red");
    assert!(!validator.is_valid(&odd), "what is not known does not fit");
}

#[test]
fn html_has_no_markup_from_files_and_only_its_own_script() {
    let tags = [
        "details",
        "ul",
        "ol",
        "table",
        "section",
        "article",
        "dl",
        "summary",
        "li",
        "span",
        "code",
        "div",
        "svg",
        "tr",
        "td",
        "p",
        "a",
        "g",
        "text",
        "h2",
        "h3",
        "pre",
        "mark",
        "blockquote",
    ];
    for case in [case(), soiled()] {
        let page = rendered("html", &case, &meta(100));
        looks::only_its_own_script(&page);
        looks::closed(&page, &tags);
        // Every link inside the page leads somewhere.
        for link in page.split("href=\"#").skip(1) {
            let anchor = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{anchor}\"")), "#{anchor}");
        }
    }
    looks::closed(&rendered("html", &empty(), &meta(100)), &tags);
}

#[test]
fn boxes_of_the_graph_do_not_overlap() {
    let mut big = case();
    let (node, edge) = (big.nodes[4].clone(), big.edges[5].clone());
    // Chains, fans and circles, deeper than there are columns.
    for index in 0..400_usize {
        big.nodes.push(ddefend_model::case::Node { id: format!("x:{index}"), on_path: index % 7 == 0, ..node.clone() });
        let from = if index % 3 == 0 { index / 2 } else { index.saturating_sub(1) };
        for (from, to) in [(from, index), (index, from * 5 % 400)] {
            let (from, to) = (format!("x:{from}"), format!("x:{to}"));
            big.edges.push(ddefend_model::case::Edge { from, to, ..edge.clone() });
        }
    }
    for case in [case(), big] {
        let page = rendered("html", &case, &meta(100));
        let mut places = std::collections::BTreeSet::new();
        for drawn in page.split("class=\"node ").skip(1) {
            let place = drawn.split_once("<rect ").unwrap().1.split_once(" width").unwrap().0;
            assert!(places.insert(place.to_owned()), "{place} twice");
        }
        assert!(places.len() >= 17, "{}", places.len());
    }
}

/// To look at all of them, or to hold them against other readers: `DDEFEND_PAGES=FOLDER`.
#[test]
fn outputs_are_the_same_each_time() {
    for (name, whole) in [("mild", case()), ("soiled", soiled()), ("empty", empty())] {
        for format in case_names() {
            let out = rendered(format, &whole, &meta(100));
            assert!(out == rendered(format, &whole.clone(), &meta(100)), "{name} {format}");
            if let Some(to) = std::env::var_os("DDEFEND_PAGES") {
                let folder = std::path::Path::new(&to).join(name);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("{format}.out")), out).unwrap();
            }
        }
    }
}

#[test]
fn ocsf_lines_fit_the_schemas() {
    let (findings, incidents) = (schema("tests/schemas/ocsf.json"), schema("tests/schemas/ocsf-incident.json"));
    for case in [case(), soiled(), empty()] {
        let out = rendered("ocsf", &case, &meta(100));
        let mut classes = std::collections::BTreeMap::new();
        for line in out.lines() {
            let incident = line.contains("\"class_uid\":2005");
            let value = valid(line, if incident { &incidents } else { &findings });
            *classes.entry(value["class_uid"].as_u64().unwrap()).or_insert(0) += 1;
        }
        assert_eq!(classes.get(&2005), Some(&1));
        let found: usize = case.documents.iter().map(|document| document.scanned.findings.len()).sum();
        assert_eq!(classes.get(&2004).copied().unwrap_or(0), found + case.detections.len());
    }
}

#[test]
fn a_bundle_names_things_as_stix_does() {
    let bundle: serde_json::Value = serde_json::from_str(&rendered("stix", &case(), &meta(100))).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    let of = |kind: &str| objects.iter().filter(|one| one["type"] == kind).collect::<Vec<_>>();
    // The specification's own identifier of an address: version 5 of {"value":"203.0.113.9"}.
    let address = of("ipv4-addr")[0];
    assert_eq!(address["id"], "ipv4-addr--39090fdc-366e-571f-ab5b-d05e2918f88f");
    assert_eq!(of("report").len(), 1);
    assert_eq!(of("note").len(), case().answers.len());
    assert_eq!(of("course-of-action").len(), case().tasks.len());
    let technique = of("attack-pattern").into_iter().find(|one| one["name"] == "Dynamic Data Exchange").unwrap();
    assert_eq!(technique["external_references"][0]["external_id"], "T1559.002");
    let cmd = of("process").into_iter().find(|one| one["pid"] == 5000).unwrap();
    let parent = of("process").into_iter().find(|one| one["id"] == cmd["parent_ref"]).unwrap();
    assert_eq!(parent["pid"], 4312);
    let pattern = |value: &str| of("indicator").into_iter().any(|one| one["pattern"] == value);
    assert!(pattern("[ipv4-addr:value = '203.0.113.9']"));
    assert!(pattern("[file:name = 'a.exe' AND file:parent_directory_ref.path = '\\\\\\\\files.bad.example\\\\share']"));
    assert!(!of("sighting").is_empty());
    assert!(!of("indicator").iter().any(|one| one["pattern"] == "[file:name = 'dde_out.txt']"), "a bare name hurts");
    assert!(of("indicator").iter().any(|one| one["description"] == "sender"));
}

#[test]
fn other_desks_get_everything() {
    let read =
        |format: &str| -> serde_json::Value { serde_json::from_str(&rendered(format, &case(), &meta(100))).unwrap() };
    let (hive, iris, misp) = (read("thehive"), read("iris"), read("misp"));
    assert_eq!(hive["case"]["tasks"].as_array().unwrap().len(), case().tasks.len());
    assert_eq!(hive["case"]["severity"], 4);
    assert_eq!(hive["alert"]["sourceRef"], "case-0123456789abcdef0123");
    assert_eq!(iris["timeline"].as_array().unwrap().len(), case().timeline.len());
    assert_eq!(iris["evidences"].as_array().unwrap().len(), case().inputs.len());
    assert_eq!(
        misp["Event"]["Tag"][1]["name"],
        "misp-galaxy:mitre-attack-pattern=\"Dynamic Data Exchange - T1559.002\""
    );
    assert_eq!(misp["Event"]["distribution"], "0");
    let blocked = |value: &str| {
        let all = misp["Event"]["Attribute"].as_array().unwrap();
        all.iter().find(|one| one["value"] == value).unwrap()["to_ids"] == true
    };
    assert!(blocked("203.0.113.9") && !blocked("dde_out.txt"));
}

#[test]
fn timesketch_lines_fit_what_the_importer_wants() {
    let validator = schema("tests/schemas/timesketch.json");
    for case in [case(), soiled()] {
        let out = rendered("timesketch", &case, &meta(100));
        assert_eq!(out.lines().count(), case.timeline.len());
        out.lines().for_each(|line| drop(valid(line, &validator)));
    }
}
