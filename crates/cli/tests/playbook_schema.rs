//! The shipped playbook fits docs/reference/playbook.schema.json, and the schema names what the program knows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

use ddefend_content::Content;
use ddefend_triage::playbook::PRIMITIVES;

#[test]
fn the_shipped_playbook_fits_its_schema() {
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/playbook.schema.json");
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let playbook: serde_json::Value = {
        let content = Content::load().unwrap();
        yaml_serde::from_str(content.playbook_text("t1559.002-dde").unwrap()).unwrap()
    };
    let errors: Vec<String> =
        validator.iter_errors(&playbook).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let names =
        schema.pointer("/$defs/question/properties/compute/enum").and_then(serde_json::Value::as_array).unwrap();
    let known: Vec<&str> = PRIMITIVES.iter().map(|primitive| primitive.name).collect();
    assert_eq!(names.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>(), known);
    let mut wrong = playbook;
    wrong["questions"][0]["compute"] = "guess".into();
    assert!(!validator.is_valid(&wrong));
}
