//! Process dumps and memory images: what is in them, and whether the case's commands are.

use super::settings::TriageSettings;
use super::sort::Sorted;
use crate::memory::{MemoryProgress, MemorySettings, read_memory};
use crate::pool::Progress;
use ddefend_memory::CaseCommand;
use ddefend_model::Diagnostic;
use ddefend_triage::CaseEvidence;
use std::collections::BTreeSet;

/// Seconds for one image.
const SECONDS: u64 = 3600;
/// Commands of the case that are looked for.
const COMMANDS: usize = 1_000;

/// Tells the run how much was read.
struct Told<'p>(&'p dyn Progress);

impl MemoryProgress for Told<'_> {
    fn read(&self, bytes: u64) {
        self.0.done(bytes);
    }
}

/// Reads every dump and image, looking for the commands of what was found in documents.
pub(super) fn read(
    files: &mut [Sorted],
    settings: &TriageSettings<'_>,
    progress: &dyn Progress,
    evidence: &mut CaseEvidence,
) {
    let mut lists = settings.memory_lists.clone();
    if let Some(own) = &settings.judge.organisation.mutable.SuspiciousDLLList {
        lists.suspicious_modules.clone_from(own);
    }
    let commands = commands(evidence);
    let knowledge = settings.content.knowledge();
    let reading = ddefend_memory::Settings::new(knowledge, &lists, &commands, ddefend_memory::Limits::default());
    let reading = MemorySettings { reading, seconds: SECONDS };
    for file in files.iter_mut().filter(|file| file.memory && file.failed.is_none()) {
        let image = read_memory(&file.path, &file.record.path, &reading, &Told(progress));
        file.record.sha256.clone_from(&image.sha256);
        file.record.complete = image.complete && !image.diagnostics.iter().any(Diagnostic::is_gap);
        image.format.clone_into(&mut file.record.detected);
        evidence.diagnostics.extend(image.diagnostics.iter().cloned());
        evidence.memory.push(image);
    }
}

/// Commands of the findings, each once.
fn commands(evidence: &CaseEvidence) -> Vec<CaseCommand> {
    let mut seen = BTreeSet::new();
    let findings = evidence.files.iter().flat_map(|file| &file.scanned.findings);
    let commands = findings.filter_map(|finding| {
        let text = finding.command.clone()?;
        let of = format!("{} in {}", finding.id.0, finding.part);
        seen.insert(text.clone()).then_some(CaseCommand { of, text })
    });
    commands.take(COMMANDS).collect()
}
