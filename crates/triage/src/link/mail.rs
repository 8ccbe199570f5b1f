//! Which mail brought which file, and marks of the web of the files.

use super::collection::Collection;
use super::paths;
use crate::{CaseEvidence, FactKind, MailLink};
use ddefend_model::provenance::{Contained, Mark};
use std::collections::{BTreeMap, HashMap};

/// Links that are told for one file.
const MOST: usize = 100;
/// Form of a mark that was saved as a file of its own.
const SIDE_FILE: &str = "side-file";

/// The collected files by digest and name.
struct Files<'e> {
    by_digest: HashMap<&'e str, Vec<(usize, bool)>>,
    by_name: HashMap<String, Vec<(usize, bool, u64, &'e str)>>,
}

impl<'e> Files<'e> {
    fn new(evidence: &'e CaseEvidence) -> Self {
        let mut files = Self { by_digest: HashMap::new(), by_name: HashMap::new() };
        for (index, case) in evidence.files.iter().enumerate() {
            let artifact = &case.scanned.artifact;
            files.add(index, false, &artifact.path, artifact.size, &artifact.sha256);
            for contained in &case.provenance.contained {
                files.add(index, true, &contained.name, contained.size, &contained.sha256);
            }
        }
        files
    }

    fn add(&mut self, index: usize, inside: bool, name: &str, size: u64, sha256: &'e str) {
        if !sha256.is_empty() {
            self.by_digest.entry(sha256).or_default().push((index, inside));
        }
        let name = paths::name(name);
        if !name.is_empty() {
            self.by_name.entry(name).or_default().push((index, inside, size, sha256));
        }
    }

    /// Files that an attachment may be, each with how sure and by which rule: digest, name and size, name.
    fn of(&self, attachment: &Contained) -> Vec<(usize, f64, &'static str)> {
        let mut found: BTreeMap<usize, (f64, &'static str)> = BTreeMap::new();
        let mut add = |index: usize, confidence: f64, rule: &'static str| {
            let slot = found.entry(index).or_insert((0.0, rule));
            if confidence > slot.0 {
                *slot = (confidence, rule);
            }
        };
        let digest = attachment.sha256.to_ascii_lowercase();
        for (index, _) in self.by_digest.get(digest.as_str()).into_iter().flatten() {
            add(*index, 1.0, "hash");
        }
        for (index, _, size, sha256) in self.by_name.get(&paths::name(&attachment.name)).into_iter().flatten() {
            let both = !digest.is_empty() && !sha256.is_empty();
            let sizes = attachment.size > 0 && *size > 0;
            // Another digest or size: another file of the same name.
            if both || (sizes && *size != attachment.size) {
                continue;
            }
            let (confidence, rule) = if sizes { (0.9, "name-and-size") } else { (0.6, "name") };
            add(*index, confidence, rule);
        }
        found.into_iter().map(|(index, (confidence, rule))| (index, confidence, rule)).take(MOST).collect()
    }
}

/// Mails among the files and entries of the journal, with the files that they brought.
pub(super) fn mails(evidence: &CaseEvidence) -> Vec<MailLink> {
    let files = Files::new(evidence);
    let mut links: Vec<MailLink> = Vec::new();
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (mail, case) in evidence.files.iter().enumerate() {
        let Some(headers) = &case.provenance.mail else { continue };
        if !headers.message_id.is_empty() {
            ids.entry(headers.message_id.as_str()).or_insert(mail);
        }
        let mut brought = false;
        for attachment in &case.provenance.contained {
            for (file, confidence, rule) in files.of(attachment).into_iter().filter(|(file, ..)| *file != mail) {
                let other_mail = evidence.files.get(file).is_some_and(|file| file.provenance.mail.is_some());
                if !other_mail {
                    brought = true;
                    links.push(MailLink { mail: Some(mail), journal: None, file, confidence, rule });
                }
            }
        }
        if !brought && !case.scanned.findings.is_empty() {
            links.push(MailLink { mail: Some(mail), journal: None, file: mail, confidence: 1.0, rule: "inside" });
        }
    }
    for (journal, entry) in evidence.journal.iter().enumerate() {
        let mail = (!entry.message_id.is_empty()).then(|| ids.get(entry.message_id.as_str()).copied()).flatten();
        let mut found: Vec<(usize, f64, &'static str)> =
            entry.attachments.iter().flat_map(|attachment| files.of(attachment)).collect();
        // The journal may know the message only by its id: what the mail brought, the entry brought.
        if let Some(mail) = mail {
            let brought = links.iter().filter(|link| link.mail == Some(mail) && link.journal.is_none());
            found.extend(brought.map(|link| (link.file, link.confidence, link.rule)));
        }
        let mut best: BTreeMap<usize, (f64, &'static str)> = BTreeMap::new();
        for (file, confidence, rule) in found {
            let slot = best.entry(file).or_insert((0.0, rule));
            if confidence > slot.0 {
                *slot = (confidence, rule);
            }
        }
        let told = best.into_iter();
        links.extend(told.map(|(file, (confidence, rule))| MailLink {
            mail,
            journal: Some(journal),
            file,
            confidence,
            rule,
        }));
    }
    links.sort_by(|a, b| {
        (a.file, a.mail, a.journal).cmp(&(b.file, b.mail, b.journal)).then(b.confidence.total_cmp(&a.confidence))
    });
    links.dedup_by(|b, a| (a.file, a.mail, a.journal) == (b.file, b.mail, b.journal));
    links
}

/// Marks of each file: those read with it, and those that Sysmon 15 saw being written on its path; then those of files
/// inside of it.
pub(super) fn marks(evidence: &CaseEvidence, collection: &Collection) -> (Vec<Vec<Mark>>, Vec<Vec<Mark>>) {
    let mut marks: Vec<Vec<Mark>> = evidence.files.iter().map(|case| case.provenance.marks.clone()).collect();
    hand_over(evidence, &mut marks);
    let mut inner: Vec<Vec<Mark>> = vec![Vec::new(); marks.len()];
    for fact in evidence.facts.iter().filter(|fact| fact.spec.kind == FactKind::Stream) {
        let (Some(target), Some(contents)) = (fact.get("TargetFilename"), fact.get("Contents")) else { continue };
        let source = format!("{}, record {}", fact.source, fact.record);
        let Some(mark) = ddefend_provenance::mark::sysmon_15(target, contents, &source) else { continue };
        let path = paths::normalise(target);
        let host = fact.host.to_ascii_lowercase();
        for found in collection.find(&host, &path, fact.ticks()).into_iter().filter(|found| found.confidence >= 0.5) {
            let lists = if found.inside { &mut inner } else { &mut marks };
            if let Some(list) = lists.get_mut(found.file).filter(|list| !list.contains(&mark)) {
                list.push(mark.clone());
            }
        }
    }
    (marks, inner)
}

/// Hands marks that were saved as a file of their own to the file that they are on.
fn hand_over(evidence: &CaseEvidence, marks: &mut [Vec<Mark>]) {
    let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase();
    let mut by_path: HashMap<&str, usize> = HashMap::new();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, case) in evidence.files.iter().enumerate() {
        by_path.insert(&case.scanned.artifact.path, at);
        by_name.entry(name(&case.scanned.artifact.path)).or_default().push(at);
    }
    for at in 0..marks.len() {
        let Some(own) = marks.get_mut(at) else { continue };
        let (side, rest): (Vec<Mark>, Vec<Mark>) = own.drain(..).partition(|mark| mark.form == SIDE_FILE);
        *own = rest;
        for mark in side {
            let beside = by_path.get(mark.of.as_str()).copied();
            // Collectors flatten folders; a name that only one file has says enough.
            let alone = || by_name.get(&name(&mark.of)).and_then(|files| <[usize; 1]>::try_from(files.clone()).ok());
            let to = beside.or_else(|| alone().map(|[only]| only)).unwrap_or(at);
            if let Some(list) = marks.get_mut(to).filter(|list| !list.contains(&mark)) {
                list.push(mark);
            }
        }
    }
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
