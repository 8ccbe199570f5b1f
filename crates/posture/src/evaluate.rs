use crate::{Catalog, Store};
use ddefend_model::posture::{Audit, Check, Installed};
use ddefend_registry::{Interest, Root};

/// What the machine's own inputs come to, worked out once for all its users.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Host.
    pub host: String,
    /// Applications that are installed.
    pub installed: Vec<Installed>,
    /// Checks of the machine's scope.
    pub checks: Vec<Check>,
    /// What the machine's inputs say.
    pub store: Store,
}

/// The keys that an audit has to read, for every root.
#[must_use]
pub fn interest(catalog: &Catalog) -> Interest {
    let mut interest = Interest::default();
    for place in catalog.checks().iter().flat_map(|check| &check.places) {
        interest.add(if place.root == "HKLM" { &Root::Machine } else { &Root::User }, &place.key);
    }
    interest
}

/// Works out what holds for the machine.
#[must_use]
pub fn machine(_catalog: &Catalog, host: &str, store: Store) -> (Machine, Audit) {
    let machine = Machine { host: host.to_owned(), store, ..Machine::default() };
    let audit = Audit { host: host.to_owned(), ..Audit::default() };
    (machine, audit)
}

/// Works out what holds for one user of the machine.
#[must_use]
pub fn evaluate(_catalog: &Catalog, machine: &Machine, user: &str, sid: &str, _store: &Store) -> Audit {
    Audit { host: machine.host.clone(), user: user.to_owned(), sid: sid.to_owned(), ..Audit::default() }
}
