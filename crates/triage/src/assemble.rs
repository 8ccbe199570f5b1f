//! The story, the timeline, and the case as a whole.

use crate::{CaseEvidence, Linked, Settings};
use ddefend_model::case::{Answer, CASE_VERSION, Case, Decision, Task};

/// Puts the case together.
#[must_use]
pub fn assemble(
    evidence: &CaseEvidence,
    linked: Linked,
    answers: Vec<Answer>,
    decision: Decision,
    tasks: Vec<Task>,
    _settings: &Settings,
) -> Case {
    Case {
        case_version: CASE_VERSION,
        decision,
        answers,
        tasks,
        nodes: linked.nodes,
        edges: linked.edges,
        detections: evidence.detections.clone(),
        inputs: evidence.inputs.clone(),
        diagnostics: evidence.diagnostics.clone(),
        ..Case::default()
    }
}
