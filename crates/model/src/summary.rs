use crate::{Artifact, Diagnostic, Finding, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that one artifact gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanned {
    /// The artifact.
    pub artifact: Artifact,
    /// Findings, worst first.
    pub findings: Vec<Finding>,
    /// Diagnostics, in the order in which they were met.
    pub diagnostics: Vec<Diagnostic>,
}

impl Scanned {
    /// The worst level found.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }
}

/// Counts over a whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Artifacts looked at.
    pub artifacts: u64,
    /// Artifacts with at least one gap.
    pub incomplete: u64,
    /// Parts walked.
    pub parts: u64,
    /// Bytes of the artifacts.
    pub bytes: u64,
    /// Findings by level.
    pub findings: BTreeMap<String, u64>,
    /// Diagnostics by code.
    pub diagnostics: BTreeMap<String, u64>,
    /// Wall time in milliseconds; absent where output must be reproducible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<u64>,
}
