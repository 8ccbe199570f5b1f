mod defaults;
mod installed;
mod layers;
mod reading;
mod view;

use crate::index::Part;
use crate::{Catalog, Store};
use ddefend_model::posture::{Audit, Check, Installed};
use ddefend_registry::Interest;
use installed::Inventory;
use layers::Subject;
use std::collections::BTreeSet;
use view::View;

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
        if catalog.index().of(number).any(|spot| spot.part == Part::User) {
            continue;
        }
        for version in versions(catalog, check, &installed) {
            let facts = installed::facts(&installed, &version);
            let subject = Subject { host, user: "", version: &version, facts: &facts };
            checks.extend(layers::check(catalog, number, &view, &subject));
        }
    }
    let audit = Audit {
        host: host.to_owned(),
        applications: installed.clone(),
        checks: checks.clone(),
        sources: sources(&[&store]),
        ..Audit::default()
    };
    (Machine { host: host.to_owned(), installed, certain: known, checks, store }, audit)
}

/// Works out what holds for one user of the machine.
#[must_use]
pub fn evaluate(catalog: &Catalog, machine: &Machine, user: &str, sid: &str, store: &Store) -> Audit {
    let view = View { user: store, machine: &machine.store, edit: None };
    let used = installed::user(catalog, store);
    let applications = met(machine, &used);
    let mut checks = Vec::new();
    for (number, check) in catalog.checks().iter().enumerate() {
        if !catalog.index().of(number).any(|spot| spot.part == Part::User) {
            continue;
        }
        for version in versions(catalog, check, &applications) {
            let facts = installed::facts(&applications, &version);
            let subject = Subject { host: &machine.host, user, version: &version, facts: &facts };
            checks.extend(layers::check(catalog, number, &view, &subject));
        }
    }
    Audit {
        host: machine.host.clone(),
        user: user.to_owned(),
        sid: sid.to_owned(),
        applications,
        checks,
        sources: sources(&[store, &machine.store]),
        ..Audit::default()
    }
}

/// Applications to look at: what is installed; where that is not known, what the user's settings name. An application
/// that has settings but is installed in no version is looked at as well, so that nothing that was read is lost.
fn met(machine: &Machine, used: &installed::Use) -> Vec<Installed> {
    let mut applications = machine.installed.clone();
    let there: BTreeSet<&str> = machine.installed.iter().map(|one| one.application.as_str()).collect();
    let named: BTreeSet<&installed::Pair> = if machine.certain {
        used.named.iter().filter(|(application, _)| !there.contains(application.as_str())).collect()
    } else {
        used.active.iter().chain(&used.used).chain(&used.named).collect()
    };
    for (application, version) in named {
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
