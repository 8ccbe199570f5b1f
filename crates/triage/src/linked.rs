//! What linking gives to the questions: processes, openings, matches and effects, with the graph that the report shows.

use ddefend_event::Time;
use ddefend_model::case::{Edge, Evidence, Node};
use ddefend_model::provenance::Mark;

/// The records, hung together. Indices refer to the lists of this struct and of [`crate::CaseEvidence`].
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// Processes of the logs that matter: Office, their ancestors and descendants, and what they broke away to.
    pub processes: Vec<Proc>,
    /// Documents that processes opened.
    pub openings: Vec<Opening>,
    /// Children of Office processes.
    pub children: Vec<Child>,
    /// Commands of findings that ran.
    pub matches: Vec<CommandMatch>,
    /// What the processes of the incident did within the window.
    pub effects: Vec<Effect>,
    /// Marks of the web, for each file (index into [`crate::CaseEvidence::files`]) those of it.
    pub marks: Vec<Vec<Mark>>,
    /// Marks of the web of files inside of the collected ones: a container does not bear them itself.
    pub inner_marks: Vec<Vec<Mark>>,
    /// Which mail (index of its file, or of the journal's entry) brought which file, with the confidence.
    pub mails: Vec<MailLink>,
    /// Documents that a process wrote before another opened them.
    pub saves: Vec<Save>,
    /// Sessions of the processes of the incident, and remote logons that had them started.
    pub logons: Vec<LogonLink>,
    /// Barriers that stopped a process.
    pub barriers: Vec<BarrierLink>,
    /// Message boxes that Office showed for an opened document, and remembered answers.
    pub prompts: Vec<PromptLink>,
    /// Incidents apart from the case's own: one sentence each, with the node that it is about.
    pub others: Vec<(String, String)>,
    /// Paths through the graph, best first.
    pub stories: Vec<Story>,
    /// The graph.
    pub nodes: Vec<Node>,
    /// The graph.
    pub edges: Vec<Edge>,
    /// When the incident begins: the first opening or child of it, else the first dated finding.
    pub begin: Option<Time>,
    /// When it ends.
    pub end: Option<Time>,
    /// Hosts of the incident, lower case.
    pub hosts: Vec<String>,
    /// Users of the incident.
    pub users: Vec<String>,
}

/// A process.
#[derive(Clone, Debug, Default)]
pub struct Proc {
    /// Node id.
    pub node: String,
    /// Computer.
    pub host: String,
    /// GUID, where the log has one.
    pub guid: String,
    /// Process id.
    pub pid: Option<u64>,
    /// Path.
    pub image: String,
    /// Name of the file in lower case.
    pub name: String,
    /// Original file name of its version resource, lower case: renamed programs show by it.
    pub original: String,
    /// Command line.
    pub command: String,
    /// User.
    pub user: String,
    /// Logon session.
    pub logon: String,
    /// When it began.
    pub start: Option<Time>,
    /// When it ended.
    pub end: Option<Time>,
    /// Parent, index of this list.
    pub parent: Option<usize>,
    /// The parent was found by time and arguments, not by id: WMI, task, DCOM, shell.
    pub broke_away: bool,
    /// How sure the parent is.
    pub parent_confidence: f64,
    /// Only named by a child.
    pub inferred: bool,
    /// Attack surface reduction kept it from starting.
    pub blocked: bool,
    /// Started over COM: `-Embedding`, `/automation`.
    pub automated: bool,
    /// Records that tell of it.
    pub evidence: Vec<Evidence>,
}

impl Proc {
    /// What its parent did in words: `started`, or `tried to start` where that was stopped.
    #[must_use]
    pub fn began(&self) -> &'static str {
        if self.blocked { "tried to start" } else { "started" }
    }

    /// The name that it goes by: that of its version resource where the file was renamed.
    #[must_use]
    pub fn known_as(&self) -> &str {
        if self.original.is_empty() { &self.name } else { &self.original }
    }

    /// True where the file's name is not the one that its version resource or digest says.
    #[must_use]
    pub fn renamed(&self) -> bool {
        let stem = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
        !self.original.is_empty() && stem(&self.original) != stem(&self.name)
    }
}

impl Linked {
    /// Marks of the web of a file and of those inside of it.
    pub(crate) fn all_marks(&self, file: usize) -> impl Iterator<Item = &Mark> {
        self.marks.get(file).into_iter().chain(self.inner_marks.get(file)).flatten()
    }
}

/// A document that an Office process opened.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Index of the process.
    pub process: usize,
    /// Index of the file, where it was collected.
    pub file: Option<usize>,
    /// What was opened lies inside of that file: an attachment, a member of an archive, an embedded document.
    pub inside: bool,
    /// Path as the process names it.
    pub path: String,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// `path`, `name-and-size`, `name`, `hash`, `inside` (a file in it), `owner-file`, `recent` (Office's and the shell's
    /// traces of an open file), `written-before`.
    pub rule: &'static str,
    /// When: the start of the process, else the record that tells of it.
    pub time: Option<Time>,
    /// Records that tell of it, beside those of the process.
    pub evidence: Vec<Evidence>,
}

/// What a child of Office is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChildClass {
    /// Anything of Equation Editor's.
    Equation,
    /// A shell or interpreter.
    Interpreter,
    /// A tool that attacks run.
    Tool,
    /// A pair seen on hardly any host, or a program in a folder that users write to.
    Rare,
    /// One that Office starts of itself, or the organisation knows.
    Allowed,
    /// Something else.
    #[default]
    Other,
}

/// A child of an Office process.
#[derive(Clone, Debug, Default)]
pub struct Child {
    /// Index of the Office process.
    pub parent: usize,
    /// Index of the child.
    pub process: usize,
    /// What it is.
    pub class: ChildClass,
    /// Why, one sentence; for [`ChildClass::Allowed`] the family of false positives.
    pub why: String,
    /// Reason code of the family: `vsto`, `erp`, `dev-tests`, `dms`; empty for none.
    pub family: String,
    /// True where a barrier stopped it, or it ended at once.
    pub stopped: bool,
}

/// A finding's command that ran.
#[derive(Clone, Debug, Default)]
pub struct CommandMatch {
    /// File and finding, indices.
    pub finding: (usize, usize),
    /// Index of the process.
    pub process: usize,
    /// 1.0 exact, 0.9 token set, 0.7 rare token, 0.4 image only.
    pub confidence: f64,
    /// `exact`, `normalised`, `partial`, `image`.
    pub how: &'static str,
    /// What agrees, one sentence.
    pub why: String,
}

/// What an effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectKind {
    /// A connection or name.
    Network,
    /// A program or script written.
    Executable,
    /// Another file written.
    File,
    /// A file deleted.
    Deleted,
    /// Start by itself: run key, task, service.
    Persistence,
    /// Another change of the registry.
    Registry,
    /// A module that Office has no use for.
    Module,
    /// A pipe.
    Pipe,
}

/// What a process of the incident did within the window.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Index of the process.
    pub process: usize,
    /// Kind.
    pub kind: EffectKind,
    /// Index of the fact.
    pub fact: usize,
    /// What: an address, a path, a key.
    pub target: String,
    /// For [`EffectKind::Network`]: outside of the organisation's networks.
    pub external: bool,
    /// Not seen before the incident in the evidence.
    pub first_seen: bool,
}

/// A mail that brought a file.
#[derive(Clone, Debug, Default)]
pub struct MailLink {
    /// Index of the mail among the files.
    pub mail: Option<usize>,
    /// Index of the journal's entry.
    pub journal: Option<usize>,
    /// Index of the file that it brought.
    pub file: usize,
    /// How sure.
    pub confidence: f64,
    /// `hash`, `name-and-size`, `name`, `inside`.
    pub rule: &'static str,
}

/// A document that a process wrote before another opened it.
#[derive(Clone, Debug, Default)]
pub struct Save {
    /// Index of the process that wrote it.
    pub process: usize,
    /// Index of the opening.
    pub opening: usize,
    /// Index of the fact.
    pub fact: usize,
    /// How sure.
    pub confidence: f64,
}

/// The session that a process ran in, or a logon from the network that had it started over COM.
#[derive(Clone, Debug, Default)]
pub struct LogonLink {
    /// Index of the process.
    pub process: usize,
    /// Index of the fact (4624).
    pub fact: usize,
    /// From the network, within a minute before a start over COM (T1021.003).
    pub remote: bool,
    /// How sure.
    pub confidence: f64,
}

/// A message box that Office showed, or an answer that it remembered.
#[derive(Clone, Debug, Default)]
pub struct PromptLink {
    /// Index of the process.
    pub process: usize,
    /// Index of the fact (Office alert 300).
    pub fact: Option<usize>,
    /// Index of the trust record.
    pub trust: Option<usize>,
}

/// A barrier that stopped a process.
#[derive(Clone, Debug, Default)]
pub struct BarrierLink {
    /// Index of the process.
    pub process: usize,
    /// Index of the fact.
    pub fact: usize,
}

/// A path through the graph.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// Node ids from cause to effect.
    pub nodes: Vec<String>,
    /// Product of the confidences, rounded to two digits.
    pub score: f64,
    /// True where it belongs to the case's incident.
    pub own: bool,
}
