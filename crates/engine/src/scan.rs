use ddefend_container::{Part, Secrets};
use ddefend_dde::Knowledge;
use ddefend_document::walk;
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Artifact, Diagnostic, Location, PartPath, Scanned, code};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a scan works with.
#[derive(Debug)]
pub struct Settings<'k> {
    /// Limits per artifact.
    pub limits: Limits,
    /// Passwords to try.
    pub secrets: Secrets,
    /// What judgements rest on.
    pub knowledge: &'k Knowledge,
    /// Worker threads, at least one.
    pub threads: usize,
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Scans bytes that are already in memory.
#[must_use]
pub fn scan_bytes(name: &str, bytes: &[u8], settings: &Settings<'_>, stop: Stop) -> Scanned {
    let digest = Sha256::digest(bytes);
    let extent = Extent { size: bytes.len() as u64, sha256: hex(&digest), cut: false };
    scan_head(name, bytes, extent, settings, &Budget::new(settings.limits.clone(), stop))
}

/// What is known of an artifact as a whole.
#[derive(Debug)]
pub(crate) struct Extent {
    /// Bytes; at least that many where it has no known end.
    pub(crate) size: u64,
    /// Digest of all bytes; empty where not all were read.
    pub(crate) sha256: String,
    /// True where only its head was handed in.
    pub(crate) cut: bool,
}

/// Scans an artifact, or its head.
pub(crate) fn scan_head(name: &str, bytes: &[u8], extent: Extent, settings: &Settings<'_>, budget: &Budget) -> Scanned {
    let part =
        Part { path: PartPath::root(name), bytes, name: Some(Cow::Borrowed(name)), declared: None, tricks: Vec::new() };
    // A reader that panics is a defect of ours; the other artifacts must not suffer for it.
    let walked = catch_unwind(AssertUnwindSafe(|| walk(part, budget, &settings.secrets)));
    let Extent { size, sha256, cut } = extent;
    let mut artifact = Artifact { path: name.to_owned(), sha256, size, parts: budget.parts(), ..Artifact::default() };
    let walked = match walked {
        Ok(walked) => walked,
        Err(_) => {
            let message =
                "a reader failed; nothing of this artifact was kept. Please report this file's type".to_owned();
            let diagnostic = Diagnostic::about(code::INTERNAL, name, Location::default(), message);
            artifact.detected = "unknown".to_owned();
            return judged(artifact, &[], vec![diagnostic], settings);
        }
    };
    artifact.detected = walked.detected.map_or("unknown", |format| format.id).to_owned();
    artifact.extension_lies = walked.extension_lies;
    artifact.facts = walked.facts;
    artifact.not_inspected = walked.not_inspected;
    let mut diagnostics = walked.diagnostics;
    if cut {
        let message = format!("at least {size} bytes, of which the first {} were read; see --max-size", bytes.len());
        diagnostics.push(Diagnostic::about(code::LIMIT_ARTIFACT_SIZE, name, Location::default(), message));
    }
    judged(artifact, &walked.links, diagnostics, settings)
}

/// An artifact that could not be read at all.
pub(crate) fn unreadable(name: &str, message: String) -> Scanned {
    let diagnostic = Diagnostic::new(code::UNREADABLE_IO, PartPath::root(name), Location::default(), message);
    let artifact = Artifact { path: name.to_owned(), detected: "unknown".to_owned(), ..Artifact::default() };
    Scanned { artifact, findings: Vec::new(), diagnostics: vec![diagnostic] }
}

fn judged(
    mut artifact: Artifact,
    links: &[ddefend_model::Link],
    mut diagnostics: Vec<Diagnostic>,
    settings: &Settings<'_>,
) -> Scanned {
    artifact.complete = !diagnostics.iter().any(Diagnostic::is_gap);
    let mut findings = ddefend_dde::judge(links, settings.knowledge);
    findings.extend(ddefend_dde::incomplete(&diagnostics, settings.knowledge));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    for finding in &mut findings {
        finding.artifact.clone_from(&artifact.path);
    }
    for diagnostic in &mut diagnostics {
        diagnostic.artifact.clone_from(&artifact.path);
    }
    Scanned { artifact, findings, diagnostics }
}
