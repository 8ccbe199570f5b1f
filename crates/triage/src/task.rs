//! What to do next, with commands filled in from the case.

use crate::{CaseEvidence, Linked, Settings};
use ddefend_model::case::{Answer, Decision, Task};

/// Tasks in the order of the response.
#[must_use]
pub fn tasks(
    _evidence: &CaseEvidence,
    _linked: &Linked,
    _answers: &[Answer],
    _decision: &Decision,
    _settings: &Settings,
) -> Vec<Task> {
    Vec::new()
}
