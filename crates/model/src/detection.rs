use crate::Level;
use serde::{Deserialize, Serialize};

/// A rule that matched events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// Which rule.
    pub rule: RuleRef,
    /// ATT&CK technique ids.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// The event; for a correlation the one that completed it.
    pub event: EventRef,
    /// Fields that took part, in the rule's order.
    #[serde(default)]
    pub fields: Vec<MatchedField>,
    /// Fields that the rule names as worth showing, or the kind's usual ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Shown>,
    /// One sentence: why it fired.
    pub why: String,
    /// The process that acts, behind its ancestors, oldest first; empty where the record names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lineage: Vec<Process>,
    /// For a correlation: the events that it rests on, in time order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventRef>,
    /// What the baseline knows of it, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Familiarity>,
}

/// The rule of a detection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How bad.
    pub level: Level,
    /// Its file, as given or as it stands in the built-in pack.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
}

/// Where an event stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    /// The log.
    pub source: String,
    /// Record number in it.
    pub record: u64,
    /// Byte offset in the unpacked log.
    pub offset: u64,
    /// RFC 3339 with `Z`, or without where the log does not say the zone; empty where there is no time.
    pub time: String,
    /// Computer.
    pub host: String,
    /// Channel, or table.
    pub channel: String,
    /// Event id; 0 where the log has none.
    pub event_id: u32,
    /// Schema of the log: `evtx`, `winlogbeat` ...
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub schema: String,
}

/// A field that made a rule true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedField {
    /// Sigma field; empty for keywords.
    pub field: String,
    /// Its value.
    pub value: String,
    /// What the rule asked, in words.
    pub asked: String,
}

impl MatchedField {
    /// What the rule asked of the field, for a sentence: a pattern says nothing there, and stands beside the value anyway.
    #[must_use]
    pub fn in_words(&self) -> String {
        let field = if self.field.is_empty() { "the record" } else { &self.field };
        let asked = if self.asked.contains("matches /") { "fits the rule's pattern" } else { &self.asked };
        format!("{field} {asked}")
    }
}

/// A field that is shown beside the match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Sigma field.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// A process in a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// GUID, or `host/pid@start` made from what the log has: the same text for the same process in one run.
    pub key: String,
    /// Process id, decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
    /// Path.
    pub image: String,
    /// Command line, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// User, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Start, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// True where the start was not in the logs and only a child names it.
    #[serde(default)]
    pub inferred: bool,
}

/// What a baseline knows of a parent and child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Familiarity {
    /// Never seen in the clean period.
    New,
    /// Seen, on few hosts.
    Rare,
    /// Usual there.
    Known,
}

/// What a hunt counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntSummary {
    /// Logs.
    pub logs: u64,
    /// Logs that could not be read whole.
    pub incomplete: u64,
    /// Records.
    pub events: u64,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// Rules in use.
    pub rules: u64,
    /// Rules that could not fire on what was read, with their ids and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfired: Vec<Unreachable>,
    /// Detections per level.
    pub detections: std::collections::BTreeMap<String, u64>,
    /// Detections that the baseline or a filter took away.
    #[serde(default)]
    pub suppressed: u64,
    /// Matches that were not told because a copy of their record, in another log, had been told.
    #[serde(default)]
    pub duplicates: u64,
    /// Files found in folders that are no logs.
    #[serde(default)]
    pub other_files: u64,
    /// Diagnostics per code.
    pub diagnostics: std::collections::BTreeMap<String, u64>,
    /// Earliest and latest time seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(String, String)>,
    /// Logs whose order of records and of times disagree, or whose hosts' clocks differ, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<String>,
    /// Milliseconds; none where the output must be the same from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed: Option<u64>,
}

/// A rule that no record could have made fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreachable {
    /// The rule's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why: the log source that was not there, or the field that it lacks.
    pub why: String,
}
