//! Every row of the reference table in four states - it protects, it does not, it is not there, it was applied wrongly - as
//! hives and as .reg files, for two users, every version and two ways of installing. `matrix/rows.tsv` says what has to
//! come out; it was written apart from the content, so each can contradict the other.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

#[path = "matrix/host.rs"]
mod host;
#[path = "matrix/rows.rs"]
mod rows;

use ddefend_content::Content;
use ddefend_model::posture::{Audit, Check, Layer, Outcome, Verdict, fault};
use ddefend_posture::Catalog;
use ddefend_registry::{Data, Entry, Fact, Root};
use host::{Setup, Shape, audits, entry, find, machine_store, user_store, value, with_policy};
use rows::{Row, rows};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What is tried of every row of a layer at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Secure(usize),
    Insecure(usize),
    Absent,
    Mistyped,
    KeyForValue,
}

const LAYERS: [&str; 4] = ["cloud", "policy", "machine", "user"];

fn catalog() -> Catalog {
    Content::load().unwrap().posture().unwrap()
}

/// The check that has the place.
fn check_of<'c>(catalog: &'c Catalog, id: &str) -> &'c str {
    let has = |check: &&ddefend_posture::Check| check.places.iter().any(|place| place.id == id);
    &catalog.checks().iter().find(has).unwrap_or_else(|| panic!("no place {id}")).id
}

fn facts(row: &Row, state: State) -> Vec<Entry> {
    let make = |version: &&str| -> Option<Entry> {
        let key = row.key(version);
        let data = match state {
            State::Secure(number) => row.secure(number)?,
            State::Insecure(number) => row.insecure(number)?,
            State::Absent => return None,
            State::Mistyped => row.mistyped()?,
            State::KeyForValue if row.many() || row.of_file() => return None,
            State::KeyForValue => return Some(entry(row.root(), &format!(r"{key}\{}", row.value), Fact::Key)),
        };
        if row.of_file() {
            Some(entry(Root::Files, &key, Fact::Key))
        } else {
            Some(value(row.root(), &key, row.value, data))
        }
    };
    row.versions.iter().filter_map(make).collect()
}

/// What has to come out of one row in one state.
fn wanted(
    row: &Row,
    state: State,
    setup: Setup,
    version: &str,
) -> (Verdict, Option<Outcome>, Layer, bool, &'static str) {
    let layer = match row.layer {
        "cloud" => Layer::Cloud,
        "policy" => Layer::Policy,
        "machine" => Layer::Machine,
        _ => Layer::User,
    };
    let new = setup == Setup::C2r && ["", "16.0"].contains(&version);
    let outcome = match row.absent[usize::from(!new)] {
        "secure" => Outcome::Secure,
        "insecure" => Outcome::Insecure,
        _ => Outcome::Unknown,
    };
    let absent = (Verdict::Absent, Some(outcome), Layer::Default, false, "");
    match state {
        _ if facts(row, state).is_empty() => absent,
        State::Secure(_) => (Verdict::Secure, Some(Outcome::Secure), layer, layer != Layer::User, ""),
        State::Insecure(_) => (Verdict::Insecure, Some(Outcome::Insecure), layer, false, ""),
        State::Mistyped => (Verdict::Misapplied, Some(outcome), Layer::Default, false, fault::TYPE),
        State::KeyForValue => (Verdict::Misapplied, Some(outcome), Layer::Default, false, fault::KEY),
        State::Absent => absent,
    }
}

fn verify(row: &Row, check: &Check, state: State, setup: Setup, problems: &mut Vec<String>) {
    let (verdict, outcome, layer, enforced, id) = wanted(row, state, setup, &check.version);
    let right = check.verdict == verdict
        && outcome.is_none_or(|outcome| check.outcome == outcome)
        && check.layer == layer
        && check.enforced == enforced
        && (id.is_empty() || check.faults.iter().any(|fault| fault.id == id));
    if !right {
        let faults: Vec<&str> = check.faults.iter().map(|fault| fault.id.as_str()).collect();
        problems.push(format!(
            "{} {} {state:?} {setup:?}: {:?} {:?} {:?} enforced {} {faults:?}, wanted {verdict:?} {outcome:?} {layer:?} {enforced} {id}",
            row.id, check.version, check.verdict, check.outcome, check.layer, check.enforced
        ));
    }
}

/// The opposite, for the other user.
fn other(state: State) -> State {
    if matches!(state, State::Secure(_)) { State::Insecure(0) } else { State::Secure(0) }
}

#[test]
fn every_row_in_every_state() {
    let catalog = catalog();
    let rows = rows();
    assert_eq!(rows.len(), 180);
    let mut problems = Vec::new();
    let mut matrix: BTreeMap<(usize, String), BTreeMap<String, String>> = BTreeMap::new();
    for layer in LAYERS {
        let these: Vec<(usize, &Row)> = rows.iter().enumerate().filter(|(_, row)| row.layer == layer).collect();
        for state in &states(&these) {
            for (setup, shape) in [(Setup::C2r, Shape::Hive), (Setup::Msi, Shape::Reg)] {
                let (machine, users) = audit(&catalog, &these, *state, setup, shape);
                for (at, row) in &these {
                    let check = check_of(&catalog, row.id);
                    for version in &row.versions {
                        let user = row.root() == Root::User;
                        let ada = find(if user { &users[0] } else { &machine }, check, version);
                        verify(row, ada, *state, setup, &mut problems);
                        note(matrix.entry((*at, (*version).to_owned())).or_default(), *state, setup, ada);
                        if user {
                            verify(row, find(&users[1], check, version), other(*state), setup, &mut problems);
                        }
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
    written(&rows, &matrix);
}

/// As many as the row with the most data needs.
fn states(rows: &[(usize, &Row)]) -> Vec<State> {
    let secure = rows.iter().map(|(_, row)| row.counts().0).max().unwrap_or_default();
    let insecure = rows.iter().map(|(_, row)| row.counts().1).max().unwrap_or_default();
    let others = [State::Absent, State::Mistyped, State::KeyForValue].into_iter();
    others.chain((0..secure).map(State::Secure)).chain((0..insecure).map(State::Insecure)).collect()
}

/// Two users of one machine: the first in that state, the second in the opposite.
fn audit(catalog: &Catalog, rows: &[(usize, &Row)], state: State, setup: Setup, shape: Shape) -> (Audit, Vec<Audit>) {
    let all = |state: State, user: bool| -> Vec<Entry> {
        let facts = rows.iter().flat_map(|(_, row)| facts(row, state));
        facts.filter(|entry| (entry.root == Root::User) == user).collect()
    };
    let ada = user_store(catalog, shape, &all(state, true));
    let bob = user_store(catalog, shape, &all(other(state), true));
    audits(catalog, machine_store(catalog, setup, shape, &all(state, false)), &[("ada", ada), ("bob", bob)])
}

/// One field of the table in docs/.
fn note(fields: &mut BTreeMap<String, String>, state: State, setup: Setup, check: &Check) {
    let enforced = if check.enforced { " enforced" } else { "" };
    let (name, text) = match state {
        State::Secure(0) => ("1 secure", format!("{} {}{enforced}", check.verdict.as_str(), check.layer.as_str())),
        State::Insecure(0) => ("2 insecure", format!("{} {}{enforced}", check.verdict.as_str(), check.layer.as_str())),
        State::Absent if setup == Setup::C2r => ("3 absent, c2r", check.outcome.as_str().to_owned()),
        State::Absent => ("4 absent, msi", check.outcome.as_str().to_owned()),
        State::Mistyped | State::KeyForValue => {
            let ids: Vec<&str> = check.faults.iter().map(|fault| fault.id.as_str()).collect();
            let name = if state == State::Mistyped { "5 mistyped" } else { "6 key for value" };
            (name, format!("{} {}", check.verdict.as_str(), ids.join(" ")).trim().to_owned())
        }
        State::Secure(_) | State::Insecure(_) => return,
    };
    fields.insert(name.to_owned(), text);
}

fn written(rows: &[Row], matrix: &BTreeMap<(usize, String), BTreeMap<String, String>>) {
    let mut out = String::from(
        "# Written by `DDEFEND_UPDATE=1 cargo test -p ddefend-content --test matrix`: what an audit says of every row, made as\n\
         # hives and .reg files. A row that has no data that protect (or harm) is not set in that state.\n\
         id\tversion\tprotects\tdoes not\tnot set, Click-to-Run\tnot set, Windows Installer\twrong type\tkey for value\n",
    );
    for ((at, version), fields) in matrix {
        let fields: Vec<&str> = fields.values().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "{}\t{}\t{}",
            rows[*at].id,
            if version.is_empty() { "-" } else { version },
            fields.join("\t")
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/posture-matrix.tsv");
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &out).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == out, "docs/reference/posture-matrix.tsv is not what comes out; DDEFEND_UPDATE=1 writes it anew");
}

/// Data that protect and that do not, of a check that has them in the table.
fn data_of<'r>(rows: &'r [Row], catalog: &Catalog, check: &str) -> Option<&'r Row> {
    rows.iter().find(|row| check_of(catalog, row.id) == check && row.secure(0).is_some() && row.insecure(0).is_some())
}

/// A value of a place in every version of its check.
fn at(check: &ddefend_posture::Check, layer: Layer, data: Option<&Data>) -> Vec<Entry> {
    let Some(place) = check.places.iter().find(|place| place.layer == layer) else { return Vec::new() };
    let versions = if place.versions.is_empty() { &check.versions } else { &place.versions };
    let keys: Vec<String> = match versions.is_empty() {
        true => vec![place.key.clone()],
        false => versions.iter().map(|version| place.key.replace("<ver>", version)).collect(),
    };
    let fact = |data: Option<&Data>| match data {
        Some(data) => Fact::Value { name: place.value.clone(), data: data.clone() },
        None => Fact::ValueRemoved { name: place.value.clone() },
    };
    keys.iter().map(|key| entry(Root::User, key, fact(data))).collect()
}

/// A higher layer decides over a lower one, in both directions; a policy that takes its value away leaves the user's.
#[test]
fn layers_decide_in_their_order() {
    let catalog = catalog();
    let rows = rows();
    let mut problems = Vec::new();
    let mut tried = 0;
    let pairs = [(Layer::Cloud, Layer::Policy), (Layer::Cloud, Layer::User), (Layer::Policy, Layer::User)];
    for (high, low) in pairs {
        for protects in [true, false] {
            let mut entries = Vec::new();
            let mut wanted = Vec::new();
            for check in catalog.checks().iter().filter(|check| check.places.iter().all(|place| place.root == "HKCU")) {
                let Some(row) = data_of(&rows, &catalog, &check.id) else { continue };
                let (good, bad) = (row.secure(0), row.insecure(0));
                let (above, under) = if protects { (good, bad) } else { (bad, good) };
                let (above, under) = (at(check, high, above.as_ref()), at(check, low, under.as_ref()));
                if above.is_empty() || under.is_empty() || row.many() {
                    continue;
                }
                wanted.push((check, above[0].key.clone()));
                entries.extend(above.into_iter().chain(under));
            }
            let store = user_store(&catalog, Shape::Hive, &entries);
            let (_, users) = audits(&catalog, machine_store(&catalog, Setup::C2r, Shape::Hive, &[]), &[("ada", store)]);
            for (check, _) in wanted {
                let version = if check.versions.is_empty() { "" } else { "16.0" };
                if !version.is_empty() && !check.versions.iter().any(|known| known == version) {
                    continue;
                }
                tried += 1;
                let found = find(&users[0], &check.id, version);
                let verdict = if protects { Verdict::Secure } else { Verdict::Insecure };
                if (found.verdict, found.layer, found.enforced) != (verdict, high, protects) {
                    problems.push(format!("{} {high:?} over {low:?}: {:?} {:?}", check.id, found.verdict, found.layer));
                }
            }
        }
    }
    assert!(tried > 200, "{tried}");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_policy_that_takes_its_value_away_is_explicit_and_decides_nothing() {
    let catalog = catalog();
    let rows = rows();
    let mut tried = 0;
    for user in [None, Some(true), Some(false)] {
        let (mut own, mut policy, mut checks) = (Vec::new(), Vec::new(), Vec::new());
        for check in catalog.checks() {
            let Some(row) = data_of(&rows, &catalog, &check.id).filter(|row| !row.many()) else { continue };
            let removal: Vec<Entry> =
                at(check, Layer::Policy, None).into_iter().filter(|it| it.key.starts_with("Software")).collect();
            let data = user.and_then(|good| if good { row.secure(0) } else { row.insecure(0) });
            let mine = data.map(|data| at(check, Layer::User, Some(&data))).unwrap_or_default();
            if removal.is_empty()
                || user.is_some() && mine.is_empty()
                || check.places.iter().any(|place| place.root != "HKCU")
            {
                continue;
            }
            policy.extend(removal);
            own.extend(mine);
            checks.push(check);
        }
        let mut store = user_store(&catalog, Shape::Hive, &own);
        with_policy(&catalog, &mut store, &policy);
        let (_, users) = audits(&catalog, machine_store(&catalog, Setup::C2r, Shape::Hive, &[]), &[("ada", store)]);
        for found in users[0].checks.iter().filter(|found| checks.iter().any(|check| check.id == found.id)) {
            let place =
                catalog.check(&found.id).unwrap().places.iter().find(|place| place.layer == Layer::Policy).unwrap();
            if !place.versions.is_empty() && !place.versions.contains(&found.version) {
                continue;
            }
            tried += 1;
            let layer = if user.is_some() { Layer::User } else { Layer::Default };
            assert_eq!(
                (found.explicit, found.layer, found.enforced),
                (true, layer, false),
                "{} {}",
                found.id,
                found.version
            );
            match user {
                Some(true) => assert_eq!(found.verdict, Verdict::Secure, "{}", found.id),
                Some(false) => assert_eq!(found.verdict, Verdict::Insecure, "{}", found.id),
                None => assert_ne!(found.verdict, Verdict::Misapplied, "{}", found.id),
            }
        }
    }
    assert!(tried > 300, "{tried}");
}
