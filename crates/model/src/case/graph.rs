use super::Evidence;
use crate::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// A mail.
    Mail,
    /// A file, seen on disk or only named.
    File,
    /// A link in a file, with the command that it would run.
    Command,
    /// A process.
    Process,
    /// An address, name or URL that was contacted.
    Network,
    /// A registry value that was changed.
    Registry,
    /// A service or scheduled task.
    Persistence,
    /// A module that was loaded.
    Module,
    /// A prompt that was shown, or an answer that was remembered.
    Prompt,
    /// Something that stopped a step: attack surface reduction, gateway, protected view.
    Barrier,
    /// A user.
    User,
    /// A logon session.
    Logon,
    /// A computer.
    Host,
}

/// Something of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// `process:3`: unique in the case, the same for the same evidence.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Short name for display: a file name, an image, an address.
    pub label: String,
    /// RFC 3339 of its beginning; empty where unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// Computer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// User.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// More of it: `path`, `sha256`, `pid`, `guid`, `image`, `command`, `parent`, `end`, `zone`, `message_id` ...
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// How bad it is by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// True where it is on the path of the story.
    #[serde(default)]
    pub on_path: bool,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// How two nodes hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// A mail brought a file.
    Delivered,
    /// A process wrote the document.
    Saved,
    /// A file was opened by a process.
    Opened,
    /// A file holds a command.
    Holds,
    /// A command was run as a process.
    Ran,
    /// A process started a process.
    Started,
    /// A process had another one start a process for it: WMI, scheduled task, DCOM, shell.
    BrokeAway,
    /// A process wrote a file.
    Wrote,
    /// A process deleted a file.
    Deleted,
    /// A process contacted an address, or asked for it.
    Contacted,
    /// A process changed the registry.
    Changed,
    /// A process made a service or task.
    Persisted,
    /// A process loaded a module.
    Loaded,
    /// A process showed a prompt, or a user answered one.
    Prompted,
    /// A barrier stopped a step of a process or command.
    Stopped,
    /// A user ran a process.
    RanAs,
    /// A session that a process ran in.
    InSession,
    /// Something stands on a host.
    On,
}

/// An edge, from cause to effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Node id.
    pub from: String,
    /// Node id.
    pub to: String,
    /// How.
    pub kind: EdgeKind,
    /// How sure, 0 to 1, rounded to two digits.
    pub confidence: f64,
    /// The rule that made it: `path`, `name-and-size`, `hash`, `exact`, `token-set`, `rare-token`, `image`, `guid`, `pid` ...
    pub rule: String,
    /// RFC 3339; empty where it has no time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// One sentence.
    pub text: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}
