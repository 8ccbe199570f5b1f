use crate::FactSpec;
use serde::Deserialize;

/// `content/triage.toml`: names of programs, folders and modules that correlation and questions rest on, and the kinds of
/// facts with where they stand. Names are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lists {
    /// Office programs.
    pub office: Vec<String>,
    /// Equation Editor and others of which any child is an attack.
    pub never_parents: Vec<String>,
    /// Shells and interpreters.
    pub interpreters: Vec<String>,
    /// Other tools that attacks run (LOLBins).
    pub tools: Vec<String>,
    /// Programs that Office starts of itself (`AllowedParentChildPairs`); the organisation's own replace them.
    pub allowed_children: Vec<String>,
    /// Modules that Office has no use for (`SuspiciousDLLList`).
    pub suspicious_modules: Vec<String>,
    /// How long an effect may come behind its cause (`TimeWindow`): `10m`.
    pub time_window: String,
    /// Ends of parts of paths where mail programs and browsers put what was opened.
    pub delivery_folders: Vec<String>,
    /// Programs that write settings on behalf of management: a change of theirs is explained with a ticket.
    pub management_writers: Vec<String>,
    /// Registry places of programs that start by themselves, as patterns (`*`).
    pub autostart_keys: Vec<String>,
    /// Extensions of programs and scripts.
    pub executable_extensions: Vec<String>,
    /// Extensions of documents.
    pub document_extensions: Vec<String>,
    /// Folders that only administrators and installers write to, as patterns (`*`): a program elsewhere that Office starts
    /// is never ordinary.
    pub system_folders: Vec<String>,
    /// Programs that start a process for somebody else.
    pub breakaway: Vec<Broker>,
    /// Where the facts stand.
    #[serde(rename = "fact")]
    pub facts: Vec<FactSpec>,
}

/// A program that starts processes for somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Broker {
    /// File name, lower case.
    pub image: String,
    /// What its command line contains, lower case; empty: anything.
    pub command: String,
    /// `WMI`, `task scheduler`, `COM`, `shell`.
    pub by: String,
}
