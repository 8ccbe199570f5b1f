//! The run: policies and changes first, then host by host, its users on all workers, results in order.

use super::host::{self, Done, Ready};
use super::identity::{self, Identity};
use super::load::Reading;
use super::piece::Pieces;
use super::place::fold;
use super::plan::{Plan, Source, unreadable};
use super::what_if::WhatIf;
use crate::gate::Gate;
use crate::pool::Progress;
use crate::watchdog::Watchdog;
use ddefend_guard::Limits;
use ddefend_model::posture::{Audit, PostureSummary};
use ddefend_model::{Diagnostic, code};
use ddefend_posture::Catalog;
use ddefend_posture::harden::{self, Request};
use ddefend_registry::{Entry, Interest, Root};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

/// Bytes of inputs that all workers together hold; one input is always let in, however large.
const HELD: u64 = 256 << 20;
/// Stack of a worker.
const STACK: usize = 8 << 20;
/// Results that may wait for those before them, per worker.
const AHEAD: usize = 4;

/// What an audit works with.
#[derive(Debug)]
pub struct PostureSettings<'c> {
    /// Checks.
    pub catalog: &'c Catalog,
    /// Limits per input.
    pub limits: Limits,
    /// Worker threads, at least one.
    pub threads: usize,
    /// The part of the registry that a policy file is for, where neither it nor its path says so.
    pub part: Option<Root>,
    /// Name of a host whose inputs do not say it.
    pub host: Option<String>,
    /// Changes that are merged over what was read, in this order.
    pub what_if: Vec<WhatIf>,
    /// Also work out the change that hardens.
    pub harden: Option<Request<'c>>,
    /// Keys of users (below `HKEY_CURRENT_USER`, with `*`) that are told as they stand, beside what checks look at.
    pub beside: &'c [&'c str],
}

/// What an input says of a user's keys that were asked for by [`PostureSettings::beside`].
#[derive(Debug)]
pub struct Beside {
    /// The host, as its audit names it.
    pub host: String,
    /// The user, as their audit names them.
    pub user: String,
    /// The input.
    pub source: String,
    /// True where the input is the whole of the user's registry: what it does not say is not there.
    pub whole: bool,
    /// Facts in the input's order.
    pub entries: Vec<Entry>,
}

/// What an audit tells, in the order of hosts and users.
#[derive(Debug)]
pub enum Told {
    /// A machine, or a user of the machine before.
    Audit(Box<Audit>),
    /// The change that hardens what the audit before is of.
    Hardening(Box<harden::Plan>),
    /// What was asked for by [`PostureSettings::beside`]; behind the user's audit.
    Beside(Box<Beside>),
    /// Something could not be read.
    Diagnostic(Box<Diagnostic>),
}

pub(super) struct Shared<'s> {
    pub(super) settings: &'s PostureSettings<'s>,
    pub(super) reading: Reading<'s>,
    pub(super) progress: &'s dyn Progress,
    /// What is told beside the audits.
    pub(super) beside: Interest,
    /// Policies for every host.
    pub(super) policies: Vec<Pieces>,
    /// Changes to try.
    pub(super) what_if: Vec<Change>,
    pub(super) plan: &'s Plan,
    desk: Mutex<Desk>,
    turn: Condvar,
}

/// A change to try.
pub(super) struct Change {
    pub(super) pieces: Pieces,
    /// Whose its `HKEY_CURRENT_USER` is; none where it is every user's.
    user: Option<String>,
    /// Somebody was audited whose it is.
    met: AtomicBool,
}

impl Change {
    /// Whether its `HKEY_CURRENT_USER` is that user's, who is known by any of these names.
    pub(super) fn is_for(&self, names: [&str; 2]) -> bool {
        let Some(user) = &self.user else { return true };
        let is = names.iter().any(|name| fold(name) == fold(user));
        self.met.fetch_or(is, Ordering::Relaxed);
        is
    }
}

/// Who works on what.
#[derive(Default)]
struct Desk {
    next: usize,
    open: Vec<Open>,
    /// Steps that were handed out and are not told yet.
    ahead: usize,
    due: (usize, usize),
    stopped: bool,
}

struct Open {
    host: usize,
    ready: Option<Arc<Ready>>,
    next: usize,
}

enum Task {
    Machine(usize),
    User(usize, usize, Arc<Ready>),
}

struct Arrival {
    at: (usize, usize),
    done: Done,
}

/// Audits everything of a plan and hands on each machine and user as soon as it is their turn.
///
/// # Errors
/// The first error of `emit`; the rest is not read.
pub fn audit_inputs<E>(
    plan: &Plan,
    settings: &PostureSettings<'_>,
    progress: &dyn Progress,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<PostureSummary, E> {
    let workers = settings.threads.max(1);
    let mut interest = ddefend_posture::interest(settings.catalog);
    identity::want(&mut interest);
    let mut beside = Interest::default();
    for key in settings.beside {
        interest.add(&Root::User, key);
        beside.add(&Root::User, key);
    }
    if settings.harden.is_some() {
        harden::interest(settings.catalog, &mut interest);
    }
    let watchdog = Watchdog::new(workers);
    let (limits, part, gate) = (&settings.limits, settings.part.clone(), Gate::new(HELD));
    let reading = Reading { interest, limits, gate, watchdog: &watchdog, part };
    let (policies, what_if, desk) = (Vec::new(), Vec::new(), Mutex::default());
    let mut shared =
        Shared { settings, reading, progress, beside, policies, what_if, plan, desk, turn: Condvar::new() };
    let mut telling = Telling { summary: PostureSummary::default(), emit };
    let outcome = thread::scope(|scope| {
        let guard = scope.spawn(|| watchdog.run());
        let outcome = shared.run(workers, &mut telling);
        watchdog.finish();
        guard.thread().unpark();
        outcome
    });
    outcome.map(|()| telling.summary)
}

impl Shared<'_> {
    fn run<E>(&mut self, workers: usize, telling: &mut Telling<'_, E>) -> Result<(), E> {
        for diagnostic in &self.plan.diagnostics {
            telling.tell(Told::Diagnostic(Box::new(diagnostic.clone())))?;
        }
        let mut first = Done::default();
        self.begin(&mut first);
        telling.take(first)?;
        self.work_all(workers, telling)?;
        let last = self.end(&telling.summary);
        telling.take(last)
    }

    fn work_all<E>(&self, workers: usize, telling: &mut Telling<'_, E>) -> Result<(), E> {
        let shared = self;
        thread::scope(|scope| {
            let (results, arrivals) = mpsc::sync_channel(workers);
            for worker in 0..workers {
                let results = results.clone();
                let work = move || shared.work(worker, workers, &results);
                // Where no thread can be had, the others do its share.
                if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() && worker == 0 {
                    break;
                }
            }
            drop(results);
            let outcome = shared.in_order(&arrivals, telling);
            shared.desk().stopped = true;
            shared.turn.notify_all();
            drop(arrivals);
            outcome
        })
    }

    /// Reads what every host needs.
    fn begin(&mut self, done: &mut Done) {
        let mut nobody = Identity::default();
        for change in &self.settings.what_if {
            let source = Source {
                name: change.path.to_string_lossy().into_owned(),
                stored: change.stored.clone(),
                logs: Vec::new(),
                format: None,
                named: true,
                user: String::new(),
            };
            let pieces = done.read_for(&source, self, 0, &mut nobody, true);
            self.what_if.push(Change { pieces, user: change.user.clone(), met: AtomicBool::new(false) });
        }
        // They are no inputs of what is audited.
        (done.inputs, done.bytes) = (0, 0);
        if !self.plan.hosts.is_empty() {
            for policy in &self.plan.policies {
                let backup = host::backup_name(&policy.folder);
                for source in &policy.sources {
                    let mut pieces = done.read(source, self, 0, &mut nobody);
                    pieces.name(backup.as_deref());
                    self.policies.push(pieces);
                }
            }
        }
    }

    /// What can be told only when everybody was audited.
    fn end(&self, summary: &PostureSummary) -> Done {
        let mut done = Done::default();
        let mut tell = |diagnostic| done.told.push(Told::Diagnostic(Box::new(diagnostic)));
        for (change, asked) in self.what_if.iter().zip(&self.settings.what_if) {
            if let Some(user) = change.user.as_ref().filter(|_| !change.met.load(Ordering::Relaxed)) {
                let message =
                    format!("--what-if: there is no user {user}; what this is to change for them is not changed");
                tell(unreadable(&asked.path.to_string_lossy(), code::UNREADABLE_FORMAT, message));
            }
        }
        let mut named: BTreeMap<&str, (&str, bool, bool)> = BTreeMap::new();
        for pieces in &self.policies {
            for (piece, of_users) in
                pieces.machine.iter().map(|it| (it, false)).chain(pieces.everybody.iter().map(|it| (it, true)))
            {
                let source = &piece.source;
                let policy = named.entry(source.policy.as_deref().unwrap_or(&source.path)).or_insert((
                    &source.path,
                    false,
                    false,
                ));
                (policy.1, policy.2) = (policy.1 || !of_users, policy.2 || of_users);
            }
        }
        for (name, (path, machines, users)) in named {
            let machines = machines.then(|| count(summary.hosts, "machine"));
            let users = users.then(|| count(summary.users, "user"));
            let whom: Vec<String> = machines.into_iter().chain(users).collect();
            let message = format!("the policy {name} was taken as applied to {} of this run", whom.join(" and "));
            tell(unreadable(path, code::NOTE_ODD, message));
        }
        done
    }

    /// Hosts; where there are only policies, each of those stands for one.
    fn count(&self) -> usize {
        if self.plan.hosts.is_empty() { self.plan.policies.len() } else { self.plan.hosts.len() }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, worker: usize, workers: usize, results: &mpsc::SyncSender<Arrival>) {
        while let Some(task) = self.next(workers) {
            let (at, done) = match task {
                Task::Machine(host) => ((host, 0), self.machine(host, worker)),
                Task::User(host, user, ready) => ((host, user + 1), self.user(&ready, user, worker)),
            };
            if results.send(Arrival { at, done }).is_err() {
                return;
            }
        }
    }

    fn machine(&self, host: usize, worker: usize) -> Done {
        let made = catch_unwind(AssertUnwindSafe(|| match (self.plan.hosts.get(host), self.plan.policies.get(host)) {
            (Some(host), _) => Some(host::machine(host, self, worker)),
            (None, Some(policy)) => Some(host::policy(policy, self, worker)),
            (None, None) => None,
        }));
        let mut desk = self.desk();
        let done = match made {
            Ok(Some((ready, done))) => {
                if let Some(open) = desk.open.iter_mut().find(|open| open.host == host).filter(|_| done.users > 0) {
                    open.ready = Some(Arc::new(ready));
                } else {
                    desk.open.retain(|open| open.host != host);
                }
                done
            }
            Ok(None) | Err(_) => {
                desk.open.retain(|open| open.host != host);
                defect(self.plan.hosts.get(host).map_or("", |host| &host.folder))
            }
        };
        drop(desk);
        self.turn.notify_all();
        done
    }

    fn user(&self, ready: &Arc<Ready>, user: usize, worker: usize) -> Done {
        let done = catch_unwind(AssertUnwindSafe(|| host::user(ready, user, self, worker)));
        done.unwrap_or_else(|_| defect(ready.name(user)))
    }

    /// The next step: a user of the first host that has one left, or the machine of one more host.
    fn next(&self, workers: usize) -> Option<Task> {
        let mut desk = self.desk();
        loop {
            if desk.stopped {
                return None;
            }
            let room = desk.ahead < workers * AHEAD;
            let due = desk.due;
            let found = desk.open.iter_mut().enumerate().find_map(|(index, open)| {
                let ready = open.ready.clone()?;
                let at = (open.host, open.next + 1);
                let allowed = room || at == due;
                (allowed && open.next < ready.users.len()).then(|| {
                    open.next += 1;
                    (index, open.next == ready.users.len(), Task::User(at.0, at.1 - 1, ready))
                })
            });
            if let Some((index, last, task)) = found {
                if last {
                    desk.open.remove(index);
                }
                desk.ahead += 1;
                return Some(task);
            }
            if desk.next < self.count() && (room || (desk.next, 0) == due) && desk.open.len() < workers {
                let host = desk.next;
                desk.next += 1;
                desk.ahead += 1;
                desk.open.push(Open { host, ready: None, next: 0 });
                return Some(Task::Machine(host));
            }
            if desk.open.is_empty() && desk.next >= self.count() {
                return None;
            }
            desk = self.turn.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn in_order<E>(&self, arrivals: &mpsc::Receiver<Arrival>, telling: &mut Telling<'_, E>) -> Result<(), E> {
        let mut waiting: BTreeMap<(usize, usize), Done> = BTreeMap::new();
        let mut due = (0, 0);
        let mut users = 0;
        for Arrival { at, done } in arrivals {
            waiting.insert(at, done);
            while let Some(done) = waiting.remove(&due) {
                if due.1 == 0 {
                    users = done.users;
                }
                due = if due.1 >= users { (due.0 + 1, 0) } else { (due.0, due.1 + 1) };
                telling.take(done)?;
                let mut desk = self.desk();
                desk.due = due;
                desk.ahead = desk.ahead.saturating_sub(1);
                drop(desk);
                self.turn.notify_all();
            }
        }
        Ok(())
    }
}

fn defect(name: &str) -> Done {
    let message = "evaluating this failed. Please report what it is".to_owned();
    let diagnostic = unreadable(name, code::INTERNAL, message);
    Done { told: vec![Told::Diagnostic(Box::new(diagnostic))], ..Done::default() }
}

/// Counts what is told.
struct Telling<'e, E> {
    summary: PostureSummary,
    emit: &'e mut dyn FnMut(Told) -> Result<(), E>,
}

impl<E> Telling<'_, E> {
    fn take(&mut self, done: Done) -> Result<(), E> {
        self.summary.inputs += done.inputs;
        self.summary.bytes += done.bytes;
        done.told.into_iter().try_for_each(|told| self.tell(told))
    }

    fn tell(&mut self, told: Told) -> Result<(), E> {
        let summary = &mut self.summary;
        let mut count = |map: fn(&mut PostureSummary) -> &mut BTreeMap<String, u64>, name: &str| {
            *map(summary).entry(name.to_owned()).or_default() += 1;
        };
        match &told {
            Told::Audit(audit) => {
                for check in &audit.checks {
                    count(|it| &mut it.checks, check.verdict.as_str());
                    check.faults.iter().for_each(|fault| count(|it| &mut it.faults, &fault.id));
                }
                audit.exposures.iter().for_each(|way| count(|it| &mut it.exposures, way.state.as_str()));
                audit.faults.iter().for_each(|fault| count(|it| &mut it.faults, &fault.id));
                if audit.user.is_empty() { summary.hosts += 1 } else { summary.users += 1 }
            }
            Told::Hardening(_) | Told::Beside(_) => {}
            Told::Diagnostic(diagnostic) => count(|it| &mut it.diagnostics, &diagnostic.code),
        }
        (self.emit)(told)
    }
}

fn count(number: u64, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}
