//! Is there something that starts a program?

use super::found::{Found, some_of};
use super::view::{Sort, View, base, feed_of, of_file, of_finding};
use crate::{CaseFile, ChildClass};
use ddefend_model::Diagnostic;
use ddefend_model::case::Evidence;

/// Q0: what the scan of documents and mails found.
pub(super) fn findings(view: &View<'_>) -> Found {
    let of = |wanted: Sort| -> Vec<(usize, usize)> {
        let fits = view.subjects.iter().filter(|(_, _, sort)| *sort == wanted);
        fits.map(|(file, finding, _)| (*file, *finding)).collect()
    };
    let evidence = |subjects: &[(usize, usize)]| -> Vec<Evidence> {
        let pairs =
            subjects.iter().filter_map(|(file, finding)| Some((view.file(*file)?, view.finding(*file, *finding)?)));
        pairs.map(|(file, finding)| of_finding(file, finding)).collect()
    };
    let (launch, server, data) = (of(Sort::Launch), of(Sort::Server), of(Sort::Data));
    for (subjects, detail, confidence) in [(&launch, "launch", 0.95), (&server, "server", 0.7)] {
        if !subjects.is_empty() {
            return Found::yes(detail, confidence, titles(view, subjects))
                .with(evidence(subjects))
                .value("findings", subjects.len());
        }
    }
    let memory = in_memory(view);
    if !memory.is_empty() {
        let what = "a link that starts a program stands in the memory of a process; its document was not collected";
        return Found::yes("launch", 0.8, what).value("findings", memory.len()).with(memory);
    }
    let (unread, gaps) = unread(view);
    if !unread.is_empty() {
        let what = format!("{} could not be read whole", some_of(&names(&unread), 3));
        return Found::unknown("unscannable", what, gaps).with(unread);
    }
    let absent = not_collected(view);
    if !absent.is_empty() {
        let what = format!("{} was opened and is not in the case", some_of(&absent, 3));
        let gaps = absent.iter().map(|path| format!("the document {path}")).collect();
        return Found::unknown("not-collected", what, gaps);
    }
    let real: Vec<&CaseFile> = view.evidence.files.iter().filter(|file| is_real(file)).collect();
    if real.is_empty() && data.is_empty() {
        let gaps = vec!["the document or mail".to_owned()];
        return Found::unknown("", "no document or mail was collected", gaps);
    }
    if !data.is_empty() {
        let owner = |(file, finding): &(usize, usize)| {
            view.finding(*file, *finding)
                .and_then(|finding| feed_of(finding, view.organisation()))
                .map(|feed| &feed.owner)
        };
        let owners: Vec<&str> = data.iter().filter_map(owner).map(|owner| owner.trim()).collect();
        let named = owners.len() == data.len() && owners.iter().all(|owner| !owner.is_empty());
        let mut what = titles(view, &data);
        let mut pieces = evidence(&data);
        if let Some(owner) = owners.first().filter(|_| named) {
            what = format!("{what}; {owner} answers for it");
            pieces.push(Evidence {
                kind: "configuration".to_owned(),
                source: "organisation".to_owned(),
                text: format!("The feed is known there; its owner is {owner}."),
                ..Evidence::default()
            });
        }
        return Found::no("allowlisted", 0.9, what)
            .with(pieces)
            .value("findings", data.len())
            .value("owners", usize::from(named));
    }
    let read: Vec<Evidence> =
        real.iter().map(|file| of_file(file, "Read to its end; no link that starts a program.")).collect();
    let what = format!("{} read to the end, and nothing in it starts a program", files(real.len()));
    Found::no("none", 0.9, what).with(read).value("findings", 0)
}

/// Formats that are no documents: what an application opens, or a mail, is.
const NO_DOCUMENTS: [&str; 8] = ["unknown", "empty", "text", "xml", "image", "media", "font", "pe"];
/// Formats that only hold others.
const ARCHIVES: [&str; 12] = ["zip", "gz", "bz2", "xz", "zst", "tar", "7z", "rar", "cab", "iso", "disk", "vhd"];
/// Endings of what archives hold beside documents.
const NO_ENDINGS: [&str; 13] =
    ["evtx", "json", "jsonl", "ndjson", "log", "xml", "txt", "md", "toml", "reg", "dat", "exe", "dll"];

/// Whether it is a document or mail, or an archive with something in it that may be one.
fn is_real(file: &CaseFile) -> bool {
    let detected = file.scanned.artifact.detected.as_str();
    if !file.scanned.findings.is_empty() || file.provenance.mail.is_some() {
        return true;
    }
    if ARCHIVES.contains(&detected) {
        let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let names = file.provenance.contained.iter().map(|inner| ending(&inner.name));
        return names.into_iter().any(|ending| !NO_ENDINGS.contains(&ending.as_str()));
    }
    // A mark saved beside a document is read as a file as well.
    !NO_DOCUMENTS.contains(&detected) && detected != "zone-identifier"
}

fn files(count: usize) -> String {
    if count == 1 { "1 file was".to_owned() } else { format!("{count} files were") }
}

fn titles(view: &View<'_>, subjects: &[(usize, usize)]) -> String {
    let mut titles: Vec<String> = Vec::new();
    for (file, finding) in subjects {
        if let (Some(file), Some(finding)) = (view.file(*file), view.finding(*file, *finding)) {
            let title = format!("{} in {}", finding.title, base(&file.scanned.artifact.path));
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
    }
    some_of(&titles, 3)
}

/// Links that start a program, found in dumps: the same judge as for documents.
fn in_memory(view: &View<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for image in &view.evidence.memory {
        for hit in &image.hits {
            let link = matches!(hit.kind.as_str(), "dde-field" | "dde-formula") && !hit.command.is_empty();
            if link && hit.level.is_some_and(|level| level >= ddefend_model::Level::High) {
                found.push(Evidence {
                    kind: "memory".to_owned(),
                    source: image.path.clone(),
                    place: format!("offset {:#x}", hit.offset),
                    text: format!("{} that runs {}", hit.kind, hit.command),
                    ..Evidence::default()
                });
            }
        }
    }
    found
}

/// Files that may hide a link: not read to their end, for whatever reason.
fn unread(view: &View<'_>) -> (Vec<Evidence>, Vec<String>) {
    let mut evidence = Vec::new();
    let mut gaps = Vec::new();
    for file in view.evidence.files.iter().filter(|file| !file.scanned.artifact.complete) {
        let why = file.scanned.artifact.not_inspected.first().map(|gap| gap.reason.clone());
        let why = why
            .or_else(|| file.scanned.diagnostics.first().map(said))
            .unwrap_or_else(|| "not read to its end".to_owned());
        evidence.push(of_file(file, why));
        gaps.push(format!(
            "{} in a form that can be read: its password, or an undamaged copy",
            file.scanned.artifact.path
        ));
    }
    (evidence, gaps)
}

fn said(diagnostic: &Diagnostic) -> String {
    diagnostic.message.clone()
}

fn names(evidence: &[Evidence]) -> Vec<String> {
    evidence.iter().map(|piece| base(&piece.source).to_owned()).collect()
}

/// Documents that a process opened before it started something that needs a reason, and that nobody collected.
fn not_collected(view: &View<'_>) -> Vec<String> {
    let suspect = |process: usize| {
        let children = view.linked.children.iter().filter(|child| child.parent == process);
        children.into_iter().any(|child| !matches!(child.class, ChildClass::Allowed | ChildClass::Other))
    };
    let openings = view.linked.openings.iter().filter(|opening| opening.file.is_none() && opening.confidence >= 0.5);
    let mut paths: Vec<String> =
        openings.filter(|opening| suspect(opening.process)).map(|opening| opening.path.clone()).collect();
    paths.sort();
    paths.dedup();
    paths
}
