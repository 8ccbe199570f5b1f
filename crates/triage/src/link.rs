use crate::{CaseEvidence, Linked, Settings};

/// Hangs the records together.
#[must_use]
pub fn link(_evidence: &CaseEvidence, _settings: &Settings) -> Linked {
    Linked::default()
}
