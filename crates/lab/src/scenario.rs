//! A scenario as data (`content/lab/*.yml`): who and where, the files and mails, the processes, the records beside them,
//! what is missing, and what must be found.
//!
//! **Moments** (`at`, `end`, `from` ...) are offsets from `start` (`+12s`, `-2d 3h`, `+1h30m`, `+0.250s`) or RFC 3339.
//!
//! **Placeholders** stand in texts of processes, events, hives, memory and the organisation: `{file:PATH}` the path on the
//! host of the file with that path in `files`, `{name:PATH}` its name, `{sha256:PATH}` and `{size:PATH}` of its bytes,
//! `{command:PATH}` the command line that its link runs, `{program:PATH}` the program of it, `{field:PATH}` the instruction
//! or formula as it stands in the document; `{user}`, `{domain}`, `{sid}`, `{ip}`, `{host}` (full name), `{short}`,
//! `{profile}`, `{temp}` (`C:\Users\USER\AppData\Local\Temp`), `{downloads}`, `{outlook}` (the folder that Outlook
//! saves opened attachments in), `{office}` (Office's program folder) of the host; `{guid:ID}`, `{pid:ID}`, `{image:ID}`
//! of a process; `{dkim}` the key record of signatures; `{esc}` the escape character. `{{` is a brace.

mod document;
mod host;
mod mail;
mod state;
mod telemetry;

pub use document::{CommandForm, DocumentOptions, Feed, FileSpec, Lure, MarkForm, MarkSpec, Recipe, Trick};
pub use host::Host;
pub use mail::{AuthenticationSpec, DkimState, HopSpec, JournalSpec, MailFormat, MailSpec};
pub use state::{AssetSpec, HistorySpec, HiveSpec, IndicatorSpec, MemorySpec, MemoryText, TrustSpec, ValueSpec};
pub use telemetry::{Background, EventSpec, ProcessSpec, RawRecord, Scalar, Source, Telemetry, Values};

use serde::Deserialize;
use std::collections::BTreeMap;

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// `word-ddeauto`; the name of its file.
    pub id: String,
    /// One line.
    pub title: String,
    /// `true-positive`, `blocked`, `benign`, `missing-data`, `adversarial`, `seed` or `atomic`.
    pub group: String,
    /// Where it comes from: a test of a seed, a rule, a paper.
    pub source: String,
    /// What happens, in sentences.
    pub text: String,
    /// The first moment (RFC 3339); default `2026-03-02T09:00:00Z`, a Monday morning.
    pub start: String,
    /// Computers; the first is meant where a record names none.
    pub hosts: Vec<Host>,
    /// Documents and other files.
    pub files: Vec<FileSpec>,
    /// Mails.
    pub mails: Vec<MailSpec>,
    /// The mail gateway's journal (`journal.jsonl` beside the evidence's mails); absent: no journal, empty list: an empty one.
    pub journal: Option<Vec<JournalSpec>>,
    /// Processes, parents before children.
    pub processes: Vec<ProcessSpec>,
    /// Records beside those that processes leave by themselves.
    pub events: Vec<EventSpec>,
    /// What was logged and what of it was kept.
    pub telemetry: Telemetry,
    /// Harmless noise.
    pub background: Background,
    /// Daily counts of the time before (`history.csv`); absent: no file.
    pub history: Option<Vec<HistorySpec>>,
    /// Registry hives.
    pub hives: Vec<HiveSpec>,
    /// Process dumps.
    pub memory: Vec<MemorySpec>,
    /// Known indicators (`indicators.csv`); absent: no list.
    pub indicators: Option<Vec<IndicatorSpec>>,
    /// Hosts of the organisation (`assets.csv`); absent: no list.
    pub assets: Option<Vec<AssetSpec>>,
    /// `organisation.toml`, written beside the evidence, never into it. Placeholders are resolved.
    pub organisation: String,
    /// What must be found.
    pub expected: Wanted,
}

/// What must be found in a scenario, both ways: nothing of it may be missing, nothing else may be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
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

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Where it is no YAML or does not have the shape; the message says where.
    pub fn read(text: &str) -> Result<Self, String> {
        yaml_serde::from_str(text).map_err(|error| error.to_string())
    }
}
