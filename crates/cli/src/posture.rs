//! `ddefend posture`: audit, diff, harden.

mod audit;
mod diff;
mod harden;

use crate::Outcome;
use crate::args::{Part, Posture, PostureInputs, PostureLimits, PostureVerb, RunArgs};
use ddefend_content::Content;
use ddefend_engine::posture::PostureSettings;
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

/// Settings of an audit, as every verb that audits makes them.
fn settings<'c>(
    inputs: &PostureInputs,
    limits: &PostureLimits,
    run: &RunArgs,
    what_if: &[PathBuf],
    catalog: &'c Catalog,
) -> PostureSettings<'c> {
    let usual = Limits::default();
    PostureSettings {
        catalog,
        limits: Limits {
            artifact_size: limits.max_size.unwrap_or(SIZE).saturating_mul(1 << 20),
            seconds: limits.max_time.unwrap_or(usual.seconds),
            ..usual
        },
        threads: run.threads(),
        part: inputs.part.map(|part| match part {
            Part::Machine => Root::Machine,
            Part::User => Root::User,
        }),
        host: inputs.host.clone(),
        what_if: what_if.to_vec(),
        harden: None,
    }
}
