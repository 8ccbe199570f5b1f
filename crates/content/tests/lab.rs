//! Every scenario of the lab builds, twice the same, and holds nothing that could do harm; what was written reads back.
#![allow(clippy::unwrap_used, missing_docs)]

use ddefend_content::Content;
use ddefend_lab::{Lab, Scenario, build};

fn scenarios() -> Vec<Scenario> {
    let texts = Content::load().unwrap().scenario_texts();
    texts.iter().map(|(path, text)| Scenario::read(text).unwrap_or_else(|error| panic!("{path}: {error}"))).collect()
}

fn built() -> Vec<(Scenario, Lab)> {
    let mapping = Content::load().unwrap().mapping().unwrap();
    let mut wrong = Vec::new();
    let mut all = Vec::new();
    for scenario in scenarios() {
        match build(&scenario, &mapping) {
            Ok(lab) => all.push((scenario, lab)),
            Err(error) => wrong.push(format!("{}: {error}", scenario.id)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    all
}

#[test]
fn scenarios_are_built_twice_the_same() {
    for ((scenario, first), (_, second)) in built().into_iter().zip(built()) {
        assert!(first.files.keys().eq(second.files.keys()), "{}", scenario.id);
        for (path, bytes) in &first.files {
            assert!(second.files[path] == *bytes, "{}: {path} differs", scenario.id);
        }
    }
}
