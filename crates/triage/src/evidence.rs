use crate::Fact;
use ddefend_event::Time;
use ddefend_model::case::{InputRecord, Surroundings};
use ddefend_model::memory::MemoryImage;
use ddefend_model::posture::Audit;
use ddefend_model::provenance::{JournalEntry, Provenance, TrustRecord};
use ddefend_model::{Detection, Diagnostic, HuntSummary, Scanned};

/// Everything that was read of a case folder, in the order of its inputs.
#[derive(Clone, Debug, Default)]
pub struct CaseEvidence {
    /// Every file of the folder.
    pub inputs: Vec<InputRecord>,
    /// Documents, mails and archives, with and without findings.
    pub files: Vec<CaseFile>,
    /// What rules found in the logs.
    pub detections: Vec<Detection>,
    /// What the logs tell.
    pub facts: Vec<Fact>,
    /// What the logs hold and do not hold.
    pub hunt: HuntSummary,
    /// What time each kind of log covers, per host.
    pub coverage: Vec<LogCoverage>,
    /// Hosts' and users' settings.
    pub audits: Vec<Audit>,
    /// True where the whole hive of a user was there: absence of a trust record then means something.
    pub user_hives: Vec<String>,
    /// Remembered trust.
    pub trust: Vec<TrustRecord>,
    /// Dumps and images.
    pub memory: Vec<MemoryImage>,
    /// The mail gateway's journal.
    pub journal: Vec<JournalEntry>,
    /// True where a journal was there, even an empty one.
    pub has_journal: bool,
    /// Known indicators.
    pub iocs: Vec<Ioc>,
    /// True where a list of indicators was there, even an empty one.
    pub has_iocs: bool,
    /// Daily counts of the time before: the organisation's history file.
    pub history: Vec<HistoryCount>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// The time that a host's log covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCoverage {
    /// Host, lower case.
    pub host: String,
    /// `sysmon`, `security`, `defender`, `ecs`, `office-alerts`, `windefend`, `powershell`, `system` or a channel.
    pub log: String,
    /// First and last record; none where records have no time.
    pub span: Option<(Time, Time)>,
}

/// A document, mail or archive.
#[derive(Clone, Debug, Default)]
pub struct CaseFile {
    /// What the scan found; its path is relative to the case folder.
    pub scanned: Scanned,
    /// Where it came from. Marks from side files and Sysmon 15 are merged in by [`crate::link`](crate::link()).
    pub provenance: Provenance,
    /// As many as findings.
    pub surroundings: Vec<Surroundings>,
}

/// A known indicator.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ioc {
    /// `hash`, `url`, `domain`, `ip`, `file`, `command`, `sender`, `imphash` ...
    pub kind: String,
    /// Value, defanged forms undone, lower case where case has no meaning.
    pub value: String,
    /// What it stands for: actor, campaign, report.
    pub about: String,
    /// The list.
    pub source: String,
}

/// A count of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryCount {
    /// `findings`, `office-interpreter`, `dde-registry`, `asr`.
    pub metric: String,
    /// `host`, `user` or `org`.
    pub scope: String,
    /// Name of the host or user; empty for `org`.
    pub name: String,
    /// `2026-03-01`.
    pub day: String,
    /// How many.
    pub count: u64,
    /// The file.
    pub source: String,
}
