use serde::{Deserialize, Serialize};
use std::fmt;

/// The way to a part inside an artifact, steps separated by `!`:
/// `mail.eml!attachment[1]!invoice.docx!word/document.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartPath(String);

impl PartPath {
    /// A path with one step, the artifact itself.
    #[must_use]
    pub fn root(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// This path with one more step. A `!` inside the step is kept as it stands: the path is for people.
    #[must_use]
    pub fn join(&self, step: &str) -> Self {
        if self.0.is_empty() { Self(step.to_owned()) } else { Self(format!("{}!{step}", self.0)) }
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part that was seen and not read, and why: reported so that silence never reads as "clean".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotInspected {
    /// The part.
    pub part: PartPath,
    /// Why it was not read, in words an analyst understands.
    pub reason: String,
}

/// Bytes handed to us (a file, a stream, a mail) and what is known of them as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The name under which it was handed to us.
    pub path: String,
    /// SHA-256 of all its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Type found by content: a reader id such as `docx`, `doc`, `xls`, `rtf`, `eml`, `zip`, or `unknown`.
    pub detected: String,
    /// What its extension claims where that disagrees with the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_lies: Option<String>,
    /// Length in bytes.
    pub size: u64,
    /// Number of parts that were walked, the artifact itself included.
    pub parts: u64,
    /// True where every part that can carry a link was read to its end.
    pub complete: bool,
    /// Facts worth a line in a report: decrypted with which password, protected view marks and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
    /// What was not read and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_inspected: Vec<NotInspected>,
}
