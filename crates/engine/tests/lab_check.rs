//! Every scenario of the lab through ddefend: what must be found and what is, in both directions. The result is
//! `docs/reference/lab-matrix.tsv`; `DDEFEND_UPDATE=1` writes it anew. `DDEFEND_SCENARIO=id` looks at one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a test")]

use ddefend_content::Content;
use ddefend_engine::lab::Checker;
use ddefend_engine::triage::TriageSettings;
use ddefend_lab::Scenario;
use ddefend_lab::check::{Checked, Fired, Matrix};
use std::path::{Path, PathBuf};
use std::thread;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/lab-matrix.tsv");

fn scenarios(content: &Content) -> Vec<Scenario> {
    let texts = content.scenario_texts().iter().filter(|(path, _)| path.ends_with(".yml"));
    texts.map(|(path, text)| Scenario::read(text).map_err(|error| format!("{path}: {error}")).unwrap()).collect()
}

fn scenario(content: &Content, id: &str) -> Scenario {
    scenarios(content).into_iter().find(|scenario| scenario.id == id).unwrap()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ddefend-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn check(content: &Content, scenarios: &[Scenario], below: &Path, forms: bool) -> Vec<Checked> {
    let mut checker = Checker::new(TriageSettings::new(content).unwrap()).unwrap();
    scenarios.iter().map(|scenario| checker.build_and_check(scenario, below, forms)).collect()
}

#[test]
fn the_matrix_is_as_it_was_committed() {
    let content = Content::load().unwrap();
    let only = std::env::var("DDEFEND_SCENARIO").unwrap_or_default();
    let mut all = scenarios(&content);
    all.retain(|scenario| only.is_empty() || only.split(',').any(|id| id == scenario.id));
    let below = folder("lab-check");
    let matrix = thread::scope(|scope| {
        let share = all.len().div_ceil(4).max(1);
        let runs: Vec<_> = all.chunks(share).map(|part| scope.spawn(|| check(&content, part, &below, true))).collect();
        Matrix::new(runs.into_iter().flat_map(|run| run.join().unwrap()).collect())
    });
    std::fs::remove_dir_all(&below).unwrap();
    let told = ddefend_report::matrix_output("text", &matrix).unwrap();
    if !only.is_empty() {
        println!("{told}");
        return;
    }
    let table = ddefend_report::matrix_output("tsv", &matrix).unwrap();
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(TABLE).unwrap_or_default(), table, "{told}");
    let metrics = &matrix.metrics;
    assert_eq!(metrics.attacks_closed, 0, "{told}");
    assert_eq!(metrics.answers_right, metrics.answers, "every deterministic question: {told}");
    assert!(metrics.verdicts_right * 100 >= metrics.scenarios * 95, "{told}");
    assert!(matrix.scenarios.iter().all(|checked| checked.failed.is_empty()), "{told}");
}

#[test]
fn an_expectation_that_is_broken_is_reported() {
    let content = Content::load().unwrap();
    let mut broken = scenario(&content, "word-ddeauto");
    let wanted = &mut broken.expected;
    wanted.findings.insert("documents/Invoice.docx".to_owned(), vec!["dde.remote".to_owned()]);
    wanted.detections = vec!["office_starts_script_host".to_owned(), "equation_editor_child".to_owned()];
    wanted.answers.insert("Q3".to_owned(), "no".to_owned());
    wanted.verdict = "fp".to_owned();
    let below = folder("lab-broken");
    let checked = check(&content, &[broken], &below, false).remove(0);
    std::fs::remove_dir_all(&below).unwrap();
    assert!(!checked.agrees());
    assert_eq!(checked.findings.missed, ["documents/Invoice.docx: dde.remote"]);
    assert_eq!(checked.findings.extra, ["documents/Invoice.docx: dde.launch"]);
    assert_eq!(checked.detections.missed, ["equation_editor_child"]);
    assert!(checked.detections.extra.contains(&"office_descendant_runs_tool".to_owned()));
    assert!(checked.answers.missed.contains(&"Q3 no".to_owned()), "{:?}", checked.answers);
    assert!(checked.verdict.missed[0].starts_with("fp "), "{:?}", checked.verdict);
    let told = ddefend_report::matrix_output("text", &Matrix::new(vec![checked])).unwrap();
    for line in ["findings: missed documents/Invoice.docx: dde.remote", "detections: extra office_descendant_runs_tool"]
    {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn a_scenario_that_cannot_be_built_is_reported() {
    let content = Content::load().unwrap();
    let mut broken = scenario(&content, "printing");
    broken.processes[0].parent = "nobody".to_owned();
    let below = folder("lab-unbuilt");
    let checked = check(&content, &[broken], &below, false).remove(0);
    std::fs::remove_dir_all(&below).unwrap();
    assert!(checked.failed.contains("nobody") && !checked.agrees(), "{checked:?}");
}

#[test]
fn analytics_of_others_hit_miss_and_fire_falsely() {
    let all =
        [(true, true), (false, true), (true, false), (false, false)].map(|(fires, there)| Fired::of(fires, there));
    assert_eq!(all, [Fired::Hit, Fired::Missed, Fired::False, Fired::Silent]);
}
