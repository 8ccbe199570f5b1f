//! One host: its machine first, then what each of its users needs.

use super::identity::Identity;
use super::piece::{Piece, Pieces, split};
use super::place::{file_name, fold};
use super::plan::{CURRENT, Host, Policy, Source, unreadable};
use super::run::{Beside, Shared, Told};
use super::unnamed;
use ddefend_model::code;
use ddefend_model::posture::Audit;
use ddefend_posture::harden::{machine_plan, user_plan};
use ddefend_posture::{Machine, Store};
use ddefend_registry::{Entry, Fact, Intent, Origin, Place, Root};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Files of a backup that name its policy, and how much of one is read.
const BACKUP: [&str; 4] = ["bkupInfo.xml", "Backup.xml", "manifest.xml", "gpreport.xml"];
const BACKUP_SIZE: u64 = 4 << 20;
/// A host of which neither its registry nor its folder tells the name.
const UNNAMED: &str = "(unnamed)";

/// What one step of the work gave.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) told: Vec<Told>,
    pub(super) inputs: u64,
    /// Those that say anything.
    pub(super) said: u64,
    pub(super) bytes: u64,
    /// Users that follow a machine.
    pub(super) users: usize,
}

/// A host whose machine is known.
#[derive(Debug, Default)]
pub(super) struct Ready {
    machine: Machine,
    /// The machine as it would be hardened, where that is asked for.
    hardened: Option<Machine>,
    /// Its users, in the order in which they are told.
    pub(super) users: Vec<User>,
    /// What its own policies have for users: one security identifier, or all.
    policies: Vec<(Option<String>, Piece)>,
    /// Whether the policies of the whole run are for it.
    global: bool,
}

/// A user of a host.
#[derive(Debug)]
pub(super) struct User {
    name: String,
    sid: String,
    sources: Vec<Source>,
    /// What the machine's inputs say of this user.
    pieces: Vec<Piece>,
}

impl Ready {
    /// A user's name.
    pub(super) fn name(&self, user: usize) -> &str {
        self.users.get(user).map_or("", |user| &user.name)
    }
}

impl Done {
    /// Reads an input and takes it apart; what could not be read is told.
    pub(super) fn read(
        &mut self,
        source: &Source,
        shared: &Shared<'_>,
        worker: usize,
        identity: &mut Identity,
    ) -> Pieces {
        self.read_for(source, shared, worker, identity, false)
    }

    /// The same; with `everybody`, `HKEY_CURRENT_USER` is every user's.
    pub(super) fn read_for(
        &mut self,
        source: &Source,
        shared: &Shared<'_>,
        worker: usize,
        identity: &mut Identity,
        everybody: bool,
    ) -> Pieces {
        let mut loaded = shared.reading.load(source, worker);
        self.told.extend(loaded.diagnostics.drain(..).map(|it| Told::Diagnostic(Box::new(it))));
        self.inputs += u64::from(loaded.about.is_some());
        self.said += u64::from(loaded.says());
        self.bytes += loaded.bytes;
        shared.progress.done(loaded.bytes);
        if let Some(about) = &loaded.about {
            identity.take(about, &mut loaded.facts);
        }
        split(source, loaded, everybody)
    }

    fn tell(&mut self, name: &str, code: &'static str, message: String) {
        self.told.push(Told::Diagnostic(Box::new(unreadable(name, code, message))));
    }

    /// Tells how many facts were not kept.
    fn dropped(&mut self, name: &str, store: &Store) {
        if store.dropped() > 0 {
            let message = format!("{name}: {} settings more than are kept; what they say is not told", store.dropped());
            self.tell(name, code::LIMIT_RESULTS, message);
        }
    }

    /// Tells where inputs of one user contradict each other.
    fn disagreements(&mut self, user: &str, store: &Store) {
        let mut all = store.disagreements();
        let Some(first) = all.next() else { return };
        let message = format!(
            "the inputs of {user} disagree on {} settings: {} is {} in {} and {} in {}. What was read last counts, which may be \
             wrong; if they are several people's, put them into folders of their own or name them",
            1 + all.count(),
            first.name,
            first.before.1,
            first.before.0,
            first.last.1,
            first.last.0,
        );
        self.tell(&first.last.0, code::BROKEN_DISAGREEMENT, message);
    }
}

/// Reads everything of the machine and works out what holds for it. Where nothing of the host says anything, there is none.
pub(super) fn machine(host: &Host, shared: &Shared<'_>, worker: usize) -> (Ready, Done) {
    let mut done = Done::default();
    let mut identity = Identity::default();
    let mut store = Store::new(shared.settings.catalog);
    let mut kept: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
    let mut policies = Vec::new();
    for source in &host.machine {
        let pieces = done.read(source, shared, worker, &mut identity);
        pieces.machine.iter().for_each(|piece| piece.fill(&mut store));
        policies.extend(pieces.everybody.map(|piece| (None, piece)));
        for (name, piece) in pieces.users {
            kept.entry(name).or_default().push(piece);
        }
    }
    for (sid, source) in &host.policies {
        let pieces = done.read(source, shared, worker, &mut identity);
        pieces.machine.iter().for_each(|piece| piece.fill(&mut store));
        policies.extend(pieces.everybody.map(|piece| (sid.clone(), piece)));
    }
    if let Some(pieces) = kept.remove(CURRENT) {
        for (name, pieces) in unnamed::owners(pieces) {
            kept.entry(name).or_default().extend(pieces);
        }
    }
    present(host, &mut store);
    for pieces in &shared.policies {
        pieces.machine.iter().for_each(|piece| piece.fill(&mut store));
    }
    let folder = if shared.plan.is_base(&host.folder) { "" } else { &host.folder };
    let name = name(identity.host.as_deref(), shared.settings.host.as_deref(), folder);
    let users = users(host, kept, &identity);
    if done.said == 0 && host.users.is_empty() && host.present.is_empty() {
        return (Ready::default(), done);
    }
    let (machine, hardened) = finish(&name, store, shared, &mut done);
    let ready = Ready { machine, hardened, users, policies, global: true };
    done.users = ready.users.len();
    (ready, done)
}

/// A group policy that stands alone, as if it were a host with one user.
pub(super) fn policy(policy: &Policy, shared: &Shared<'_>, worker: usize) -> (Ready, Done) {
    let mut done = Done::default();
    let mut identity = Identity::default();
    let mut store = Store::new(shared.settings.catalog);
    let (mut pieces, mut names) = (Vec::new(), Vec::new());
    let backup = backup_name(&policy.folder);
    for source in &policy.sources {
        let mut read = done.read_for(source, shared, worker, &mut identity, true);
        read.name(backup.as_deref());
        names.extend(read.machine.iter().chain(&read.everybody).filter_map(|piece| piece.source.policy.clone()));
        read.machine.iter().for_each(|piece| piece.fill(&mut store));
        pieces.extend(read.everybody);
        pieces.extend(read.users.into_values());
    }
    if done.said == 0 {
        return (Ready::default(), done);
    }
    let asked = shared.settings.host.as_deref();
    let name = name(names.first().map(String::as_str), asked, &policy.folder);
    let user = User { name: Audit::POLICY_USER.to_owned(), sid: String::new(), sources: Vec::new(), pieces };
    let (machine, hardened) = finish(&name, store, shared, &mut done);
    done.users = 1;
    (Ready { machine, hardened, users: vec![user], policies: Vec::new(), global: false }, done)
}

/// The name of the policy that a backup is of, from what stands beside it.
pub(super) fn backup_name(folder: &str) -> Option<String> {
    BACKUP.iter().find_map(|name| {
        let mut bytes = Vec::new();
        let file = File::open(Path::new(folder).join(name)).ok()?;
        file.take(BACKUP_SIZE).read_to_end(&mut bytes).ok()?;
        ddefend_registry::backup_name(&bytes)
    })
}

fn finish(name: &str, mut store: Store, shared: &Shared<'_>, done: &mut Done) -> (Machine, Option<Machine>) {
    let changes = shared.what_if.iter().filter_map(|change| change.pieces.machine.as_ref());
    store.apply(changes.map(|piece| (&piece.source, piece.facts.as_slice())));
    done.dropped(name, &store);
    let (machine, audit) = ddefend_posture::machine(shared.settings.catalog, name, store);
    let planned = shared.settings.harden.as_ref().map(|request| machine_plan(request, &machine, &audit));
    done.told.push(Told::Audit(Box::new(audit)));
    let hardened = planned.map(|(plan, hardened)| {
        done.told.push(Told::Hardening(Box::new(plan)));
        hardened
    });
    (machine, hardened)
}

/// Reads everything of one user and works out what holds.
pub(super) fn user(ready: &Ready, at: usize, shared: &Shared<'_>, worker: usize) -> Done {
    let mut done = Done::default();
    let Some(user) = ready.users.get(at) else { return done };
    let mut store = Store::new(shared.settings.catalog);
    for piece in &user.pieces {
        piece.fill(&mut store);
    }
    let mut beside: Vec<_> = user.pieces.iter().filter_map(|piece| piece.beside(&shared.beside)).collect();
    for source in &user.sources {
        let pieces = done.read(source, shared, worker, &mut Identity::default());
        for piece in pieces.users.values().chain(&pieces.everybody) {
            piece.fill(&mut store);
        }
        beside.extend(pieces.users.values().filter_map(|piece| piece.beside(&shared.beside)));
        if let Some(machine) = pieces.machine.filter(|piece| !piece.facts.is_empty()) {
            let message = format!(
                "{} settings of the machine stand in what belongs to a user; they were left out",
                machine.facts.len()
            );
            let diagnostic = unreadable(&source.name, code::UNREADABLE_FORMAT, message);
            done.told.push(Told::Diagnostic(Box::new(diagnostic)));
        }
    }
    done.disagreements(&user.name, &store);
    let own = ready.policies.iter().filter(|(sid, _)| sid.as_ref().is_none_or(|sid| *sid == user.sid));
    own.for_each(|(_, piece)| piece.fill(&mut store));
    if ready.global {
        shared.policies.iter().flat_map(|pieces| &pieces.everybody).for_each(|piece| piece.fill(&mut store));
    }
    let theirs = |name: &String| name.eq_ignore_ascii_case(&user.sid) || fold(name) == fold(&user.name);
    let changes = shared.what_if.iter().flat_map(|change| {
        let pieces = &change.pieces;
        let named = pieces.users.iter().filter(|(name, _)| theirs(name)).map(|(_, piece)| piece);
        let theirs = change.is_for([&user.name, &user.sid]);
        pieces.everybody.iter().filter(move |_| theirs).chain(named)
    });
    store.apply(changes.map(|piece| (&piece.source, piece.facts.as_slice())));
    done.dropped(&user.name, &store);
    let audit = ddefend_posture::evaluate(shared.settings.catalog, &ready.machine, &user.name, &user.sid, &store);
    let planned = shared.settings.harden.as_ref().zip(ready.hardened.as_ref());
    let planned = planned.map(|(request, hardened)| user_plan(request, hardened, &store, &audit));
    let (host, user) = (audit.host.clone(), audit.user.clone());
    done.told.push(Told::Audit(Box::new(audit)));
    done.told.extend(planned.map(|plan| Told::Hardening(Box::new(plan))));
    let named = beside.into_iter().map(|it| Beside { host: host.clone(), user: user.clone(), ..it });
    done.told.extend(named.map(|it| Told::Beside(Box::new(it))));
    done
}

/// Brings together who has a folder, and of whom the machine's inputs tell.
fn users(host: &Host, kept: BTreeMap<String, Vec<Piece>>, identity: &Identity) -> Vec<User> {
    let mut users: BTreeMap<String, User> = BTreeMap::new();
    for (key, (name, sources)) in &host.users {
        let sid = identity.sid(name).unwrap_or_default().to_owned();
        let user = User { name: name.clone(), sid, sources: sources.clone(), pieces: Vec::new() };
        users.insert(key.clone(), user);
    }
    for (name, pieces) in kept {
        let (name, sid) = identity.person(&name);
        let new = || User { name: name.clone(), sid, sources: Vec::new(), pieces: Vec::new() };
        users.entry(fold(&name)).or_insert_with(new).pieces.extend(pieces);
    }
    users.into_values().collect()
}

/// Files on the host that some check looks for.
fn present(host: &Host, store: &mut Store) {
    for (key, name) in &host.present {
        let source = ddefend_posture::Source { path: name.clone(), policy: None, intent: Intent::State };
        let fact = Entry {
            root: Root::Files,
            key: key.clone(),
            fact: Fact::Key,
            written: None,
            place: Place::Unknown,
            origin: Origin::Written,
        };
        Piece { source, coverage: Vec::new(), facts: vec![fact] }.fill(store);
    }
}

/// The host's name: what its registry says, what was asked for, or its folder.
fn name(known: Option<&str>, asked: Option<&str>, folder: &str) -> String {
    let last = file_name(folder);
    let Some(known) = known.or(asked).filter(|name| !name.is_empty()) else {
        return if last.is_empty() || last == ".." { UNNAMED.to_owned() } else { last.to_owned() };
    };
    match last.rfind(" (shadow copy ").and_then(|at| last.get(at..)) {
        Some(copy) => format!("{known}{copy}"),
        None => known.to_owned(),
    }
}
