//! Profiles, side effects and names of Intune fit the checks.
#![allow(clippy::unwrap_used, reason = "tests may")]

use ddefend_content::Content;
use ddefend_model::posture::Audit;
use ddefend_posture::harden::{Request, machine_plan, user_plan};
use ddefend_posture::{Machine, Store};

#[test]
fn every_target_of_a_profile_is_written_somewhere() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let versions = ["12.0", "14.0", "15.0", "16.0"].map(str::to_owned);
    let mut missing = Vec::new();
    for profile in catalog.profiles() {
        let request = Request { catalog: &catalog, profile, versions: &versions, clean: false };
        let machine = Machine::default();
        let (first, after) = machine_plan(&request, &machine, &Audit::default());
        let second = user_plan(&request, &after, &Store::default(), &Audit::default());
        let steps: Vec<_> = first.steps.iter().chain(&second.steps).collect();
        for target in profile.targets.iter().filter(|target| !target.if_insecure) {
            if !steps.iter().any(|step| step.check == target.check) {
                missing.push(format!("{}: {}", profile.name, target.check));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn side_effects_and_names_of_intune_are_of_known_checks() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let named = catalog.side_effects().iter().flat_map(|it| &it.checks);
    let named = named.chain(catalog.intune().iter().map(|it| &it.check));
    let named = named.chain(catalog.profiles().iter().flat_map(|it| it.targets.iter().map(|target| &target.check)));
    let unknown: Vec<&String> = named.filter(|id| catalog.check(id).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
