use serde::{Deserialize, Serialize};
use std::fmt;

/// When in the response a task comes. Memory is taken before anything is killed or cut off: the order is the response's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Evidence that is missing.
    DataGap,
    /// First look.
    #[default]
    L1,
    /// Deeper look.
    T2,
    /// Stop it from spreading.
    Containment,
    /// Take it away.
    Eradication,
    /// Back to work, and closed to it.
    Recovery,
}

impl Phase {
    /// In words for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::DataGap => "Missing evidence",
            Self::L1 => "First look (L1)",
            Self::T2 => "Deeper look (T2)",
            Self::Containment => "Containment",
            Self::Eradication => "Eradication",
            Self::Recovery => "Recovery",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.in_words())
    }
}

/// Something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Task id of the playbook: `memory_dump`.
    pub id: String,
    /// One line.
    pub title: String,
    /// When.
    pub phase: Phase,
    /// Question that it answers, where it answers one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    /// Rule or answer that made it.
    pub because: String,
    /// What to do and what to look for, in sentences.
    pub text: String,
    /// True where it changes something and somebody must approve it first.
    pub approval: bool,
    /// True where ddefend did it already.
    pub done: bool,
    /// Ready commands, one per product.
    pub commands: Vec<Command>,
}

/// A command, rendered from the case. Nothing is run by ddefend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Product or shell: `Defender for Endpoint`, `PowerShell`, `Velociraptor`, `KQL` ...
    pub platform: String,
    /// CACAO command type: `manual`, `powershell`, `bash`, `http-api`, `sigma`, `elastic`, `yara` ...
    pub kind: String,
    /// The command, values quoted for its language.
    pub text: String,
    /// The command that undoes it; empty where there is nothing to undo, or nothing can.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub undo: String,
    /// True where it changes something.
    #[serde(default)]
    pub changes: bool,
    /// Placeholders that the case could not fill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
}
