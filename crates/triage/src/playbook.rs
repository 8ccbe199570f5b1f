//! The playbook as data (`content/playbooks/*.yml`): questions, weights, rules, tasks. [`Playbook::read`] reads and checks
//! one; docs/reference/playbook.schema.json describes the file for editors.

mod cacao;
mod condition;
mod error;
mod parse;
mod primitive;
mod validate;

pub use crate::literal::Language;
pub use cacao::cacao;
pub use condition::{Comparison, Condition, Expr, Name, Operand, Standing, Total};
pub use error::PlaybookError;
pub use parse::ConditionError;
pub use primitive::{Compute, PRIMITIVES, Parameter, ParameterKind, Primitive, ticks};

use ddefend_model::Level;
use ddefend_model::case::{Phase, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A playbook.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Playbook {
    /// Id and version: `t1559.002-dde/1`.
    pub playbook: String,
    /// One line.
    pub title: String,
    /// What it is for, in sentences.
    pub description: String,
    /// RFC 3339, for exports; the first version's.
    pub created: String,
    /// RFC 3339, for exports; this version's.
    pub modified: String,
    /// What it can be given.
    pub inputs: Vec<Input>,
    /// Questions in the order in which they are told.
    pub questions: Vec<Question>,
    /// Levels of severity, highest first.
    pub bands: Vec<Band>,
    /// What points may not do.
    pub caps: Vec<Cap>,
    /// Severity that a case has at least.
    #[serde(default)]
    pub floors: Vec<Floor>,
    /// Rules that escalate; the first that holds decides.
    pub escalate: Vec<EscalateRule>,
    /// Rules that close, asked only where none escalates.
    pub close: Vec<CloseRule>,
    /// No case is closed while this holds.
    pub never_close: Option<Condition>,
    /// What a case comes to: the first that holds.
    pub verdicts: Vec<VerdictRule>,
    /// What can be done.
    pub tasks: Vec<TaskSpec>,
    /// D3FEND techniques that tasks carry out.
    pub d3fend: Vec<Defence>,
    /// Words of generated documents: families of false positives and how to tell them.
    pub tuning: Vec<Tuning>,
    /// Digest of its text, hexadecimal, 16 digits.
    #[serde(skip)]
    pub digest: String,
}

/// Something that a playbook can be given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// `document`.
    pub name: String,
    /// What it is.
    pub text: String,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `Q0`.
    pub id: String,
    /// The question, one sentence.
    pub title: String,
    /// Why it matters, in sentences.
    pub why: String,
    /// Evidence that answers it, in words.
    pub needs: Vec<String>,
    /// How it is worked out.
    pub compute: Compute,
    /// Parameters of that.
    #[serde(default)]
    pub with: BTreeMap<String, Parameter>,
    /// Points by detail, or by answer where the detail has none.
    #[serde(default)]
    pub weights: BTreeMap<String, i32>,
    /// Points for each of what was counted, instead of those above where the answer is yes.
    #[serde(default)]
    pub per: Option<Per>,
    /// Details in rising order, for comparisons.
    #[serde(default)]
    pub order: Vec<String>,
    /// The answer in words, by detail or answer: `{what}`, `{count}`.
    pub texts: BTreeMap<String, String>,
    /// What would answer it, asked for where it is unknown.
    #[serde(default)]
    pub on_unknown: Option<String>,
    /// Ready queries, by language.
    #[serde(default)]
    pub queries: Vec<CommandSpec>,
}

/// Points for each of what was counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Per {
    /// Name of the number: `kinds`.
    pub value: String,
    /// Points for each.
    pub points: i32,
    /// Most points.
    pub cap: i32,
}

impl Question {
    /// Points of an answer with that word, detail and numbers.
    #[must_use]
    pub fn points(&self, answer: &str, detail: &str, values: &BTreeMap<String, u64>) -> i32 {
        let per = self.per.as_ref().filter(|_| answer == "yes");
        let counted = per.and_then(|per| {
            let count = i32::try_from(*values.get(&per.value)?).unwrap_or(i32::MAX);
            Some(per.points.saturating_mul(count).min(per.cap))
        });
        let fixed = || self.weights.get(detail).or_else(|| self.weights.get(answer)).copied();
        counted.or_else(fixed).unwrap_or(0)
    }

    /// How much it weighs: the most points that it can add or take.
    #[must_use]
    pub fn weight(&self) -> i32 {
        let fixed = self.weights.values().map(|points| points.saturating_abs());
        fixed.chain(self.per.as_ref().map(|per| per.cap)).max().unwrap_or(0)
    }
}

/// A level of severity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The level.
    pub level: Level,
    /// From that severity on.
    pub at_least: u8,
}

/// What points of a question may not do.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// When.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// Whose points.
    pub question: String,
    /// Its points are at least that.
    #[serde(default)]
    pub points_at_least: Option<i32>,
    /// Its points do not take the severity below that.
    #[serde(default)]
    pub severity_at_least: Option<i32>,
    /// Why.
    pub why: String,
}

/// What keeps the severity up, whatever the points say.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// When.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// Question and number that must not be zero beside it; counted even where the question is unknown: `Q3.alarms`.
    #[serde(default)]
    pub counted: Option<String>,
    /// The severity is at least that, 0 to 100.
    pub severity_at_least: u8,
    /// Why.
    pub why: String,
}

/// A rule that escalates.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalateRule {
    /// `E1`.
    pub id: String,
    /// In words.
    pub title: String,
    /// When.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// Whom it goes to.
    pub to: String,
    /// Tasks that it makes.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// Tasks that come before all others.
    #[serde(default)]
    pub first: Vec<String>,
}

/// A rule that closes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseRule {
    /// `C1`.
    pub id: String,
    /// In words.
    pub title: String,
    /// When.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// What the case then is.
    pub verdict: Verdict,
    /// Answers whose numbers must not be zero: `Q0.owners`, with what is missing otherwise.
    #[serde(default)]
    pub require: Option<Requirement>,
    /// Reason code where the evidence names no family of false positives.
    #[serde(default)]
    pub reason: String,
    /// Tasks that it makes.
    #[serde(default)]
    pub tasks: Vec<String>,
}

/// What must be there before a case is closed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its name: `owner`.
    pub name: String,
    /// When it is there.
    #[serde(rename = "if")]
    pub condition: Condition,
    /// What to do where it is not.
    pub task: String,
}

/// What a case comes to.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictRule {
    /// The verdict.
    pub verdict: Verdict,
    /// When.
    #[serde(rename = "if")]
    pub condition: Condition,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSpec {
    /// `memory_dump`.
    pub id: String,
    /// One line.
    pub title: String,
    /// When in the response.
    pub phase: Phase,
    /// Question that it answers.
    #[serde(default)]
    pub question: String,
    /// What to do and what to look for.
    pub text: String,
    /// It changes something: somebody must approve it.
    #[serde(default)]
    pub approval: bool,
    /// Made whenever this holds, beside the rules that name it.
    #[serde(default, rename = "if")]
    pub condition: Option<Condition>,
    /// Ready commands.
    #[serde(default)]
    pub commands: Vec<CommandSpec>,
    /// Name in a public library of response actions.
    #[serde(default)]
    pub label: String,
}

/// A command with placeholders: `{{host}}` stands for the whole quoted value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandSpec {
    /// Product or shell.
    pub platform: String,
    /// Language, which says how values are quoted.
    pub language: Language,
    /// The command.
    pub text: String,
    /// The command that undoes it.
    #[serde(default)]
    pub undo: String,
    /// It changes something.
    #[serde(default)]
    pub changes: bool,
}

/// A D3FEND technique.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defence {
    /// `D3-NI`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Questions and tasks that carry it out.
    pub of: Vec<String>,
}

/// A family of false positives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Reason code: `vsto`.
    pub family: String,
    /// One line.
    pub title: String,
    /// How to tell it.
    pub text: String,
    /// Name of the shipped filter; empty for none.
    #[serde(default)]
    pub filter: String,
}

impl Playbook {
    /// Reads and checks a playbook.
    ///
    /// # Errors
    /// Where the text is not YAML of that shape, or what it says contradicts itself: with line and field.
    pub fn read(text: &str) -> Result<Self, PlaybookError> {
        if text.len() > validate::LONGEST {
            return Err(PlaybookError::TooLong(text.len()));
        }
        let mut playbook: Self = yaml_serde::from_str(text).map_err(|error| PlaybookError::shape(&error))?;
        let problems = validate::problems(&playbook, text);
        if !problems.is_empty() {
            return Err(PlaybookError::Contradictions(problems));
        }
        playbook.digest = digest(text);
        Ok(playbook)
    }

    /// The question with that id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The task with that id.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<&TaskSpec> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// Details of the questions in rising order, for [`Standing`].
    #[must_use]
    pub fn orders(&self) -> BTreeMap<String, Vec<String>> {
        self.questions.iter().map(|question| (question.id.clone(), question.order.clone())).collect()
    }
}

/// The first 16 hexadecimal digits of SHA-1: tells two texts apart, guards against nobody.
fn digest(text: &str) -> String {
    use sha1::{Digest as _, Sha1};
    let hash = Sha1::digest(text.as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The closest of some words, where one is close enough to be meant.
fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |other: &str| strsim::damerau_levenshtein(word, other);
    let best = known.into_iter().map(|other| (distance(other), other)).min()?;
    (best.0 <= 2.max(word.len() / 4) && best.0 < word.len()).then_some(best.1)
}
