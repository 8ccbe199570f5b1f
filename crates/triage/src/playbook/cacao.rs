//! The playbook as CACAO 2.0.

use super::Playbook;

/// The playbook as CACAO 2.0 JSON.
#[must_use]
pub fn cacao(_playbook: &Playbook) -> serde_json::Value {
    serde_json::Value::Null
}
