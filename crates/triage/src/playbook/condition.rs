//! Conditions of rules: `Q0.yes and (Q3.yes or Q7 >= partial)`. Three-valued: what an unknown answer would decide is
//! unknown, and a rule holds only where its condition is true.

use super::parse::{ConditionError, parse};
use ddefend_model::case::{Answer, Held};
use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// A condition with its text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Condition {
    text: String,
    expr: Expr,
}

impl TryFrom<String> for Condition {
    type Error = ConditionError;

    fn try_from(text: String) -> Result<Self, ConditionError> {
        let expr = parse(&text)?;
        Ok(Self { text, expr })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a condition says.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All hold.
    And(Vec<Self>),
    /// One holds.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// `Q0.yes`, `Q0.allowlisted`: the answer, or its detail, is that word.
    Is(String, String),
    /// A comparison.
    Compare(Operand, Comparison, Operand),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A number.
    Number(f64),
    /// `severity`, `coverage` or `confidence`.
    Total(Total),
    /// `Q11.hosts`: a number of an answer.
    Value(String, String),
    /// `Q7`: where the answer's detail stands in the question's order.
    Detail(String),
    /// `partial`: a detail.
    Word(String),
}

/// A number of the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// 0 to 100.
    Severity,
    /// 0 to 1.
    Coverage,
    /// 0 to 1.
    Confidence,
}

impl Total {
    /// Its word in conditions.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Coverage => "coverage",
            Self::Confidence => "confidence",
        }
    }
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// Its sign.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
        }
    }
}

/// What conditions are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The answers.
    pub answers: &'a [Answer],
    /// Details of a question in rising order.
    pub orders: &'a BTreeMap<String, Vec<String>>,
    /// 0 to 100.
    pub severity: f64,
    /// 0 to 1.
    pub coverage: f64,
    /// 0 to 1.
    pub confidence: f64,
}

impl Standing<'_> {
    fn answer(&self, question: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.question == question)
    }

    /// A number for a side; none where the answer does not say.
    fn number(&self, operand: &Operand, order: Option<&[String]>) -> Option<f64> {
        match operand {
            Operand::Number(number) => Some(*number),
            Operand::Total(Total::Severity) => Some(self.severity),
            Operand::Total(Total::Coverage) => Some(self.coverage),
            Operand::Total(Total::Confidence) => Some(self.confidence),
            Operand::Value(question, name) => {
                let answer = self.answer(question)?;
                let value = answer.values.get(name).map(|value| *value as f64);
                // What an unanswered question counted is a lower bound at most.
                value.filter(|_| answer.answer != Held::Unknown)
            }
            Operand::Detail(question) => {
                let answer = self.answer(question).filter(|answer| answer.answer != Held::Unknown)?;
                rank(order?, &answer.detail)
            }
            Operand::Word(word) => rank(order?, word),
        }
    }
}

fn rank(order: &[String], word: &str) -> Option<f64> {
    order.iter().position(|known| known == word).map(|at| at as f64)
}

/// Negation: unknown stays unknown.
const fn not(held: Held) -> Held {
    match held {
        Held::Yes => Held::No,
        Held::No => Held::Yes,
        Held::Unknown => Held::Unknown,
    }
}

impl Condition {
    /// What it says.
    #[must_use]
    pub const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether it holds; unknown where an answer that it needs is unknown (Kleene's strong logic).
    #[must_use]
    pub fn holds(&self, standing: &Standing<'_>) -> Held {
        holds(&self.expr, standing)
    }

    /// Every question and word or value that it names.
    #[must_use]
    pub fn names(&self) -> Vec<Name<'_>> {
        let mut names = Vec::new();
        collect(&self.expr, &mut names);
        names
    }
}

/// A name in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a> {
    /// Question and answer or detail.
    Is(&'a str, &'a str),
    /// Question and value.
    Value(&'a str, &'a str),
    /// Question and the detail that it is ordered against.
    Ordered(&'a str, &'a str),
}

fn collect<'a>(expr: &'a Expr, names: &mut Vec<Name<'a>>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| collect(part, names)),
        Expr::Not(part) => collect(part, names),
        Expr::Is(question, word) => names.push(Name::Is(question, word)),
        Expr::Compare(left, _, right) => {
            for (side, other) in [(left, right), (right, left)] {
                match (side, other) {
                    (Operand::Value(question, name), _) => names.push(Name::Value(question, name)),
                    (Operand::Detail(question), Operand::Word(word)) => names.push(Name::Ordered(question, word)),
                    (Operand::Detail(question), _) => names.push(Name::Ordered(question, "")),
                    _ => {}
                }
            }
        }
    }
}

fn holds(expr: &Expr, standing: &Standing<'_>) -> Held {
    match expr {
        Expr::And(parts) => not(any(parts.iter().map(|part| not(holds(part, standing))))),
        Expr::Or(parts) => any(parts.iter().map(|part| holds(part, standing))),
        Expr::Not(part) => not(holds(part, standing)),
        Expr::Is(question, word) => is(standing.answer(question), word),
        Expr::Compare(left, comparison, right) => {
            let question = [left, right].into_iter().find_map(|side| match side {
                Operand::Detail(question) => Some(question),
                _ => None,
            });
            let order = question.and_then(|question| standing.orders.get(question)).map(Vec::as_slice);
            match (standing.number(left, order), standing.number(right, order)) {
                (Some(left), Some(right)) => match left.partial_cmp(&right) {
                    Some(order) if comparison.holds(order) => Held::Yes,
                    Some(_) => Held::No,
                    None => Held::Unknown,
                },
                _ => Held::Unknown,
            }
        }
    }
}

fn any(parts: impl Iterator<Item = Held>) -> Held {
    let mut unknown = false;
    for part in parts {
        match part {
            Held::Yes => return Held::Yes,
            Held::Unknown => unknown = true,
            Held::No => {}
        }
    }
    if unknown { Held::Unknown } else { Held::No }
}

/// Whether an answer is that word: its answer or its detail. Whether it is unknown is always known.
fn is(answer: Option<&Answer>, word: &str) -> Held {
    let Some(answer) = answer else { return Held::Unknown };
    let yes = answer.answer.as_str() == word || answer.detail == word;
    match answer.answer {
        _ if yes => Held::Yes,
        Held::Unknown if word != Held::Unknown.as_str() => Held::Unknown,
        _ => Held::No,
    }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
