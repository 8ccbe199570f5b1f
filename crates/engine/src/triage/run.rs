//! The run: sort, scan, hunt, audit, read dumps and lists, then judge.

use super::settings::TriageSettings;
use super::sort::{Sorted, base, open, sort};
use super::{files, hosts, lists, logs, memory};
use crate::hunt::HuntProgress;
use crate::pool::Progress;
use ddefend_model::case::Case;
use ddefend_model::{Diagnostic, Location, code};
use ddefend_triage::CaseEvidence;
use std::io::Read;
use std::path::PathBuf;

/// Told as work goes on.
pub trait TriageProgress: Progress + HuntProgress {
    /// The next part of the work begins: `documents`, `logs` ...
    fn stage(&self, what: &str);
}

struct Silent;

impl Progress for Silent {
    fn done(&self, _bytes: u64) {}
}

impl HuntProgress for Silent {
    fn read(&self, _bytes: u64) {}
}

impl TriageProgress for Silent {
    fn stage(&self, _what: &str) {}
}

/// Reads files, folders and archives as the evidence of one case, and judges it.
#[must_use]
pub fn triage_paths(paths: &[PathBuf], settings: &TriageSettings<'_>) -> Case {
    triage_with(paths, settings, &Silent)
}

/// The same, telling how far it is.
#[must_use]
pub fn triage_with(paths: &[PathBuf], settings: &TriageSettings<'_>, progress: &dyn TriageProgress) -> Case {
    let evidence = read_case(paths, settings, progress);
    progress.stage("judging");
    ddefend_triage::triage(&evidence, &settings.judge)
}

/// Reads the evidence of a case. What cannot be read is a diagnostic of it.
#[must_use]
pub fn read_case(paths: &[PathBuf], settings: &TriageSettings<'_>, progress: &dyn TriageProgress) -> CaseEvidence {
    let mut evidence = CaseEvidence::default();
    let base = base(paths);
    progress.stage("sorting");
    let mut sorted = sort(paths, &base, &settings.memory, settings.threads);
    tell_failed(&sorted, &mut evidence);
    progress.stage("documents");
    files::read(&mut sorted, settings, progress, &mut evidence);
    progress.stage("logs");
    logs::read(&mut sorted, settings, progress, &mut evidence);
    progress.stage("hives");
    hosts::read(paths, &base, &mut sorted, settings, progress, &mut evidence);
    progress.stage("memory");
    memory::read(&mut sorted, settings, progress, &mut evidence);
    read_lists(&mut sorted, &mut evidence);
    tell_empty(paths, &sorted, &mut evidence);
    evidence.inputs = sorted.into_iter().map(|file| file.record).collect();
    evidence
}

/// Names of files that configure a triage where they are named on the command line.
const CONFIGURATION: [&str; 2] = ["organisation.toml", "organization.toml"];

fn tell_failed(sorted: &[Sorted], evidence: &mut CaseEvidence) {
    for file in sorted {
        let name = file.record.path.rsplit('/').next().unwrap_or_default();
        if CONFIGURATION.iter().any(|it| name.eq_ignore_ascii_case(it)) {
            let message =
                "not used: configuration is never read from evidence; name it with --organisation if it is yours";
            let (name, place) = (&file.record.path, Location::default());
            evidence.diagnostics.push(Diagnostic::about(code::NOTE_ODD, name, place, message));
        }
        if let Some(why) = &file.failed {
            let (name, place) = (&file.record.path, Location::default());
            evidence.diagnostics.push(Diagnostic::about(code::UNREADABLE_IO, name, place, why.clone()));
        }
    }
}

fn tell_empty(paths: &[PathBuf], sorted: &[Sorted], evidence: &mut CaseEvidence) {
    if sorted.iter().all(|file| file.failed.is_some()) {
        let message = "there is no evidence: no file could be read";
        // The last part only: a case names no place of this machine.
        let names = paths.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
        let name = names.collect::<Vec<_>>().join(", ");
        let name = if name.is_empty() { ".".to_owned() } else { name };
        evidence.diagnostics.push(Diagnostic::about(code::UNREADABLE_IO, &name, Location::default(), message));
    }
}

fn read_lists(sorted: &mut [Sorted], evidence: &mut CaseEvidence) {
    for file in sorted {
        let Some(list) = file.list.filter(|_| file.failed.is_none()) else { continue };
        let name = file.record.path.clone();
        let mut bytes = Vec::new();
        let read = open(&file.path).and_then(|(stream, size)| {
            stream.take(lists::LARGEST).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            Ok(size)
        });
        let (code, message) = match read {
            Ok(size) => {
                file.record.complete = lists::read(list, &name, &bytes, evidence);
                if size <= lists::LARGEST {
                    continue;
                }
                let read = lists::LARGEST;
                (code::LIMIT_ARTIFACT_SIZE, format!("{size} bytes, of which the first {read} were read"))
            }
            Err(error) => (code::UNREADABLE_IO, error),
        };
        file.record.complete = false;
        evidence.diagnostics.push(Diagnostic::about(code, &name, Location::default(), message));
    }
}
