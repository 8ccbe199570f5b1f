//! Did the user pass the guards?

use super::found::{Found, some_of};
use super::view::{View, base, list, of_detection, of_fact, same_host, span, stops};
use crate::playbook::Question;
use crate::{Fact, FactKind};
use ddefend_event::Time;
use ddefend_model::case::Evidence;
use std::collections::BTreeSet;

/// Q6: what the user's hive remembers, and which prompts were shown before something started.
pub(super) fn guards_passed(view: &View<'_>, question: &Question) -> Found {
    let names = names(view);
    let trusted: Vec<_> =
        view.evidence.trust.iter().filter(|record| names.contains(&base(&record.document).to_lowercase())).collect();
    if !trusted.is_empty() {
        let said: Vec<String> = trusted
            .iter()
            .map(|record| format!("{}: {} {}", base(&record.document), record.choice, record.time))
            .collect();
        let evidence = trusted.iter().map(|record| Evidence {
            kind: "registry".to_owned(),
            source: record.source.clone(),
            place: format!("TrustRecords of {}: {}", record.user, record.document),
            time: record.time.clone(),
            host: record.host.clone(),
            text: format!("The user {} in {}.", record.choice, record.application),
            ..Evidence::default()
        });
        return Found::yes("trust-record", 0.9, some_of(&said, 3)).with(evidence.collect());
    }
    let prompts = prompts(view, question);
    let shown = || prompts.iter().map(|prompt| prompt.evidence.clone()).collect::<Vec<_>>();
    let window = span(question, "window", "10m");
    let began = prompts.iter().find(|prompt| began(view, prompt, window)).map(|prompt| (prompt, "was started then"));
    let stopped = || prompts.iter().find(|prompt| stopped(view, prompt, window)).map(|p| (p, "was stopped then"));
    if let Some((prompt, then)) = began.or_else(stopped) {
        let what = format!("Office asked, and what it asked about {then} ({})", short(&prompt.text));
        return Found::yes("prompt", 0.8, what).with(shown());
    }
    if whole_hive(view) && !names.is_empty() {
        let named: Vec<&String> = names.iter().collect();
        let what = format!("the user's whole hive is there and remembers no trust in {}", some_of(&named, 3));
        return Found::no("not-passed", 0.8, what).with(shown());
    }
    if !prompts.is_empty() && view.without_processes().is_empty() {
        return Found::no("not-passed", 0.6, "Office asked, and nothing was started after it").with(shown());
    }
    let gaps =
        vec!["NTUSER.DAT of the user with its transaction logs".to_owned(), "OAlerts.evtx of the host".to_owned()];
    Found::unknown("", "neither the user's hive nor a prompt tells", gaps)
}

/// File names of the documents of the case, lower case.
fn names(view: &View<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in view.documents() {
        if let Some(file) = view.file(file) {
            names.insert(base(&file.scanned.artifact.path).to_lowercase());
            names.extend(file.provenance.contained.iter().map(|inner| base(&inner.name).to_lowercase()));
        }
    }
    let suspects: BTreeSet<usize> = super::children::suspects(view).iter().map(|child| child.parent).collect();
    let opened = view.linked.openings.iter().filter(|opening| suspects.contains(&opening.process));
    names.extend(opened.map(|opening| base(&opening.path).to_lowercase()));
    names.remove("");
    names
}

/// True where the whole hive of the case's user was read.
pub(super) fn whole_hive(view: &View<'_>) -> bool {
    let hives = &view.evidence.user_hives;
    let plain = |user: &str| user.rsplit('\\').next().unwrap_or_default().to_lowercase();
    let users = &view.linked.users;
    hives.len() == 1 || hives.iter().any(|hive| users.iter().any(|user| plain(user) == plain(hive)))
}

fn is_prompt(fact: &Fact, question: &Question) -> bool {
    let text = fact.get("Data").unwrap_or_default().to_lowercase();
    fact.spec.kind == FactKind::Prompt
        && list(question, "prompts").iter().any(|known| text.contains(&known.to_lowercase()))
}

/// A question that Office showed.
struct Prompt {
    host: String,
    time: Option<i64>,
    text: String,
    evidence: Evidence,
}

/// Questions by their words, and by the rules on them: a record's values may be told one by one.
fn prompts(view: &View<'_>, question: &Question) -> Vec<Prompt> {
    let facts = view.evidence.facts.iter().filter(|fact| is_prompt(fact, question)).map(|fact| Prompt {
        host: fact.host.to_string(),
        time: fact.time.map(|time| time.ticks),
        text: fact.get("Data").unwrap_or_default().to_owned(),
        evidence: of_fact(fact, "Office showed a question."),
    });
    let rules = view.detections(list(question, "rules")).into_iter().map(|detection| Prompt {
        host: detection.event.host.clone(),
        time: Time::parse(&detection.event.time).map(|time| time.ticks),
        text: detection
            .fields
            .iter()
            .find(|field| field.field == "Data")
            .map_or(String::new(), |field| field.value.clone()),
        evidence: of_detection(detection),
    });
    facts.chain(rules).collect()
}

/// True where that time is within the window behind the prompt.
fn soon(prompt: &Prompt, time: Option<i64>, window: i64) -> bool {
    let asked = prompt.time.zip(time);
    asked.is_some_and(|(asked, time)| time >= asked && time <= asked.saturating_add(window))
}

/// True where something that needs a reason was started within the window behind a prompt on its host.
fn began(view: &View<'_>, prompt: &Prompt, window: i64) -> bool {
    super::children::suspects(view).iter().any(|child| {
        let proc = view.linked.processes.get(child.process);
        proc.is_some_and(|proc| {
            same_host(&proc.host, &prompt.host) && soon(prompt, proc.start.map(|time| time.ticks), window)
        })
    })
}

/// The same for what a barrier stopped.
fn stopped(view: &View<'_>, prompt: &Prompt, window: i64) -> bool {
    let mut barriers = view.evidence.facts.iter().filter(|fact| stops(fact).is_some());
    barriers.any(|fact| same_host(&fact.host, &prompt.host) && soon(prompt, fact.time.map(|time| time.ticks), window))
}

fn short(text: &str) -> String {
    // A record's text has lines, some written out as a backslash and n.
    let text = text.replace("\\r", " ").replace("\\n", " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = text.chars().take(120).collect();
    if short.len() < text.len() { format!("{short}...") } else { short }
}
