//! What is wrong with content is said.

mod common;

use common::sources;
use ddefend_posture::Catalog;

fn broken(change: impl FnOnce(&mut ddefend_posture::Sources)) -> String {
    let mut sources = sources();
    change(&mut sources);
    Catalog::new(sources).map(|_| String::new()).unwrap_or_else(|error| error.message)
}

fn problems(change: impl FnOnce(&mut ddefend_posture::Sources)) -> String {
    let mut sources = sources();
    change(&mut sources);
    Catalog::new(sources).map(|catalog| catalog.problems().join("\n")).unwrap_or_default()
}

#[test]
fn ids_are_there_once_and_references_find_them() {
    assert_eq!(broken(|_| ()), "");
    let first = sources().checks[0].clone();
    let id = first.id.clone();
    assert_eq!(broken(|it| it.checks.push(first)), format!("the check {id} is there twice"));
    let told = broken(|it| it.ways[0].barriers[0].checks.push("NOTHING".into()));
    assert!(told.ends_with("names the check NOTHING, which is not there"), "{told}");
    let told = broken(|it| it.builds.clear());
    assert!(told.ends_with("the build update is not there"), "{told}");
}

#[test]
fn what_has_no_effect_is_told() {
    let told = problems(|it| {
        let arm = it.checks[0].arms[0].clone();
        it.checks[0].arms.push(arm);
    });
    assert!(told.contains("WORD-ALLOW: an earlier arm takes 0"), "{told}");
    let told = problems(|it| it.checks[0].places[0].key = r"Software\Microsoft\Office\<ver>\Word".into());
    assert!(told.contains("its layer does not fit its key"), "{told}");
    let told = problems(|it| it.checks[0].versions.clear());
    assert!(told.contains("its key has a version and the check has none"), "{told}");
    let told = problems(|it| it.checks[0].title = "x".repeat(45));
    assert!(told.contains("longer than 44"), "{told}");
}
