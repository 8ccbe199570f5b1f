//! Every scenario of the lab through ddefend: what must be found and what is, in both directions. The result is
//! `docs/reference/lab-matrix.tsv`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a test")]

use ddefend_content::Content;
use ddefend_engine::lab::Checker;
use ddefend_engine::triage::TriageSettings;
use ddefend_event::Mapping;
use ddefend_lab::Scenario;
use ddefend_lab::check::{Checked, Matrix};
use std::path::{Path, PathBuf};

fn scenarios(content: &Content) -> Vec<Scenario> {
    let texts = content.scenario_texts().iter().filter(|(path, _)| path.ends_with(".yml"));
    texts.map(|(path, text)| Scenario::read(text).map_err(|error| format!("{path}: {error}")).unwrap()).collect()
}

/// Builds a scenario in a folder of its own, checks it, takes the folder away.
fn checked(checker: &mut Checker<'_>, scenario: &Scenario, mapping: &Mapping, below: &Path, forms: bool) -> Checked {
    let built = match ddefend_lab::build(scenario, mapping) {
        Ok(built) => built,
        Err(error) => return Checked::failed(scenario, error.to_string()),
    };
    let folder = below.join(&scenario.id);
    for (name, bytes) in built.files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let checked = checker.check(scenario, &folder, forms);
    if std::env::var_os("DDEFEND_KEEP").is_none() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    checked
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ddefend-{name}-{}", std::process::id()))
}

#[test]
fn the_matrix_is_as_it_was_committed() {
    let content = Content::load().unwrap();
    let mapping = content.mapping().unwrap();
    let mut checker = Checker::new(TriageSettings::new(&content).unwrap()).unwrap();
    let below = folder("lab-check");
    let only = std::env::var("DDEFEND_SCENARIO").unwrap_or_default();
    let chosen = scenarios(&content).into_iter().filter(|scenario| only.is_empty() || scenario.id == only);
    let all = chosen.map(|scenario| checked(&mut checker, &scenario, &mapping, &below, true)).collect();
    let matrix = Matrix::new(all);
    if let Ok(path) = std::env::var("DDEFEND_MATRIX") {
        std::fs::write(path, ddefend_report::matrix_output("text", &matrix).unwrap()).unwrap();
    }
    let _ = std::fs::remove_dir_all(&below);
}
