//! What the questions share: which documents and findings the case is about, and what the logs cover.

use crate::playbook::{Compute, Parameter, Question, ticks};
use crate::{CaseEvidence, CaseFile, FactKind, Linked, Organisation, Settings};
use ddefend_model::case::Evidence;
use ddefend_model::{Detection, Finding, Level};

/// What a finding is to the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Starts a program.
    Launch,
    /// Talks to a server that is not known.
    Server,
    /// Fetches data from a place that is known.
    Data,
}

pub(super) struct View<'a> {
    pub(super) evidence: &'a CaseEvidence,
    pub(super) linked: &'a Linked,
    pub(super) settings: &'a Settings,
    /// File, finding and what it is, worst first.
    pub(super) subjects: Vec<(usize, usize, Sort)>,
    /// Keys of records that say that something was stopped.
    pub(super) blocked: std::collections::BTreeSet<String>,
    /// When the incident begins: as it was linked, else when the first mail of it was sent.
    pub(super) begin: Option<ddefend_event::Time>,
}

impl<'a> View<'a> {
    pub(super) fn new(evidence: &'a CaseEvidence, linked: &'a Linked, settings: &'a Settings) -> Self {
        let mut subjects = Vec::new();
        let question = settings.playbook.questions.iter().find(|question| question.compute == Compute::Findings);
        if let Some(question) = question {
            for (at, file) in evidence.files.iter().enumerate() {
                for (number, finding) in file.scanned.findings.iter().enumerate() {
                    if let Some(sort) = sort(finding, question, &settings.organisation) {
                        subjects.push((at, number, sort));
                    }
                }
            }
        }
        subjects.sort_by_key(|(file, finding, sort)| (*sort, *file, *finding));
        let stopped = evidence.facts.iter().filter(|fact| fact.event_id == 1121 || stops(fact).is_some());
        let blocked = stopped.map(|fact| format!("{}#{}", fact.source, fact.record)).collect();
        let mails = evidence.files.iter().filter_map(|file| file.provenance.mail.as_ref());
        let dates =
            mails.map(|mail| mail.date.as_str()).chain(evidence.journal.iter().map(|entry| entry.time.as_str()));
        let begin = linked.begin.or_else(|| dates.filter_map(ddefend_event::Time::parse).min_by_key(|time| time.ticks));
        Self { evidence, linked, settings, subjects, blocked, begin }
    }

    pub(super) fn file(&self, at: usize) -> Option<&'a CaseFile> {
        self.evidence.files.get(at)
    }

    pub(super) fn finding(&self, file: usize, finding: usize) -> Option<&'a Finding> {
        self.file(file)?.scanned.findings.get(finding)
    }

    /// Files that the case is about: those with something that starts a program or talks to a server, else those that
    /// were opened, else those with a link at all.
    pub(super) fn documents(&self) -> Vec<usize> {
        let suspect = self.subjects.iter().filter(|(_, _, sort)| *sort != Sort::Data).map(|(file, _, _)| *file);
        let mut files: Vec<usize> = suspect.collect();
        if files.is_empty() {
            // What could not be read may be the document.
            let unread = |file: &&CaseFile| !file.scanned.artifact.complete;
            let all = self.evidence.files.iter();
            files = all.enumerate().filter(|(_, file)| unread(file)).map(|(at, _)| at).collect();
        }
        if files.is_empty() {
            files = self.linked.openings.iter().filter_map(|opening| opening.file).collect();
        }
        if files.is_empty() {
            files = self.subjects.iter().map(|(file, _, _)| *file).collect();
        }
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Hosts that the case is about, in lower case: those of the incident, else those whose logs are there.
    pub(super) fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = self.linked.hosts.iter().map(|host| host.to_lowercase()).collect();
        if hosts.is_empty() {
            hosts = self.evidence.coverage.iter().map(|covered| covered.host.to_lowercase()).collect();
        }
        hosts.retain(|host| !host.is_empty());
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// True where a log of one of those names covers the incident's time on that host. Without a known time it is enough
    /// that the log holds anything.
    pub(super) fn covered(&self, host: &str, logs: &[&str]) -> bool {
        self.evidence.coverage.iter().any(|covered| {
            let log = logs.contains(&covered.log.as_str());
            let time = match (covered.span, self.begin) {
                (Some((first, last)), Some(begin)) => first.ticks <= begin.ticks && begin.ticks <= last.ticks,
                (Some(_), None) => true,
                (None, _) => false,
            };
            log && time && same_host(&covered.host, host)
        })
    }

    /// True where a log of one of those names goes on until then, in ticks.
    pub(super) fn reaches(&self, host: &str, logs: &[&str], until: Option<i64>) -> bool {
        self.evidence.coverage.iter().any(|covered| {
            let reached = covered.span.is_some_and(|(_, last)| until.is_none_or(|until| last.ticks >= until));
            reached && logs.contains(&covered.log.as_str()) && same_host(&covered.host, host)
        })
    }

    /// Hosts of the case for which no such log covers the time. All where there is no host.
    pub(super) fn uncovered(&self, logs: &[&str]) -> Vec<String> {
        let hosts = self.hosts();
        if hosts.is_empty() {
            return vec!["any host".to_owned()];
        }
        hosts.into_iter().filter(|host| !self.covered(host, logs)).collect()
    }

    /// The same for process creation: the Security log counts only where process creation is audited, which shows by a
    /// record of it on that host.
    pub(super) fn without_processes(&self) -> Vec<String> {
        let audited = |host: &str| {
            self.evidence
                .facts
                .iter()
                .any(|fact| fact.spec.kind == FactKind::Process && fact.event_id == 4688 && same_host(&fact.host, host))
        };
        let missing = self.uncovered(&["sysmon", "defender", "ecs"]);
        missing.into_iter().filter(|host| !(self.covered(host, &["security"]) && audited(host))).collect()
    }

    /// Detections of rules with those names: the rule's file without folder and extension.
    pub(super) fn detections(&self, rules: &[String]) -> Vec<&'a Detection> {
        let named = |detection: &&Detection| rules.iter().any(|rule| rule == rule_name(detection));
        self.evidence.detections.iter().filter(named).collect()
    }

    /// The organisation's words.
    pub(super) fn organisation(&self) -> &'a Organisation {
        &self.settings.organisation
    }
}

/// A finding's sort; none where it is no link that the question asks about.
fn sort(finding: &Finding, question: &Question, organisation: &Organisation) -> Option<Sort> {
    let fits = |name: &str| list(question, name).iter().any(|entry| matches(entry, finding));
    if fits("launch") {
        return Some(Sort::Launch);
    }
    if fits("server") {
        return Some(if feed_of(finding, organisation).is_some() { Sort::Data } else { Sort::Server });
    }
    fits("data").then_some(Sort::Data)
}

/// `dde.launch`, or `object.link:high`: that id, at that level or above.
fn matches(entry: &str, finding: &Finding) -> bool {
    let (id, level) = entry.split_once(':').unwrap_or((entry, "info"));
    let level: Level = level.parse().unwrap_or(Level::Info);
    finding.id.0 == id && finding.level >= level
}

/// The organisation's entry of a feed.
pub(super) fn feed_of<'o>(finding: &Finding, organisation: &'o Organisation) -> Option<&'o crate::Feed> {
    let link = finding.link.as_ref()?;
    let service = link.service.as_deref()?;
    let topic = link.topic.as_deref().unwrap_or_default();
    organisation.feed.iter().find(|feed| {
        let service = same_service(&feed.service, service);
        service && (feed.topic.is_empty() || like(&feed.topic, &topic.replace("\\\\", "\\")))
    })
}

/// Services are compared without case; `EXCEL.EXE` is `excel`.
fn same_service(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().trim_matches('"').to_lowercase();
        text.strip_suffix(".exe").map(str::to_owned).unwrap_or(text)
    };
    !a.is_empty() && plain(a) == plain(b)
}

/// A pattern with `*`, without case. Linear in pattern times text, without recursion.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.to_lowercase().chars().collect(), text.to_lowercase().chars().collect());
    let (mut at, mut here, mut star, mut mark) = (0, 0, None, 0);
    while here < text.len() {
        let wanted = pattern.get(at);
        if wanted == Some(&'*') {
            star = Some(at);
            mark = here;
            at += 1;
        } else if wanted.is_some() && wanted == text.get(here) {
            at += 1;
            here += 1;
        } else if let Some(back) = star {
            at = back + 1;
            mark += 1;
            here = mark;
        } else {
            return false;
        }
    }
    pattern.iter().skip(at).all(|letter| *letter == '*')
}

/// Names of one host, short or full, without case.
pub(super) fn same_host(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return !a.is_empty();
    }
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    // Two full names of different domains are two hosts.
    (!a.contains('.') || !b.contains('.')) && !short(a).is_empty() && short(a) == short(b)
}

/// A rule's file without folder and extension.
pub(super) fn rule_name(detection: &Detection) -> &str {
    let name = detection.rule.file.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".yml").unwrap_or(name)
}

/// A list of a question's parameters.
pub(super) fn list<'q>(question: &'q Question, name: &str) -> &'q [String] {
    match question.with.get(name) {
        Some(Parameter::List(list)) => list,
        _ => &[],
    }
}

/// A length of time of a question's parameters, in ticks.
pub(super) fn span(question: &Question, name: &str, usual: &str) -> i64 {
    let text = match question.with.get(name) {
        Some(Parameter::Text(text)) => text,
        _ => usual,
    };
    ticks(text).unwrap_or(0)
}

/// A number of a question's parameters.
pub(super) fn number(question: &Question, name: &str, usual: f64) -> f64 {
    match question.with.get(name) {
        Some(Parameter::Number(number)) => *number,
        _ => usual,
    }
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// A finding as evidence.
pub(super) fn of_finding(file: &CaseFile, finding: &Finding) -> Evidence {
    let part = finding.part.as_str();
    Evidence {
        kind: "finding".to_owned(),
        source: file.scanned.artifact.path.clone(),
        place: if finding.location.is_empty() { part.to_owned() } else { format!("{part}, {}", finding.location) },
        text: format!("{} ({}): {}", finding.id.0, finding.level, finding.title),
        ..Evidence::default()
    }
}

/// A file as evidence.
pub(super) fn of_file(file: &CaseFile, text: impl Into<String>) -> Evidence {
    let source = file.scanned.artifact.path.clone();
    Evidence { kind: "file".to_owned(), source, text: text.into(), ..Evidence::default() }
}

/// A detection as evidence.
pub(super) fn of_detection(detection: &Detection) -> Evidence {
    let event = &detection.event;
    Evidence {
        kind: "detection".to_owned(),
        source: event.source.clone(),
        place: format!("record {}", event.record),
        time: event.time.clone(),
        host: event.host.clone(),
        text: format!("{}: {}", detection.rule.title, detection.why),
        record: format!("{}#{}", event.source, event.record),
    }
}

/// A fact as evidence.
pub(super) fn of_fact(fact: &crate::Fact, text: impl Into<String>) -> Evidence {
    Evidence {
        kind: "record".to_owned(),
        source: fact.source.to_string(),
        place: format!("record {}", fact.record),
        time: fact.time.map(|time| time.to_string()).unwrap_or_default(),
        host: fact.host.to_string(),
        text: text.into(),
        record: format!("{}#{}", fact.source, fact.record),
    }
}

/// What a record says was stopped: `asr` or `antivirus`.
pub(super) fn stops(fact: &crate::Fact) -> Option<&'static str> {
    if fact.spec.kind != FactKind::Barrier {
        return None;
    }
    match fact.event_id {
        1121 => Some("asr"),
        1117 => {
            fact.get("Action Name").is_none_or(|action| !action.eq_ignore_ascii_case("allow")).then_some("antivirus")
        }
        _ => fact.get("ActionType").is_some_and(|action| action.ends_with("Blocked")).then_some("asr"),
    }
}
