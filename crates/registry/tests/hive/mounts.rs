//! Where a hive's keys stand, and whose they are.

use crate::support::{WORD, all, look, rooted, tree, user};
use ddefend_registry::write::{HiveFile, HiveMount, hive};
use ddefend_registry::{Coverage, Data, Interest, Origin, Root};

fn about(name: &str, bytes: &[u8]) -> (Vec<(Root, String)>, Option<String>, Option<String>) {
    let about = look(name, bytes, &[], &Interest::everything()).about.unwrap().unwrap();
    let Coverage::Whole(keys) = about.coverage else { panic!("a hive covers its keys") };
    (keys, about.user, about.host)
}

#[test]
fn a_users_hive_tells_its_user() {
    let bytes = user(&[(WORD, &[("AllowDDE", Data::Dword(2))])]);
    let (keys, name, _) = about("x", &bytes);
    assert_eq!((keys, name.as_deref()), (vec![(Root::User, String::new())], Some("alice")));
    let found = look("x", &bytes, &[], &Interest::everything());
    assert_eq!(found.value(WORD, "allowdde"), [(Data::Dword(2), Origin::Written)]);
}

#[test]
fn a_name_that_is_cut_off_is_found_elsewhere() {
    let explorer = r"Software\Microsoft\Windows\CurrentVersion\Explorer";
    let keys = tree(&[(explorer, &[("Logon User Name", Data::Sz("a.very.long.name.of.somebody".into()))])]);
    let file = HiveFile { mount: HiveMount::User, user: "a.very.long.name.of.somebody" };
    let (_, name, _) = about("x", &hive(&keys, &file).unwrap());
    assert_eq!(name.as_deref(), Some("a.very.long.name.of.somebody"));
    let bytes = hive(&tree(&[(WORD, &[])]), &file).unwrap();
    assert_eq!(about("case/C/Users/bob/NTUSER.DAT", &bytes).1.as_deref(), Some("bob"));
    assert_eq!(about("NTUSER.DAT", &bytes).1, None);
}

#[test]
fn a_classes_hive_stands_below_software_classes() {
    let key = r"Software\Classes\Excel.Sheet.12\shell\open\ddeexec";
    let bytes = hive(
        &tree(&[(key, &[("", Data::Sz("[open(\"%1\")]".into()))])]),
        &HiveFile { mount: HiveMount::Classes, user: "alice" },
    );
    let bytes = bytes.unwrap();
    let (keys, name, _) = about("x", &bytes);
    assert_eq!(keys, [(Root::User, r"Software\Classes".to_owned())]);
    assert_eq!(name.as_deref(), Some("S-1-5-21-0-0-0-1001"));
    assert_eq!(about("Users/carol/AppData/Local/Microsoft/Windows/UsrClass.dat", &bytes).1.as_deref(), Some("carol"));
    assert_eq!(all(&bytes).value(key, "").len(), 1);
}

#[test]
fn a_software_hive_stands_below_software() {
    let key = r"SOFTWARE\Policies\Microsoft\Windows Defender";
    let keys: [(&str, &[(&str, Data)]); 3] =
        [(key, &[("On", Data::Dword(1))]), (r"SOFTWARE\Microsoft\Office", &[]), (r"SOFTWARE\Classes", &[])];
    let file = HiveFile { mount: HiveMount::Software, user: "" };
    let bytes = hive(&rooted(&Root::Machine, &keys), &file).unwrap();
    assert_eq!(about("x", &bytes).0, [(Root::Machine, "SOFTWARE".to_owned())]);
    assert_eq!(all(&bytes).value(key, "On"), [(Data::Dword(1), Origin::Written)]);
    let only = hive(&rooted(&Root::Machine, &[(key, &[])]), &file).unwrap();
    assert_eq!(about("x", &only).0, [(Root::Machine, "SOFTWARE".to_owned())], "by the path that it was loaded from");
}

#[test]
fn a_system_hive_shows_its_current_control_set_only() {
    let name = r"SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName";
    let keys: [(&str, &[(&str, Data)]); 4] = [
        (name, &[("ComputerName", Data::Sz("DESK-1".into()))]),
        (r"SYSTEM\CurrentControlSet\Services\NetDDE", &[("Start", Data::Dword(4))]),
        (r"SYSTEM\ControlSet002\Services\NetDDE", &[("Start", Data::Dword(2))]),
        (r"SYSTEM\Setup", &[]),
    ];
    let file = HiveFile { mount: HiveMount::System, user: "" };
    let bytes = hive(&rooted(&Root::Machine, &keys), &file).unwrap();
    let (covered, _, host) = about("x", &bytes);
    assert_eq!((covered, host.as_deref()), (vec![(Root::Machine, "SYSTEM".to_owned())], Some("DESK-1")));
    let found = all(&bytes);
    assert_eq!(found.value(r"SYSTEM\CurrentControlSet\Services\NetDDE", "Start"), [(Data::Dword(4), Origin::Written)]);
    assert!(found.entries.iter().all(|entry| !entry.key.contains("ControlSet0")), "no control set by its number");
}

#[test]
fn other_hives_are_told_and_not_read() {
    let bytes = hive(&tree(&[(r"SAM\Domains", &[])]), &HiveFile { mount: HiveMount::User, user: "x" }).unwrap();
    let found = look("SAM", &bytes, &[], &Interest::everything());
    assert_eq!((found.entries.len(), found.codes()), (0, vec!["note.hive"]));
    assert_eq!(about("SAM", &bytes).0, []);
}

#[test]
fn nothing_is_entered_that_is_not_wanted() {
    let mut interest = Interest::default();
    interest.add(&Root::User, r"Software\Microsoft\Office\*\Word\Security");
    let found = look("x", &crate::support::sample(), &[], &interest);
    let keys: Vec<&str> = found.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, [WORD; 3]);
}
