//! What to do next, with commands filled in from the case.

mod values;

use crate::literal::render;
use crate::playbook::{CommandSpec, Playbook, Standing, TaskSpec};
use crate::{CaseEvidence, Linked, Settings};
use ddefend_model::case::{Answer, Command, Decision, Held, Phase, Task};
use std::collections::BTreeMap;
use values::Values;

/// Most commands of one task.
const MOST: usize = 100;

/// Tasks in the order of the response: those that come first by a rule, then phase by phase in the playbook's order.
/// Memory stands before containment there; only a rule's `first` goes ahead of it.
#[must_use]
pub fn tasks(
    evidence: &CaseEvidence,
    linked: &Linked,
    answers: &[Answer],
    decision: &Decision,
    settings: &Settings,
) -> Vec<Task> {
    let playbook = &settings.playbook;
    let reasons = reasons(answers, decision, playbook);
    let targets = values::targets(evidence, linked, settings);
    let held = |id: &str| decision.rules.iter().any(|rule| rule.id == id && rule.held == Held::Yes);
    let first: Vec<&String> =
        playbook.escalate.iter().filter(|rule| held(&rule.id)).flat_map(|rule| rule.first.iter()).collect();
    let mut specs: Vec<(usize, &TaskSpec)> =
        playbook.tasks.iter().enumerate().filter(|(_, task)| reasons.contains_key(&task.id)).collect();
    specs.sort_by_key(|(at, task)| (!first.contains(&&task.id), task.phase, *at));
    let made = specs.into_iter().map(|(_, spec)| {
        let because = reasons.get(&spec.id).map(|reasons| reasons.join("; ")).unwrap_or_default();
        task(spec, because, answers, &targets, playbook)
    });
    made.collect()
}

/// Why each task is there; tasks without a reason are not.
fn reasons(answers: &[Answer], decision: &Decision, playbook: &Playbook) -> BTreeMap<String, Vec<String>> {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |task: &str, reason: String| {
        let known = reasons.entry(task.to_owned()).or_default();
        if !known.contains(&reason) {
            known.push(reason);
        }
    };
    for question in &playbook.questions {
        let unknown = answers.iter().any(|answer| answer.question == question.id && answer.answer == Held::Unknown);
        if let Some(task) = question.on_unknown.as_ref().filter(|_| unknown) {
            add(task, format!("{} is not known", question.id));
        }
    }
    for task in playbook
        .tasks
        .iter()
        .filter(|task| task.phase == Phase::L1 && !task.question.is_empty() && task.condition.is_none())
    {
        add(&task.id, format!("every case answers {}", task.question));
    }
    let held = |id: &str| decision.rules.iter().any(|rule| rule.id == id && rule.held == Held::Yes);
    for rule in playbook.escalate.iter().filter(|rule| held(&rule.id)) {
        rule.first.iter().chain(&rule.tasks).for_each(|task| add(task, format!("{}: {}", rule.id, rule.title)));
    }
    for rule in playbook.close.iter().filter(|rule| held(&rule.id)) {
        rule.tasks.iter().for_each(|task| add(task, format!("{}: {}", rule.id, rule.title)));
    }
    let orders = playbook.orders();
    let standing = Standing {
        answers,
        orders: &orders,
        severity: f64::from(decision.severity),
        coverage: decision.coverage,
        confidence: decision.confidence,
    };
    for task in &playbook.tasks {
        if let Some(condition) = task.condition.as_ref().filter(|condition| condition.holds(&standing) == Held::Yes) {
            add(&task.id, condition.to_string());
        }
    }
    reasons
}

fn task(spec: &TaskSpec, because: String, answers: &[Answer], targets: &[Values], playbook: &Playbook) -> Task {
    let answer = answers.iter().find(|answer| !spec.question.is_empty() && answer.question == spec.question);
    let known = answer.filter(|answer| answer.answer != Held::Unknown && spec.phase == Phase::L1);
    let looks = matches!(spec.phase, Phase::L1 | Phase::DataGap);
    let mut text = spec.text.trim().to_owned();
    if let Some(answer) = answer.filter(|answer| looks && answer.answer == Held::Unknown && !answer.gaps.is_empty()) {
        text.push_str(&format!(" Missing: {}.", answer.gaps.join("; ")));
    }
    if let Some(answer) = known {
        text.push_str(&format!(" Answered from the evidence: {}", answer.text));
    }
    let mut commands = Vec::new();
    for command in &spec.commands {
        let (here, gone) = living(command, targets, looks);
        for gone in gone.iter().filter(|gone| !text.contains(gone.as_str())).cloned().collect::<Vec<_>>() {
            text.push_str(&format!(" {gone}: there is nothing left of it to dump or end."));
        }
        rendered(command, &command.platform, &here, &mut commands);
    }
    let question = playbook.question(&spec.question).filter(|_| looks);
    for query in question.iter().flat_map(|question| &question.queries) {
        let platform = format!("{} ({})", query.platform, query.language.title());
        rendered(query, &platform, targets, &mut commands);
    }
    commands.truncate(MOST);
    Task {
        id: spec.id.clone(),
        title: spec.title.clone(),
        phase: spec.phase,
        question: spec.question.clone(),
        because,
        text,
        approval: spec.approval,
        // What is left of it is for people: ddefend asks nobody and looks into no proxy's log.
        done: false,
        commands,
    }
}

/// Targets whose process, where the command acts on one by its id, is not known to have ended; and what ended.
fn living(spec: &CommandSpec, targets: &[Values], looks: bool) -> (Vec<Values>, Vec<String>) {
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for values in targets {
        let ended = ["pid", "office_pid"].into_iter().find_map(|name| {
            let used = !looks && spec.text.contains(&format!("{{{{{name}}}}}"));
            values.get(&format!("gone:{name}")).filter(|_| used)
        });
        match ended {
            Some(ended) => gone.push(ended.clone()),
            None => here.push(values.clone()),
        }
    }
    (here, gone)
}

/// A command for each target that it differs for.
fn rendered(spec: &CommandSpec, platform: &str, targets: &[Values], commands: &mut Vec<Command>) {
    for values in targets {
        let (text, mut open) = render(spec.text.trim_end(), spec.language, |name| values.get(name).cloned());
        let (undo, more) = render(spec.undo.trim_end(), spec.language, |name| values.get(name).cloned());
        open.extend(more);
        open.sort();
        open.dedup();
        let command = Command {
            platform: platform.to_owned(),
            kind: spec.language.kind().to_owned(),
            text,
            undo,
            changes: spec.changes,
            open,
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
}
