//! The `ddefend` command: arguments to settings, printing, exit codes. The only crate that prints.
#![allow(clippy::print_stderr, reason = "this crate is the one that prints")]

mod args;
mod explain;
mod folder;
mod hunt;
mod lab;
mod memory;
mod paths;
mod playbook;
mod posture;
mod progress;
mod query;
mod rule_files;
mod rules;
mod scan;
mod terminal;
mod triage;

use args::{Args, Verb};
use clap::Parser;
use ddefend_model::{Diagnostic, code};
use std::process::ExitCode;

/// What a run ended with, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing at or above the level asked for.
    Clean,
    /// Findings at or above the level asked for.
    Found,
    /// The command line makes no sense.
    Usage,
    /// Nothing found, and some inputs could not be fully read.
    Incomplete,
    /// A defect of ddefend.
    Internal,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Found => 1,
            Outcome::Usage => 2,
            Outcome::Incomplete => 3,
            Outcome::Internal => 4,
        })
    }
}

/// What the exit code of a run over evidence rests on.
#[derive(Debug, Default)]
struct Tally {
    found: bool,
    incomplete: bool,
    internal: bool,
}

impl Tally {
    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.incomplete |= diagnostic.is_gap();
        self.internal |= diagnostic.code == code::INTERNAL;
    }

    fn outcome(&self, exit_zero: bool) -> Outcome {
        match self {
            Self { internal: true, .. } => Outcome::Internal,
            _ if exit_zero => Outcome::Clean,
            Self { found: true, .. } => Outcome::Found,
            Self { incomplete: true, .. } => Outcome::Incomplete,
            Self { .. } => Outcome::Clean,
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let content = match ddefend_content::Content::load() {
        Ok(content) => content,
        Err(error) => {
            eprintln!("ddefend: the built-in content is damaged: {error}");
            return Outcome::Internal.into();
        }
    };
    let outcome = match args.verb {
        Verb::Scan(scan) => scan::run(&scan, &content),
        Verb::Triage(args) => triage::run(&args, &content),
        Verb::Lab(args) => lab::run(&args, &content),
        Verb::Hunt(args) => hunt::run(&args, &content),
        Verb::Query(args) => query::run(&args, &content),
        Verb::Memory(args) => memory::run(&args, &content),
        Verb::Posture(args) => posture::run(&args, &content),
        Verb::Playbook(args) => playbook::run(&args, &content),
        Verb::Rules(rules) => rules::run(&rules, &content),
        Verb::Explain(explain) => explain::run(&explain, &content),
    };
    outcome.into()
}
