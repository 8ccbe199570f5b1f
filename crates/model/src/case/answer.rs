use super::Evidence;
use crate::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Yes, no or unknown. Unknown is an answer of its own: it never lowers a score, it makes a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Held {
    /// The evidence says so.
    Yes,
    /// The evidence was there and says that it is not so.
    No,
    /// The evidence does not say.
    #[default]
    Unknown,
}

impl Held {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A playbook question's result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Question id: `Q0`.
    pub question: String,
    /// The question in words.
    pub title: String,
    /// Yes, no or unknown.
    pub answer: Held,
    /// Which kind of yes or no, a word of the playbook: `launch`, `allowlisted`, `exact`, `partial`, `eqnedt32` ...
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// How sure, 0 to 1, rounded to two digits.
    pub confidence: f64,
    /// Points that it adds to the severity; negative where it takes away.
    pub points: i32,
    /// The answer in one or two sentences.
    pub text: String,
    /// Numbers that rules compare: `hosts`, `kinds` ...
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, u64>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Sources that would answer it, or answer it better, and are not there.
    pub gaps: Vec<String>,
    /// Playbook id and version that computed it.
    pub rule_version: String,
}

/// What the case comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A DDE (or sibling) command ran.
    TpExec,
    /// It was tried and stopped.
    TpBlocked,
    /// It was delivered; nothing shows that it ran.
    TpDelivery,
    /// A link that starts a program or fetches data, and that belongs there.
    BenignTp,
    /// No link, and what was detected has an ordinary reason.
    Fp,
    /// The evidence does not decide.
    #[default]
    Undetermined,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 6] =
        [Self::TpExec, Self::TpBlocked, Self::TpDelivery, Self::BenignTp, Self::Fp, Self::Undetermined];

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TpExec => "tp_exec",
            Self::TpBlocked => "tp_blocked",
            Self::TpDelivery => "tp_delivery",
            Self::BenignTp => "benign_tp",
            Self::Fp => "fp",
            Self::Undetermined => "undetermined",
        }
    }

    /// In words for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::TpExec => "DDE execution confirmed",
            Self::TpBlocked => "DDE execution tried and stopped",
            Self::TpDelivery => "DDE attack delivered, execution not seen",
            Self::BenignTp => "known and benign use of DDE",
            Self::Fp => "false positive",
            Self::Undetermined => "undetermined",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What happens with the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Handed on.
    Escalate,
    /// Closed.
    Close,
    /// Neither rule holds: the tasks decide.
    #[default]
    Open,
}

/// The decision and the rule that made it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What it comes to.
    pub verdict: Verdict,
    /// Escalate, close or neither.
    pub outcome: Outcome,
    /// True where it is to be escalated.
    pub escalate: bool,
    /// Id of the rule that made it: `E1`, `C2`; empty where none held.
    pub rule: String,
    /// That rule in words, with what made it hold.
    pub why: String,
    /// Whom it goes to: `T2`; empty where it is not escalated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// Reason code of a close rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason_code: String,
    /// Sum of the points, 0 to 100.
    pub severity: u8,
    /// The same as a level.
    pub level: Option<Level>,
    /// How sure, 0 to 1, rounded to two digits.
    pub confidence: f64,
    /// Share of the questions' weight that is answered yes or no, 0 to 1, rounded to two digits.
    pub coverage: f64,
    /// Every rule in order, and whether it held.
    pub rules: Vec<RuleHeld>,
}

/// A rule of the playbook and whether it held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleHeld {
    /// `E1`.
    pub id: String,
    /// What it says in words.
    pub title: String,
    /// Its condition, as the playbook writes it.
    pub condition: String,
    /// Whether it holds; unknown where an answer that it needs is unknown.
    pub held: Held,
}
