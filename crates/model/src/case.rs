//! A case: what a folder of evidence comes to. Everything in it refers to immutable records, and nothing in it depends on
//! when or where it was worked out: the same evidence, content and settings give the same case.

mod answer;
mod graph;
mod task;

pub use answer::{Answer, Decision, Held, Outcome, RuleHeld, Verdict};
pub use graph::{Edge, EdgeKind, Node, NodeKind};
pub use task::{Command, Phase, Task};

use crate::memory::MemoryImage;
use crate::posture::Audit;
use crate::provenance::Provenance;
use crate::{Detection, Diagnostic, HuntSummary, Scanned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the case model. Raised when a field changes its meaning or goes away.
pub const CASE_VERSION: u32 = 1;

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// [`CASE_VERSION`].
    pub case_version: u32,
    /// `case-` and the first 20 hexadecimal digits of a digest over the inputs' digests, playbook and configuration.
    pub id: String,
    /// One line: what happened, on which host, to whom.
    pub title: String,
    /// Which playbook answered.
    pub playbook: PlaybookRef,
    /// The point in time that the case is judged at: given, else the latest time in the evidence; RFC 3339 with `Z`.
    pub as_of: String,
    /// The incident's first and last moment; empty where nothing happened.
    pub span: (String, String),
    /// What is decided.
    pub decision: Decision,
    /// Every question of the playbook, in its order.
    pub answers: Vec<Answer>,
    /// What happened, one step a line, in time order: the best path through the graph, then what else belongs to it.
    pub story: Vec<Step>,
    /// Files, mails, processes, addresses ...
    pub nodes: Vec<Node>,
    /// How they hang together.
    pub edges: Vec<Edge>,
    /// What to do next, in order.
    pub tasks: Vec<Task>,
    /// What in the case's time can be dated, in time order.
    pub timeline: Vec<Moment>,
    /// Observables of the case, without those of benign parts.
    pub indicators: Vec<Observable>,
    /// Documents and mails with a finding, or that the story names, with what was found in them.
    pub documents: Vec<Document>,
    /// Detections of the hunt.
    pub detections: Vec<Detection>,
    /// Hosts' and users' settings.
    pub posture: Vec<Audit>,
    /// Process dumps and memory images.
    pub memory: Vec<MemoryImage>,
    /// Every input: what it was taken for, and its digest. Chain of custody begins here.
    pub inputs: Vec<InputRecord>,
    /// What the logs hold and do not hold.
    pub hunt: HuntSummary,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
    /// Raw records that evidence refers to, by [`Evidence::record`].
    pub records: BTreeMap<String, RawRecord>,
}

/// Which playbook answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaybookRef {
    /// Its id and version: `t1559.002-dde/1`.
    pub id: String,
    /// Digest of its text (hexadecimal, 16 digits): an organisation's override shows.
    pub digest: String,
    /// Version of the shipped content.
    pub content: String,
}

/// Reference to an immutable record, with what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// `file`, `record`, `registry`, `mail`, `memory`, `detection`, `finding`, `check`, `baseline` or `configuration`.
    pub kind: String,
    /// The input that holds it.
    pub source: String,
    /// Where in it: `record 12`, `offset 0x1f0`, `line 4 (Authentication-Results)`, a registry key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// RFC 3339, where it has a time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// Computer, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// What it says, one sentence.
    pub text: String,
    /// Key into [`Case::records`], where the raw record is kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub record: String,
}

/// A log record as it was read, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRecord {
    /// Log, record number, time, host, channel, event id.
    pub event: crate::EventRef,
    /// Sigma's or native field names with values, in the record's order.
    pub fields: Vec<crate::Shown>,
}

/// A step of the story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// RFC 3339; empty where it has no time.
    pub time: String,
    /// One sentence.
    pub text: String,
    /// Id of the node that it is about.
    pub node: String,
    /// How sure it is that it belongs to the story, 0 to 1; not how sure the record is that it rests on. On the path it is the
    /// product of the links so far; for a step that stands on its own (a prompt, a barrier, a logon) that of its own link.
    pub confidence: f64,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// A dated line of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// RFC 3339.
    pub time: String,
    /// Computer.
    pub host: String,
    /// What the date is: `process started`, `file written`, `mail sent`, `document last saved` ...
    pub what: String,
    /// One sentence.
    pub text: String,
    /// Node that it is about; empty where none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// Log and record, or file.
    pub source: String,
    /// Level of the worst detection or finding there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<crate::Level>,
}

/// An observable with where it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Observable {
    /// Its sort.
    pub kind: crate::IndicatorKind,
    /// Its value.
    pub value: String,
    /// What it is in the case: `field command`, `contacted`, `dropped`, `document`, `sender` ...
    pub role: String,
    /// True where it is on a list of known indicators.
    #[serde(default)]
    pub known: bool,
}

/// A document or mail of the case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Node.
    pub node: String,
    /// What the scan found.
    pub scanned: Scanned,
    /// Where it came from.
    pub provenance: Provenance,
    /// Text around each finding's link, for display: as many entries as findings, empty where there is none.
    pub surroundings: Vec<Surroundings>,
}

/// A link in its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Text before.
    pub before: String,
    /// The field, formula or object.
    pub link: String,
    /// Text behind.
    pub after: String,
}

/// An input and what was made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// Path as given, with `/`, relative to the case folder where it is in it.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal; empty where it could not be read.
    pub sha256: String,
    /// `document`, `mail`, `log`, `registry`, `memory`, `mark`, `journal`, `indicators`, `assets`, `history` or `other`.
    pub role: String,
    /// Type by content: a reader's, schema's or format's id.
    pub detected: String,
    /// True where it was read to its end.
    pub complete: bool,
}
