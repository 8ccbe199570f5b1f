//! Severity, confidence, coverage, and the rules that escalate or close.

use crate::playbook::{Compute, Condition, Name, Playbook, Standing};
use crate::question::round;
use crate::{Linked, Settings};
use ddefend_model::case::{Answer, Decision, Held, Outcome, RuleHeld, Verdict};
use std::collections::BTreeMap;

/// The target that goes before all others.
const MAJOR: &str = "major incident";

/// What the answers come to.
#[must_use]
pub fn decide(answers: &[Answer], linked: &Linked, settings: &Settings) -> Decision {
    let playbook = &settings.playbook;
    let orders = playbook.orders();
    let severity = severity(answers, playbook, &orders);
    let (confidence, coverage) = weigh(answers, playbook);
    let standing = Standing { answers, orders: &orders, severity: f64::from(severity), coverage, confidence };
    let mut rules = Vec::new();
    let note = |id: &str, title: &str, condition: &Condition, held: Held| RuleHeld {
        id: id.to_owned(),
        title: title.to_owned(),
        condition: condition.to_string(),
        held,
    };
    for rule in &playbook.escalate {
        rules.push(note(&rule.id, &rule.title, &rule.condition, rule.condition.holds(&standing)));
    }
    let forbidden = forbidden(playbook, &standing);
    for rule in &playbook.close {
        let mut held = rule.condition.holds(&standing);
        let lacking = rule.require.as_ref().is_some_and(|required| required.condition.holds(&standing) != Held::Yes);
        if held == Held::Yes && (lacking || forbidden) {
            held = Held::No;
        }
        rules.push(note(&rule.id, &rule.title, &rule.condition, held));
    }
    let held = |id: &str| rules.iter().any(|rule| rule.id == id && rule.held == Held::Yes);
    let first = playbook.escalate.iter().find(|rule| held(&rule.id));
    let close = playbook.close.iter().find(|rule| first.is_none() && held(&rule.id));
    let judged = playbook.verdicts.iter().find(|rule| rule.condition.holds(&standing) == Held::Yes);
    let verdict = close.map(|rule| rule.verdict).or(judged.map(|rule| rule.verdict)).unwrap_or(Verdict::Undetermined);
    let level = playbook.bands.iter().find(|band| severity >= band.at_least).map(|band| band.level);
    let all: Vec<_> = playbook.escalate.iter().filter(|rule| held(&rule.id)).collect();
    let mut decision = Decision {
        verdict,
        severity,
        level,
        confidence: round(confidence),
        coverage: round(coverage),
        rules,
        ..Decision::default()
    };
    if let Some(rule) = first {
        decision.outcome = Outcome::Escalate;
        decision.escalate = true;
        decision.rule.clone_from(&rule.id);
        let urgent = all.iter().find(|rule| rule.to == MAJOR);
        decision.to.clone_from(urgent.map_or(&rule.to, |rule| &rule.to));
        decision.why = why(&rule.title, &rule.condition, answers);
        let others = all.iter().filter(|other| other.id != rule.id);
        let others: Vec<String> =
            others.map(|other| format!("{} ({} to {})", other.id, other.title, other.to)).collect();
        if !others.is_empty() {
            decision.why.push_str(&format!(" Also holds: {}.", others.join("; ")));
        }
    } else if let Some(rule) = close {
        decision.outcome = Outcome::Close;
        decision.rule.clone_from(&rule.id);
        decision.why = why(&rule.title, &rule.condition, answers);
        decision.reason_code = family(linked).unwrap_or_else(|| rule.reason.clone());
    } else {
        decision.why = open(playbook, &standing, forbidden);
    }
    decision
}

/// The one family of false positives that the children belong to.
fn family(linked: &Linked) -> Option<String> {
    linked.children.iter().map(|child| &child.family).find(|family| !family.is_empty()).cloned()
}

/// True where no rule may close the case, whatever it says: what the playbook forbids, and always where something that
/// starts a program was found or Office started what it should not.
fn forbidden(playbook: &Playbook, standing: &Standing<'_>) -> bool {
    let says = playbook.never_close.as_ref().is_some_and(|condition| condition.holds(standing) == Held::Yes);
    let always = playbook.questions.iter().any(|question| {
        let decisive = matches!(question.compute, Compute::Findings | Compute::OfficeChild | Compute::CommandMatch);
        let yes = |answer: &&Answer| answer.question == question.id && answer.answer == Held::Yes;
        decisive && standing.answers.iter().any(|answer| yes(&answer))
    });
    says || always
}

fn severity(answers: &[Answer], playbook: &Playbook, orders: &BTreeMap<String, Vec<String>>) -> u8 {
    let mut sum: i32 = answers.iter().fold(0, |sum, answer| sum.saturating_add(answer.points));
    let standing = Standing { answers, orders, severity: 0.0, coverage: 0.0, confidence: 0.0 };
    for cap in &playbook.caps {
        let Some(floor) = cap.severity_at_least else { continue };
        let taken = answers.iter().find(|answer| answer.question == cap.question).map_or(0, |answer| answer.points);
        if taken < 0 && cap.condition.holds(&standing) == Held::Yes {
            sum = sum.max(sum.saturating_sub(taken).min(floor));
        }
    }
    let floors = playbook.floors.iter().filter(|floor| {
        let counted = floor.counted.as_deref().is_none_or(|counted| counted_any(answers, counted));
        counted && floor.condition.holds(&standing) == Held::Yes
    });
    let floor = floors.map(|floor| floor.severity_at_least).max().unwrap_or(0);
    u8::try_from(sum.clamp(0, 100)).unwrap_or(0).max(floor)
}

/// True where that number of a question, `Q3.alarms`, is not zero: what an unknown answer counted is there all the same.
fn counted_any(answers: &[Answer], counted: &str) -> bool {
    let Some((question, value)) = counted.split_once('.') else { return false };
    let mut of = answers.iter().filter(|answer| answer.question == question);
    of.any(|answer| answer.values.get(value).is_some_and(|count| *count > 0))
}

/// Confidence, 1 - prod(1 - c w / W) over the answered questions, and the share of the weight that is answered.
fn weigh(answers: &[Answer], playbook: &Playbook) -> (f64, f64) {
    let weight = |question: &str| playbook.question(question).map_or(0, super::playbook::Question::weight);
    let total: f64 = playbook.questions.iter().map(|question| f64::from(question.weight())).sum();
    if total <= 0.0 {
        return (0.0, 0.0);
    }
    let answered = answers.iter().filter(|answer| answer.answer != Held::Unknown);
    let (mut doubt, mut covered) = (1.0, 0.0);
    for answer in answered {
        let share = f64::from(weight(&answer.question)) / total;
        doubt *= 1.0 - answer.confidence * share;
        covered += share;
    }
    (1.0 - doubt, covered)
}

/// A rule in words, with the answers that its condition names. What is no although the rule is not about a no does not
/// make it hold, and is left out.
fn why(title: &str, condition: &Condition, answers: &[Answer]) -> String {
    let mut text = format!("{title}.");
    let mut told = Vec::new();
    for name in condition.names() {
        let (Name::Is(question, word) | Name::Value(question, word) | Name::Ordered(question, word)) = name;
        let answer = answers.iter().find(|answer| answer.question == question && answer.answer != Held::Unknown);
        let about = |answer: &&Answer| {
            answer.answer != Held::No || answer.detail == word || matches!(name, Name::Is(_, "no") | Name::Value(..))
        };
        let answer = answer.filter(about);
        if let Some(answer) = answer.filter(|_| !told.contains(&question)) {
            told.push(question);
            text.push_str(&format!(" {question}: {}", answer.text));
        }
    }
    text
}

/// Why a case stays open: what a close rule lacks, or nothing.
fn open(playbook: &Playbook, standing: &Standing<'_>, forbidden: bool) -> String {
    let lacking = playbook.close.iter().filter(|rule| !forbidden && rule.condition.holds(standing) == Held::Yes);
    let lacking = lacking.filter_map(|rule| rule.require.as_ref().map(|required| (rule, required)));
    lacking.into_iter().next().map_or_else(
        || "No rule to escalate or close holds; the tasks say what would decide it.".to_owned(),
        |(rule, required)| format!("{} would close it, but {} is missing.", rule.id, required.name),
    )
}
