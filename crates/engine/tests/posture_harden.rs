//! Round trip: audit, harden, apply to a copy, audit: closed; undo, audit: the same to the last byte.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use ddefend_content::Content;
use ddefend_engine::Progress;
use ddefend_engine::posture::{Asked, Plan, PostureSettings, Told, audit_inputs};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, Layer, Verdict, Way};
use ddefend_posture::harden::{self, Batch, FORMATS, Job, Output, Request, batches, read_back};
use ddefend_posture::{Catalog, Strength};
use ddefend_registry::write::{HiveFile, HiveMount};
use ddefend_registry::{Data, Entry, Fact, Input, Interest, Origin, Place, Root, Sink, Tree, write};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

const OFFICE: &str = r"Software\Microsoft\Office";
const POLICY: &str = r"Software\Policies\Microsoft\Office";

/// A host: registry exports of the machine and its users, by path below the folder.
#[derive(Clone, Default)]
struct Host(BTreeMap<String, Tree>);

impl Host {
    fn set(&mut self, file: &str, root: &Root, key: &str, name: &str, data: Data) {
        let tree = self.0.entry(file.to_owned()).or_default();
        let mut above = String::new();
        for part in key.split('\\') {
            above = if above.is_empty() { part.to_owned() } else { format!("{above}\\{part}") };
            tree.apply(&entry(root, &above, Fact::Key));
        }
        if !name.is_empty() {
            tree.apply(&entry(root, key, Fact::Value { name: name.to_owned(), data }));
        }
    }

    /// With an empty name, the key alone.
    fn user(&mut self, user: &str, key: &str, name: &str, data: u32) {
        self.set(&format!("Users/{user}/NTUSER.reg"), &Root::User, key, name, Data::Dword(data));
    }

    fn machine(&mut self, key: &str, name: &str, data: Data) {
        self.set("SOFTWARE.reg", &Root::Machine, key, name, data);
    }

    /// Every value of every file; keys without any are left out.
    fn values(&self) -> Vec<String> {
        let of = |(file, tree): (&String, &Tree)| {
            let values = tree.keys.iter().flat_map(|((root, path), key)| {
                key.values.iter().map(move |(name, data)| format!("{root:?} {path} {name} {data:?}"))
            });
            values.map(|value| format!("{file} {value}")).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// Applies a written file to whom it is for.
    fn apply(&mut self, output: &Output, wanted: &dyn Fn(&str) -> bool) {
        let mut taken = Taken(Vec::new());
        let budget = Budget::new(Limits::default(), Stop::default());
        let input = Input { name: &output.path, bytes: &output.bytes, logs: &[] };
        ddefend_registry::read(&input, None, &Interest::everything(), &budget, &mut taken).unwrap();
        assert!(!taken.0.is_empty(), "{} says nothing", output.path);
        let keys = taken.0.iter().filter(|said| said.fact == Fact::KeyRemoved).count();
        assert_eq!(keys, 0, "{} takes away keys, which others may use", output.path);
        for (file, tree) in &mut self.0 {
            let root = if file.starts_with("Users") { Root::User } else { Root::Machine };
            if wanted(file) {
                for said in taken.0.iter().filter(|said| said.root == root) {
                    // Windows makes the keys above as well.
                    if matches!(said.fact, Fact::Value { .. }) {
                        let above: Vec<usize> = said.key.match_indices('\\').map(|(at, _)| at).collect();
                        above.iter().for_each(|at| tree.apply(&entry(&root, &said.key[..*at], Fact::Key)));
                    }
                    tree.apply(said);
                }
            }
        }
    }

    /// Writes the machine's and alice's settings as hives, the others' as exports, each with every key of it, as the
    /// registry editor does.
    fn save(&self, folder: &Path) {
        for (file, tree) in &self.0 {
            let hive = match file.as_str() {
                "SOFTWARE.reg" => Some(("SOFTWARE", HiveMount::Software)),
                "Users/alice/NTUSER.reg" => Some(("Users/alice/NTUSER.DAT", HiveMount::User)),
                _ => None,
            };
            if let Some((name, mount)) = hive {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, write::hive(tree, &HiveFile { mount, user: "alice" }).unwrap()).unwrap();
                continue;
            }
            let mut entries = Vec::new();
            for ((root, _), key) in &tree.keys {
                entries.push(entry(root, &key.path, Fact::Key));
                let values = key.values.values();
                entries.extend(values.map(|(name, data)| {
                    entry(root, &key.path, Fact::Value { name: name.clone(), data: data.clone() })
                }));
            }
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, write::reg(&entries, "").unwrap()).unwrap();
        }
    }
}

struct Taken(Vec<Entry>);

impl Sink for Taken {
    fn entry(&mut self, entry: Entry) -> bool {
        self.0.push(entry);
        true
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        panic!("{diagnostic:?}");
    }
}

fn entry(root: &Root, key: &str, fact: Fact) -> Entry {
    let (place, origin) = (Place::Unknown, Origin::Written);
    Entry { root: root.clone(), key: key.to_owned(), fact, written: None, place, origin }
}

/// Users of several versions: open, misapplied, partly hardened, untouched.
fn host() -> Host {
    let mut host = Host::default();
    let sz = |text: &str| Data::Sz(text.to_owned());
    host.machine(r"SOFTWARE\Microsoft\Office\16.0\Common", "", sz(""));
    host.machine(r"SOFTWARE\Microsoft\Office\16.0\Word\InstallRoot", "Path", sz(r"C:\Office16"));
    host.machine(r"SOFTWARE\Microsoft\Office\16.0\Excel\InstallRoot", "Path", sz(r"C:\Office16"));
    host.machine(r"SOFTWARE\Microsoft\Office\14.0\Word\InstallRoot", "Path", sz(r"C:\Office14"));
    let kill = r"SOFTWARE\Microsoft\Office\16.0\Common\COM Compatibility\{0002CE02-0000-0000-C000-000000000046}";
    host.machine(kill, "Compatibility Flags", Data::Dword(1));
    host.machine(kill, "ActivationFilterOverride", Data::Dword(1));
    host.machine(r"SOFTWARE\Policies\Microsoft", "", sz(""));
    for user in ["alice", "bob", "carol", "dave"] {
        host.user(user, r"Software\Policies\Microsoft", "", 0);
        host.user(user, r"Software\Microsoft\Windows\CurrentVersion", "", 0);
    }
    // Open.
    host.user("alice", &format!(r"{OFFICE}\16.0\Word\Security"), "AllowDDE", 2);
    host.user("alice", &format!(r"{OFFICE}\16.0\Excel\Security"), "WorkbookLinkWarnings", 0);
    host.user("alice", &format!(r"{OFFICE}\16.0\Excel\Security\ProtectedView"), "DisableInternetFilesInPV", 1);
    host.user("alice", &format!(r"{POLICY}\16.0\Excel\Security\External Content"), "disableddeserverlaunch", 0);
    host.user("alice", r"Software\Microsoft\Windows\CurrentVersion\Policies\Attachments", "SaveZoneInformation", 1);
    // Applied wrongly.
    host.set("Users/bob/NTUSER.reg", &Root::User, &format!(r"{OFFICE}\16.0\Word\Security"), "allowdde", sz("0"));
    host.user("bob", &format!(r"{OFFICE}\16.0\Excel\Options\DontUpdateLinks"), "", 0);
    host.user("bob", &format!(r"{OFFICE}\16.0\Excel\Security"), "DDEAllowed", 0);
    host.user("bob", &format!(r"{OFFICE}\15.0\Word\Security"), "AllowDDE", 1);
    // Hardened in part, in an old version too.
    host.user("carol", &format!(r"{POLICY}\16.0\Word\Security"), "AllowDDE", 0);
    host.user("carol", &format!(r"{OFFICE}\14.0\Word\Options"), "DontUpdateLinks", 1);
    host.user("carol", &format!(r"{POLICY}\16.0\Excel\Security"), "vbawarnings", 4);
    host.user("dave", OFFICE, "", 0);
    host
}

struct Silent;

impl Progress for Silent {
    fn done(&self, _bytes: u64) {}
}

struct Run {
    audits: Vec<Audit>,
    plans: Vec<harden::Plan>,
}

fn run(catalog: &Catalog, folder: &Path, profile: Option<&str>, what_if: &[PathBuf]) -> Run {
    let paths = [folder.to_path_buf()];
    let asked = Asked { paths: &paths, stdin: "", format: None, user: None, base: None };
    let request = profile.map(|name| Request {
        catalog,
        profile: catalog.profiles().iter().find(|profile| profile.name == name).unwrap(),
        versions: &[],
        clean: false,
    });
    let settings = PostureSettings {
        catalog,
        limits: Limits::default(),
        threads: 2,
        part: None,
        host: Some("HOST".to_owned()),
        what_if: what_if.iter().cloned().map(Into::into).collect(),
        harden: request,
        beside: &[],
    };
    let mut run = Run { audits: Vec::new(), plans: Vec::new() };
    let Ok(_) = audit_inputs::<Infallible>(&Plan::new(&asked, catalog), &settings, &Silent, &mut |told| {
        match told {
            Told::Audit(audit) => run.audits.push(*audit),
            Told::Hardening(plan) => run.plans.push(*plan),
            Told::Beside(_) => {}
            Told::Diagnostic(diagnostic) => assert!(!diagnostic.is_gap(), "{diagnostic:?}"),
        }
        Ok(())
    });
    run
}

fn report(run: &Run) -> String {
    serde_json::to_string_pretty(&run.audits).unwrap()
}

/// The reports are the same to the last byte, but for where in a file something stands: an empty key that is left moves
/// what comes after it.
fn same(is: &Run, was: &Run) {
    let place = |line: &&str| !line.trim_start().starts_with("\"place\": \"");
    let text = |run: &Run| report(run).lines().filter(place).map(str::to_owned).collect::<Vec<_>>();
    let (is, was) = (text(is), text(was));
    let at = is.iter().zip(&was).position(|(is, was)| is != was).unwrap_or(is.len().min(was.len()));
    let around = |lines: &[String]| lines.iter().skip(at.saturating_sub(12)).take(24).cloned().collect::<Vec<_>>();
    assert!(is == was, "{:#?}\nwas\n{:#?}", around(&is), around(&was));
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ddefend-harden-{}-{name}", std::process::id())).join("HOST");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether a batch is for the owner of a file.
fn is_for(batch: &Batch, file: &str) -> bool {
    batch.owners.iter().any(|(_, user)| match file.strip_prefix("Users/") {
        Some(rest) => !user.is_empty() && rest.starts_with(&format!("{user}/")),
        None => user.is_empty(),
    })
}

fn outputs(catalog: &Catalog, profile: &str, batches: &[Batch]) -> Vec<Output> {
    let profile = catalog.profiles().iter().find(|it| it.name == profile).unwrap();
    let job = Job { catalog, profile, batches, version: "0" };
    FORMATS.iter().flat_map(|format| format.files(&job).unwrap()).collect()
}

/// What a check or a way in comes to, without where that is said.
fn outcome(run: &Run) -> Vec<String> {
    let mut lines = Vec::new();
    for audit in &run.audits {
        let of = |id: &str, version: &str, words: String| format!("{} {id} {version}: {words}", audit.user);
        lines.extend(audit.checks.iter().map(|it| {
            of(&it.id, &it.version, format!("{:?} {:?} {:?} {}", it.verdict, it.outcome, it.effective, it.enforced))
        }));
        lines.extend(audit.exposures.iter().map(|it| of(&it.id, &it.version, format!("{:?}", it.state))));
    }
    lines
}

/// Checks that a profile is to make secure and that are not.
fn missed(catalog: &Catalog, profile: &str, run: &Run, planned: &Run) -> Vec<String> {
    let profile = catalog.profiles().iter().find(|it| it.name == profile).unwrap();
    let mut missed = Vec::new();
    for (audit, plan) in run.audits.iter().zip(&planned.plans) {
        for check in &audit.checks {
            let aimed = plan.steps.iter().any(|step| step.check == check.id && step.version == check.version);
            // Where the data are a lesser evil (an event, a prompt), nobody said that it would be secure.
            let lesser = plan.checks.iter().any(|it| it.id == check.id && it.version == check.version && !it.closed);
            if aimed && check.verdict != Verdict::Secure && !lesser && profile.name != "audit-only" {
                missed.push(format!("{} {} {}: {:?}", audit.user, check.id, check.version, check.verdict));
            }
        }
    }
    missed
}

fn round_trip(name: &str) {
    let catalog = Content::load().unwrap().posture().unwrap();
    let here = folder(name);
    let first = host();
    first.save(&here);
    let before = run(&catalog, &here, Some(name), &[]);
    assert_eq!(before.audits.len(), 5, "the machine and four users");
    let failed: Vec<&String> = before.plans.iter().flat_map(|plan| &plan.failed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let batches = batches(&before.plans);
    let outputs = outputs(&catalog, name, &batches);
    outputs.iter().for_each(|output| read_back(output).unwrap());

    // The registry editor's files, each for whom it is.
    let mut hardened = first.clone();
    for undo in [false, true] {
        for batch in &batches {
            let path = format!("reg/{}{}.reg", batch.name, if undo { ".undo" } else { "" });
            let file = outputs.iter().find(|output| output.path == path).unwrap();
            hardened.apply(file, &|file| is_for(batch, file));
        }
        hardened.save(&here);
        let after = run(&catalog, &here, None, &[]);
        if undo {
            assert_eq!(hardened.values(), first.values(), "every value is as it was; keys may be left, empty");
            same(&after, &before);
        } else {
            assert_eq!(missed(&catalog, name, &after, &before), [""; 0]);
            check_ways(&catalog, name, &after);
            let again = run(&catalog, &here, Some(name), &[]);
            let left: Vec<String> =
                again.plans.iter().flat_map(|it| it.writes()).map(|step| format!("{step:?}")).collect();
            assert!(left.is_empty(), "nothing is left to do: {left:#?}");
        }
    }

    // What is deployed to all, and back with its own undo.
    for (kind, files) in [
        ("pol", ["pol/Machine/registry.pol", "pol/User/registry.pol"].as_slice()),
        ("gpp", &["gpp/Machine/Registry.xml", "gpp/User/Registry.xml"]),
        ("lgpo", &["lgpo/harden.txt"]),
    ] {
        let mut hardened = first.clone();
        let files = outputs.iter().filter(|output| files.contains(&output.path.as_str()));
        files.for_each(|file| hardened.apply(file, &|_| true));
        hardened.save(&here);
        let after = run(&catalog, &here, None, &[]);
        assert_eq!(missed(&catalog, name, &after, &before), [""; 0], "{kind}");
        check_ways(&catalog, name, &after);
        let back = outputs.iter().filter(|output| output.undo && output.path.starts_with(kind));
        back.for_each(|file| hardened.apply(file, &|_| true));
        let shared =
            |line: &String| !line.starts_with("alice") && !line.starts_with("bob") && !line.starts_with("carol");
        hardened.save(&here);
        let undone = run(&catalog, &here, None, &[]);
        let pick = |run: &Run| outcome(run).into_iter().filter(shared).collect::<Vec<_>>();
        assert_eq!(pick(&undone), pick(&before), "{kind}: who had nothing has nothing again");
    }

    what_if(&catalog, name, &here, &first, &before, &outputs);
    fs::remove_dir_all(here.parent().unwrap()).unwrap();
}

/// The change as `audit --what-if` merges it.
fn what_if(catalog: &Catalog, name: &str, here: &Path, first: &Host, before: &Run, outputs: &[Output]) {
    first.save(here);
    let beside = here.parent().unwrap();
    let mut paths = Vec::new();
    for undo in [false, true] {
        for output in outputs.iter().filter(|it| it.path.starts_with("reg/machine") && it.undo == undo) {
            let path = beside.join(output.path.replace('/', "-"));
            fs::write(&path, &output.bytes).unwrap();
            paths.push(path);
        }
    }
    let (change, both) = (&paths[..1], &paths[..]);
    let changed = run(catalog, here, None, change);
    let of_machine = missed(catalog, name, &changed, before);
    assert!(!of_machine.iter().any(|line| line.starts_with(' ')), "{of_machine:#?}");
    let mut changed = run(catalog, here, None, both);
    // What would be merged is named among the sources, and that is all.
    changed
        .audits
        .iter_mut()
        .for_each(|audit| audit.sources.retain(|source| !source.ends_with(".reg") || source.ends_with("NTUSER.reg")));
    same(&changed, before);
}

/// Every way in that some setting closes or blocks is closed for every user. (No setting keeps Word from fetching what a
/// link names once the user asks for it.)
fn check_ways(catalog: &Catalog, profile: &str, run: &Run) {
    let ends = |id: &str| {
        let way = catalog.ways().iter().find(|way| way.id == id).unwrap();
        way.barriers.iter().any(|barrier| matches!(barrier.strength, Strength::Closes | Strength::Blocks))
    };
    let open: Vec<String> = run
        .audits
        .iter()
        .flat_map(|audit| &audit.exposures)
        .filter(|way| way.state != Way::Closed && ends(&way.id))
        .map(|way| format!("{} {} {}: {:?} ({})", way.user, way.id, way.version, way.state, way.decided_by))
        .collect();
    if profile == "strict" {
        let ways: usize = run.audits.iter().map(|audit| audit.exposures.len()).sum();
        assert!(ways > 20, "{ways}");
        assert_eq!(open, [""; 0]);
    }
}

#[test]
fn strict_closes_and_is_taken_back() {
    round_trip("strict");
}

#[test]
fn balanced_closes_and_is_taken_back() {
    round_trip("balanced");
}

#[test]
fn audit_only_changes_no_verdict_and_is_taken_back() {
    round_trip("audit-only");
}

#[test]
fn nothing_that_protects_is_loosened() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let here = folder("loosen");
    host().save(&here);
    for profile in ["strict", "balanced", "audit-only"] {
        let run = run(&catalog, &here, Some(profile), &[]);
        for plan in &run.plans {
            for step in plan.writes() {
                let macros = step.value.eq_ignore_ascii_case("vbawarnings") && plan.user == "carol";
                assert!(!(macros && step.key.contains("Excel")), "{profile}: 4 is stronger than 3");
            }
            for check in plan.checks.iter().filter(|check| check.before.starts_with("secure")) {
                assert!(check.after.starts_with("secure"), "{profile} {}: {check:?}", plan.user);
            }
        }
    }
    fs::remove_dir_all(here.parent().unwrap()).unwrap();
}

#[test]
fn the_layer_that_decides_is_a_policy_where_there_is_one() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let here = folder("layer");
    host().save(&here);
    let run = run(&catalog, &here, Some("strict"), &[]);
    let of = |user: &str| {
        let plan = run.plans.iter().find(|plan| plan.user == user).unwrap();
        plan.steps.iter().find(|it| it.check == "DDE-WORD-ALLOW" && it.version == "16.0").unwrap()
    };
    assert_eq!((of("alice").layer, of("alice").state), (Layer::Policy, harden::State::Write));
    assert_eq!(of("carol").state, harden::State::InOrder);
    let alice = run.plans.iter().find(|plan| plan.user == "alice").unwrap();
    assert!(alice.left.iter().any(|left| left.value == "AllowDDE" && left.data == "2"), "{:#?}", alice.left);
    fs::remove_dir_all(here.parent().unwrap()).unwrap();
}

/// Of Excel alone everything is known; what policies had is not. No undo may touch them.
#[test]
fn what_was_not_known_is_left_alone_by_every_undo() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let here = folder("unknown");
    let mut host = Host::default();
    host.set("Users/bob/NTUSER.reg", &Root::User, &format!(r"{OFFICE}\16.0\Excel"), "x", Data::Dword(1));
    let tree = host.0.values_mut().next().unwrap();
    tree.keys.retain(|(_, path), _| path.ends_with("excel"));
    host.save(&here);
    let run = run(&catalog, &here, Some("strict"), &[]);
    let batches = batches(&run.plans);
    let unknown = |batch: &Batch| harden::not_known(&batch.steps).cloned().collect::<Vec<_>>();
    let lost: Vec<_> = batches.iter().flat_map(unknown).collect();
    assert!(lost.iter().any(|step| step.key.contains("Policies")), "{lost:#?}");
    let known: usize = batches.iter().map(|batch| batch.steps.len()).sum::<usize>() - lost.len();
    assert!(known > 0, "Excel's own settings are covered");
    let outputs = outputs(&catalog, "strict", &batches);
    for output in outputs.iter().filter(|it| it.undo) {
        read_back(output).unwrap();
        for step in &lost {
            let is = |said: &&Entry| said.key == step.key && said.root == step.root;
            let mut said = output.says.iter().filter(is);
            let name = step.value.as_str();
            let touched = said.any(|said| match &said.fact {
                Fact::Value { name: of, .. } | Fact::ValueRemoved { name: of } => of.eq_ignore_ascii_case(name),
                _ => true,
            });
            assert!(!touched, "{}: {}\\{name}", output.path, step.key);
        }
    }
    let text = |path: &str| {
        let bytes = &outputs.iter().find(|it| it.path == path).unwrap().bytes;
        String::from_utf8_lossy(bytes).replace('\0', "")
    };
    assert!(text("reg/user-bob.undo.reg").contains("; former state not known: HKCU\\Software\\Policies"));
    assert_eq!(text("ansible/undo.yml").matches("former state not known").count(), lost.len());
    assert!(!text("ansible/undo.yml").contains("        path: \"{{ user_root }}\\\\Software\\\\Policies"));
    let scripts = outputs.iter().filter(|it| it.path.ends_with(".ps1") && it.path.starts_with("powershell"));
    let marked: usize = scripts.map(|it| text(&it.path).matches("Known = $false").count()).sum();
    assert_eq!(marked, lost.len());
    fs::remove_dir_all(here.parent().unwrap()).unwrap();
}

/// Nothing tells what is installed: keys that an undo leaves, empty, must not look like an application.
#[test]
fn keys_that_an_undo_leaves_are_no_sign_of_use() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let here = folder("empty");
    let mut host = Host::default();
    host.user("alice", r"Software\Microsoft\Windows\CurrentVersion", "", 0);
    host.save(&here);
    let before = run(&catalog, &here, Some("strict"), &[]);
    let batches = batches(&before.plans);
    for undo in [".reg", ".undo.reg"] {
        for file in outputs(&catalog, "strict", &batches).iter().filter(|it| it.path == format!("reg/user-alice{undo}"))
        {
            host.apply(file, &|_| true);
        }
    }
    host.save(&here);
    assert!(host.0.values().any(|tree| tree.keys.keys().any(|(_, path)| path.ends_with(r"16.0\excel\security"))));
    same(&run(&catalog, &here, None, &[]), &before);
    fs::remove_dir_all(here.parent().unwrap()).unwrap();
}

/// `Sort-Object -Property Length -Unique` takes keys of the same length for the same key.
#[test]
fn the_script_takes_back_every_key_that_it_made() {
    let catalog = Content::load().unwrap().posture().unwrap();
    let here = folder("script");
    host().save(&here);
    let run = run(&catalog, &here, Some("strict"), &[]);
    for output in outputs(&catalog, "strict", &batches(&run.plans)).iter().filter(|it| it.path.ends_with(".ps1")) {
        let script = String::from_utf8_lossy(&output.bytes).into_owned();
        let sorts = script.lines().filter(|line| line.contains("Sort-Object") && line.contains("Length"));
        sorts
            .for_each(|line| assert!(line.contains("Sort-Object -Unique | Sort-Object -Property Length -Descending)")));
    }
    fs::remove_dir_all(here.parent().unwrap()).unwrap();
}
