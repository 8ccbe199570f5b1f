//! Was it stopped?

use super::found::{Found, some_of};
use super::view::{View, base, list, of_fact, of_file, span, stops};
use crate::playbook::Question;
use crate::{Child, Fact};
use ddefend_model::case::{Evidence, Held};
use std::collections::BTreeSet;

/// Q12: barriers that held, and children that got through all the same.
pub(super) fn stopped(view: &View<'_>, question: &Question) -> Found {
    let suspects = super::children::suspects(view);
    let ran: Vec<&Child> = suspects.iter().copied().filter(|child| got_through(view, child)).collect();
    let (barriers, detail) = barriers(view, question, &suspects);
    if !ran.is_empty() {
        let names: Vec<String> = ran.iter().map(|child| name(view, child.process)).collect();
        let evidence = ran.iter().filter_map(|child| view.linked.processes.get(child.process));
        let evidence: Vec<Evidence> = evidence.flat_map(|proc| proc.evidence.iter().cloned()).collect();
        if barriers.is_empty() {
            return Found::no("ran", 0.9, format!("{} ran, and nothing stopped it", some_of(&names, 3))).with(evidence);
        }
        let what = format!("something was stopped, but {} ran", some_of(&names, 3));
        return Found::no("not-all", 0.9, what).with(evidence);
    }
    if let Some(detail) = detail {
        let said: Vec<String> = barriers.iter().map(|piece| piece.text.trim_end_matches('.').to_owned()).collect();
        let confidence = if matches!(detail, "ended" | "protected-view") { 0.7 } else { 0.9 };
        return Found::yes(detail, confidence, some_of(&said, 2))
            .value("stopped", barriers.len())
            .value("children", super::children::kept(view).len())
            .with(barriers);
    }
    let missing = view.uncovered(&["windefend", "defender"]);
    if missing.is_empty() {
        return Found::no("not-seen", 0.6, "the Defender log covers the time and tells of nothing that was stopped");
    }
    let gaps = missing
        .iter()
        .map(|host| format!("the Defender log of {host}"))
        .chain(["the mail gateway's journal".to_owned()]);
    Found::unknown("", "no record of a barrier covers the time", gaps.collect())
        .value("children", super::children::kept(view).len())
}

fn name(view: &View<'_>, process: usize) -> String {
    view.linked.processes.get(process).map_or_else(|| "a process".to_owned(), |proc| proc.name.clone())
}

/// True where a child was not stopped, or did something before it was.
fn got_through(view: &View<'_>, child: &Child) -> bool {
    let below = view.linked.processes.iter().any(|proc| proc.parent == Some(child.process));
    let effects = view.linked.effects.iter().any(|effect| effect.process == child.process);
    !child.stopped || below || effects
}

fn barriers(view: &View<'_>, question: &Question, suspects: &[&Child]) -> (Vec<Evidence>, Option<&'static str>) {
    let window = span(question, "window", "10m");
    let mut pieces = Vec::new();
    let mut details = BTreeSet::new();
    for fact in &view.evidence.facts {
        let Some(detail) = stops(fact).filter(|_| near(view, fact, window)) else { continue };
        if detail == "antivirus" && !concerns(view, fact) {
            continue;
        }
        let by = if detail == "asr" { "attack surface reduction" } else { "antivirus" };
        let what = fact.get("Path").or_else(|| fact.get("Target Commandline")).or_else(|| fact.get("CommandLine"));
        pieces.push(of_fact(fact, format!("{by} stopped {}.", what.unwrap_or("a process"))));
        details.insert(detail);
    }
    for (file, link) in view.linked.mails.iter().filter_map(|link| Some((view.file(link.file)?, link))) {
        let entry = link.journal.and_then(|at| view.evidence.journal.get(at));
        if let Some(entry) =
            entry.filter(|entry| list(question, "gateway_actions").contains(&entry.action.to_lowercase()))
        {
            pieces.push(of_file(file, format!("The mail gateway {} it.", entry.action)));
            details.insert("gateway");
        }
    }
    journal(view, question, &mut pieces, &mut details);
    if !suspects.is_empty() && suspects.iter().all(|child| !got_through(view, child)) {
        for child in suspects {
            let proc = view.linked.processes.get(child.process);
            pieces.extend(proc.into_iter().flat_map(|proc| proc.evidence.iter().cloned()));
        }
        details.insert("ended");
    }
    if details.is_empty()
        && let Some(piece) = protected_view(view)
    {
        pieces.push(piece);
        details.insert("protected-view");
    }
    let order = ["asr", "antivirus", "gateway", "ended", "protected-view"];
    (pieces, order.into_iter().find(|detail| details.contains(detail)))
}

/// The journal's entry of a mail of the case: stopped for everybody.
fn journal(view: &View<'_>, question: &Question, pieces: &mut Vec<Evidence>, details: &mut BTreeSet<&'static str>) {
    for file in view.documents().iter().filter_map(|file| view.file(*file)) {
        let Some(mail) = &file.provenance.mail else { continue };
        let same = view
            .evidence
            .journal
            .iter()
            .filter(|entry| !mail.message_id.is_empty() && entry.message_id == mail.message_id);
        let entries: Vec<_> = same.collect();
        let held = |action: &str| list(question, "gateway_actions").contains(&action.to_lowercase());
        if !entries.is_empty() && entries.iter().all(|entry| held(&entry.action)) {
            pieces.push(of_file(file, format!("The mail gateway {} it.", entries[0].action)));
            details.insert("gateway");
        }
    }
}

fn near(view: &View<'_>, fact: &Fact, window: i64) -> bool {
    let host =
        view.linked.hosts.is_empty() || view.linked.hosts.iter().any(|host| super::view::same_host(host, &fact.host));
    let (Some(begin), Some(time)) = (view.linked.begin, fact.time) else { return host };
    let end = view.linked.end.map_or(begin.ticks, |end| end.ticks.max(begin.ticks));
    host && time.ticks >= begin.ticks.saturating_sub(window) && time.ticks <= end.saturating_add(window)
}

/// True where antivirus names a document of the case, or Office.
fn concerns(view: &View<'_>, fact: &Fact) -> bool {
    let path = fact.get("Path").unwrap_or_default().to_lowercase();
    let program = base(fact.get("Process Name").unwrap_or_default()).to_lowercase();
    let named = view.documents().iter().filter_map(|file| view.file(*file)).any(|file| {
        let inner = file.provenance.contained.iter().map(|inner| base(&inner.name).to_lowercase());
        inner
            .chain([base(&file.scanned.artifact.path).to_lowercase()])
            .any(|name| !name.is_empty() && path.contains(&name))
    });
    named || view.settings.lists.office.contains(&program)
}

/// A marked document was opened, the user's whole hive remembers no trust in it, and nothing was started.
fn protected_view(view: &View<'_>) -> Option<Evidence> {
    if view.subjects.iter().all(|(_, _, sort)| *sort == super::view::Sort::Data) || !super::prompts::whole_hive(view) {
        return None;
    }
    let quiet = super::children::office_child(view).held == Held::No;
    let documents = view.documents();
    let marked = documents.iter().copied().find(|file| {
        let own = view.file(*file).into_iter().flat_map(|file| &file.provenance.marks);
        let marks = own.chain(view.linked.all_marks(*file));
        let zone = marks.filter_map(|mark| mark.zone).any(|zone| zone >= 3);
        zone && view.linked.openings.iter().any(|opening| opening.file == Some(*file))
    })?;
    let file = view.file(marked)?;
    let name = base(&file.scanned.artifact.path).to_lowercase();
    let trusted = view.evidence.trust.iter().any(|record| base(&record.document).to_lowercase() == name);
    (quiet && !trusted).then(|| {
        of_file(
            file,
            "Protected View was not left: the document is marked, and the user's hive remembers no trust in it.",
        )
    })
}
