//! Logs that are still written: looked at again and again, each new record told once.

mod watched;

use super::batch::Worker;
use super::order::Order;
use super::run::{HuntSettings, Told};
use crate::input::{Input, find_inputs};
use ddefend_hunt::Hunt;
use ddefend_model::HuntSummary;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};
use watched::{Identity, Round, Watched};

/// How often logs are looked at.
const POLL: Duration = Duration::from_millis(200);
/// How often folders are listed.
const LIST: Duration = Duration::from_millis(400);
/// When nothing came for so long, correlations no longer wait for stragglers.
const QUIET: Duration = Duration::from_secs(2);

/// Hunts through the files at and below `paths` as they are, then through what is written to them and through new ones,
/// until `stop` says so.
///
/// # Errors
/// The first error of `emit`.
pub fn hunt_follow<E>(
    paths: &[PathBuf],
    settings: &HuntSettings<'_>,
    hunt: &mut Hunt,
    stop: &dyn Fn() -> bool,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<HuntSummary, E> {
    let mut order = Order::new(hunt);
    let mut worker = Worker::default();
    let mut logs: BTreeMap<Identity, Watched> = BTreeMap::new();
    let mut failed = Vec::new();
    let mut listed: Option<Instant> = None;
    let mut latest = Instant::now();
    while !stop() {
        let began = Instant::now();
        if listed.is_none_or(|listed| began.duration_since(listed) >= LIST) {
            listed = Some(began);
            list(paths, settings, &mut logs, &mut failed, &mut order, emit)?;
        }
        let mut news = false;
        for log in logs.values_mut() {
            news |= log.look(&mut Round { settings, worker: &mut worker, order: &mut order, stop, emit })?;
        }
        // What is no longer there was looked at a last time through its open file.
        logs.retain(|_, log| log.present);
        if news {
            latest = Instant::now();
        }
        order.correlate(latest.elapsed() > QUIET, emit)?;
        if !news {
            thread::sleep(POLL.saturating_sub(began.elapsed()));
        }
    }
    order.finish(emit)
}

/// Finds new logs, and those that have another name or are gone.
fn list<E>(
    paths: &[PathBuf],
    settings: &HuntSettings<'_>,
    logs: &mut BTreeMap<Identity, Watched>,
    failed: &mut Vec<PathBuf>,
    order: &mut Order<'_>,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<(), E> {
    logs.values_mut().for_each(|log| log.present = false);
    for input in find_inputs(paths, "stdin") {
        let outcome = match &input {
            Input::File(path) | Input::Named(path, _) => Identity::of(path).map_err(|error| (path, error.to_string())),
            Input::Failed(path, why) => Err((path, why.clone())),
            Input::Stdin(_) => continue,
        };
        match outcome {
            Ok(identity) => {
                if let Input::File(path) = &input {
                    let known = logs.entry(identity).or_insert_with(|| Watched::new(settings.named.contains(path)));
                    known.present = true;
                    known.path.clone_from(path);
                }
            }
            // A named log may come yet, or be between two names: it is told once.
            Err((path, why)) if !failed.contains(path) => {
                failed.push(path.clone());
                order.tell(watched::unreadable(path, why), emit)?;
            }
            Err(_) => {}
        }
    }
    Ok(())
}
