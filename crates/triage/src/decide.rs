//! Severity, confidence, coverage, and the rules that escalate or close.

use crate::Settings;
use ddefend_model::case::{Answer, Decision};

/// What the answers come to.
#[must_use]
pub fn decide(_answers: &[Answer], _settings: &Settings) -> Decision {
    Decision::default()
}
