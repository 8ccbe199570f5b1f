use crate::{Link, Location, PartPath, Trick};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing, no attack.
    Info,
    /// Unusual.
    Low,
    /// Suspicious: look at it.
    Medium,
    /// An attack unless somebody knows better.
    High,
    /// An attack that needs no more than the prompts.
    Critical,
}

impl Level {
    /// Every level, least first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("'{text}' is no level: info, low, medium, high or critical"))
    }
}

/// How sure a judgement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A heuristic, or a consumer that may not evaluate it.
    Low,
    /// The structure fits; the application's reaction is not certain.
    Medium,
    /// The specification says so.
    High,
}

impl Confidence {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A stable finding id such as `dde.launch`, explained by `ddefend explain ID`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingId(pub Cow<'static, str>);

/// What sort of observable an indicator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// A URL.
    Url,
    /// A host name.
    Host,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A UNC path.
    Unc,
    /// A file name or path.
    File,
    /// A hash value in hexadecimal.
    Hash,
}

/// An observable taken from a command or target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Indicator {
    /// Its sort.
    pub kind: IndicatorKind,
    /// Its value, as it would be searched for.
    pub value: String,
}

/// A question that the application shows before the link fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The wording, with the program's name filled in where the application does.
    pub text: String,
    /// The answer that lets the link fire.
    pub lets_through: String,
}

/// A setting that stops the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// What it is called (policy or Trust Center wording).
    pub name: String,
    /// Registry key and value, `<version>` standing for the Office version.
    pub registry: String,
    /// The value that blocks.
    pub value: String,
}

/// Text that talks the user into saying yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lure(pub String);

/// A link judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Finding id.
    pub id: FindingId,
    /// How bad.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// One line for people.
    pub title: String,
    /// The artifact's path; filled in by the engine.
    #[serde(default)]
    pub artifact: String,
    /// The part.
    pub part: PartPath,
    /// Where in the part.
    #[serde(default, skip_serializing_if = "Location::is_empty")]
    pub location: Location,
    /// The link that was judged; none for findings about the artifact as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// The command line that would run, normalised, where one would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What encoded layers inside the command say (PowerShell `-enc`), outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decoded: Vec<String>,
    /// Observables.
    #[serde(default)]
    pub indicators: Vec<Indicator>,
    /// ATT&CK technique ids.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// Why this level and this confidence, one sentence each.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What the user is asked, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<Prompt>,
    /// Settings that stop it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<Blocker>,
    /// Text that talks the user into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lure: Option<Lure>,
    /// Hiding tricks, of the link and of the command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tricks: Vec<Trick>,
}
