//! What questions can be worked out by: name, details, numbers and parameters of each. How is in `question`.

use serde::Deserialize;

/// How a question is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compute {
    /// Does a document hold something that starts a program?
    Findings,
    /// Does it come from a known and trusted source?
    Provenance,
    /// Is there more of it than usual?
    Baseline,
    /// Did Office start what it should not?
    OfficeChild,
    /// Is there recent phishing?
    Phishing,
    /// Did an unexplained change of settings enable it?
    RegistryChange,
    /// Did the user pass the guards?
    GuardsPassed,
    /// Did the command of the document run?
    CommandMatch,
    /// Did network, file or persistence follow?
    FollowUp,
    /// Is the logon unusual?
    Logon,
    /// Is something of it known to be bad?
    KnownIndicators,
    /// Is it on other hosts?
    Spread,
    /// Was it stopped?
    Stopped,
    /// Are controls missing that would have prevented it?
    Posture,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// A number.
    Number(f64),
    /// Text: a length of time, a level.
    Text(String),
    /// Several.
    List(Vec<String>),
}

/// What sort of value a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A number, zero or more.
    Number,
    /// A length of time: `10m`, `72h`, `30d`.
    Time,
    /// Finding ids, each with the least level: `dde.launch`, `object.link:high`.
    Findings,
    /// A list of texts.
    List,
}

/// What one gives and takes.
#[derive(Clone, Copy, Debug)]
pub struct Primitive {
    /// Which.
    pub compute: Compute,
    /// Its name in a playbook.
    pub name: &'static str,
    /// Details that it can give beside yes, no and unknown.
    pub details: &'static [&'static str],
    /// Numbers that it gives.
    pub values: &'static [&'static str],
    /// Parameters with their sort.
    pub parameters: &'static [(&'static str, ParameterKind)],
}

use ParameterKind::{Findings, List, Number, Time};

/// Every primitive.
pub const PRIMITIVES: [Primitive; 14] = [
    Primitive {
        compute: Compute::Findings,
        name: "findings",
        details: &["launch", "server", "allowlisted", "none", "unscannable", "not-collected"],
        values: &["findings", "owners"],
        parameters: &[("launch", Findings), ("server", Findings), ("data", Findings)],
    },
    Primitive {
        compute: Compute::Provenance,
        name: "provenance",
        details: &["trusted", "auth-fail", "look-alike", "internet-zone", "first-seen", "lost-mark", "undecided"],
        values: &["seen", "days"],
        parameters: &[("seen", Number), ("days", Number), ("distance", Number), ("window", Time)],
    },
    Primitive {
        compute: Compute::Baseline,
        name: "baseline",
        details: &["org", "host", "weak", "usual"],
        values: &["increased"],
        parameters: &[("window", Number), ("registry_rules", List), ("asr_rule", List)],
    },
    Primitive {
        compute: Compute::OfficeChild,
        name: "office_child",
        details: &["eqnedt32", "interpreter", "tool", "rare", "benign", "other", "none"],
        values: &["children", "alarms"],
        parameters: &[("alarms", List)],
    },
    Primitive {
        compute: Compute::Phishing,
        name: "phishing",
        details: &["recipients", "verdict", "webmail", "mail-folder", "none"],
        values: &["recipients"],
        parameters: &[("before", Time), ("after", Time), ("verdicts", List), ("webmail", List), ("folders", List)],
    },
    Primitive {
        compute: Compute::RegistryChange,
        name: "registry_change",
        details: &["unexplained", "explained", "none"],
        values: &["changes"],
        parameters: &[("rules", List), ("checks", List), ("before", Time), ("interactive_writers", List)],
    },
    Primitive {
        compute: Compute::GuardsPassed,
        name: "guards_passed",
        details: &["trust-record", "prompt", "not-passed"],
        values: &[],
        parameters: &[("prompts", List), ("rules", List), ("window", Time)],
    },
    Primitive {
        compute: Compute::CommandMatch,
        name: "command_match",
        details: &["none", "image", "partial", "normalised", "exact"],
        values: &["matches"],
        parameters: &[],
    },
    Primitive {
        compute: Compute::FollowUp,
        name: "follow_up",
        details: &["network", "file", "persistence", "several", "none"],
        values: &["kinds"],
        parameters: &[],
    },
    Primitive {
        compute: Compute::Logon,
        name: "logon",
        details: &["unusual", "normal"],
        values: &["reasons"],
        parameters: &[("before", Time), ("history", Number), ("share", Number)],
    },
    Primitive {
        compute: Compute::KnownIndicators,
        name: "known_indicators",
        details: &["known", "none"],
        values: &["indicators"],
        parameters: &[],
    },
    Primitive {
        compute: Compute::Spread,
        name: "spread",
        details: &["hosts", "one-host"],
        values: &["hosts", "further"],
        parameters: &[],
    },
    Primitive {
        compute: Compute::Stopped,
        name: "stopped",
        details: &["asr", "antivirus", "gateway", "ended", "protected-view", "not-all", "ran", "not-seen"],
        values: &["stopped", "children"],
        parameters: &[("window", Time), ("gateway_actions", List)],
    },
    Primitive {
        compute: Compute::Posture,
        name: "posture",
        details: &["closed", "open"],
        values: &["missing"],
        parameters: &[("ways", List), ("classes", List)],
    },
];

/// A length of time in ticks: a number and `s`, `m`, `h` or `d`.
#[must_use]
pub fn ticks(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_at_checked(text.trim().len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|number| *number >= 0)?;
    number.checked_mul(seconds)?.checked_mul(ddefend_event::Time::SECOND)
}

impl Compute {
    /// What it gives and takes.
    #[must_use]
    pub fn primitive(self) -> Option<&'static Primitive> {
        PRIMITIVES.iter().find(|primitive| primitive.compute == self)
    }
}
