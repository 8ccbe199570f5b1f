//! A scenario as data (`content/lab/*.yml`).

use serde::Deserialize;
use std::collections::BTreeMap;

/// A scenario. The rest of its fields is the lab's to say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Scenario {
    /// `word-ddeauto`.
    pub id: String,
    /// One line.
    pub title: String,
    /// `true-positive`, `blocked`, `benign`, `missing-data`, `adversarial`, `seed` or `atomic`.
    pub group: String,
    /// Where it comes from: a test of a seed, a rule, a paper.
    pub source: String,
    /// What happens, in sentences.
    pub text: String,
    /// What must be found.
    pub expected: Wanted,
}

/// What must be found in a scenario, both ways: nothing of it may be missing, nothing else may be there.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Findings at `medium` or above: file name with finding ids.
    pub findings: BTreeMap<String, Vec<String>>,
    /// Ids of rules that fire at `medium` or above, sorted.
    pub detections: Vec<String>,
    /// Question with `yes`, `no` or `unknown`.
    pub answers: BTreeMap<String, String>,
    /// Verdict: `tp_exec` ...
    pub verdict: String,
    /// `escalate`, `close` or `open`.
    pub outcome: String,
    /// The rule that decides: `E1`.
    pub rule: String,
}
