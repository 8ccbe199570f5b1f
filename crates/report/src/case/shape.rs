//! Small readings of a case that several outputs share.

use crate::text::plural;
use ddefend_model::Level;
use ddefend_model::case::{Case, Evidence, Held, Phase, Task, Verdict};

/// A time for people, to the second: `2026-11-21 14:49:01Z`.
pub(super) fn time(text: &str) -> String {
    let zone = if text.ends_with('Z') { "Z" } else { "" };
    let bare = text.trim_end_matches('Z').replacen('T', " ", 1);
    format!("{}{zone}", bare.split_once('.').map_or(bare.as_str(), |(whole, _)| whole))
}

/// Its day: `2026-11-21`; empty where there is none.
pub(super) fn day(text: &str) -> &str {
    text.split_once('T').map_or("", |(day, _)| day)
}

/// Its time of day: `14:49:01`.
pub(super) fn clock(text: &str) -> &str {
    let clock = text.split_once('T').map_or(text, |(_, clock)| clock);
    clock.trim_end_matches('Z').split('.').next().unwrap_or_default()
}

/// `0.95` as `95%`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// `+30`, `-15`, `0`.
pub(super) fn points(points: i32) -> String {
    if points == 0 { "0".to_owned() } else { format!("{points:+}") }
}

/// Where the evidence stands: input and place.
pub(super) fn place(evidence: &Evidence) -> String {
    match (evidence.source.is_empty(), evidence.place.is_empty()) {
        (true, _) => evidence.place.clone(),
        (false, true) => evidence.source.clone(),
        (false, false) => format!("{}, {}", evidence.source, evidence.place),
    }
}

/// How many answers are yes, no and unknown.
pub(super) fn counts(case: &Case) -> (usize, usize, usize) {
    let of = |held: Held| case.answers.iter().filter(|answer| answer.answer == held).count();
    (of(Held::Yes), of(Held::No), of(Held::Unknown))
}

/// Tasks with their numbers from 1, by phase, in the case's order.
pub(super) fn phases(case: &Case) -> Vec<(Phase, Vec<(usize, &Task)>)> {
    let mut phases: Vec<(Phase, Vec<(usize, &Task)>)> = Vec::new();
    for (index, task) in case.tasks.iter().enumerate() {
        match phases.last_mut() {
            Some((phase, tasks)) if *phase == task.phase => tasks.push((index + 1, task)),
            _ => phases.push((task.phase, vec![(index + 1, task)])),
        }
    }
    phases
}

/// The outcome in capitals: `ESCALATE to T2`.
pub(super) fn outcome(case: &Case) -> String {
    use ddefend_model::case::Outcome;
    let decision = &case.decision;
    match decision.outcome {
        Outcome::Escalate if decision.to.is_empty() => "ESCALATE".to_owned(),
        Outcome::Escalate => format!("ESCALATE to {}", decision.to),
        Outcome::Close => "CLOSE".to_owned(),
        Outcome::Open => "OPEN".to_owned(),
    }
}

/// `E1: why`; why no rule made the decision, where none did.
pub(super) fn why(case: &Case) -> String {
    let decision = &case.decision;
    let why = if decision.why.is_empty() && decision.rule.is_empty() {
        "No rule of the playbook holds: the next steps decide."
    } else {
        &decision.why
    };
    let reason = if decision.reason_code.is_empty() { String::new() } else { format!(" ({})", decision.reason_code) };
    if decision.rule.is_empty() { format!("{why}{reason}") } else { format!("{}{reason}: {why}", decision.rule) }
}

/// Inputs, those not read to their end, and bytes.
pub(super) fn read(case: &Case) -> (u64, u64, u64) {
    let unread = case.inputs.iter().filter(|input| !input.complete).count() as u64;
    (case.inputs.len() as u64, unread, case.inputs.iter().map(|input| input.size).sum())
}

/// Sources that are missing, each once, with the questions that they would answer.
pub(super) fn gaps(case: &Case) -> Vec<(&str, Vec<&str>)> {
    let mut gaps: Vec<(&str, Vec<&str>)> = Vec::new();
    for answer in &case.answers {
        for gap in &answer.gaps {
            match gaps.iter_mut().find(|(known, _)| known == gap) {
                Some((_, questions)) => questions.push(&answer.question),
                None => gaps.push((gap, vec![&answer.question])),
            }
        }
    }
    gaps
}

/// The platforms of a task's commands, each once.
pub(super) fn platforms(task: &Task) -> Vec<&str> {
    let mut platforms: Vec<&str> = Vec::new();
    for command in &task.commands {
        if !platforms.contains(&command.platform.as_str()) {
            platforms.push(&command.platform);
        }
    }
    platforms
}

/// What a task is called whose question the evidence answers. Somebody still has to look.
pub(super) const DONE: &str = "answered from the evidence";

/// Every further escalation rule that holds: `also E6: major incident`.
pub(super) fn also(case: &Case) -> impl Iterator<Item = String> {
    let decision = &case.decision;
    let rules = decision.rules.iter().filter(|rule| rule.held == Held::Yes && rule.id.starts_with('E'));
    rules.filter(|rule| rule.id != decision.rule).map(|rule| format!("also {}: {}", rule.id, rule.title))
}

/// The time that the case is judged at; none where it has none.
pub(super) fn as_of(case: &Case) -> Option<String> {
    (!case.as_of.is_empty()).then(|| time(&case.as_of))
}

/// Inputs that were scanned as documents and as mails: `2 documents and 1 mail`.
pub(super) fn documents(case: &Case) -> String {
    let read = |role: &str| case.inputs.iter().filter(|one| !one.sha256.is_empty() && one.role == role).count() as u64;
    format!("{} and {}", plural(read("document"), "document"), plural(read("mail"), "mail"))
}

/// What stands in the place of a story that is empty: whether nothing happened or nothing is known, and what was found.
pub(super) fn no_story(case: &Case) -> Vec<String> {
    let missing = case.inputs.is_empty()
        || case.decision.verdict == Verdict::Undetermined
        || case.inputs.iter().any(|input| !input.complete)
        || case.answers.iter().any(|answer| answer.answer == Held::Unknown || !answer.gaps.is_empty());
    let first = if missing {
        "No story: the evidence does not tell what happened."
    } else {
        "Nothing happened, as far as the evidence goes."
    };
    let mut found = Vec::new();
    for level in [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Info] {
        let count = case.documents.iter().filter(|document| document.scanned.worst() == Some(level)).count() as u64;
        let article = if level == Level::Info { "an" } else { "a" };
        if count > 0 {
            found.push(format!("{} with {article} {level} finding", plural(count, "document")));
        }
    }
    let hits = case.memory.iter().map(|image| image.hits.len() as u64 + image.more_hits).sum();
    for (count, word) in [(case.detections.len() as u64, "detection"), (hits, "memory hit")] {
        if count > 0 {
            found.push(plural(count, word));
        }
    }
    let mut lines = vec![first.to_owned()];
    if !found.is_empty() {
        lines.push(format!("Found: {}.", found.join("; ")));
    }
    lines
}
