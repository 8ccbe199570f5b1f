//! Is there recent phishing that fits?

use super::found::{Found, some_of};
use super::view::{View, base, list, of_file, span};
use crate::playbook::Question;
use ddefend_event::Time;
use ddefend_model::case::Evidence;
use ddefend_model::provenance::JournalEntry;
use std::collections::BTreeSet;

/// Q4: delivery by mail to several, a gateway's verdict, webmail, or opened straight from a mail.
pub(super) fn phishing(view: &View<'_>, question: &Question) -> Found {
    let window = (span(question, "before", "72h"), span(question, "after", "24h"));
    let mut said = Vec::new();
    let mut evidence = Vec::new();
    let mut details = BTreeSet::new();
    let recipients = recipients(view, window, &mut evidence);
    if recipients.len() >= 2 {
        details.insert("recipients");
        said.push(format!("it went to {} recipients", recipients.len()));
    }
    for entry in related(view, window) {
        let verdict = entry.verdict.to_lowercase();
        if list(question, "verdicts").contains(&verdict) {
            details.insert("verdict");
            said.push(format!("the gateway calls it {verdict}"));
            evidence.push(of_entry(entry, format!("Verdict {verdict}.")));
        }
    }
    for file in view.documents() {
        let marks = view.file(file).into_iter().flat_map(|file| &file.provenance.marks);
        for mark in marks.chain(view.linked.all_marks(file)) {
            let urls = format!("{} {}", mark.host_url, mark.referrer_url).to_lowercase();
            if let Some(mail) = list(question, "webmail").iter().find(|mail| urls.contains(&mail.to_lowercase())) {
                details.insert("webmail");
                said.push(format!("it was fetched from webmail ({mail})"));
                if let Some(file) = view.file(file) {
                    evidence.push(of_file(file, format!("Mark of the web: {}.", urls.trim())));
                }
            }
        }
    }
    from_mail(view, question, &mut said, &mut evidence, &mut details);
    said.sort();
    said.dedup();
    let first = ["recipients", "verdict", "webmail", "mail-folder"].into_iter().find(|detail| details.contains(detail));
    if let Some(detail) = first {
        let confidence = if detail == "mail-folder" { 0.7 } else { 0.9 };
        return Found::yes(detail, confidence, some_of(&said, 4)).with(evidence).value("recipients", recipients.len());
    }
    if !view.evidence.has_journal || !journal_covers(view) {
        let gaps = vec!["the mail journal from 72 hours before to 24 hours behind, with verdicts".to_owned()];
        return Found::unknown("", "no mail journal covers the time", gaps);
    }
    Found::no("none", 0.8, "the mail journal covers the time and tells of nothing that fits")
        .value("recipients", recipients.len())
}

/// Office opened it from where a mail program puts attachments.
fn from_mail(
    view: &View<'_>,
    question: &Question,
    said: &mut Vec<String>,
    evidence: &mut Vec<Evidence>,
    details: &mut BTreeSet<&'static str>,
) {
    for opening in &view.linked.openings {
        let path = opening.path.to_lowercase();
        let near = view.linked.processes.get(opening.process);
        let in_mail = list(question, "folders").iter().any(|folder| path.contains(&folder.to_lowercase()));
        let subject = view.linked.begin.is_none_or(|begin| {
            let start = near.and_then(|proc| proc.start).map(|time| time.ticks);
            start.is_none_or(|start| start >= begin.ticks.saturating_sub(span(question, "before", "72h")))
        });
        if in_mail && subject {
            details.insert("mail-folder");
            said.push(format!("{} was opened straight from a mail", base(&opening.path)));
            evidence.extend(near.into_iter().flat_map(|proc| proc.evidence.iter().cloned()));
        }
    }
}

fn of_entry(entry: &JournalEntry, text: String) -> Evidence {
    Evidence {
        kind: "mail".to_owned(),
        source: "mail journal".to_owned(),
        place: format!("message {}", entry.message_id),
        time: entry.time.clone(),
        text,
        ..Evidence::default()
    }
}

/// Entries that belong to the case's documents, in the window.
fn related<'a>(view: &View<'a>, window: (i64, i64)) -> Vec<&'a JournalEntry> {
    let documents = view.documents();
    let hashes: BTreeSet<String> = documents
        .iter()
        .filter_map(|file| view.file(*file))
        .flat_map(|file| {
            let inner = file.provenance.contained.iter().map(|inner| inner.sha256.clone());
            inner.chain([file.scanned.artifact.sha256.clone()])
        })
        .filter(|hash| !hash.is_empty())
        .collect();
    let linked: BTreeSet<usize> = view
        .linked
        .mails
        .iter()
        .filter(|link| documents.contains(&link.file))
        .filter_map(|link| link.journal)
        .collect();
    let mails = documents.iter().filter_map(|file| view.file(*file)?.provenance.mail.as_ref());
    let ids: BTreeSet<&str> = mails.map(|mail| mail.message_id.as_str()).filter(|id| !id.is_empty()).collect();
    let entries = view.evidence.journal.iter().enumerate();
    entries
        .filter(|(at, entry)| {
            let same = entry.attachments.iter().any(|file| hashes.contains(&file.sha256));
            let mail = ids.contains(entry.message_id.as_str());
            (same || mail || linked.contains(at)) && in_window(view, &entry.time, window)
        })
        .map(|(_, entry)| entry)
        .collect()
}

fn in_window(view: &View<'_>, time: &str, (before, after): (i64, i64)) -> bool {
    let (Some(begin), Some(time)) = (view.linked.begin, Time::parse(time)) else { return true };
    let end = view.linked.end.unwrap_or(begin).ticks.max(begin.ticks);
    time.ticks >= begin.ticks.saturating_sub(before) && time.ticks <= end.saturating_add(after)
}

/// Everybody who got it: by the journal, and by the mail itself.
fn recipients(view: &View<'_>, window: (i64, i64), evidence: &mut Vec<Evidence>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let entries = related(view, window);
    for entry in &entries {
        all.extend(entry.to.iter().map(|to| to.to_lowercase()));
        evidence
            .push(of_entry(entry, format!("To {} recipients; {} {}.", entry.to.len(), entry.action, entry.verdict)));
    }
    let senders: BTreeSet<String> = entries.iter().map(|entry| entry.from.to_lowercase()).collect();
    let subjects: BTreeSet<&str> =
        entries.iter().map(|entry| entry.subject.as_str()).filter(|text| !text.is_empty()).collect();
    // The same sender with the same subject is the same campaign, whatever the attachment's digest.
    for entry in view.evidence.journal.iter().filter(|entry| in_window(view, &entry.time, window)) {
        if senders.contains(&entry.from.to_lowercase()) && subjects.contains(entry.subject.as_str()) {
            all.extend(entry.to.iter().map(|to| to.to_lowercase()));
        }
    }
    let documents = view.documents();
    let holders = view.linked.mails.iter().filter(|link| documents.contains(&link.file)).filter_map(|link| link.mail);
    for file in documents.iter().copied().chain(holders).filter_map(|file| view.file(file)) {
        if let Some(mail) = file.provenance.mail.as_ref().filter(|mail| in_window(view, &mail.date, window)) {
            all.extend(mail.recipients.iter().map(|to| to.address.to_lowercase()));
            evidence.push(of_file(file, format!("The mail names {} recipients.", mail.recipients.len())));
        }
    }
    all.remove("");
    all
}

/// True where the journal holds something before and behind the incident, or nothing at all is dated.
fn journal_covers(view: &View<'_>) -> bool {
    let Some(begin) = view.linked.begin else { return true };
    let mut times = view.evidence.journal.iter().filter_map(|entry| Time::parse(&entry.time)).map(|time| time.ticks);
    times.any(|time| time <= begin.ticks) || view.evidence.journal.is_empty()
}
