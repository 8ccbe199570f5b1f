//! What must hold of any settings.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod common;

use common::{CLOUD, NEW, POLICY, USER, audit, catalog, check, dword, hive, input, nothing, office};
use ddefend_model::posture::{Audit, Layer, Verdict};
use ddefend_posture::{Catalog, Machine, Store};
use ddefend_registry::{Coverage, Data, Intent, Root};
use proptest::prelude::*;
use std::sync::OnceLock;

fn world() -> &'static (Catalog, [Machine; 3]) {
    static WORLD: OnceLock<(Catalog, [Machine; 3])> = OnceLock::new();
    WORLD.get_or_init(|| {
        let catalog = catalog();
        let machines = [office(&catalog, Some(NEW), &[]), office(&catalog, None, &[]), nothing(&catalog)];
        (catalog, machines)
    })
}

/// Keys and values of the catalog's user checks.
fn spots() -> Vec<(String, String)> {
    let checks = world().0.checks().iter();
    let user = checks.flat_map(|check| &check.places).filter(|place| place.root == "HKCU");
    let key = |key: &str, version: &str| key.replace("<ver>", version).replace('*', "Location1");
    user.flat_map(|place| ["14.0", "15.0", "16.0"].map(|version| (key(&place.key, version), place.value.clone())))
        .collect()
}

fn data() -> impl Strategy<Value = Data> {
    prop_oneof![
        6 => (0u32..3).prop_map(Data::Dword),
        1 => any::<u32>().prop_map(Data::Dword),
        1 => prop::sample::select(vec!["0", "1", r"C:\Temp\x", r"C:\Program Files", ""]).prop_map(|text| Data::Sz(text.into())),
        1 => Just(Data::Qword(1)),
        1 => Just(Data::Binary(vec![1, 0, 0])),
    ]
}

fn settings() -> impl Strategy<Value = Vec<(String, String, Data)>> {
    let one = (prop::sample::select(spots()), data()).prop_map(|((key, value), data)| (key, value, data));
    prop::collection::vec(one, 0..8)
}

fn store(settings: &[(String, String, Data)]) -> Store {
    let settings: Vec<(&str, &str, Data)> =
        settings.iter().map(|(key, value, data)| (key.as_str(), value.as_str(), data.clone())).collect();
    hive(&world().0, &settings)
}

/// Each value once: the last counts.
fn once(settings: Vec<(String, String, Data)>) -> Vec<(String, String, Data)> {
    let mut seen = std::collections::BTreeMap::new();
    for (key, value, data) in settings {
        seen.insert((key.to_lowercase(), value.to_lowercase()), (key, value, data));
    }
    seen.into_values().collect()
}

fn run(machine: usize, store: &Store) -> Audit {
    let (catalog, machines) = world();
    audit(catalog, &machines[machine], store)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_no_check_looks_at_changes_nothing(
        settings in settings(), machine in 0usize..3, key in "[a-z]{1,9}", name in "[a-z]{1,9}", data in data(),
    ) {
        let plain = store(&settings);
        let mut more = plain.clone();
        let key = format!(r"Software\Vendor\{key}");
        input(&mut more, "NTUSER.DAT", Intent::State, &Coverage::Changes, &[(Root::User, &key, &name, Some(data))]);
        prop_assert_eq!(run(machine, &plain), run(machine, &more));
    }

    #[test]
    fn the_order_of_different_values_does_not_matter(settings in settings(), machine in 0usize..3, at in 0usize..8) {
        let settings = once(settings);
        let mut turned = settings.clone();
        if !turned.is_empty() {
            let at = at % turned.len();
            turned.rotate_left(at);
        }
        prop_assert_eq!(run(machine, &store(&settings)), run(machine, &store(&turned)));
    }

    #[test]
    fn a_higher_layer_decides(cloud in prop::option::of(0u32..3), policy in prop::option::of(0u32..3), user in prop::option::of(0u32..3)) {
        let mut settings = Vec::new();
        for (key, number) in [(USER, user), (POLICY, policy), (CLOUD, cloud)] {
            settings.extend(number.map(|number| (key.to_owned(), "AllowDDE".to_owned(), dword(number))));
        }
        let audit = run(0, &store(&settings));
        let found = check(&audit, "WORD-ALLOW", "16.0");
        let (layer, number) = match (cloud, policy, user) {
            (Some(number), ..) => (Layer::Cloud, Some(number)),
            (_, Some(number), _) => (Layer::Policy, Some(number)),
            (.., Some(number)) => (Layer::User, Some(number)),
            _ => (Layer::Default, None),
        };
        prop_assert_eq!(found.layer, layer);
        if let Some(number) = number {
            prop_assert_eq!(found.verdict == Verdict::Secure, number == 0);
            prop_assert_eq!(found.effective.clone(), Some(number.to_string()));
        }
    }

    #[test]
    fn verdict_outcome_layer_and_evidence_go_together(settings in settings(), machine in 0usize..3) {
        let settings = once(settings);
        let audit = run(machine, &store(&settings));
        for check in &audit.checks {
            let set = check.layer != Layer::Default;
            prop_assert_eq!(set, matches!(check.verdict, Verdict::Secure | Verdict::Insecure), "{:?}", check);
            prop_assert!(!check.enforced || check.verdict == Verdict::Secure && check.layer != Layer::User);
            prop_assert!(!set || check.evidence.iter().any(|seen| seen.layer == check.layer && seen.verdict == check.verdict
                || check.id == "WO-TRUSTED"));
            prop_assert!(check.verdict != Verdict::Misapplied || !check.faults.is_empty());
        }
        // Nothing that was read is lost: every value is evidence, a fault, or told in a note.
        let told = format!("{audit:?}").to_lowercase();
        for (key, value, _) in &settings {
            let version = ["14.0", "15.0", "16.0"].into_iter().find(|version| key.contains(version)).unwrap_or_default();
            prop_assert!(told.contains(&value.to_lowercase()) && told.contains(version), "{} {}", key, value);
        }
    }

    #[test]
    fn a_change_is_worth_what_was_said(settings in settings(), machine in 0usize..3) {
        let store = store(&once(settings));
        let before = run(machine, &store);
        for way in &before.exposures {
            for change in way.undone_by.iter().chain(&way.closed_by).filter(|change| change.key.starts_with("HKCU")) {
                let data = change.data.as_ref().map(|data| data.parse().map_or(Data::Sz(data.clone()), Data::Dword));
                let mut changed = store.clone();
                let key = change.key.strip_prefix(r"HKCU\").unwrap();
                let settings = [(Root::User, key, change.value.as_str(), data)];
                input(&mut changed, "change.reg", Intent::State, &Coverage::Changes, &settings);
                let after = run(machine, &changed);
                let then = after.exposures.iter().find(|other| other.id == way.id && other.version == way.version).unwrap();
                prop_assert!(then.state != way.state || then.enforced != way.enforced, "{:?}", change);
            }
        }
    }
}
