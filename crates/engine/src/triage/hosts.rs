//! Hives, exports and policies: how hosts and users are set.

use super::settings::TriageSettings;
use super::sort::Sorted;
use crate::pool::Progress;
use crate::posture::{Asked, Beside, Plan, PostureSettings, Told, audit_inputs};
use ddefend_model::Diagnostic;
use ddefend_triage::CaseEvidence;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::{Path, PathBuf};

/// Where Office remembers what a user decided about a document.
const TRUST: &[&str] = &[ddefend_provenance::trust::TRUST_KEY];

/// Audits what was collected of registries.
pub(super) fn read(
    paths: &[PathBuf],
    base: &Path,
    files: &mut [Sorted],
    settings: &TriageSettings<'_>,
    progress: &dyn Progress,
    evidence: &mut CaseEvidence,
) {
    let asked = Asked { paths, stdin: "stdin", base: Some(base), ..Asked::default() };
    let plan = Plan::new(&asked, &settings.catalog);
    let auditing = PostureSettings {
        catalog: &settings.catalog,
        limits: settings.hive_limits.clone(),
        threads: settings.threads,
        part: None,
        host: None,
        what_if: Vec::new(),
        harden: None,
        beside: TRUST,
    };
    // What cannot be entered was told already.
    let told: BTreeSet<String> =
        files.iter().filter(|file| file.failed.is_some()).map(|file| file.record.path.clone()).collect();
    let mut gaps = BTreeSet::new();
    let Ok(_) = audit_inputs(&plan, &auditing, progress, &mut |it| {
        match it {
            Told::Audit(audit) => evidence.audits.push(*audit),
            Told::Hardening(_) => {}
            Told::Beside(beside) => trust(&beside, evidence),
            Told::Diagnostic(diagnostic) if told.contains(&diagnostic.artifact) => {}
            Told::Diagnostic(diagnostic) => {
                if diagnostic.is_gap() {
                    gaps.insert(diagnostic.artifact.clone());
                }
                evidence.diagnostics.push(*diagnostic);
            }
        }
        Ok::<(), Infallible>(())
    });
    for file in files.iter_mut().filter(|file| file.registry && file.failed.is_none()) {
        file.record.complete = !gaps.contains(&file.record.path);
    }
    evidence.diagnostics.dedup_by(|a: &mut Diagnostic, b| a == b);
}

/// Takes remembered decisions of a user.
fn trust(beside: &Beside, evidence: &mut CaseEvidence) {
    if beside.whole && !evidence.user_hives.contains(&beside.user) {
        evidence.user_hives.push(beside.user.clone());
    }
    let Beside { user, host, source, entries, .. } = beside;
    let (found, told) = ddefend_provenance::trust::trust_records(entries, user, host, source);
    evidence.trust.extend(found);
    evidence.diagnostics.extend(told);
}
