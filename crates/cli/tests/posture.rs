//! `ddefend posture` from the outside: hosts and users of collected trees, changes tried, two sides compared.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_registry::write::{self, HiveFile, HiveMount, LogFormat};
use ddefend_registry::{Data, Entry, Fact, Origin, Place, Root, Tree};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const WORD: &str = r"Software\Microsoft\Office\16.0\Word\Security";
const POLICY: &str = r"Software\Policies\Microsoft\Office\16.0\Word\Security";
const CHECK: &str = "DDE-WORD-ALLOW";

/// A folder that is empty at the beginning and goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddefend-posture-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An export with one number.
fn export(root: &str, key: &str, value: &str, number: u32) -> String {
    format!("Windows Registry Editor Version 5.00\r\n\r\n[{root}\\{key}]\r\n\"{value}\"=dword:{number:08x}\r\n")
}

fn word(number: u32) -> String {
    export("HKEY_CURRENT_USER", WORD, "AllowDDE", number)
}

/// What SOFTWARE and SYSTEM say of names.
fn machine(computer: &str, users: &[(&str, &str)]) -> String {
    let mut text = format!(
        "Windows Registry Editor Version 5.00\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName]\r\n\
         \"ComputerName\"=\"{computer}\"\r\n"
    );
    for (sid, name) in users {
        text += &format!(
            "\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\{sid}]\r\n\
             \"ProfileImagePath\"=\"C:\\\\Users\\\\{name}\"\r\n"
        );
    }
    text
}

fn fact(root: Root, key: &str, value: &str, data: Data) -> Entry {
    let fact = Fact::Value { name: value.to_owned(), data };
    Entry { root, key: key.to_owned(), fact, written: None, place: Place::Unknown, origin: Origin::Written }
}

fn tree(facts: &[Entry]) -> Tree {
    let mut tree = Tree::default();
    facts.iter().for_each(|fact| tree.apply(fact));
    tree
}

/// A user's hive as it was closed, and one that only its logs complete.
fn hive(number: u32) -> Vec<u8> {
    let facts = [fact(Root::User, WORD, "AllowDDE", Data::Dword(number))];
    write::hive(&tree(&facts), &HiveFile { mount: HiveMount::User, user: "alice" }).unwrap()
}

fn dirty_hive(before: u32, now: u32) -> (Vec<u8>, Vec<Vec<u8>>) {
    let states = [before, now].map(|number| tree(&[fact(Root::User, WORD, "AllowDDE", Data::Dword(number))]));
    let file = HiveFile { mount: HiveMount::User, user: "bob" };
    let dirty = write::dirty_hive(&states, &file, LogFormat::New).unwrap();
    (dirty.primary, dirty.logs)
}

/// SOFTWARE and SYSTEM.
fn machine_hives(computer: &str, users: &[(&str, &str)]) -> [Vec<u8>; 2] {
    let profiles = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
    let path = |name: &str| Data::ExpandSz(format!(r"C:\Users\{name}"));
    let profile =
        |(sid, name): &(&str, &str)| fact(Root::Machine, &format!(r"{profiles}\{sid}"), "ProfileImagePath", path(name));
    let mut facts: Vec<Entry> = users.iter().map(profile).collect();
    let name = r"SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName";
    facts.push(fact(Root::Machine, name, "ComputerName", Data::Sz(computer.to_owned())));
    [HiveMount::Software, HiveMount::System]
        .map(|mount| write::hive(&tree(&facts), &HiveFile { mount, user: "" }).unwrap())
}

/// A policy file with one number.
fn policy(root: Root, key: &str, value: &str, number: u32) -> Vec<u8> {
    write::pol(&[fact(root.clone(), key, value, Data::Dword(number))], &root).unwrap()
}

/// Two hosts in the layouts of two collectors, three users.
fn collected(name: &str) -> Folder {
    let folder = Folder::new(name);
    let kape = "HOST1/C/Users";
    folder.file(&format!("{kape}/alice/NTUSER.DAT"), hive(2));
    folder.file(&format!("{kape}/alice/Desktop/tweak.reg"), word(0));
    let (primary, logs) = dirty_hive(2, 0);
    folder.file(&format!("{kape}/Bob/NTUSER.DAT"), primary);
    for (number, log) in logs.iter().enumerate() {
        folder.file(&format!("{kape}/Bob/ntuser.dat.LOG{}", number + 1), log);
    }
    let users = [("S-1-5-21-1-2-3-1001", "alice"), ("S-1-5-21-1-2-3-1002", "bob")];
    let [software, system] = machine_hives("PC-ONE", &users);
    folder.file("HOST1/C/Windows/System32/config/SOFTWARE", software);
    folder.file("HOST1/C/Windows/System32/config/SYSTEM", system);
    folder.file("HOST1/C/Windows/notepad.exe", "MZ");
    folder.file("HOST2/uploads/ntfs/%5C%5C.%5CC%3A/Users/carol/NTUSER.DAT", word(1));
    folder
}

fn ddefend(args: &[&str], paths: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddefend"));
    command.arg("posture").args(args).args(paths).args(["--no-progress", "--reproducible"]).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn audit(paths: &[&Path], more: &[&str]) -> Vec<Value> {
    let args = [&["audit", "--format", "jsonl"], more].concat();
    lines(&ddefend(&args, paths))
}

/// Host, user, verdict, data and layer of one check for every user.
fn told(lines: &[Value]) -> Vec<String> {
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or("-").to_owned();
    let checks = lines.iter().filter(|line| line["id"] == CHECK);
    let words = |line: &Value| ["host", "user", "verdict", "effective", "layer"].map(|name| text(line, name)).join(" ");
    checks.map(words).collect()
}

fn of_type<'l>(lines: &'l [Value], kind: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

/// Diagnostics that mean that something may have been missed.
fn gaps(lines: &[Value]) -> Vec<&Value> {
    let notes = |line: &&Value| !line["code"].as_str().unwrap().starts_with("note.");
    of_type(lines, "diagnostic").into_iter().filter(notes).collect()
}

#[test]
fn hosts_and_users_of_collected_trees() {
    let folder = collected("layouts");
    let lines = audit(&[&folder.0], &[]);
    let expected = ["PC-ONE alice insecure 2 user", "PC-ONE Bob secure 0 user", "HOST2 carol insecure 1 user"];
    assert_eq!(told(&lines), expected);
    assert!(gaps(&lines).is_empty(), "{:?}", gaps(&lines));
    let summary = of_type(&lines, "summary")[0];
    assert_eq!((&summary["hosts"], &summary["users"], &summary["inputs"]), (&2.into(), &3.into(), &5.into()));

    let json = ddefend(&["audit", "--format", "json"], &[&folder.0]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let sids: Vec<_> = json["audits"].as_array().unwrap().iter().filter_map(|it| it["sid"].as_str()).collect();
    assert_eq!(sids, ["S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"]);
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let folder = Folder::new("threads");
    for host in 0..5 {
        for user in 0..(host * 7) {
            folder.file(&format!("H{host}/C/Users/u{user:02}/NTUSER.DAT"), word(user % 4));
        }
        folder.file(&format!("H{host}/C/Windows/System32/config/SYSTEM"), machine(&format!("PC{host}"), &[]));
    }
    let run = |threads| ddefend(&["audit", "--format", "jsonl", "--threads", threads], &[&folder.0]).stdout;
    let one = run("1");
    assert_eq!(
        told(&one.split(|it| *it == b'\n').filter_map(|it| serde_json::from_slice(it).ok()).collect::<Vec<_>>()).len(),
        70
    );
    for threads in ["2", "3", "16"] {
        assert!(run(threads) == one, "{threads} threads give other output than one");
    }
}

#[test]
fn a_change_and_its_undo_give_the_same_report() {
    let folder = collected("whatif");
    let change =
        folder.file("changes/change.reg", word(0) + "\r\n[HKEY_CURRENT_USER\\Software\\New\\Key]\r\n\"x\"=\"y\"\r\n");
    let back = word(2) + "\r\n[-HKEY_CURRENT_USER\\Software\\New]\r\n";
    let undo = folder.file("changes/undo.reg", back);
    let alice = folder.0.join("HOST1/C/Users/alice");
    let (change, undo) = (change.to_str().unwrap(), undo.to_str().unwrap());
    for format in ["text", "json", "jsonl", "csv", "html", "sarif", "ocsf", "navigator"] {
        let run =
            |more: &[&str]| ddefend(&[&["audit", "--verbose", "--format", format], more].concat(), &[&alice]).stdout;
        let before = run(&[]);
        assert!(run(&["--what-if", change]) != before, "{format}: the change is not seen");
        assert!(run(&["--what-if", change, "--what-if", undo]) == before, "{format}: the undo leaves something");
    }
    let lines = audit(&[&folder.0.join("HOST1"), &folder.0.join("HOST2")], &["--what-if", change]);
    let expected = ["PC-ONE alice secure 0 user", "PC-ONE Bob secure 0 user", "HOST2 carol secure 0 user"];
    assert_eq!(told(&lines), expected);
}

#[test]
fn archives_of_collectors_are_looked_into() {
    let folder = Folder::new("archives");
    let (primary, logs) = dirty_hive(2, 0);
    let [_, system] = machine_hives("PC-SEVEN", &[]);
    let tree = "uploads/auto/C%3A";
    let members = [
        (format!("{tree}/Users/bob/NTUSER.DAT"), primary),
        (format!("{tree}/Users/bob/ntuser.dat.LOG1"), logs[0].clone()),
        (format!("{tree}/Users/bob/ntuser.dat.LOG2"), logs[1].clone()),
        (format!("{tree}/Users/bob/Desktop/tweak.reg"), word(2).into_bytes()),
        (format!("{tree}/Users/eve/NTUSER.DAT"), hive(2)),
        (format!("{tree}/Windows/System32/config/SYSTEM"), system),
        ("results/Windows.Registry.json".to_owned(), b"{}".to_vec()),
    ];
    let zip = folder.file("Collection-7.zip", ddefend_testkit::make::zip::zip(&members));
    let lines = audit(&[&folder.0], &[]);
    assert_eq!(told(&lines), ["PC-SEVEN bob secure 0 user", "PC-SEVEN eve insecure 2 user"]);
    assert!(gaps(&lines).is_empty(), "{:?}", gaps(&lines));
    assert_eq!(told(&audit(&[&zip], &[])), told(&lines));
    let nothing = folder.file("none/nothing.zip", ddefend_testkit::make::zip::zip(&[("a.txt", "nothing")]));
    assert_eq!(ddefend(&["audit"], &[&nothing]).status.code(), Some(3));
}

#[test]
fn a_program_in_the_tree_is_evidence() {
    let folder = collected("program");
    let verdict = |lines: &[Value]| {
        let checks = lines.iter().filter(|line| line["id"] == "EQN-FILE" && line["host"] == "PC-ONE");
        checks.map(|line| line["verdict"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(verdict(&audit(&[&folder.0], &[])), ["unknown"]);
    folder.file("HOST1/C/Program Files/Common Files/microsoft shared/EQUATION/EQNEDT32.EXE", "MZ");
    assert_eq!(verdict(&audit(&[&folder.0], &[])), ["insecure"]);
}

#[test]
fn policies_are_every_users_and_stand_alone_too() {
    let folder = collected("policies");
    let backup = "gpo/{11111111-2222-3333-4444-555555555555}";
    let pol = policy(Root::User, POLICY, "AllowDDE", 0);
    folder.file(&format!("{backup}/DomainSysvol/GPO/User/registry.pol"), &pol);
    folder.file(
        &format!("{backup}/bkupInfo.xml"),
        "<BackupInst xmlns=\"http://www.microsoft.com/GroupPolicy/GPOOperations/Manifest\">\
         <GPODisplayName><![CDATA[Office closed]]></GPODisplayName></BackupInst>",
    );
    let over = audit(&[&folder.0], &[]);
    let expected = ["PC-ONE alice secure 0 policy", "PC-ONE Bob secure 0 policy", "HOST2 carol secure 0 policy"];
    assert_eq!(told(&over), expected);
    let check = over.iter().find(|line| line["id"] == CHECK).unwrap();
    assert_eq!((&check["enforced"], &check["evidence"][0]["policy"]), (&true.into(), &"Office closed".into()));
    let alone = audit(&[&folder.0.join("gpo")], &[]);
    assert_eq!(told(&alone), ["Office closed (policy) secure 0 policy"]);
    // Neither its name nor its folder says for whom it is.
    let loose = folder.file("loose/word.pol", &pol);
    assert_eq!(told(&audit(&[&loose], &["--as", "user"])), ["word.pol (policy) secure 0 policy"]);
}

#[test]
fn an_export_of_all_users_is_split() {
    let folder = Folder::new("users");
    let sid = "S-1-5-21-1-2-3-1001";
    let mut text = machine("PC-ONE", &[(sid, "alice")]);
    text += &format!("\r\n[HKEY_USERS\\{sid}\\{WORD}]\r\n\"AllowDDE\"=dword:00000002\r\n");
    text += &format!("\r\n[HKEY_USERS\\S-1-5-21-9-9-9-1002\\{WORD}]\r\n\"AllowDDE\"=dword:00000000\r\n");
    folder.file("case/all.reg", text);
    folder.file("case/C/Users/ALICE/NTUSER.DAT", export("HKEY_CURRENT_USER", POLICY, "AllowDDE", 0));
    let lines = audit(&[&folder.0.join("case")], &[]);
    let expected = ["PC-ONE ALICE secure 0 policy", "PC-ONE S-1-5-21-9-9-9-1002 secure 0 user"];
    assert_eq!(told(&lines), expected);
}

#[test]
fn plain_folders_and_names() {
    let folder = Folder::new("plain");
    folder.file("H1/hkcu.reg", word(2));
    folder.file("H1/readme.txt", "no registry");
    folder.file("H2/hkcu.reg", word(0));
    let expected = ["H1 (current user) insecure 2 user", "H2 (current user) secure 0 user"];
    assert_eq!(told(&audit(&[&folder.0], &[])), expected);
    let one = folder.0.join("H1/hkcu.reg");
    let lines = audit(&[&one], &["--user", "dave", "--host", "PC9"]);
    assert_eq!(told(&lines), ["PC9 dave insecure 2 user"]);
}

#[test]
fn damage_is_told_beside_what_is_good() {
    let folder = collected("damage");
    let mut broken = b"regf".to_vec();
    broken.extend((0..9_000_u32).map(|it| (it % 251) as u8));
    folder.file("HOST1/C/Users/mallory/NTUSER.DAT", broken);
    let output = ddefend(&["audit", "--format", "jsonl", "--fail-on", "critical"], &[&folder.0]);
    assert_eq!(output.status.code(), Some(3));
    let lines = lines(&output);
    assert_eq!((told(&lines).len(), &of_type(&lines, "summary")[0]["users"]), (3, &4.into()));
    let diagnostics = gaps(&lines);
    assert!(!diagnostics.is_empty());
    assert!(diagnostics.iter().all(|it| it["artifact"].as_str().unwrap().contains("mallory")), "{diagnostics:?}");
}

#[test]
fn exit_codes() {
    let folder = collected("codes");
    let code = |args: &[&str], path: &Path| ddefend(args, &[path]).status.code();
    let alice = folder.0.join("HOST1/C/Users/alice");
    assert_eq!(code(&["audit"], &alice), Some(1));
    assert_eq!(code(&["audit", "--fail-on", "critical"], &alice), Some(0));
    assert_eq!(code(&["audit", "--exit-zero"], &alice), Some(0));
    assert_eq!(code(&["audit", "--input-format", "nothing"], &alice), Some(2));
    assert_eq!(code(&["diff"], &alice), Some(2));
    assert_eq!(code(&["audit"], &folder.file("note.txt", "no registry")), Some(3));
    assert_eq!(code(&["audit"], &folder.0.join("nowhere")), Some(3));
}

#[test]
fn what_differs() {
    let folder = collected("diff");
    let monday = ddefend(&["audit", "--format", "jsonl"], &[&folder.0]).stdout;
    let monday = folder.file("saved/monday.jsonl", monday);
    let document = ddefend(&["audit", "--format", "json"], &[&folder.0.join("HOST1")]).stdout;
    let document = folder.file("saved/one.json", document);
    folder.file("HOST1/C/Users/Bob/NTUSER.DAT", word(2));
    let host = folder.0.join("HOST1");
    for before in [&monday, &document] {
        let output = ddefend(&["diff", "--format", "jsonl"], &[before, &host]);
        assert_eq!(output.status.code(), Some(1));
        let lines = lines(&output);
        let differences = of_type(&lines, "difference");
        let check = differences.iter().find(|it| it["id"] == CHECK).unwrap();
        assert_eq!(
            (&check["turn"], &check["host"], &check["user"]),
            (&"worse".into(), &"PC-ONE".into(), &"Bob".into())
        );
        assert_eq!((&check["before"]["effective"], &check["after"]["effective"]), (&"0".into(), &"2".into()));
        assert_eq!(check["who"], "Bob");
        assert!(differences.iter().all(|it| it["user"] == "Bob"), "{differences:?}");
    }
    let same = ddefend(&["diff", "--format", "jsonl"], &[&host, &host]);
    assert_eq!((same.status.code(), of_type(&lines(&same), "difference").len()), (Some(0), 0));
}

#[test]
fn a_host_and_a_baseline() {
    let folder = collected("baseline");
    let baseline = folder.file("base/User/registry.pol", policy(Root::User, POLICY, "AllowDDE", 0));
    let output = ddefend(&["diff", "--format", "jsonl"], &[&folder.0.join("HOST1"), &baseline]);
    let lines = lines(&output);
    let checks: Vec<_> = of_type(&lines, "difference").into_iter().filter(|it| it["subject"] == "check").collect();
    assert!(checks.iter().all(|it| it["id"] == CHECK && it["turn"] == "better"), "{checks:?}");
    assert_eq!(checks.len(), 2);
}

#[test]
fn one_of_a_fleet_is_not_like_the_others() {
    let folder = Folder::new("fleet");
    for user in 0..9 {
        folder.file(&format!("H{user}/C/Users/u/NTUSER.DAT"), word(if user == 4 { 2 } else { 0 }));
    }
    let output = ddefend(&["diff", "--fleet", "--format", "jsonl"], &[&folder.0]);
    let lines = lines(&output);
    let checks: Vec<_> = of_type(&lines, "difference").into_iter().filter(|it| it["subject"] == "check").collect();
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!((&checks[0]["host"], &checks[0]["turn"]), (&"H4".into(), &"worse".into()));
    assert_eq!(checks[0]["majority"], serde_json::json!([8, 9]));
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn nothing_audited_is_no_success() {
    let folder = Folder::new("nothing");
    fs::create_dir_all(folder.0.join("empty")).unwrap();
    let files = [
        folder.0.join("empty"),
        folder.file("bare/registry.pol", b"PReg\x01\x00\x00\x00"),
        folder.file("bare/header.reg", "Windows Registry Editor Version 5.00\r\n\r\n"),
        folder.file("empty.reg", ""),
        folder.file("random.bin", (0..4_000_u32).map(|it| (it * 7919 % 253) as u8).collect::<Vec<_>>()),
    ];
    let host = folder.file("H/hkcu.reg", word(0));
    for path in &files {
        let output = ddefend(&["audit", "--format", "jsonl"], &[path]);
        assert_eq!(output.status.code(), Some(3), "{path:?}");
        assert!(errors(&output).contains("nothing to audit was found in "), "{path:?}: {}", errors(&output));
        let summary = lines(&output).into_iter().find(|line| line["type"] == "summary").unwrap();
        assert_eq!((&summary["hosts"], &summary["users"]), (&0.into(), &0.into()), "{path:?}");
        let harden = ddefend(&["harden", "--profile", "strict"], &[path]);
        assert!(matches!(harden.status.code(), Some(2 | 3)), "{path:?}: {harden:?}");
        for sides in [[path, &host], [&host, path]] {
            for format in ["text", "jsonl"] {
                let output = ddefend(&["diff", "--format", format], &[sides[0], sides[1]]);
                assert_eq!(output.status.code(), Some(3), "{sides:?}");
                assert!(errors(&output).contains("could not compare: nothing to audit was found in "), "{sides:?}");
            }
        }
    }
}

#[test]
fn a_change_that_cannot_be_read_ends_the_run_at_once() {
    let folder = collected("unreadable-change");
    let random = folder.file("changes/random.reg", [0xC3_u8, 0x28, 0, 1, 2, 3, 0xFF, 0x9A].repeat(99));
    for change in [random, folder.0.join("changes/missing.reg")] {
        let output = ddefend(&["audit", "--what-if", change.to_str().unwrap()], &[&folder.0.join("HOST1")]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{change:?}");
        assert!(errors(&output).contains(change.to_str().unwrap()), "{}", errors(&output));
    }
}

#[test]
fn a_change_for_one_user_leaves_the_others() {
    let folder = collected("one-user");
    let change = folder.file("changes/user-alice.reg", word(0));
    let host = [folder.0.join("HOST1"), folder.0.join("HOST2")];
    let run = |user: &str| {
        let change = format!("{user}={}", change.to_str().unwrap());
        audit(&[&host[0], &host[1]], &["--what-if", &change])
    };
    let now = run("ALICE");
    assert_eq!(told(&now), ["PC-ONE alice secure 0 user", "PC-ONE Bob secure 0 user", "HOST2 carol insecure 1 user"]);
    assert!(gaps(&now).is_empty());
    assert_eq!(told(&run("S-1-5-21-1-2-3-1001")), told(&now));
    let nobody = run("nobody");
    assert!(gaps(&nobody)[0]["message"].as_str().unwrap().contains("no user nobody"), "{nobody:?}");
}

#[test]
fn whom_a_policy_was_taken_for_is_said() {
    let folder = collected("applied");
    folder.file("gpo/User/registry.pol", policy(Root::User, POLICY, "AllowDDE", 0));
    let lines = audit(&[&folder.0], &[]);
    let notes: Vec<_> = of_type(&lines, "diagnostic").into_iter().map(|it| it["message"].as_str().unwrap()).collect();
    assert!(notes.iter().any(|it| it.contains("taken as applied to 3 users")), "{notes:?}");
}
