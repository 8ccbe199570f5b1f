//! `ddefend posture`: audit, diff, harden.

mod audit;
mod diff;
mod harden;

use crate::Outcome;
use crate::args::{Part, Posture, PostureInputs, PostureLimits, PostureVerb, RunArgs};
use ddefend_content::Content;
use ddefend_engine::posture::{PostureSettings, WhatIf};
use ddefend_guard::Limits;
use ddefend_posture::Catalog;
use ddefend_registry::Root;
use std::path::PathBuf;

/// Mebibytes of an input that are read.
const SIZE: u64 = 512;

/// `ddefend posture`.
pub(crate) fn run(args: &Posture, content: &Content) -> Outcome {
    let catalog = match content.posture() {
        Ok(catalog) => catalog,
        Err(error) => {
            eprintln!("ddefend: the built-in content is damaged: {error}");
            return Outcome::Internal;
        }
    };
    match &args.verb {
        PostureVerb::Audit(args) => audit::run(args, content, &catalog),
        PostureVerb::Diff(args) => diff::run(args, content, &catalog),
        PostureVerb::Harden(args) => harden::run(args, content, &catalog),
    }
}

fn limits_of(asked: &PostureLimits) -> Limits {
    let usual = Limits::default();
    Limits {
        artifact_size: asked.max_size.unwrap_or(SIZE).saturating_mul(1 << 20),
        seconds: asked.max_time.unwrap_or(usual.seconds),
        ..usual
    }
}

/// That nothing was found, and where.
fn nothing(paths: &[PathBuf]) -> String {
    let named: Vec<String> = paths.iter().take(3).map(|path| path.display().to_string()).collect();
    let more = if paths.len() > 3 { format!(" and {} more", paths.len() - 3) } else { String::new() };
    format!("nothing to audit was found in {}{more}", named.join(", "))
}

/// Settings of an audit, as every verb that audits makes them.
fn settings<'c>(
    inputs: &PostureInputs,
    limits: &PostureLimits,
    run: &RunArgs,
    what_if: Vec<WhatIf>,
    catalog: &'c Catalog,
) -> PostureSettings<'c> {
    PostureSettings {
        catalog,
        limits: limits_of(limits),
        threads: run.threads(),
        part: inputs.part.map(|part| match part {
            Part::Machine => Root::Machine,
            Part::User => Root::User,
        }),
        host: inputs.host.clone(),
        what_if,
        harden: None,
        beside: &[],
    }
}
