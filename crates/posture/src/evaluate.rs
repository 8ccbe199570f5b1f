mod changes;
mod defaults;
mod faults;
mod installed;
mod layers;
mod reading;
mod versions;
mod view;
mod ways;

use crate::index::Part;
use crate::{Catalog, Store};
use changes::Changes;
use ddefend_model::posture::{Audit, Check, Fault, Installed};
use ddefend_registry::Interest;
use faults::Misplaced;
use installed::Inventory;
use layers::Subject;
use std::collections::{BTreeMap, BTreeSet};
use versions::Scope;
use view::View;
use ways::Board;

/// What the machine's own inputs come to, worked out once for all its users.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Host.
    pub host: String,
    /// Applications that are installed.
    pub installed: Vec<Installed>,
    /// True where the inputs would say so if more were installed; false where nothing can be said of it.
    pub certain: bool,
    /// Checks of the machine's scope.
    pub checks: Vec<Check>,
    /// What the machine's inputs say.
    pub store: Store,
    misplaced: Vec<Misplaced>,
}

/// The keys that an audit has to read, for every root.
#[must_use]
pub fn interest(catalog: &Catalog) -> Interest {
    catalog.index().interest().clone()
}

/// Works out what holds for the machine.
#[must_use]
pub fn machine(catalog: &Catalog, host: &str, store: Store) -> (Machine, Audit) {
    let Inventory { known, installed } = installed::machine(catalog, &store);
    let nobody = Store::default();
    let view = View { user: &nobody, machine: &store, edit: None };
    let mut checks = Vec::new();
    for (number, check) in catalog.checks().iter().enumerate() {
        if is_of_user(catalog, number) {
            continue;
        }
        for version in versions(catalog, check, &installed) {
            let facts = installed::facts(&installed, &version);
            let subject = Subject { host, user: "", version: &version, facts: &facts };
            checks.extend(layers::check(catalog, number, &view, &subject));
        }
    }
    let misplaced = faults::find(catalog, &store, Part::Machine);
    let faults = hand_out(&mut checks, &misplaced);
    checks.iter_mut().for_each(layers::all_the_same);
    let audit = Audit {
        host: host.to_owned(),
        applications: installed.clone(),
        checks: checks.clone(),
        faults,
        sources: sources(&[&store]),
        ..Audit::default()
    };
    (Machine { host: host.to_owned(), installed, certain: known, checks, store, misplaced }, audit)
}

/// Works out what holds for one user of the machine.
#[must_use]
pub fn evaluate(catalog: &Catalog, machine: &Machine, user: &str, sid: &str, store: &Store) -> Audit {
    let view = View { user: store, machine: &machine.store, edit: None };
    let used = installed::user(catalog, store);
    let applications = met(catalog, machine, &used);
    let scope = Scope { catalog, machine, view, user, used: &used, applications: &applications };
    let mut facts = BTreeMap::new();
    let mut checks: Vec<Check> = Vec::new();
    for number in (0..catalog.checks().len()).filter(|number| is_of_user(catalog, *number)) {
        checks.extend(scope.check(number, &mut facts));
    }
    let faults = hand_out(&mut checks, &faults::find(catalog, store, Part::User));
    // What stands in the machine's part is told there; the user's checks have a note of it where they are hit.
    for one in machine.misplaced.iter().filter(|fault| is_of_user(catalog, fault.check)) {
        checks.iter_mut().filter(|check| fits(check, one)).for_each(|check| layers::elsewhere(check, &one.fault));
    }
    checks.iter_mut().for_each(layers::all_the_same);
    let mut board = Board::default();
    checks.iter().chain(&machine.checks).for_each(|check| board.take(check));
    let mut changes = Changes::new(catalog, view, &applications);
    changes.complete(&mut board);
    let exposures = ways::exposures(catalog, &machine.host, user, &applications, &board, &mut changes);
    Audit {
        host: machine.host.clone(),
        user: user.to_owned(),
        sid: sid.to_owned(),
        applications: shown(catalog, &applications),
        checks,
        exposures,
        faults,
        sources: sources(&[store, &machine.store]),
    }
}

/// Whether a user's inputs have a say in a check.
fn is_of_user(catalog: &Catalog, number: usize) -> bool {
    catalog.index().of(number).any(|spot| spot.part == Part::User)
}

/// Writes faults onto the checks that they belong to; those that belong to none are given back.
fn hand_out(checks: &mut [Check], faults: &[Misplaced]) -> Vec<Fault> {
    let mut rest = Vec::new();
    for one in faults {
        let mut told = false;
        for check in checks.iter_mut().filter(|check| fits(check, one)) {
            layers::misapplied(check, std::iter::once(one.fault.clone()));
            told = true;
        }
        if !told {
            rest.push(one.fault.clone());
        }
    }
    rest
}

/// Whether a fault belongs to a check.
fn fits(check: &Check, one: &Misplaced) -> bool {
    check.id == one.fault.check && (one.version.is_empty() || check.version.is_empty() || check.version == one.version)
}

/// Applications to look at: what is installed; where that is not known, what the user works with. What only settings name
/// counts where no version of the application is known at all: a policy for 15.0 does not make an Office 2013.
fn met(catalog: &Catalog, machine: &Machine, used: &installed::Use) -> Vec<Installed> {
    let mut applications = machine.installed.clone();
    if machine.certain {
        return applications;
    }
    // Keys stay behind when Office moves to another version: where the user worked with some version of what an
    // application has keys of, the others do not count.
    let worked: BTreeSet<&str> = used.active.iter().map(|(_, version)| version.as_str()).collect();
    let at_work = |application: &str| {
        used.used.iter().any(|(known, version)| known == application && worked.contains(version.as_str()))
    };
    let left = |pair: &&installed::Pair| !worked.contains(pair.1.as_str()) && at_work(&pair.0);
    let known_version = |version: &String| catalog.checks().iter().any(|check| check.versions.contains(version));
    let used_now = used.used.iter().filter(|pair| !left(pair) && known_version(&pair.1));
    let mut all: BTreeSet<&installed::Pair> = used.active.iter().chain(used_now).collect();
    let own = |name: &str| catalog.applications().iter().any(|application| application.name == name);
    let known = |name: &str| {
        let same = |other: &str| !own(name) || other == name;
        applications.iter().any(|one| same(&one.application)) || all.iter().any(|(other, _)| same(other))
    };
    let named: Vec<&installed::Pair> = used.named.iter().filter(|(name, _)| !known(name)).collect();
    all.extend(named);
    for (application, version) in all.into_iter().filter(|(_, version)| !version.is_empty()) {
        let known = applications.iter().any(|one| one.application == *application && one.version == *version);
        if !known {
            let (application, version) = (application.clone(), version.clone());
            let same = machine.installed.iter().find(|one| one.version == version);
            let (build, channel) = same.map(|one| (one.build.clone(), one.channel.clone())).unwrap_or_default();
            applications.push(Installed { application, version, build, channel, certain: false });
        }
    }
    applications.sort();
    applications
}

/// Applications of their own: what is said of the suite is not one.
fn shown(catalog: &Catalog, applications: &[Installed]) -> Vec<Installed> {
    let own = |one: &&Installed| catalog.applications().iter().any(|known| known.name == one.application);
    applications.iter().filter(own).cloned().collect()
}

/// Versions of a check to look at; one that is empty where it has none.
fn versions(catalog: &Catalog, check: &crate::Check, applications: &[Installed]) -> Vec<String> {
    let own = catalog.applications().iter().any(|application| application.name == check.application);
    let met = |version: Option<&str>| {
        applications.iter().any(|one| {
            (!own || one.application == check.application) && version.is_none_or(|version| one.version == version)
        })
    };
    if check.versions.is_empty() {
        return if !own || met(None) { vec![String::new()] } else { Vec::new() };
    }
    check.versions.iter().filter(|version| met(Some(version))).cloned().collect()
}

fn sources(stores: &[&Store]) -> Vec<String> {
    let paths: BTreeSet<&str> =
        stores.iter().flat_map(|store| store.sources()).map(|source| source.path.as_str()).collect();
    paths.into_iter().map(str::to_owned).collect()
}
