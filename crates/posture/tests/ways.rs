//! Ways in: barriers, what goes round them, and single changes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod common;

use common::{NEW, POLICY, USER, audit, catalog, dword, hive, input, nothing, office, way};
use ddefend_model::Level;
use ddefend_model::posture::{Change, Exposure, Way};
use ddefend_posture::{Catalog, Machine, Store, machine};
use ddefend_registry::{Coverage, Data, Intent, Root};

const OLD: &str = "16.0.1.1";
const LINKS: &str = r"Software\Microsoft\Office\16.0\Word\Options";
const VIEW: &str = r"Software\Microsoft\Office\16.0\Word\Security\ProtectedView";
const TRUSTED: &str = r"Software\Microsoft\Office\16.0\Word\Security\Trusted Locations\Location3";

fn asr() -> (&'static str, &'static str, Data) {
    (r"SOFTWARE\Policies\ASR\Rules", "d4f940ab", Data::Sz("1".into()))
}

fn run(catalog: &Catalog, machine: &Machine, settings: &[(&str, &str, Data)]) -> Exposure {
    way(&audit(catalog, machine, &hive(catalog, settings)), "word-field").clone()
}

#[test]
fn states_follow_the_barriers() {
    let catalog = catalog();
    let view_off = (VIEW, "DisableInternetFilesInPV", dword(1));
    let on = (USER, "AllowDDE", dword(2));
    let trusted = (TRUSTED, "Path", Data::Sz(r"C:\Users\a\Downloads".into()));
    let links = (LINKS, "DontUpdateLinks", dword(1));
    for (machine, settings, state, enforced, level, decided) in [
        (office(&catalog, Some(NEW), &[]), vec![], Way::Closed, false, Level::Low, "WORD-ALLOW by default"),
        (
            office(&catalog, Some(NEW), &[]),
            vec![(POLICY, "AllowDDE", dword(0))],
            Way::Closed,
            true,
            Level::Info,
            "WORD-ALLOW in the policy layer",
        ),
        (
            office(&catalog, Some(NEW), &[asr()]),
            vec![on.clone()],
            Way::Closed,
            true,
            Level::Info,
            "ASR in the policy layer",
        ),
        (office(&catalog, Some(NEW), &[]), vec![on.clone()], Way::Clicks, false, Level::Medium, "WO-PV by default"),
        (office(&catalog, Some(OLD), &[]), vec![], Way::Clicks, false, Level::Medium, "WO-PV by default"),
        (
            office(&catalog, Some(NEW), &[]),
            vec![on.clone(), links.clone()],
            Way::Clicks,
            false,
            Level::Medium,
            "WO-LINKS in the user layer",
        ),
        (
            office(&catalog, Some(NEW), &[]),
            vec![on.clone(), view_off.clone()],
            Way::Open,
            false,
            Level::High,
            "WORD-ALLOW in the user layer",
        ),
        (
            office(&catalog, Some(NEW), &[]),
            vec![on.clone(), trusted.clone()],
            Way::Open,
            false,
            Level::High,
            "WORD-ALLOW in the user layer",
        ),
        (office(&catalog, None, &[]), vec![view_off], Way::Unknown, false, Level::Medium, "not known: WORD-ALLOW"),
        // What makes it enforced decides, though the user's own setting is the stronger barrier.
        (
            office(&catalog, Some(NEW), &[asr()]),
            vec![(USER, "AllowDDE", dword(0))],
            Way::Closed,
            true,
            Level::Info,
            "ASR in the policy layer",
        ),
        (office(&catalog, None, &[]), vec![], Way::Clicks, false, Level::Medium, "WO-PV by default"),
        (office(&catalog, Some(NEW), &[]), vec![trusted], Way::Closed, false, Level::Low, "WORD-ALLOW by default"),
    ] {
        let found = run(&catalog, &machine, &settings);
        assert_eq!((found.state, found.enforced, found.level), (state, enforced, level), "{settings:?} {found:#?}");
        assert_eq!(found.decided_by, decided, "{settings:?}");
        assert!(found.why.ends_with('.'));
        // Where the build is not known, neither is whether the feature is off.
        let unsure =
            state == Way::Clicks && machine.installed.iter().all(|one| one.build.is_empty()) && settings.is_empty();
        assert_eq!(
            found.why.to_lowercase().contains("the inputs do not say"),
            unsure || state == Way::Unknown,
            "{}",
            found.why
        );
        assert!(found.barriers.is_sorted_by_key(|barrier| {
            ["closes", "blocks", "hinders", "asks"].iter().position(|s| *s == barrier.strength)
        }));
    }
}

#[test]
fn bypasses_make_barriers_void_unless_a_policy_makes_them_void() {
    let catalog = catalog();
    let machine = office(&catalog, Some(NEW), &[]);
    let on = (USER, "AllowDDE", dword(2));
    let trusted = (TRUSTED, "Path", Data::Sz(r"C:\Users\a\Downloads".into()));
    let found = run(&catalog, &machine, &[on.clone(), trusted.clone()]);
    assert_eq!(found.barriers.iter().find(|one| one.check == "WO-PV").unwrap().void, "WO-TRUSTED");
    assert_eq!(found.bypasses, ["a trusted location skips Protected View"]);
    let mix = (
        r"Software\Policies\Microsoft\Office\16.0\Common\Security\Trusted Locations",
        "Allow User Locations",
        dword(0),
    );
    let found = run(&catalog, &machine, &[on, trusted, mix]);
    assert_eq!((found.state, found.bypasses.len()), (Way::Clicks, 0));
}

/// Makes a change as an input would, and works everything out again.
fn made(catalog: &Catalog, machine: &Machine, store: &Store, change: &Change) -> Exposure {
    let (root, key) = match change.key.split_once('\\').unwrap() {
        ("HKLM", key) => (Root::Machine, key),
        (_, key) => (Root::User, key),
    };
    let data = change.data.as_ref().map(|data| {
        let text =
            change.value == "Path" || key.ends_with("Rules") && key.contains("Policies") || change.value == "ASRRules";
        if text { Data::Sz(data.clone()) } else { Data::Dword(data.parse().unwrap()) }
    });
    let settings = [(root.clone(), key, change.value.as_str(), data)];
    let (mut machine, mut store) = (machine.clone(), store.clone());
    if root == Root::Machine {
        let mut of_machine = machine.store.clone();
        input(&mut of_machine, "change.reg", Intent::State, &Coverage::Changes, &settings);
        machine = ddefend_posture::machine(catalog, "pc", of_machine).0;
    } else {
        input(&mut store, "change.reg", Intent::State, &Coverage::Changes, &settings);
    }
    way(&audit(catalog, &machine, &store), "word-field").clone()
}

fn openness(way: Way) -> usize {
    [Way::Closed, Way::Clicks, Way::Unknown, Way::Open].iter().position(|known| *known == way).unwrap()
}

#[test]
fn every_change_does_what_is_said_of_it() {
    let catalog = catalog();
    let on = (USER, "AllowDDE", dword(2));
    let states: Vec<Vec<(&str, &str, Data)>> = vec![
        vec![],
        vec![on.clone()],
        vec![(USER, "AllowDDE", dword(0))],
        vec![(POLICY, "AllowDDE", dword(0))],
        vec![(POLICY, "AllowDDE", dword(0)), on.clone()],
        vec![(POLICY, "AllowDDE", dword(1))],
        vec![on.clone(), (LINKS, "DontUpdateLinks", dword(1))],
        vec![on.clone(), (TRUSTED, "Path", Data::Sz(r"C:\Temp\x".into()))],
        vec![on, (VIEW, "DisableInternetFilesInPV", dword(1))],
    ];
    let (mut opened, mut closed) = (0, 0);
    for machine in [
        office(&catalog, Some(NEW), &[]),
        office(&catalog, Some(OLD), &[]),
        office(&catalog, Some(NEW), &[asr()]),
        office(&catalog, None, &[]),
        nothing(&catalog),
    ] {
        for settings in &states {
            let store = hive(&catalog, settings);
            let now = way(&audit(&catalog, &machine, &store), "word-field").clone();
            for change in &now.undone_by {
                let then = made(&catalog, &machine, &store, change);
                assert!(openness(then.state) > openness(now.state), "{settings:?} {change:#?} {:?}", then.state);
                opened += 1;
            }
            for change in &now.closed_by {
                let then = made(&catalog, &machine, &store, change);
                assert_eq!(then.state, Way::Closed, "{settings:?} {change:#?}");
                assert!(now.state != Way::Closed || then.enforced && !now.enforced);
                closed += 1;
            }
        }
    }
    assert!(opened > 40 && closed > 40, "{opened} {closed}");
}

#[test]
fn changes_name_who_can_make_them_and_the_best_comes_first() {
    let catalog = catalog();
    let machine = office(&catalog, Some(NEW), &[]);
    let found = run(&catalog, &machine, &[]);
    let first = &found.undone_by[0];
    assert_eq!(
        (first.by.as_str(), first.key.as_str(), first.data.as_deref()),
        ("user", format!(r"HKCU\{USER}").as_str(), Some("2"))
    );
    let first = &found.closed_by[0];
    assert_eq!((first.by.as_str(), first.key.as_str()), ("administrator", format!(r"HKCU\{POLICY}").as_str()));
    assert_eq!(first.data.as_deref(), Some("0"));
    // Enforced by the policy: only an administrator opens it.
    let found = run(&catalog, &machine, &[(POLICY, "AllowDDE", dword(0))]);
    assert!(found.closed_by.is_empty());
    assert!(
        !found.undone_by.is_empty() && found.undone_by.iter().all(|change| change.by == "administrator"),
        "{:#?}",
        found.undone_by
    );
    // Taking away what the user set himself.
    let old = office(&catalog, Some(OLD), &[]);
    let found = run(&catalog, &old, &[(USER, "AllowDDE", dword(0))]);
    assert!(
        found.undone_by.iter().any(|change| change.by == "user" && change.data.is_none() && change.value == "AllowDDE")
    );
    // Where clicks are all there is, a trusted location opens it.
    let found = run(&catalog, &machine, &[(USER, "AllowDDE", dword(2))]);
    let trusted = found.undone_by.iter().find(|change| change.check == "WO-TRUSTED" && change.by == "user").unwrap();
    assert!(trusted.key.ends_with("Location99"));
    assert_eq!(trusted.data.as_deref(), Some(r"%USERPROFILE%\Downloads\"), "what somebody would write");
}

#[test]
fn ways_are_told_of_what_is_installed_only() {
    let catalog = catalog();
    let old = (r"Software\Microsoft\Office\14.0\Word\Security", "AllowDDE", dword(2));
    let known = audit(&catalog, &office(&catalog, Some(NEW), &[]), &hive(&catalog, std::slice::from_ref(&old)));
    assert_eq!(known.exposures.iter().map(|one| one.version.as_str()).collect::<Vec<_>>(), ["16.0"]);
    let unknown = audit(&catalog, &nothing(&catalog), &hive(&catalog, &[old]));
    assert_eq!(unknown.exposures.iter().map(|one| one.version.as_str()).collect::<Vec<_>>(), ["16.0"]);
    let (_, nobody) = machine(&catalog, "pc", Store::new(&catalog));
    assert!(nobody.exposures.is_empty());
}
