//! What each question of the playbook comes to.

use crate::{CaseEvidence, Linked, Settings};
use ddefend_model::case::Answer;

/// Every question of the playbook, in its order.
#[must_use]
pub fn answers(_evidence: &CaseEvidence, _linked: &Linked, _settings: &Settings) -> Vec<Answer> {
    Vec::new()
}
