//! `ddefend posture harden` from the outside: what it writes, refuses and says.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Folder(PathBuf);

impl Folder {
    /// A host with alice, who works with Word and Excel, has Outlook's leftovers of 15.0 and trusts her downloads.
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddefend-harden-cli-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("HOST/Users/alice")).unwrap();
        let office = r"HKEY_CURRENT_USER\Software\Microsoft\Office";
        let keys = [
            (r"HKEY_CURRENT_USER\Software".to_owned(), String::new()),
            (format!(r"{office}\16.0\Word\Security"), "\"AllowDDE\"=dword:00000002\r\n".to_owned()),
            (
                format!(r"{office}\16.0\Word\Security\Trusted Locations\Location3"),
                path(r"C:\\Users\\alice\\Downloads\\"),
            ),
            (format!(r"{office}\16.0\Excel\Security\DDEServerLaunch"), String::new()),
            (format!(r"{office}\16.0\Excel\Options"), "\"x\"=dword:00000001\r\n".to_owned()),
            (format!(r"{office}\15.0\Outlook\Security"), "\"Level\"=dword:00000001\r\n".to_owned()),
            (format!(r"{office}\16.0\Word\Security\AllowDDE"), "@=dword:00000000\r\n".to_owned()),
        ];
        let text = keys.iter().map(|(key, values)| format!("[{key}]\r\n{values}\r\n")).collect::<String>();
        let text = format!("Windows Registry Editor Version 5.00\r\n\r\n{text}");
        fs::write(folder.join("HOST/Users/alice/NTUSER.reg"), text).unwrap();
        Self(folder)
    }

    fn harden(&self, more: &[&str]) -> Output {
        self.run("harden", more)
    }

    fn run(&self, verb: &str, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ddefend"));
        command.args(["posture", verb]).arg(self.0.join("HOST")).args(more).output().unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn path(path: &str) -> String {
    format!("\"Path\"=\"{path}\"\r\n\"AllowSubFolders\"=dword:00000001\r\n")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/output.schema.json");
    jsonschema::validator_for(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).unwrap()
}

#[test]
fn out_writes_everything_once_and_overwrites_only_by_force() {
    let folder = Folder::new("out");
    let out = folder.0.join("change");
    let out = out.to_str().unwrap();
    let first = folder.harden(&["--profile", "balanced", "--out", out]);
    assert!(matches!(first.status.code(), Some(0 | 1)), "{}", text(&first.stderr));
    for file in ["README.txt", "plan.json", "reg/user-alice.reg", "reg/user-alice.undo.reg", "ansible/harden.yml"] {
        assert!(folder.0.join("change").join(file).exists(), "{file}");
    }
    let plan: serde_json::Value = serde_json::from_str(&folder.read("change/plan.json")).unwrap();
    let error = schema().validate(&plan).err().map(|error| error.to_string());
    assert!(error.is_none(), "{error:?}");

    fs::write(folder.0.join("change/README.txt"), "mine").unwrap();
    let second = folder.harden(&["--profile", "balanced", "--out", out]);
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("--force"), "{}", text(&second.stderr));
    assert_eq!(folder.read("change/README.txt"), "mine");
    let third = folder.harden(&["--profile", "balanced", "--out", out, "--force"]);
    assert_eq!(third.status.code(), first.status.code());

    let readme = folder.read("change/README.txt").replace("\r\n", " ");
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(r"C:\Users\alice\Downloads\"), "the folder that stays trusted");
    assert!(readme.contains("It lacks Word's AllowDDE=0"), "{readme}");
    assert!(readme.contains("WARNING: WHAT NO UNDO BRINGS BACK"), "the machine was not read");
    assert!(!readme.contains("\\ = :") && !readme.contains("1 keys"), "{readme}");
    let playbook = folder.read("change/ansible/harden.yml");
    let mut names: Vec<&str> = playbook.lines().filter(|line| line.trim_start().starts_with("- name:")).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "every task has a name of its own");
}

#[test]
fn a_part_is_written_alone() {
    let folder = Folder::new("part");
    for format in ["reg", "powershell", "pol", "gpp"] {
        let user = folder.harden(&["--profile", "strict", "--format", format, "--part", "user", "--only", "alice"]);
        assert!(matches!(user.status.code(), Some(0 | 1)), "{format}: {}", text(&user.stderr));
        assert!(!user.stdout.is_empty());
    }
    let user = folder.harden(&["--profile", "strict", "--format", "reg", "--part", "user"]);
    let reg = text(&user.stdout).replace('\0', "");
    assert!(reg.contains("[HKEY_CURRENT_USER\\") && !reg.contains("[HKEY_LOCAL_MACHINE\\"), "{reg}");
    let both = folder.harden(&["--profile", "strict", "--format", "pol", "--only", "alice"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(text(&both.stderr).contains("--part"), "{}", text(&both.stderr));
    let nobody = folder.harden(&["--profile", "strict", "--part", "user", "--only", "zoe"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(text(&nobody.stderr).contains("--only"), "{}", text(&nobody.stderr));
}

#[test]
fn clean_takes_away_what_nothing_reads_and_unknown_profiles_are_refused() {
    let folder = Folder::new("clean");
    assert_eq!(folder.harden(&["--profile", "none"]).status.code(), Some(2));
    let plain = folder.harden(&["--profile", "strict", "--format", "json"]);
    let cleaned = folder.harden(&["--profile", "strict", "--format", "json", "--clean"]);
    for output in [&plain, &cleaned] {
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(schema().validate(&value).is_ok());
    }
    assert!(cleaned.stdout != plain.stdout || text(&plain.stdout).matches("--clean").count() == 0);
}

#[test]
fn a_change_makes_no_version_that_was_not_there() {
    let folder = Folder::new("phantom");
    let applications = |output: &Output| {
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        value["audits"].as_array().unwrap().iter().map(|it| it["applications"].to_string()).collect::<Vec<_>>()
    };
    let before = applications(&folder.run("audit", &["--format", "json"]));
    assert!(before.concat().contains("15.0"), "{before:?}");
    let change = folder.0.join("change.reg");
    let user = folder.harden(&["--profile", "strict", "--format", "reg", "--part", "user"]);
    fs::write(&change, user.stdout).unwrap();
    let after = folder.run("audit", &["--format", "json", "--what-if", change.to_str().unwrap()]);
    assert_eq!(applications(&after), before);
}
