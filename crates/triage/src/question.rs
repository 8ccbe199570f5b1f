//! What each question of the playbook comes to.

mod baseline;
mod change;
mod children;
mod document;
mod follow;
mod found;
mod indicators;
mod logon;
mod lookalike;
mod phishing;
mod posture;
mod prompts;
mod provenance;
mod series;
mod spread;
mod stopped;
mod view;

use crate::playbook::{Compute, Playbook, Question, Standing};
use crate::{CaseEvidence, Linked, Settings};
use ddefend_model::case::{Answer, Held};
use found::Found;
use view::View;

/// The file, and finding in it, that commands are rendered for: the worst that starts a program or talks to a server, else
/// the first document of the case.
pub(crate) fn subjects(
    evidence: &CaseEvidence,
    linked: &Linked,
    settings: &Settings,
) -> Option<(usize, Option<usize>)> {
    let view = View::new(evidence, linked, settings);
    let worst = view.subjects.iter().find(|(_, _, sort)| *sort != view::Sort::Data);
    // A document is named rather than the mail that only carries it.
    let inner = view.subjects.iter().find(|(file, _, sort)| {
        *sort != view::Sort::Data && view.file(*file).is_some_and(|file| file.provenance.mail.is_none())
    });
    let found = inner.or(worst).map(|(file, finding, _)| (*file, Some(*finding)));
    found.or_else(|| view.documents().first().map(|file| (*file, None)))
}

/// Most pieces of evidence of one answer; what is beyond is counted in its text.
const MOST: usize = 50;

/// Every question of the playbook, in its order.
#[must_use]
pub fn answers(evidence: &CaseEvidence, linked: &Linked, settings: &Settings) -> Vec<Answer> {
    let view = View::new(evidence, linked, settings);
    let playbook = &settings.playbook;
    let mut answers: Vec<Answer> =
        playbook.questions.iter().map(|question| answer(question, compute(&view, question), playbook)).collect();
    cap(&mut answers, playbook);
    answers
}

fn compute(view: &View<'_>, question: &Question) -> Found {
    match question.compute {
        Compute::Findings => document::findings(view),
        Compute::Provenance => provenance::provenance(view, question),
        Compute::Baseline => baseline::baseline(view, question),
        Compute::OfficeChild => children::asked(view, question),
        Compute::Phishing => phishing::phishing(view, question),
        Compute::RegistryChange => change::registry_change(view, question),
        Compute::GuardsPassed => prompts::guards_passed(view, question),
        Compute::CommandMatch => children::command_match(view),
        Compute::FollowUp => follow::follow_up(view),
        Compute::Logon => logon::logon(view, question),
        Compute::KnownIndicators => indicators::known(view),
        Compute::Spread => spread::spread(view),
        Compute::Stopped => stopped::stopped(view, question),
        Compute::Posture => posture::posture(view, question),
    }
}

fn answer(question: &Question, found: Found, playbook: &Playbook) -> Answer {
    let word = found.held.as_str();
    let points = question.points(word, found.detail, &found.values);
    let text = question.texts.get(found.detail).or_else(|| question.texts.get(word)).map_or("", String::as_str);
    let count = found.evidence.len().to_string();
    // A value never becomes a placeholder of the next: names are looked for in the playbook's text alone.
    let text = fill(text, |name| match name {
        "what" => Some(found.what.clone()),
        "count" => Some(count.clone()),
        _ => None,
    });
    let mut evidence = found.evidence;
    let mut seen = std::collections::BTreeSet::new();
    evidence.retain(|piece| seen.insert(piece.clone()));
    evidence.truncate(MOST);
    let mut gaps = found.gaps;
    let mut known = std::collections::BTreeSet::new();
    gaps.retain(|gap| known.insert(gap.clone()));
    Answer {
        question: question.id.clone(),
        title: question.title.clone(),
        answer: found.held,
        detail: found.detail.to_owned(),
        confidence: round(found.confidence),
        points: if found.held == Held::Unknown { points.max(0) } else { points },
        text,
        values: found.values,
        evidence,
        gaps,
        rule_version: playbook.playbook.clone(),
    }
}

/// Fills `{name}` in; what is not known stays as it stands.
fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        match behind.split_once('}').and_then(|(name, after)| Some((value(name)?, after))) {
            Some((filled, after)) => {
                out.push_str(&filled);
                rest = after;
            }
            None => {
                out.push('{');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Two digits.
pub(crate) fn round(number: f64) -> f64 {
    (number.clamp(0.0, 1.0) * 100.0).round() / 100.0
}

/// Takes points back that a cap does not allow.
fn cap(answers: &mut [Answer], playbook: &Playbook) {
    let orders = playbook.orders();
    let mut least = Vec::new();
    for cap in &playbook.caps {
        let standing = Standing { answers, orders: &orders, severity: 0.0, coverage: 0.0, confidence: 0.0 };
        if let Some(points) = cap.points_at_least.filter(|_| cap.condition.holds(&standing) == Held::Yes) {
            least.push((&cap.question, points));
        }
    }
    for (question, points) in least {
        for answer in answers.iter_mut().filter(|answer| answer.question == *question) {
            answer.points = answer.points.max(points);
        }
    }
}
