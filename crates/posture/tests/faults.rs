//! Hardening that was applied wrongly.

mod common;

use common::{NEW, audit, catalog, check, dword, entry, hive, hive_of, nothing, office};
use ddefend_model::posture::{Fault, Verdict, fault};
use ddefend_posture::{Store, machine};
use ddefend_registry::{Coverage, Data, Fact, Intent, Origin, Root};

const EXCEL: &str = r"Software\Microsoft\Office\16.0\Excel";
const WORD: &str = r"Software\Microsoft\Office\16.0\Word";

/// Audits a hive with one value; the only fault.
fn fault_of(key: &str, name: &str, data: Data) -> Option<(Fault, Verdict)> {
    let catalog = catalog();
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &hive(&catalog, &[(key, name, data)]));
    let mut found: Vec<(Fault, Verdict)> = audit
        .checks
        .iter()
        .flat_map(|check| check.faults.iter().map(|fault| (fault.clone(), check.verdict)))
        .chain(audit.faults.iter().map(|fault| (fault.clone(), Verdict::Unknown)))
        .collect();
    assert!(found.len() < 2, "{found:#?}");
    found.pop()
}

#[test]
fn every_sort_is_told_with_its_check() {
    let policies = r"Software\Policies\Microsoft\Office\16.0";
    for (key, name, data, id, of) in [
        // A key in a value's place, as `reg add` without /v makes it.
        (format!(r"{EXCEL}\Options\DontUpdateLinks"), "", dword(1), fault::KEY, "XL-LINKS"),
        (format!(r"{WORD}\Options\DontUpdateLinks"), "", dword(1), fault::KEY, "WO-LINKS"),
        // Beside the key that is read.
        (format!(r"{policies}\Excel\Security"), "DisableDDEServerLaunch", dword(1), fault::PATH, "XL-LAUNCH"),
        (format!(r"{EXCEL}\Security\External Content"), "DisableDDEServerLaunch", dword(1), fault::PATH, "XL-LAUNCH"),
        (format!(r"{EXCEL}\Security"), "DDEAllowed", dword(0), fault::PATH, "XL-ALLOWED"),
        (format!(r"{WORD}\Security"), "DDEAllowed", dword(0), fault::PATH, "XL-ALLOWED"),
        (format!(r"{WORD}\Security"), "DontUpdateLinks", dword(1), fault::PATH, "WO-LINKS"),
        (r"Software\Microsoft\Office\Word\Security".into(), "AllowDDE", dword(0), fault::PATH, "WORD-ALLOW"),
        (r"Software\Microsoft\Office\17.0\Word\Security".into(), "AllowDDE", dword(0), fault::VERSION, "WORD-ALLOW"),
        // The machine's rule in the user's part.
        (r"SOFTWARE\Policies\ASR\Rules".into(), "d4f940ab", Data::Sz("1".into()), fault::ROOT, "ASR"),
        // Types and data.
        (format!(r"{EXCEL}\Options"), "DDEAllowed", Data::Sz("0".into()), fault::TYPE, "XL-ALLOWED"),
        (format!(r"{EXCEL}\Options"), "DDEAllowed", Data::Qword(0), fault::TYPE, "XL-ALLOWED"),
        (format!(r"{EXCEL}\Options"), "DDEAllowed", dword(7), fault::DATA, "XL-ALLOWED"),
        // Names.
        (format!(r"{EXCEL}\Options"), "DDEAllowed\"=dword:00000000", dword(0), fault::NAME, "XL-ALLOWED"),
        (format!(r"{EXCEL}\Options"), " DDEAllowed", dword(0), fault::NAME, "XL-ALLOWED"),
        (format!(r"{EXCEL}\Options"), "DDEAllowed\u{200b}", dword(0), fault::NAME, "XL-ALLOWED"),
        (format!(r"{EXCEL}\Options"), "DDEAlowed", dword(0), fault::NAME, "XL-ALLOWED"),
        (format!(r"{EXCEL}\Options"), "DDEAllwoed", dword(0), fault::NAME, "XL-ALLOWED"),
        (format!(r"{policies}\Word\Security\ProtectedView"), "DisableAttachementsInPV", dword(0), fault::NAME, "WO-PV"),
        (format!(r"{policies}\Word\Security"), "DisableAttachementsInPV", dword(0), fault::NAME, "WO-PV"),
    ] {
        let (found, verdict) = fault_of(&key, name, data).unwrap_or_else(|| panic!("no fault: {key} {name}"));
        assert_eq!((found.id.as_str(), found.check.as_str()), (id, of), "{key}\\{name}: {found:#?}");
        assert!(
            verdict == Verdict::Misapplied || found.check == "ASR" || id == fault::NAME,
            "{key} {name} {verdict:?}"
        );
        assert!(
            found.key.starts_with("HKCU\\") && found.message.ends_with('.') && found.remedy.ends_with('.'),
            "{found:?}"
        );
        assert_eq!((found.source.as_str(), found.place.as_str()), ("NTUSER.DAT", "line 7"));
    }
}

#[test]
fn what_is_read_elsewhere_is_no_fault() {
    let policies = r"Software\Policies\Microsoft\Office\16.0";
    for (key, name, data) in [
        (format!(r"{WORD}\Options"), "DontUpdateLinks", dword(1)),
        // A name that several applications have, under one more of them.
        (r"Software\Microsoft\Office\16.0\PowerPoint\Options".into(), "DontUpdateLinks", dword(1)),
        // The path of another layer: perhaps it is read there.
        (format!(r"{policies}\Excel\Options"), "DDEAllowed", dword(0)),
        // A name that is nobody's, and one that differs in a digit.
        (format!(r"{EXCEL}\Options"), "Something", dword(0)),
        (format!(r"{EXCEL}\Options"), "DDEAllowed2", dword(0)),
        (r"Software\Other".into(), "AllowDDE", dword(0)),
    ] {
        assert!(fault_of(&key, name, data).is_none(), "{key}\\{name}");
    }
}

#[test]
fn a_policy_for_users_in_the_machines_part() {
    let catalog = catalog();
    let key = r"SOFTWARE\Policies\Microsoft\Office\16.0\Word\Options";
    let machine = office(&catalog, Some(NEW), &[(key, "DontUpdateLinks", dword(1))]);
    // The machine's audit tells it, once; its users' checks have a note.
    let (_, whole) = ddefend_posture::machine(&catalog, "pc", machine.store.clone());
    let told: Vec<&Fault> = whole.faults.iter().chain(whole.checks.iter().flat_map(|check| &check.faults)).collect();
    assert_eq!(told.iter().map(|fault| fault.id.as_str()).collect::<Vec<_>>(), [fault::ROOT]);
    assert!(told[0].remedy.contains(r"HKCU\SOFTWARE\Policies"), "{}", told[0].remedy);
    let audit = audit(&catalog, &machine, &hive(&catalog, &[]));
    let found = check(&audit, "WO-LINKS", "16.0");
    assert_eq!((found.verdict, found.faults.len()), (Verdict::Misapplied, 0));
    assert!(found.notes.iter().any(|note| note.contains(r"HKLM\SOFTWARE\Policies")), "{:?}", found.notes);
    let valid =
        hive(&catalog, &[(r"Software\Policies\Microsoft\Office\16.0\Word\Options", "DontUpdateLinks", dword(1))]);
    let audit = common::audit(&catalog, &machine, &valid);
    let found = check(&audit, "WO-LINKS", "16.0");
    assert_eq!((found.verdict, found.faults.len()), (Verdict::Secure, 0));
}

#[test]
fn leftovers_beside_what_protects_say_so() {
    let catalog = catalog();
    let machine = office(&catalog, Some(NEW), &[]);
    let left = (r"Software\Microsoft\Office\16.0\Word\Security", "DontUpdateLinks", dword(1));
    let set = (r"Software\Policies\Microsoft\Office\16.0\Word\Options", "DontUpdateLinks", dword(1));
    let same = |settings: &[_]| {
        let audit = audit(&catalog, &machine, &hive(&catalog, settings));
        let found = check(&audit, "WO-LINKS", "16.0");
        (found.faults.len(), found.notes.iter().any(|note| note.starts_with("Secure all the same: ")))
    };
    assert_eq!(same(&[left.clone(), set.clone()]), (1, true));
    assert_eq!(same(&[left]), (1, false));
    assert_eq!(same(&[set]), (0, false));
}

#[test]
fn hardening_of_a_version_that_is_not_there() {
    let catalog = catalog();
    let old = (r"Software\Microsoft\Office\15.0\Word\Options", "DontUpdateLinks", dword(1));
    let new = (r"Software\Microsoft\Office\16.0\Word\Options", "DontUpdateLinks", dword(1));
    let used = [r"Software\Microsoft\Office\16.0\Word\File MRU", r"Software\Microsoft\Office\16.0\Word"];
    for machine in [office(&catalog, Some(NEW), &[]), nothing(&catalog)] {
        let found = audit(&catalog, &machine, &hive_of(&catalog, std::slice::from_ref(&old), &used));
        let row = check(&found, "WO-LINKS", "16.0");
        assert_eq!((row.verdict, row.faults[0].id.as_str()), (Verdict::Misapplied, fault::VERSION));
        assert!(row.faults[0].message.contains("15.0"), "{}", row.faults[0].message);
        let found = audit(&catalog, &machine, &hive_of(&catalog, &[old.clone(), new.clone()], &used));
        let row = check(&found, "WO-LINKS", "16.0");
        assert_eq!((row.verdict, row.faults.len()), (Verdict::Secure, 0));
    }
    // Both are in use: what one of them lacks is no slip.
    let both = [used[0], used[1], r"Software\Microsoft\Office\15.0\Word\File MRU"];
    let found = audit(&catalog, &nothing(&catalog), &hive_of(&catalog, &[old], &both));
    assert_eq!(check(&found, "WO-LINKS", "16.0").verdict, Verdict::Absent);
    assert_eq!(check(&found, "WO-LINKS", "15.0").verdict, Verdict::Secure);
}

#[test]
fn insecure_values_of_versions_that_are_not_installed_are_told() {
    let catalog = catalog();
    let old = (r"Software\Microsoft\Office\14.0\Word\Security", "AllowDDE", dword(2));
    let found = audit(&catalog, &office(&catalog, Some(NEW), &[]), &hive(&catalog, &[old]));
    let row = check(&found, "WORD-ALLOW", "16.0");
    assert_eq!(row.verdict, Verdict::Absent);
    assert!(row.notes.iter().any(|note| note.contains("14.0") && note.contains("not installed")), "{:?}", row.notes);
}

#[test]
fn settings_of_applications_that_are_not_installed_are_kept() {
    let catalog = catalog();
    let mut store = Store::new(&catalog);
    let source = ddefend_posture::Source { path: "SOFTWARE".into(), policy: None, intent: Intent::State };
    let source = store.begin(source, &Coverage::Whole(vec![(Root::Machine, String::new())]));
    let key = r"SOFTWARE\Microsoft\Office\16.0\Excel\InstallRoot";
    store.take(entry(Root::Machine, key, Fact::Key, Origin::Written), &source);
    let (machine, _) = machine(&catalog, "pc", store);
    let settings = [(r"Software\Policies\Microsoft\Office\16.0\Word\Security", "AllowDDE", dword(2))];
    let found = audit(&catalog, &machine, &hive_of(&catalog, &settings, &[]));
    let row = check(&found, "WORD-ALLOW", "16.0");
    assert_eq!(row.verdict, Verdict::Insecure);
    assert!(row.notes.iter().any(|note| note == "Word 16.0 is not installed."), "{:?}", row.notes);
    assert!(found.checks.iter().all(|check| check.application != "Word" || check.id == "WORD-ALLOW"));
    assert!(found.exposures.is_empty());
    assert_eq!(found.applications.len(), 1);
}

#[test]
fn deleted_keys_and_values_are_no_faults() {
    let catalog = catalog();
    let mut store = hive(&catalog, &[]);
    let source = ddefend_posture::Source { path: "NTUSER.DAT".into(), policy: None, intent: Intent::State };
    let source = store.begin(source, &Coverage::Changes);
    let key = format!(r"{EXCEL}\Options\DontUpdateLinks");
    store.take(entry(Root::User, &key, Fact::Key, Origin::Deleted), &source);
    let fact = Fact::Value { name: "DDEAllowed".into(), data: dword(0) };
    store.take(entry(Root::User, &format!(r"{EXCEL}\Security"), fact, Origin::Deleted), &source);
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &store);
    assert!(audit.faults.is_empty() && audit.checks.iter().all(|check| check.faults.is_empty()));
    let (_, audit) = machine(&catalog, "pc", Store::new(&catalog));
    assert!(audit.faults.is_empty());
}
