//! What must be found in a scenario against what was found, in both directions.

use crate::Scenario;
use crate::scenario::Source;
use ddefend_model::Level;
use ddefend_model::case::Case;
use ddefend_triage::CaseFile;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Analytics of others begin so in their names; they are shown beside ours and not expected.
pub const SEED: &str = "seed_";

/// What was found in a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Findings at `medium` or above: path below the evidence with ids.
    pub findings: BTreeMap<String, BTreeSet<String>>,
    /// Names of rules that fired at `medium` or above.
    pub detections: BTreeSet<String>,
    /// Question with answer and detail.
    pub answers: BTreeMap<String, (String, String)>,
    /// `tp_exec` ...
    pub verdict: String,
    /// `escalate`, `close` or `open`.
    pub outcome: String,
    /// `E1`; empty where none held.
    pub rule: String,
}

impl Found {
    /// What the scan of the files and the case say. `names` gives the name of a rule for its id.
    #[must_use]
    pub fn of(files: &[CaseFile], case: &Case, names: &BTreeMap<String, String>) -> Self {
        let mut findings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in files {
            for finding in file.scanned.findings.iter().filter(|finding| finding.level >= Level::Medium) {
                findings.entry(file.scanned.artifact.path.clone()).or_default().insert(finding.id.0.to_string());
            }
        }
        let named = |id: &String| names.get(id).unwrap_or(id).clone();
        let shown = case.detections.iter().filter(|detection| detection.rule.level >= Level::Medium);
        let detections = shown.map(|detection| named(&detection.rule.id)).filter(|name| !name.starts_with(SEED));
        let answer = |answer: &ddefend_model::case::Answer| {
            (answer.question.clone(), (answer.answer.to_string(), answer.detail.clone()))
        };
        Self {
            findings,
            detections: detections.collect(),
            answers: case.answers.iter().map(answer).collect(),
            verdict: case.decision.verdict.to_string(),
            outcome: outcome(case).to_owned(),
            rule: case.decision.rule.clone(),
        }
    }
}

const fn outcome(case: &Case) -> &'static str {
    use ddefend_model::case::Outcome;
    match case.decision.outcome {
        Outcome::Escalate => "escalate",
        Outcome::Close => "close",
        Outcome::Open => "open",
    }
}

/// One side of a scenario, compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// How many were expected.
    pub expected: usize,
    /// How many of them were found.
    pub found: usize,
    /// What was expected and is not there.
    pub missed: Vec<String>,
    /// What is there and was not expected.
    pub extra: Vec<String>,
}

impl Compared {
    /// Compares.
    #[must_use]
    pub fn of(expected: &BTreeSet<String>, found: &BTreeSet<String>) -> Self {
        Self {
            expected: expected.len(),
            found: expected.intersection(found).count(),
            missed: expected.difference(found).cloned().collect(),
            extra: found.difference(expected).cloned().collect(),
        }
    }

    /// True where both agree.
    #[must_use]
    pub const fn agrees(&self) -> bool {
        self.missed.is_empty() && self.extra.is_empty()
    }
}

/// An analytic of others in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fired {
    /// It fires, and there is what it looks for.
    Hit,
    /// It is silent, and there is what it looks for.
    Missed,
    /// It fires, and there is nothing of what it looks for.
    False,
    /// It is silent, and there is nothing.
    Silent,
}

impl Fired {
    /// Whether it fires, where there is or is not what it looks for.
    #[must_use]
    pub const fn of(fires: bool, there: bool) -> Self {
        match (fires, there) {
            (true, true) => Self::Hit,
            (false, true) => Self::Missed,
            (true, false) => Self::False,
            (false, false) => Self::Silent,
        }
    }

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Missed => "missed",
            Self::False => "false",
            Self::Silent => "-",
        }
    }
}

/// What one form of the telemetry gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// `evtx`, `xml`, `winlogbeat` ...
    pub form: String,
    /// Detections, compared with those expected.
    pub detections: Compared,
    /// Expected detections that this form cannot carry, each with why.
    pub cannot: Vec<String>,
}

/// A scenario, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Scenario.
    pub id: String,
    /// Its group.
    pub group: String,
    /// Findings at `medium` or above, `path: id`.
    pub findings: Compared,
    /// Names of rules at `medium` or above.
    pub detections: Compared,
    /// Answers, `Q3 yes eqnedt32`; questions of which the scenario says nothing are not compared.
    pub answers: Compared,
    /// Verdict, outcome and rule as one: `tp_exec escalate E1`.
    pub verdict: Compared,
    /// Verdict, outcome and rule as expected.
    pub wanted: String,
    /// The same as found.
    pub decided: String,
    /// Analytics of others, by name.
    pub seeds: BTreeMap<String, Fired>,
    /// Forms of the telemetry beside that of the case.
    pub forms: Vec<Form>,
    /// What kept the scenario from being run; empty where nothing did.
    pub failed: String,
}

impl Checked {
    /// Compares.
    #[must_use]
    pub fn of(scenario: &Scenario, found: &Found) -> Self {
        let wanted = &scenario.expected;
        let flat = |(path, ids): (&String, Vec<&String>)| -> Vec<String> {
            ids.into_iter().map(|id| format!("{path}: {id}")).collect()
        };
        let expected = wanted.findings.iter().flat_map(|(path, ids)| flat((path, ids.iter().collect()))).collect();
        let there = found.findings.iter().flat_map(|(path, ids)| flat((path, ids.iter().collect()))).collect();
        let decided =
            |verdict: &str, outcome: &str, rule: &str| format!("{verdict} {outcome} {rule}").trim_end().to_owned();
        let (before, after) = (
            decided(&wanted.verdict, &wanted.outcome, &wanted.rule),
            decided(&found.verdict, &found.outcome, &found.rule),
        );
        Self {
            id: scenario.id.clone(),
            group: scenario.group.clone(),
            findings: Compared::of(&expected, &there),
            detections: Compared::of(&wanted.detections.iter().cloned().collect(), &found.detections),
            answers: answers(&wanted.answers, &found.answers),
            verdict: Compared::of(&BTreeSet::from([before.clone()]), &BTreeSet::from([after.clone()])),
            wanted: before,
            decided: after,
            ..Self::default()
        }
    }

    /// A scenario that could not be run.
    #[must_use]
    pub fn failed(scenario: &Scenario, why: String) -> Self {
        Self { failed: why, ..Self::of(scenario, &Found::default()) }
    }

    /// True where all is as expected.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let sides = [&self.findings, &self.detections, &self.answers, &self.verdict];
        self.failed.is_empty()
            && sides.iter().all(|side| side.agrees())
            && self.forms.iter().all(|form| form.detections.agrees())
    }

    /// True for an attack that was closed.
    #[must_use]
    pub fn attack_closed(&self) -> bool {
        self.wanted.starts_with("tp_") && self.decided.split(' ').nth(1) == Some("close")
    }
}

/// An expected answer is a word (`yes`) or two (`yes exact`); a detail that is not named is not compared.
fn answers(wanted: &BTreeMap<String, String>, found: &BTreeMap<String, (String, String)>) -> Compared {
    let (mut expected, mut there) = (BTreeSet::new(), BTreeSet::new());
    for (question, answer) in wanted {
        let (said, detail) = found.get(question).cloned().unwrap_or_default();
        let said = if said.is_empty() { "nothing".to_owned() } else { said };
        there.insert(match answer.contains(' ') {
            true => format!("{question} {said} {detail}").trim_end().to_owned(),
            false => format!("{question} {said}"),
        });
        expected.insert(format!("{question} {answer}"));
    }
    Compared::of(&expected, &there)
}

/// All scenarios, with what they come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Matrix {
    /// Scenarios.
    pub scenarios: Vec<Checked>,
    /// What they come to.
    pub metrics: Metrics,
}

/// What the scenarios come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Scenarios.
    pub scenarios: usize,
    /// Those in which all is as expected.
    pub agreeing: usize,
    /// Answers that the scenarios fix.
    pub answers: usize,
    /// Those that were given.
    pub answers_right: usize,
    /// Verdicts, outcomes and rules that are right.
    pub verdicts_right: usize,
    /// Attacks that were closed.
    pub attacks_closed: usize,
}

impl Matrix {
    /// Sums up.
    #[must_use]
    pub fn new(scenarios: Vec<Checked>) -> Self {
        let count = |is: &dyn Fn(&Checked) -> bool| scenarios.iter().filter(|checked| is(checked)).count();
        let metrics = Metrics {
            scenarios: scenarios.len(),
            agreeing: count(&Checked::agrees),
            answers: scenarios.iter().map(|checked| checked.answers.expected).sum(),
            answers_right: scenarios.iter().map(|checked| checked.answers.found).sum(),
            verdicts_right: count(&|checked| checked.verdict.agrees()),
            attacks_closed: count(&Checked::attack_closed),
        };
        Self { scenarios, metrics }
    }
}

/// Families of records (`sysmon`, `security`, `windows` for Windows' other logs, `defender`, `ecs`) that a form of a
/// scenario's telemetry holds.
#[must_use]
pub fn families(scenario: &Scenario, form: &str) -> Vec<&'static str> {
    let only = match form {
        "ecs" => Some("ecs"),
        "defender" | "defender-csv" => Some("defender"),
        _ => None,
    };
    if let Some(only) = only {
        return vec![only];
    }
    let sources = &scenario.telemetry.sources;
    let usual = [Source::Sysmon, Source::Security, Source::OfficeAlerts];
    let named: Vec<Source> = match sources.is_empty() {
        true => usual.to_vec(),
        false => sources.values().flatten().copied().collect(),
    };
    let all = named.into_iter().filter_map(|source| match source {
        Source::Sysmon => Some("sysmon"),
        Source::Security => Some("security"),
        Source::Defender | Source::Ecs => None,
        _ => Some("windows"),
    });
    let all: BTreeSet<&str> = all.filter(|family| form != "sysmon-json" || *family == "sysmon").collect();
    all.into_iter().collect()
}
