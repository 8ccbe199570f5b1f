//! The playbook as data (`content/playbooks/*.yml`): questions, weights, rules, tasks.

use serde::Deserialize;

/// A playbook.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Playbook {
    /// Id and version: `t1559.002-dde/1`.
    pub playbook: String,
    /// Digest of its text, hexadecimal, 16 digits; set by whoever reads it.
    #[serde(skip)]
    pub digest: String,
}
