//! The change as files: one small writer per way to deploy it. Adding one is a file and a line in [`FORMATS`].

mod ansible;
mod gpp;
mod intune;
mod lgpo;
mod pol;
mod powershell;
mod reg;
mod script;

use super::before::Before;
use super::entries::{forward, not_known, together};
use super::plan::{Batch, State, Step, full};
use crate::{Catalog, Profile};
use ddefend_registry::write::Unwritable;
use ddefend_registry::{Entry, Fact, Root, fold};
use std::collections::BTreeMap;

/// What is written out.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Content.
    pub catalog: &'a Catalog,
    /// The profile.
    pub profile: &'a Profile,
    /// Changes by machine and user.
    pub batches: &'a [Batch],
    /// Version of ddefend.
    pub version: &'a str,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Path below the folder for all, with `/`.
    pub path: String,
    /// Contents.
    pub bytes: Vec<u8>,
    /// True for the way back.
    pub undo: bool,
    /// What it is, in one sentence without a full stop.
    pub about: String,
    /// The facts that a reader has to find in it; empty where nothing reads it back.
    pub says: Vec<Entry>,
}

/// A way to deploy.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its word: `reg`.
    pub name: &'static str,
    /// How it is deployed, for the README.
    pub deploy: &'static str,
    /// How it is taken back.
    pub back: &'static str,
    make: fn(&Job<'_>) -> Result<Vec<Output>, Unwritable>,
}

impl Format {
    /// Writes its files.
    ///
    /// # Errors
    /// Where a value cannot be said in the format.
    pub fn files(&self, job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
        (self.make)(job)
    }
}

/// Every way to deploy.
pub const FORMATS: &[Format] =
    &[reg::FORMAT, powershell::FORMAT, lgpo::FORMAT, pol::FORMAT, gpp::FORMAT, intune::FORMAT, ansible::FORMAT];

/// The way to deploy of that name.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The change for everybody at once, for what is deployed to many.
fn everybody(job: &Job<'_>) -> Vec<Step> {
    together(job.batches)
}

/// The way back for everybody: former data where everybody had the same, else the value is taken away. Keys stay, and what
/// somebody may have had that the inputs did not tell.
fn back(job: &Job<'_>) -> Vec<Step> {
    let mut befores: BTreeMap<_, Vec<&Before>> = BTreeMap::new();
    for step in job.batches.iter().flat_map(|batch| &batch.steps) {
        befores.entry((step.root.clone(), fold(&step.key), fold(&step.value))).or_default().push(&step.before);
    }
    let mut steps = everybody(job);
    let at = |step: &Step| (step.root.clone(), fold(&step.key), fold(&step.value));
    let unknown = |step: &Step| befores.get(&at(step)).is_some_and(|all| all.contains(&&Before::Unknown));
    steps.retain(|step| !unknown(step));
    for step in &mut steps {
        let all = job.batches.iter().filter(|batch| batch.root == step.root).count();
        let known = befores.get(&at(step)).map(Vec::as_slice).unwrap_or_default();
        let (name, data) = match (
            known.len() == all && known.iter().all(|it| **it == step.before),
            &step.before,
            step.before.data(),
        ) {
            (true, Before::Was(name, ..), Some(data)) => (name.clone(), Some(data)),
            _ => (step.value.clone(), None),
        };
        step.value = name;
        step.data = data;
        step.state = State::Write;
    }
    steps
}

/// One file for each half of a group policy, and one for each way back: `<format>/[undo/]<half>/<file>`.
fn halves(
    job: &Job<'_>,
    [format, file, what]: [&str; 3],
    write: fn(&[Entry], &Root) -> Result<Vec<u8>, Unwritable>,
) -> Result<Vec<Output>, Unwritable> {
    let mut files = Vec::new();
    for undo in [false, true] {
        let entries = facts(&if undo { back(job) } else { everybody(job) });
        for (root, half) in [(Root::Machine, "Machine"), (Root::User, "User")] {
            let says: Vec<Entry> = entries.iter().filter(|entry| entry.root == root).cloned().collect();
            if says.is_empty() {
                continue;
            }
            files.push(Output {
                path: format!("{format}/{}{half}/{file}", if undo { "undo/" } else { "" }),
                bytes: write(&says, &root)?,
                undo,
                about: format!("{half} {what}{}", if undo { ", the way back" } else { "" }),
                says,
            });
        }
    }
    Ok(files)
}

/// The facts of steps as they are written.
fn facts(steps: &[Step]) -> Vec<Entry> {
    let mut entries = forward(steps);
    entries.retain(|entry| matches!(entry.fact, Fact::Value { .. } | Fact::ValueRemoved { .. }));
    entries
}

/// What stands at the head of every file.
fn head(job: &Job<'_>, what: &str) -> Vec<String> {
    vec![
        format!("{what} (ddefend {} posture harden, profile {})", job.version, job.profile.name),
        job.profile.about.clone(),
    ]
}

/// Lines on the values that no undo brings back.
fn unknowns(steps: &[Step]) -> Vec<String> {
    let of = not_known(steps).map(|step| {
        let line = format!("former state not known: {}\\{}", full(&step.root, &step.key), step.value);
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    });
    of.collect()
}

/// Whose a batch is, at most a few by name.
fn owners(batch: &Batch) -> String {
    let name = |(host, user): &(String, String)| {
        let name = if user.is_empty() { host.clone() } else { format!("{user} on {host}") };
        name.chars().filter(|c| !c.is_control()).collect::<String>()
    };
    let mut names: Vec<String> = batch.owners.iter().take(8).map(name).collect();
    if batch.owners.len() > 8 {
        names.push(format!("{} more", batch.owners.len() - 8));
    }
    names.join(", ")
}
