//! Layers, data, defaults, versions and silence.

mod common;

use common::{CLOUD, NEW, POLICY, USER, audit, catalog, check, dword, entry, hive, hive_of, input, nothing, office};
use ddefend_model::Level;
use ddefend_model::posture::{Layer, Outcome, Verdict, fault};
use ddefend_posture::{Source, Store, machine};
use ddefend_registry::{Coverage, Data, Fact, Intent, Origin, Root};

#[test]
fn the_highest_layer_that_says_something_decides() {
    let catalog = catalog();
    let machine = office(&catalog, Some(NEW), &[]);
    let none = Data::Sz("1".into());
    for (cloud, policy, user, layer, verdict, enforced) in [
        (None, None, None, Layer::Default, Verdict::Absent, false),
        (None, None, Some(dword(0)), Layer::User, Verdict::Secure, false),
        (None, None, Some(dword(2)), Layer::User, Verdict::Insecure, false),
        (None, Some(dword(0)), Some(dword(2)), Layer::Policy, Verdict::Secure, true),
        (None, Some(dword(1)), Some(dword(0)), Layer::Policy, Verdict::Insecure, false),
        (Some(dword(0)), Some(dword(2)), Some(dword(2)), Layer::Cloud, Verdict::Secure, true),
        (Some(dword(2)), Some(dword(0)), None, Layer::Cloud, Verdict::Insecure, false),
        (Some(none.clone()), Some(dword(0)), None, Layer::Policy, Verdict::Secure, true),
        (None, Some(none.clone()), None, Layer::Default, Verdict::Misapplied, false),
        (None, Some(none), Some(dword(0)), Layer::User, Verdict::Secure, false),
    ] {
        let settings: Vec<_> = [(CLOUD, &cloud), (POLICY, &policy), (USER, &user)]
            .into_iter()
            .filter_map(|(key, data)| Some((key, "allowdde", data.clone()?)))
            .collect();
        let audit = audit(&catalog, &machine, &hive(&catalog, &settings));
        let found = check(&audit, "WORD-ALLOW", "16.0");
        assert_eq!((found.layer, found.verdict, found.enforced), (layer, verdict, enforced), "{settings:?}");
        assert_eq!(found.evidence.len(), settings.len());
        assert!(found.evidence.is_sorted_by_key(|seen| seen.layer));
        let wrong = settings.iter().filter(|(_, _, data)| data.number().is_none()).count();
        assert_eq!(found.faults.iter().filter(|found| found.id == fault::TYPE).count(), wrong);
    }
}

#[test]
fn what_was_seen_says_where_it_stands() {
    let catalog = catalog();
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &hive(&catalog, &[(POLICY, "allowdde", dword(1))]));
    let found = check(&audit, "WORD-ALLOW", "16.0");
    assert_eq!((found.key.as_str(), found.value.as_str()), (format!(r"HKCU\{POLICY}").as_str(), "allowdde"));
    assert_eq!((found.effective.as_deref(), found.level), (Some("1"), Level::Medium));
    assert_eq!(found.means, "DDE to programs that run");
    let seen = &found.evidence[0];
    assert_eq!(
        (seen.id.as_str(), seen.kind.as_str(), seen.data.as_deref()),
        ("WORD-ALLOW.policy", "REG_DWORD", Some("1"))
    );
    assert_eq!((seen.source.as_str(), seen.place.as_str(), seen.origin.as_str()), ("NTUSER.DAT", "line 7", "written"));
    assert_eq!(seen.written, "2023-11-14T22:13:20.0000000Z");
}

#[test]
fn removed_by_a_policy_is_explicit_and_never_enforced() {
    let catalog = catalog();
    for (build, user, layer, verdict) in [
        (NEW, None, Layer::Default, Verdict::Secure),
        ("16.0.1.1", None, Layer::Default, Verdict::Insecure),
        (NEW, Some(dword(2)), Layer::User, Verdict::Insecure),
        (NEW, Some(dword(0)), Layer::User, Verdict::Secure),
    ] {
        let settings: Vec<_> = user.map(|data| (USER, "AllowDDE", data)).into_iter().collect();
        let mut store = hive(&catalog, &settings);
        input(
            &mut store,
            "registry.pol",
            Intent::Policy,
            &Coverage::Changes,
            &[(Root::User, POLICY, "allowdde", None)],
        );
        let audit = audit(&catalog, &office(&catalog, Some(build), &[]), &store);
        let found = check(&audit, "WORD-ALLOW", "16.0");
        assert_eq!((found.layer, found.verdict, found.explicit, found.enforced), (layer, verdict, true, false));
    }
}

#[test]
fn a_policy_alone_is_enough_for_the_policy_layer() {
    let catalog = catalog();
    let mut store = Store::new(&catalog);
    let settings = [(Root::User, POLICY, "AllowDDE", Some(dword(0)))];
    input(&mut store, "registry.pol", Intent::Policy, &Coverage::Changes, &settings);
    let audit = audit(&catalog, &nothing(&catalog), &store);
    let found = check(&audit, "WORD-ALLOW", "16.0");
    assert_eq!((found.layer, found.verdict, found.enforced), (Layer::Policy, Verdict::Secure, true));
    assert!(found.notes[0].contains(r"Cloud\Office\16.0"), "{:?}", found.notes);
    assert_eq!(check(&audit, "WO-PV", "16.0").verdict, Verdict::Unknown);
    assert_eq!(audit.applications.iter().map(|one| one.certain).collect::<Vec<_>>(), [false]);
}

#[test]
fn a_removal_that_no_policy_made_is_absence() {
    let catalog = catalog();
    let mut store = hive(&catalog, &[(POLICY, "AllowDDE", dword(0)), (USER, "AllowDDE", dword(2))]);
    let settings = [(Root::User, POLICY, "AllowDDE", None), (Root::User, USER, "AllowDDE", None)];
    input(&mut store, "undo.reg", Intent::State, &Coverage::Changes, &settings);
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &store);
    let found = check(&audit, "WORD-ALLOW", "16.0");
    assert_eq!((found.layer, found.verdict, found.explicit), (Layer::Default, Verdict::Absent, false));
    assert_eq!(found.evidence.iter().filter(|seen| seen.data.is_none()).count(), 2);
}

#[test]
fn keys_and_all_values_can_be_taken_away() {
    let catalog = catalog();
    for gone in [Fact::KeyRemoved, Fact::ValuesRemoved] {
        let mut store = Store::new(&catalog);
        input(
            &mut store,
            "a.reg",
            Intent::State,
            &Coverage::Changes,
            &[(Root::User, USER, "AllowDDE", Some(dword(2)))],
        );
        let source =
            store.begin(Source { path: "b.reg".into(), policy: None, intent: Intent::State }, &Coverage::Changes);
        for key in [USER, POLICY, CLOUD] {
            store.take(entry(Root::User, key, gone.clone(), Origin::Written), &source);
        }
        let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &store);
        let found = check(&audit, "WORD-ALLOW", "16.0");
        assert_eq!((found.layer, found.verdict), (Layer::Default, Verdict::Absent), "{gone:?}");
    }
}

#[test]
fn the_input_read_last_counts_and_all_are_told() {
    let catalog = catalog();
    let mut store = hive(&catalog, &[(USER, "AllowDDE", dword(2))]);
    let settings = [(Root::User, USER, "AllowDDE", Some(dword(0)))];
    input(&mut store, "later.reg", Intent::State, &Coverage::Changes, &settings);
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &store);
    let found = check(&audit, "WORD-ALLOW", "16.0");
    assert_eq!(found.verdict, Verdict::Secure);
    assert_eq!(found.evidence.iter().map(|seen| seen.source.as_str()).collect::<Vec<_>>(), ["later.reg", "NTUSER.DAT"]);
    assert!(found.notes[0].contains("disagree"));
}

#[test]
fn free_cells_are_evidence_and_never_in_effect() {
    let catalog = catalog();
    let mut store = hive(&catalog, &[]);
    let source =
        store.begin(Source { path: "NTUSER.DAT".into(), policy: None, intent: Intent::State }, &Coverage::Changes);
    let fact = Fact::Value { name: "AllowDDE".into(), data: dword(2) };
    store.take(entry(Root::User, USER, fact, Origin::Deleted), &source);
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &store);
    let found = check(&audit, "WORD-ALLOW", "16.0");
    assert_eq!((found.verdict, found.outcome), (Verdict::Absent, Outcome::Secure));
    assert_eq!((found.evidence[0].origin.as_str(), found.evidence[0].verdict), ("deleted", Verdict::Insecure));
    assert!(found.notes[0].contains("Free cells"));
}

#[test]
fn defaults_follow_build_and_channel() {
    let catalog = catalog();
    let hive = hive(&catalog, &[]);
    let msi = |build: &str| {
        let key = r"SOFTWARE\Microsoft\Office\16.0\Common\ProductVersion";
        office(&catalog, None, &[(key, "LastProduct", Data::Sz(build.into()))])
    };
    for (machine, word, excel) in [
        (office(&catalog, Some("16.0.8730.2122"), &[]), Outcome::Secure, Outcome::Secure),
        (office(&catalog, Some("16.0.8730.2121"), &[]), Outcome::Insecure, Outcome::Secure),
        (office(&catalog, Some("16.0.10000.1"), &[]), Outcome::Secure, Outcome::Secure),
        (msi("16.0.4627.1000"), Outcome::Secure, Outcome::Insecure),
        (msi("16.0.4266.1001"), Outcome::Insecure, Outcome::Insecure),
        (office(&catalog, None, &[]), Outcome::Unknown, Outcome::Insecure),
        (nothing(&catalog), Outcome::Unknown, Outcome::Unknown),
    ] {
        let audit = audit(&catalog, &machine, &hive);
        let found = check(&audit, "WORD-ALLOW", "16.0");
        assert_eq!((found.verdict, found.outcome), (Verdict::Absent, word), "{:?}", machine.installed);
        assert_eq!(found.effective.is_none(), word == Outcome::Unknown);
        assert!(word != Outcome::Unknown || found.default.contains("the build of Office"), "{}", found.default);
        let found = check(&audit, "XL-LAUNCH", "16.0");
        assert_eq!(found.outcome, excel, "{:?}", machine.installed);
        assert!(excel != Outcome::Unknown || found.default.contains("Click-to-Run"), "{}", found.default);
    }
}

#[test]
fn without_a_hive_nothing_is_known() {
    let catalog = catalog();
    let audit = audit(&catalog, &office(&catalog, Some(NEW), &[]), &Store::new(&catalog));
    let found = check(&audit, "WORD-ALLOW", "16.0");
    assert_eq!((found.verdict, found.outcome), (Verdict::Unknown, Outcome::Unknown));
    assert!(found.effective.is_none());
    let (_, machine) = machine(&catalog, "pc", Store::new(&catalog));
    assert!(machine.checks.iter().all(|check| check.verdict == Verdict::Unknown));
}

#[test]
fn machine_checks_pick_combine_and_see_files() {
    let catalog = catalog();
    let one = |settings: &[(&str, &str, Data)], id: &str| {
        let machine = office(&catalog, Some(NEW), settings);
        let found = machine.checks.iter().find(|check| check.id == id).unwrap();
        (found.verdict, found.layer, found.enforced)
    };
    let gpo = (r"SOFTWARE\Policies\ASR\Rules", "d4f940ab", Data::Sz("1".into()));
    let mdm = |text: &str| (r"SOFTWARE\Policies\Manager", "ASRRules", Data::Sz(text.into()));
    let local = (r"SOFTWARE\ASR\Rules", "D4F940AB", dword(2));
    assert_eq!(one(&[], "ASR"), (Verdict::Absent, Layer::Default, false));
    assert_eq!(one(std::slice::from_ref(&gpo), "ASR"), (Verdict::Secure, Layer::Policy, true));
    assert_eq!(one(&[mdm("x=0|D4F940AB=1")], "ASR"), (Verdict::Secure, Layer::Mdm, true));
    assert_eq!(one(&[mdm("x=1"), local.clone()], "ASR"), (Verdict::Insecure, Layer::Machine, false));
    assert_eq!(one(&[mdm("d4f940ab=2"), gpo.clone()], "ASR"), (Verdict::Secure, Layer::Policy, true));
    let reported = (r"SOFTWARE\Reported\Rules", "d4f940ab", dword(0));
    assert_eq!(one(&[reported, gpo], "ASR"), (Verdict::Insecure, Layer::Reported, false));
    let kill = |wow: &str, flags: u32| {
        let key = match wow {
            "" => r"SOFTWARE\Microsoft\Office\Common\COM Compatibility\{X}",
            _ => r"SOFTWARE\WOW6432Node\Microsoft\Office\Common\COM Compatibility\{X}",
        };
        (key, "Compatibility Flags", dword(flags))
    };
    assert_eq!(one(&[kill("", 1), kill("wow", 0x401)], "KILL"), (Verdict::Secure, Layer::Machine, true));
    assert_eq!(one(&[kill("", 1)], "KILL").0, Verdict::Insecure);
    assert_eq!(one(&[], "FILE").0, Verdict::Absent);
    let mut store = Store::new(&catalog);
    let whole = Coverage::Whole(vec![(Root::Files, String::new())]);
    let source = store.begin(Source { path: "C".into(), policy: None, intent: Intent::State }, &whole);
    store.take(entry(Root::Files, r"shared\eqnedt32.exe", Fact::Key, Origin::Written), &source);
    let (_, audit) = machine(&catalog, "pc", store);
    assert_eq!(check(&audit, "FILE", "").verdict, Verdict::Insecure);
    assert_eq!(check(&audit, "FILE", "").evidence.len(), 1);
}

#[test]
fn every_instance_counts_and_the_worst_decides() {
    let catalog = catalog();
    let machine = office(&catalog, Some(NEW), &[]);
    let path = |layer: &str, number: u32, path: &str| {
        let key = format!(r"Software\{layer}\Office\16.0\Word\Security\Trusted Locations\Location{number}");
        (key, Data::Sz(path.into()))
    };
    for (paths, layer, verdict, many) in [
        (vec![path("Microsoft", 1, r"C:\Program Files\Office")], Layer::User, Verdict::Secure, 1),
        (
            vec![path("Microsoft", 1, r"C:\A"), path("Microsoft", 2, r"C:\U\Downloads\")],
            Layer::User,
            Verdict::Insecure,
            2,
        ),
        (
            vec![path(r"Policies\Microsoft", 0, r"C:\A"), path("Microsoft", 2, r"D:\Temp")],
            Layer::User,
            Verdict::Insecure,
            2,
        ),
    ] {
        let settings: Vec<_> = paths.iter().map(|(key, data)| (key.as_str(), "Path", data.clone())).collect();
        let audit = audit(&catalog, &machine, &hive(&catalog, &settings));
        let found = check(&audit, "WO-TRUSTED", "16.0");
        assert_eq!((found.layer, found.verdict, found.evidence.len()), (layer, verdict, many), "{settings:?}");
    }
    let alone = audit(&catalog, &machine, &hive(&catalog, &[]));
    let found = check(&alone, "DDEEXEC", "");
    assert_eq!(found.verdict, Verdict::Unknown, "a user's classes stand in another file");
    let exec = hive(&catalog, &[(r"Software\Classes\Excel.Sheet.12\shell\open\ddeexec", "", Data::Sz("[x]".into()))]);
    let audit = audit(&catalog, &machine, &exec);
    let found = check(&audit, "DDEEXEC", "");
    assert_eq!((found.verdict, found.means.as_str()), (Verdict::Insecure, "there: [x]"));
}

/// What hardening writes, and what its undoing leaves, makes no application.
#[test]
fn settings_and_empty_keys_are_no_applications() {
    let catalog = catalog();
    let machine = nothing(&catalog);
    let plain = audit(&catalog, &machine, &hive(&catalog, &[]));
    let hardened = [
        (r"Software\Policies\Microsoft\Office\15.0\Word\Security", "AllowDDE", dword(0)),
        (r"Software\Microsoft\Office\15.0\Word\Options", "DontUpdateLinks", dword(1)),
        (r"Software\Microsoft\Office\15.0\Excel\Options", "DisableAttachementsInPV", dword(0)),
    ];
    let hard = audit(&catalog, &machine, &hive(&catalog, &hardened));
    assert_eq!(hard.applications, plain.applications);
    let mut left = hive(&catalog, &[]);
    let source = ddefend_posture::Source { path: "NTUSER.DAT".into(), policy: None, intent: Intent::State };
    let source = left.begin(source, &Coverage::Changes);
    for key in [r"Software\Microsoft\Office\15.0\Word\Options", r"Software\Microsoft\Office\15.0\Excel\Security"] {
        left.take(entry(Root::User, key, Fact::Key, Origin::Written), &source);
    }
    let mut left = audit(&catalog, &machine, &left);
    left.sources.clone_from(&plain.sources);
    assert_eq!(left, plain);
    // What an application keeps for itself makes one.
    let lived = [(r"Software\Microsoft\Office\15.0\Word\Options", "DefaultFormat", Data::Sz(String::new()))];
    let lived = audit(&catalog, &machine, &hive(&catalog, &lived));
    assert_eq!(lived.applications.len(), plain.applications.len() + 1, "{:?}", lived.applications);
}

#[test]
fn versions_that_are_there_are_looked_at() {
    let catalog = catalog();
    let old = r"Software\Microsoft\Office\14.0\Word\Security";
    let settings = [(old, "AllowDDE", dword(2))];
    let versions = |audit: &ddefend_model::posture::Audit| -> Vec<String> {
        audit.checks.iter().filter(|check| check.id == "WORD-ALLOW").map(|check| check.version.clone()).collect()
    };
    let known = audit(&catalog, &office(&catalog, Some(NEW), &[]), &hive(&catalog, &settings));
    assert_eq!(versions(&known), ["16.0"]);
    let unknown = audit(&catalog, &nothing(&catalog), &hive(&catalog, &settings));
    assert_eq!(versions(&unknown), ["16.0"]);
    let row = check(&unknown, "WORD-ALLOW", "16.0");
    assert!(row.notes.iter().any(|note| note.contains("Word 14.0, which is not in use here")), "{:?}", row.notes);
    let named = audit(&catalog, &nothing(&catalog), &hive_of(&catalog, &settings, &[]));
    assert_eq!(versions(&named), ["14.0"], "nothing else is known of Word");
    let nobody = audit(&catalog, &nothing(&catalog), &hive_of(&catalog, &[], &[]));
    assert!(nobody.applications.is_empty() && versions(&nobody).is_empty());
    assert!(nobody.checks.iter().any(|check| check.id == "DDEEXEC"));
    let mut products = Store::new(&catalog);
    let settings = [
        (
            Root::Machine,
            r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration",
            "VersionToReport",
            Some(Data::Sz(NEW.into())),
        ),
        (
            Root::Machine,
            r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration",
            "ProductReleaseIds",
            Some(Data::Sz("O365ProPlusRetail,X".into())),
        ),
    ];
    let whole = Coverage::Whole(vec![(Root::Machine, "SOFTWARE".into())]);
    input(&mut products, "SOFTWARE", Intent::State, &whole, &settings);
    let (machine, _) = machine(&catalog, "pc", products);
    let found: Vec<(&str, &str)> =
        machine.installed.iter().map(|one| (one.application.as_str(), one.channel.as_str())).collect();
    assert_eq!(found, [("Excel", "c2r"), ("Word", "c2r")]);
}
