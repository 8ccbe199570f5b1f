//! Documents, mails, archives and marks: what the scan finds in them, and where they came from.

use super::settings::TriageSettings;
use super::sort::Sorted;
use crate::input::Input;
use crate::pool::{Progress, scan_inputs_and};
use crate::scan::Settings;
use ddefend_guard::Budget;
use ddefend_model::case::Surroundings;
use ddefend_model::provenance::Provenance;
use ddefend_model::{Diagnostic, Finding, Location, Scanned, code};
use ddefend_triage::{CaseEvidence, CaseFile};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What is shown of a link's own text.
const SHOWN: usize = 4096;
/// Formats of mails.
const MAILS: [&str; 5] = ["eml", "msg", "mbox", "mime", "tnef"];
/// Formats of packings that the hunt takes off.
const PACKINGS: [&str; 4] = ["zip", "gz", "bz2", "zst"];
/// Formats that hold others and that the hunt does not open.
const CLOSED: [&str; 8] = ["xz", "tar", "7z", "rar", "cab", "iso", "disk", "vhd"];
/// Formats that no application opens as a document, but for the names of tables.
const NO_DOCUMENTS: [&str; 3] = ["text", "xml", "csv"];
/// Endings of tables; any text with a few commas looks like one.
const TABLES: [&str; 5] = ["csv", "tsv", "tab", "prn", "asc"];

/// Scans what is to be scanned, and reads where it came from, in one pass.
pub(super) fn read(
    files: &mut [Sorted],
    settings: &TriageSettings<'_>,
    progress: &dyn Progress,
    evidence: &mut CaseEvidence,
) {
    let wanted: Vec<usize> =
        (0..files.len()).filter(|at| files.get(*at).is_some_and(|file| file.scan && file.failed.is_none())).collect();
    let inputs: Vec<Input> = wanted
        .iter()
        .filter_map(|at| files.get(*at))
        .map(|file| Input::Named(file.path.clone(), file.record.path.clone()))
        .collect();
    let scan = Settings {
        limits: settings.limits.clone(),
        secrets: settings.secrets.clone(),
        knowledge: settings.content.knowledge(),
        threads: settings.threads,
    };
    let organisation = &settings.judge.organisation;
    let origin = ddefend_provenance::Settings {
        authserv_ids: organisation.authserv_ids.clone(),
        internal_hosts: organisation.internal_hosts.clone(),
        dkim_keys: organisation.dkim_keys.clone(),
        secrets: settings.secrets.clone(),
    };
    let beside = |scanned: &Scanned, bytes: &[u8], budget: &Budget| -> (Provenance, Vec<Diagnostic>) {
        let name = &scanned.artifact.path;
        // A defect in one reader must not cost the rest of the case.
        let read = catch_unwind(AssertUnwindSafe(|| ddefend_provenance::read(name, bytes, budget, &origin)));
        read.unwrap_or_else(|_| {
            let message = "reading where this came from failed. Please report this file's type";
            (Provenance::default(), vec![Diagnostic::about(code::INTERNAL, name, Location::default(), message)])
        })
    };
    let mut order = wanted.into_iter();
    let Ok(_) = scan_inputs_and(&inputs, &scan, progress, &beside, &mut |scanned, (provenance, told)| {
        if let Some(file) = order.next().and_then(|at| files.get_mut(at)) {
            evidence.files.extend(take(file, scanned, provenance, told, &mut evidence.diagnostics));
        }
        Ok::<(), Infallible>(())
    });
}

/// Books what a scan gave.
fn take(
    file: &mut Sorted,
    mut scanned: Scanned,
    provenance: Provenance,
    mut told: Vec<Diagnostic>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<CaseFile> {
    let detected = scanned.artifact.detected.clone();
    file.record.sha256.clone_from(&scanned.artifact.sha256);
    file.record.size = scanned.artifact.size;
    let unknown = detected == "unknown" && scanned.findings.iter().all(|finding| finding.link.is_none());
    if unknown && !scanned.diagnostics.iter().any(|it| it.code == code::UNREADABLE_IO) {
        // Evidence folders hold much that nobody reads for links: it is listed, and no gap.
        scanned.diagnostics.retain(|it| it.code != code::UNREADABLE_FORMAT);
        scanned.findings.clear();
        if file.record.size == 0 {
            "empty".clone_into(&mut file.record.detected);
            file.record.complete = true;
            return None;
        }
        if file.record.role == "other" && !file.log {
            let message = "no reader knows this type by its content; it was kept in the list of inputs only";
            let place = Location::default();
            diagnostics.push(Diagnostic::about(code::NOTE_ODD, &file.record.path, place, message));
        }
    }
    for diagnostic in &mut told {
        diagnostic.artifact.clone_from(&file.record.path);
    }
    scanned.diagnostics.append(&mut told);
    file.record.complete = !unknown && !scanned.diagnostics.iter().any(Diagnostic::is_gap);
    scanned.artifact.complete = !scanned.diagnostics.iter().any(Diagnostic::is_gap);
    diagnostics.extend(scanned.diagnostics.iter().cloned());
    if file.packed && PACKINGS.contains(&&*detected) {
        file.log = true;
    }
    if CLOSED.contains(&&*detected) || file.closed {
        let message = "documents in it were read; logs, hives and dumps in it were not: unpack it, and name the folder";
        diagnostics.push(Diagnostic::about(code::NOTE_ODD, &file.record.path, Location::default(), message));
    }
    if file.record.role == "other" && !unknown {
        let role = match detected.as_str() {
            mail if MAILS.contains(&mail) => "mail",
            format if scanned.findings.is_empty() && is_no_document(format, &file.record.path) => "other",
            _ => "document",
        };
        role.clone_into(&mut file.record.role);
        file.record.detected = detected;
    }
    let empty = scanned.findings.is_empty() && provenance == Provenance::default();
    if empty && (unknown || !matches!(file.record.role.as_str(), "document" | "mail" | "mark")) {
        return None;
    }
    let surroundings = scanned.findings.iter().map(surroundings).collect();
    Some(CaseFile { scanned, provenance, surroundings })
}

/// Notes, settings, scripts: text that no application opens as a document.
fn is_no_document(format: &str, name: &str) -> bool {
    let ending = Path::new(name).extension().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    NO_DOCUMENTS.contains(&format) && !TABLES.contains(&&*ending)
}

/// The link's own text, and behind it what is shown in its place.
fn surroundings(finding: &Finding) -> Surroundings {
    let Some(link) = &finding.link else { return Surroundings::default() };
    let cut = |text: &str| text.chars().take(SHOWN).collect();
    Surroundings {
        before: String::new(),
        link: cut(&link.raw),
        after: link.shown.as_deref().map(cut).unwrap_or_default(),
    }
}
