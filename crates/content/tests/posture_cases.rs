//! The peculiar checks of `content/posture`, one by one: what cancels what, lists, bits, folders, builds, ways in.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on says so")]
#![allow(dead_code, reason = "shared with the matrix")]

#[path = "matrix/host.rs"]
mod host;

use ddefend_content::Content;
use ddefend_model::Level;
use ddefend_model::posture::{Audit, Layer, Verdict, Way};
use ddefend_posture::Catalog;
use ddefend_registry::{Data, Entry, Fact, Root};
use host::{Setup, Shape, audits, entry, find, machine_store, user_store, value};

const ASR: &str = r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR";
const LOCAL: &str = r"SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR";
const RULE: &str = "d4f940ab-401b-4efc-aadc-ad5f3c50688a";

fn catalog() -> Catalog {
    Content::load().unwrap().posture().unwrap()
}

fn text(text: &str) -> Data {
    Data::Sz(text.into())
}

fn machine(key: &str, name: &str, data: Data) -> Entry {
    value(Root::Machine, key, name, data)
}

fn user(key: &str, name: &str, data: u32) -> Entry {
    value(Root::User, key, name, Data::Dword(data))
}

/// The audits of a machine and its user.
fn audit(catalog: &Catalog, of_machine: &[Entry], of_user: &[Entry]) -> (Audit, Audit) {
    let machine = machine_store(catalog, Setup::C2r, Shape::Hive, of_machine);
    let (machine, mut users) = audits(catalog, machine, &[("ada", user_store(catalog, Shape::Hive, of_user))]);
    (machine, users.remove(0))
}

#[test]
fn rules_of_group_policy_need_their_switch() {
    let catalog = catalog();
    let rule = machine(&format!(r"{ASR}\Rules"), RULE, text("1"));
    let on = machine(ASR, "ExploitGuard_ASR_Rules", Data::Dword(1));
    let local = machine(&format!(r"{LOCAL}\Rules"), RULE, Data::Dword(1));
    let list = format!("26190899-1602-49e8-8b27-eb1d0a1ce869=2|{RULE}=1");
    let mdm = machine(r"SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager", "ASRRules", text(&list));
    let off = machine(r"SOFTWARE\Policies\Microsoft\Windows Defender", "DisableAntiSpyware", Data::Dword(1));
    for (entries, verdict, layer) in [
        (vec![rule.clone()], Verdict::Insecure, Layer::Policy),
        (vec![rule.clone(), on.clone()], Verdict::Secure, Layer::Policy),
        (vec![rule, on, off], Verdict::Insecure, Layer::Policy),
        (vec![mdm.clone()], Verdict::Secure, Layer::Mdm),
        (vec![mdm, local.clone()], Verdict::Secure, Layer::Mdm),
        (vec![local], Verdict::Secure, Layer::Machine),
    ] {
        let (audit, _) = audit(&catalog, &entries, &[]);
        let found = find(&audit, "ASR-d4f940ab", "");
        assert_eq!((found.verdict, found.layer), (verdict, layer), "{entries:?}");
        assert_eq!(found.enforced, verdict == Verdict::Secure);
    }
    for (mode, level) in [("0", Level::Medium), ("2", Level::Low), ("6", Level::Low)] {
        let on = machine(ASR, "ExploitGuard_ASR_Rules", Data::Dword(1));
        let (audit, _) = audit(&catalog, &[machine(&format!(r"{ASR}\Rules"), RULE, text(mode)), on], &[]);
        let found = find(&audit, "ASR-d4f940ab", "");
        assert_eq!((found.verdict, found.level), (Verdict::Insecure, level), "{mode}");
    }
}

#[test]
fn exclusions_weigh_by_what_they_leave_out() {
    let catalog = catalog();
    let key = format!(r"{ASR}\ASROnlyExclusions");
    for (path, level) in [(r"C:\Windows\Temp\*", Level::High), (r"C:\Tools\report.exe", Level::Low)] {
        let (audit, _) = audit(&catalog, &[machine(&key, path, text("0"))], &[]);
        let found = find(&audit, "ASR-EXCL", "");
        assert_eq!((found.verdict, found.level), (Verdict::Insecure, level), "{path}");
    }
}

#[test]
fn a_kill_bit_counts_in_any_root_unless_it_is_overridden() {
    let catalog = catalog();
    let clsid = "{0002CE02-0000-0000-C000-000000000046}";
    for root in [
        r"SOFTWARE\Microsoft\Office\Common",
        r"SOFTWARE\WOW6432Node\Microsoft\Office\16.0\Common",
        r"SOFTWARE\Microsoft\Office\ClickToRun\REGISTRY\MACHINE\Software\WOW6432Node\Microsoft\Office\16.0\Common",
    ] {
        let key = format!(r"{root}\COM Compatibility\{clsid}");
        let bit = machine(&key, "Compatibility Flags", Data::Dword(0x401));
        let over = machine(&key, "ActivationFilterOverride", Data::Dword(1));
        let verdict = |entries: &[Entry]| find(&audit(&catalog, entries, &[]).0, "KILL-0002CE02", "").verdict;
        assert_eq!(verdict(std::slice::from_ref(&bit)), Verdict::Secure, "{root}");
        assert_eq!(verdict(&[bit, over]), Verdict::Insecure, "{root}");
    }
    let file = r"Program Files (x86)\Common Files\Microsoft Shared\EQUATION\EQNEDT32.EXE";
    let (audit, _) = audit(&catalog, &[entry(Root::Files, file, Fact::Key)], &[]);
    assert_eq!(find(&audit, "EQN-FILE", "").verdict, Verdict::Insecure);
}

#[test]
fn folders_that_anybody_writes_to_are_worse_than_others() {
    let catalog = catalog();
    let key = |number: u32| format!(r"Software\Microsoft\Office\16.0\Word\Security\Trusted Locations\Location{number}");
    let place = |number: u32, path: &str| value(Root::User, &key(number), "Path", text(path));
    let usual = |number: u32, path: &str| value(Root::User, &key(number), "Path", Data::ExpandSz(path.into()));
    let found = |entries: &[Entry]| find(&audit(&catalog, &[], entries).1, "TR-WO-NEWLOC", "16.0").clone();
    let own =
        [usual(0, r"%APPDATA%\Microsoft\Templates"), place(1, r"C:\Program Files\Microsoft Office\root\Templates\")];
    assert_eq!(found(&own).verdict, Verdict::Secure);
    for (path, level) in [
        (r"C:\Company\Templates", Level::Low),
        (r"\\server\share", Level::Medium),
        (r"C:\Users\ada\AppData\Roaming\Reports", Level::Medium),
        (r"C:\Users\ada\Downloads", Level::High),
        (r"%TEMP%", Level::High),
        (r"d:\", Level::High),
    ] {
        let added = [own[0].clone(), place(2, r"C:\Other\Templates"), place(7, path)];
        let found = found(&added);
        assert_eq!((found.verdict, found.level), (Verdict::Insecure, level), "{path}");
    }
    let common = r"Software\Policies\Microsoft\Office\16.0\Common\Security\Trusted Locations";
    let void = [place(7, r"C:\Users\ada\Downloads"), user(common, "Allow User Locations", 0)];
    assert_eq!(found(&void).verdict, Verdict::Secure);
}

#[test]
fn bits_and_what_excel_writes_itself() {
    let catalog = catalog();
    let key = r"Software\Microsoft\Office\15.0\Excel\Options";
    for (data, verdict) in [(0x57, Verdict::Insecure), (0x117, Verdict::Secure), (0x17, Verdict::Secure)] {
        let (_, audit) = audit(&catalog, &[], &[user(key, "Options", data)]);
        assert_eq!(find(&audit, "DDE-XL-OPTIONS", "15.0").verdict, verdict, "{data:#x}");
    }
    let own = user(r"Software\Microsoft\Office\16.0\Excel\Options", "DDECleaned", 1);
    let (_, audit) = audit(&catalog, &[], &[own]);
    let found = find(&audit, "DDE-XL-CLEANED", "16.0");
    assert_eq!((found.verdict, found.level), (Verdict::Unknown, Level::Info));
}

#[test]
fn each_branch_of_click_to_run_has_its_own_update() {
    let catalog = catalog();
    for (build, secure) in [
        ("16.0.7571.2122", false),
        ("16.0.7766.2119", false),
        ("16.0.7766.2130", true),
        ("16.0.8067.2115", false),
        ("16.0.8201.2213", true),
        ("16.0.8431.2110", false),
        ("16.0.8431.2131", true),
        ("16.0.8730.2122", false),
        ("16.0.8730.2127", true),
        ("16.0.17328.20184", true),
    ] {
        let key = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration";
        let (_, audit) = audit(&catalog, &[machine(key, "VersionToReport", text(build))], &[]);
        let found = find(&audit, "DDE-WORD-ALLOW", "16.0");
        let wanted = if secure { "secure" } else { "insecure" };
        assert_eq!((found.verdict, found.outcome.as_str()), (Verdict::Absent, wanted), "{build}: {}", found.default);
    }
}

#[test]
fn ways_in_open_and_close_as_their_barriers_do() {
    let catalog = catalog();
    let state = |entries: &[Entry], id: &str| {
        let (_, audit) = audit(&catalog, &[], entries);
        let found = audit.exposures.iter().find(|it| it.id == id && it.version == "16.0");
        found.map(|it| (it.state, it.enforced)).unwrap_or_else(|| panic!("no {id}"))
    };
    let word = |key: &str| format!(r"Software\Microsoft\Office\16.0\Word\Security{key}");
    let allow = user(&word(""), "AllowDDE", 2);
    let policy = user(r"Software\Policies\Microsoft\Office\16.0\Word\Security", "AllowDDE", 0);
    let view = user(&word(r"\ProtectedView"), "DisableInternetFilesInPV", 1);
    let location = |path: &str| value(Root::User, &word(r"\Trusted Locations\Location9"), "Path", text(path));
    assert_eq!(state(&[], "word-field"), (Way::Closed, false));
    assert_eq!(state(&[allow.clone(), policy], "word-field"), (Way::Closed, true));
    assert_eq!(state(std::slice::from_ref(&allow), "word-field").0, Way::Clicks);
    assert_eq!(state(&[allow.clone(), view], "word-field").0, Way::Open);
    assert_eq!(state(&[allow.clone(), location(r"C:\Users\ada\Downloads")], "word-field").0, Way::Open);
    assert_eq!(state(&[allow, location(r"C:\Company\Templates")], "word-field").0, Way::Clicks);
    let excel = r"Software\Microsoft\Office\16.0\Excel\Security";
    let launch = user(excel, "DisableDDEServerLaunch", 0);
    let lookup = user(excel, "DisableDDEServerLookup", 1);
    assert_eq!(state(std::slice::from_ref(&launch), "excel-dde-launch").0, Way::Clicks);
    assert_eq!(state(&[launch.clone(), lookup], "excel-dde-launch").0, Way::Closed);
    assert_eq!(state(std::slice::from_ref(&launch), "excel-csv").0, Way::Open);
    let csv = user(&format!(r"{excel}\ProtectedView"), "enableforeigntextfileprotectedview", 1);
    assert_eq!(state(&[launch, csv], "excel-csv").0, Way::Clicks);
}
