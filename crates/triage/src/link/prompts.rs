//! What users were asked, and what they answered.

use super::paths;
use crate::{CaseEvidence, FactKind, Linked, PromptLink};
use ddefend_event::Time;
use std::collections::{BTreeSet, HashMap};

/// How long behind an opening a prompt or an answer belongs to it: one hour.
const AFTER: i64 = 3600 * Time::SECOND;
/// Clocks of records and of the registry are written at different moments.
const BEFORE: i64 = 5 * Time::SECOND;
/// Prompts that are told.
const MOST: usize = 200;

/// Words by which Office's alerts (event 300) name the program.
fn program(name: &str) -> &'static str {
    match name {
        "winword.exe" => "word",
        "excel.exe" => "excel",
        "outlook.exe" => "outlook",
        "powerpnt.exe" => "powerpoint",
        "onenote.exe" => "onenote",
        "msaccess.exe" => "access",
        "mspub.exe" => "publisher",
        "visio.exe" => "visio",
        _ => "office",
    }
}

/// Prompts of the wanted processes: message boxes by program, host and time; remembered trust by the document's path.
pub(super) fn prompts(evidence: &CaseEvidence, linked: &Linked, wanted: &BTreeSet<usize>) -> Vec<PromptLink> {
    let mut found = Vec::new();
    let mut per_host: HashMap<String, Vec<(i64, usize)>> = HashMap::new();
    for (index, fact) in evidence.facts.iter().enumerate().filter(|(_, fact)| fact.spec.kind == FactKind::Prompt) {
        if let Some(time) = fact.ticks() {
            per_host.entry(fact.host.to_ascii_lowercase()).or_default().push((time, index));
        }
    }
    per_host.values_mut().for_each(|list| list.sort_unstable());
    // The same record may stand in two exports, the same hive may have been collected twice.
    let mut asked: BTreeSet<(&str, i64, String)> = BTreeSet::new();
    let mut answered: BTreeSet<(String, i64, &str)> = BTreeSet::new();
    for opening in linked.openings.iter().filter(|opening| wanted.contains(&opening.process)) {
        let Some(proc) = linked.processes.get(opening.process) else { continue };
        let Some(time) = opening.time.map(|time| time.ticks) else { continue };
        let near = |at: i64| at >= time.saturating_sub(BEFORE) && at <= time.saturating_add(AFTER);
        for (at, index) in per_host.get(&proc.host).into_iter().flatten() {
            let text = evidence.facts.get(*index).and_then(|fact| fact.get("Data")).unwrap_or_default().to_lowercase();
            let alive = proc.end.is_none_or(|end| *at <= end.ticks.saturating_add(BEFORE));
            if near(*at)
                && alive
                && text.contains(program(&proc.name))
                && found.len() < MOST
                && asked.insert((&proc.host, *at, text))
            {
                found.push(PromptLink { process: opening.process, fact: Some(*index), trust: None });
            }
        }
        let path = paths::normalise(&opening.path);
        for (index, record) in evidence.trust.iter().enumerate() {
            let document = paths::normalise(&record.document);
            let same = paths::same(&document, &path) >= 0.8;
            let then = Time::parse(&record.time).map(|at| at.ticks).filter(|at| near(*at));
            let Some(then) = then.filter(|_| same && found.len() < MOST) else { continue };
            if answered.insert((document, then, &record.choice)) {
                found.push(PromptLink { process: opening.process, fact: None, trust: Some(index) });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::FactKind;
    use crate::link::testing::{CMD, EXPLORER, Made, WORD, at};
    use ddefend_model::case::EdgeKind;
    use ddefend_model::provenance::TrustRecord;

    #[test]
    fn asked_and_answered() {
        let mut made = Made::new();
        made.file("Invoice.docx", "aa", &["cmd /c calc"]);
        made.start(0, 10, WORD, r#"winword "C:\Users\alice\Invoice.docx""#, 4, EXPLORER);
        made.start(20, 20, CMD, "cmd /c calc", 10, WORD);
        let mut ask = |second, text: &str| {
            made.fact(FactKind::Prompt, second, &[("Data", text)]);
        };
        ask(5, "Microsoft Word This document contains links that may refer to other files.");
        ask(5, "Microsoft Excel Something else.");
        ask(-50, "Microsoft Word Before it was opened.");
        let trust = |document: &str, second| TrustRecord {
            document: document.to_owned(),
            time: at(second).to_string(),
            choice: "enabled editing".to_owned(),
            ..TrustRecord::default()
        };
        made.evidence.trust = vec![
            trust("%USERPROFILE%/alice/Invoice.docx", 3),
            trust("C:/Users/alice/Invoice.docx", 3),
            trust("C:/Users/alice/Other.docx", 3),
        ];
        let linked = made.link();
        let found: Vec<(bool, Option<usize>)> =
            linked.prompts.iter().map(|one| (one.fact.is_some(), one.trust)).collect();
        assert_eq!(found, [(true, None), (false, Some(0)), (false, Some(1))]);
        assert!(linked.edges.iter().any(|edge| edge.kind == EdgeKind::Prompted));
    }
}
