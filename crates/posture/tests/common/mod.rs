//! A small catalog of made-up checks and stores built by hand.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

use ddefend_event::{Time, Zone};
use ddefend_model::posture::{Audit, Check, Exposure};
use ddefend_posture::{
    Application, Build, Catalog, Evidence, Machine, Misspelling, Product, Source, Sources, Store, Way, evaluate,
    machine,
};
use ddefend_registry::{Coverage, Data, Entry, Fact, Intent, Origin, Place, Root};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    check: Vec<ddefend_posture::Check>,
    way: Vec<Way>,
    application: Vec<Application>,
    build: Vec<Build>,
    evidence: Vec<Evidence>,
    product: Vec<Product>,
    misspelling: Vec<Misspelling>,
}

/// `catalog.toml` beside this file.
pub(crate) fn catalog() -> Catalog {
    Catalog::new(sources()).unwrap()
}

/// Its parts, to be changed.
pub(crate) fn sources() -> Sources {
    let file: File = toml::from_str(include_str!("catalog.toml")).unwrap();
    Sources {
        checks: file.check,
        ways: file.way,
        applications: file.application,
        builds: file.build,
        evidence: file.evidence,
        products: file.product,
        misspellings: file.misspelling,
        ..Sources::default()
    }
}

/// A setting of an input: root, key, value, data (none: taken away).
pub(crate) type Setting<'a> = (Root, &'a str, &'a str, Option<Data>);

pub(crate) fn entry(root: Root, key: &str, fact: Fact, origin: Origin) -> Entry {
    let written = Some(Time { ticks: 17_000_000_000_000_000, zone: Zone::Utc });
    Entry { root, key: key.into(), fact, written, place: Place::Line(7), origin }
}

pub(crate) fn fact(name: &str, data: Option<Data>) -> Fact {
    match data {
        Some(data) => Fact::Value { name: name.into(), data },
        None => Fact::ValueRemoved { name: name.into() },
    }
}

/// An input.
pub(crate) fn input(store: &mut Store, path: &str, intent: Intent, coverage: &Coverage, settings: &[Setting<'_>]) {
    let source = store.begin(Source { path: path.into(), policy: None, intent }, coverage);
    for (root, key, name, data) in settings {
        store.take(entry(root.clone(), key, fact(name, data.clone()), Origin::Written), &source);
    }
}

/// The whole hive of a user, who has worked with Word and Excel 16.0.
pub(crate) fn hive(catalog: &Catalog, settings: &[(&str, &str, Data)]) -> Store {
    hive_of(catalog, settings, &[r"Software\Microsoft\Office\16.0\Word", r"Software\Microsoft\Office\16.0\Excel"])
}

/// The whole hive of a user, with keys that applications keep values of their own in.
pub(crate) fn hive_of(catalog: &Catalog, settings: &[(&str, &str, Data)], keys: &[&str]) -> Store {
    let mut store = Store::new(catalog);
    let whole = Coverage::Whole(vec![(Root::User, String::new())]);
    let source = store.begin(Source { path: "NTUSER.DAT".into(), policy: None, intent: Intent::State }, &whole);
    for key in keys {
        store.take(entry(Root::User, key, Fact::Key, Origin::Written), &source);
        store.take(entry(Root::User, key, fact("LastWorkedWith", Some(dword(1))), Origin::Written), &source);
    }
    for (key, name, data) in settings {
        store.take(entry(Root::User, key, fact(name, Some(data.clone())), Origin::Written), &source);
    }
    store
}

/// The whole hives of a machine with Word and Excel 16.0 in that build of Click-to-Run; without one, of Windows Installer.
pub(crate) fn office(catalog: &Catalog, build: Option<&str>, settings: &[(&str, &str, Data)]) -> Machine {
    let mut store = Store::new(catalog);
    let whole = Coverage::Whole(vec![(Root::Machine, String::new()), (Root::Files, String::new())]);
    let source = store.begin(Source { path: "SOFTWARE".into(), policy: None, intent: Intent::State }, &whole);
    for application in ["Word", "Excel"] {
        let key = format!(r"SOFTWARE\Microsoft\Office\16.0\{application}\InstallRoot");
        store.take(entry(Root::Machine, &key, Fact::Key, Origin::Written), &source);
    }
    let build = build.map(|build| {
        (r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration", "VersionToReport", Data::Sz(build.into()))
    });
    for (key, name, data) in build.iter().chain(settings) {
        store.take(entry(Root::Machine, key, fact(name, Some(data.clone())), Origin::Written), &source);
    }
    machine(catalog, "pc", store).0
}

/// A build that has the update of the catalog.
pub(crate) const NEW: &str = "16.0.17328.20184";

/// No input of the machine.
pub(crate) fn nothing(catalog: &Catalog) -> Machine {
    machine(catalog, "pc", Store::default()).0
}

pub(crate) fn audit(catalog: &Catalog, machine: &Machine, store: &Store) -> Audit {
    evaluate(catalog, machine, "ada", "S-1-5-21-1", store)
}

pub(crate) fn check<'a>(audit: &'a Audit, id: &str, version: &str) -> &'a Check {
    let found = audit.checks.iter().find(|check| check.id == id && check.version == version);
    found.unwrap_or_else(|| panic!("no {id} {version} in {:#?}", audit.checks.iter().map(|c| (&c.id, &c.version))))
}

pub(crate) fn way<'a>(audit: &'a Audit, id: &str) -> &'a Exposure {
    audit.exposures.iter().find(|exposure| exposure.id == id).unwrap()
}

pub(crate) fn dword(number: u32) -> Data {
    Data::Dword(number)
}

pub(crate) const CLOUD: &str = r"Software\Policies\Microsoft\Cloud\Office\16.0\Word\Security";
pub(crate) const POLICY: &str = r"Software\Policies\Microsoft\Office\16.0\Word\Security";
pub(crate) const USER: &str = r"Software\Microsoft\Office\16.0\Word\Security";
