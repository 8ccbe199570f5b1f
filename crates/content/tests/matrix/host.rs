//! Machines and users made of bytes: facts are written as files and read back.

use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, Check};
use ddefend_posture::{Catalog, Source, Store, evaluate, interest, machine};
use ddefend_registry::write::{HiveFile, HiveMount, hive, pol, reg};
use ddefend_registry::{Coverage, Data, Entry, Fact, Input, Intent, Origin, Place, Root, Sink, Tree, fold, read};

pub(crate) const APPLICATIONS: [&str; 8] =
    ["Word", "Excel", "PowerPoint", "Outlook", "Access", "OneNote", "Publisher", "Visio"];

/// How Office 16.0 was installed; older versions always come from Windows Installer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    C2r,
    Msi,
}

/// What facts are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Reg,
    Hive,
}

pub(crate) fn entry(root: Root, key: &str, fact: Fact) -> Entry {
    Entry { root, key: key.into(), fact, written: None, place: Place::Unknown, origin: Origin::Written }
}

pub(crate) fn value(root: Root, key: &str, name: &str, data: Data) -> Entry {
    entry(root, key, Fact::Value { name: name.into(), data })
}

/// Office in four versions, with all updates.
pub(crate) fn office(setup: Setup) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut installer = vec![("12.0", "12.0.6798.5000"), ("14.0", "14.0.7268.5000"), ("15.0", "15.0.5603.1000")];
    if setup == Setup::Msi {
        installer.push(("16.0", "16.0.5483.1000"));
    } else {
        let key = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration";
        entries.push(value(Root::Machine, key, "VersionToReport", Data::Sz("16.0.17328.20184".into())));
    }
    for (version, build) in installer {
        let key = format!(r"SOFTWARE\Microsoft\Office\{version}\Common\ProductVersion");
        entries.push(value(Root::Machine, &key, "LastProduct", Data::Sz(build.into())));
    }
    for version in ["12.0", "14.0", "15.0", "16.0"] {
        for application in APPLICATIONS {
            let key = format!(r"SOFTWARE\Microsoft\Office\{version}\{application}\InstallRoot");
            entries.push(value(Root::Machine, &key, "Path", Data::Sz(r"C:\Office\".into())));
        }
    }
    entries
}

/// Takes what a reader says into a store.
struct Into<'a> {
    store: &'a mut Store,
    source: std::sync::Arc<Source>,
}

impl Sink for Into<'_> {
    fn entry(&mut self, entry: Entry) -> bool {
        self.store.take(entry, &self.source);
        true
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        assert!(!diagnostic.is_gap(), "{diagnostic:?}");
    }
}

fn source(path: &str, intent: Intent) -> Source {
    Source { path: path.into(), policy: None, intent }
}

fn take(catalog: &Catalog, store: &mut Store, name: &str, bytes: &[u8], intent: Intent) {
    let budget = Budget::new(Limits::default(), Stop::default());
    let input = Input { name, bytes, logs: &[] };
    // Facts come before what the input says of itself: they are read twice.
    let mut scrap = Store::new(catalog);
    let first = scrap.begin(source(name, intent), &Coverage::Changes);
    let about = read(&input, None, &interest(catalog), &budget, &mut Into { store: &mut scrap, source: first });
    let about = about.unwrap_or_else(|diagnostic| panic!("{name}: {diagnostic:?}"));
    assert_eq!(about.intent, intent, "{name}");
    let source = store.begin(source(name, intent), &about.coverage);
    let again = read(&input, None, &interest(catalog), &budget, &mut Into { store, source });
    assert!(again.is_ok());
}

fn tree(entries: &[Entry]) -> Tree {
    let mut tree = Tree::default();
    entries.iter().for_each(|entry| tree.apply(entry));
    tree
}

fn hive_bytes(mount: HiveMount, entries: &[Entry]) -> Vec<u8> {
    hive(&tree(entries), &HiveFile { mount, user: "ada" }).unwrap_or_else(|error| panic!("{error}"))
}

fn reg_bytes(entries: &[Entry]) -> Vec<u8> {
    reg(entries, "").unwrap_or_else(|error| panic!("{error}"))
}

/// Whether a machine's key stands in this hive.
fn below(entry: &Entry, hive: &str) -> bool {
    fold(&entry.key).starts_with(&fold(hive))
}

/// The machine's store: base settings as hives; what is to be tried in the shape that is asked for.
pub(crate) fn machine_store(catalog: &Catalog, setup: Setup, shape: Shape, tried: &[Entry]) -> Store {
    let mut store = Store::new(catalog);
    let (files, tried): (Vec<Entry>, Vec<Entry>) = tried.iter().cloned().partition(|entry| entry.root == Root::Files);
    let found = store.begin(source("files", Intent::State), &Coverage::Whole(vec![(Root::Files, String::new())]));
    files.into_iter().for_each(|entry| store.take(entry, &found));
    let (mut software, mut system) = (office(setup), Vec::new());
    if shape == Shape::Hive {
        software.extend(tried.iter().filter(|entry| below(entry, "SOFTWARE\\")).cloned());
        system.extend(tried.iter().filter(|entry| below(entry, "SYSTEM\\")).cloned());
    }
    system.push(value(Root::Machine, r"SYSTEM\CurrentControlSet\Services\Tcpip", "Start", Data::Dword(1)));
    take(catalog, &mut store, "SOFTWARE", &hive_bytes(HiveMount::Software, &software), Intent::State);
    take(catalog, &mut store, "SYSTEM", &hive_bytes(HiveMount::System, &system), Intent::State);
    if shape == Shape::Reg && !tried.is_empty() {
        take(catalog, &mut store, "machine.reg", &reg_bytes(&tried), Intent::State);
    }
    store
}

/// A user's store.
pub(crate) fn user_store(catalog: &Catalog, shape: Shape, tried: &[Entry]) -> Store {
    let mut store = Store::new(catalog);
    let used = APPLICATIONS.iter().map(|name| format!(r"Software\Microsoft\Office\16.0\{name}"));
    let mut base: Vec<Entry> = used.map(|key| entry(Root::User, &key, Fact::Key)).collect();
    let (classes, own): (Vec<Entry>, Vec<Entry>) =
        tried.iter().cloned().partition(|entry| below(entry, r"Software\Classes\"));
    let mut second = vec![entry(Root::User, r"Software\Classes\Local Settings", Fact::Key)];
    if shape == Shape::Hive {
        base.extend(own.iter().cloned());
        second.extend(classes);
    }
    take(catalog, &mut store, "NTUSER.DAT", &hive_bytes(HiveMount::User, &base), Intent::State);
    take(catalog, &mut store, "UsrClass.dat", &hive_bytes(HiveMount::Classes, &second), Intent::State);
    if shape == Shape::Reg && !tried.is_empty() {
        take(catalog, &mut store, "user.reg", &reg_bytes(tried), Intent::State);
    }
    store
}

/// Merges a policy file over a user's store.
pub(crate) fn with_policy(catalog: &Catalog, store: &mut Store, entries: &[Entry]) {
    let bytes = pol(entries, &Root::User).unwrap_or_else(|error| panic!("{error}"));
    take(catalog, store, r"User\registry.pol", &bytes, Intent::Policy);
}

/// The audits of a machine and its users, in the order given.
pub(crate) fn audits(catalog: &Catalog, store: Store, users: &[(&str, Store)]) -> (Audit, Vec<Audit>) {
    let (machine, audit) = machine(catalog, "pc", store);
    let users = users.iter().map(|(name, store)| evaluate(catalog, &machine, name, "", store)).collect();
    (audit, users)
}

pub(crate) fn find<'a>(audit: &'a Audit, id: &str, version: &str) -> &'a Check {
    let found = audit.checks.iter().find(|check| check.id == id && check.version == version);
    found.unwrap_or_else(|| panic!("no {id} {version} for '{}'", audit.user))
}
