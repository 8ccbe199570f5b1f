//! The collected files by name, place and digest.

use super::paths;
use super::table::strongest;
use crate::{CaseEvidence, Fact, FactKind};
use std::collections::HashMap;

/// A file that was collected, or one inside of it.
#[derive(Clone, Debug)]
pub(super) struct Doc {
    /// Index of the collected file.
    pub(super) file: usize,
    /// Name, lower case.
    pub(super) name: String,
    /// Places that it had on its computer, normalised, as far as known.
    pub(super) places: Vec<String>,
    pub(super) sha256: String,
    pub(super) size: u64,
    /// An attachment or member.
    pub(super) inside: bool,
}

/// A file event that tells more of a path.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) fact: usize,
    pub(super) time: Option<i64>,
    /// Strongest digest, lower case; empty where the log has none.
    pub(super) digest: String,
    pub(super) size: Option<u64>,
}

/// Collected files and what the logs say of files, each by what they are looked up by.
#[derive(Debug, Default)]
pub(super) struct Collection {
    pub(super) docs: Vec<Doc>,
    by_name: HashMap<String, Vec<usize>>,
    /// File events per host and normalised path, in time order.
    written: HashMap<(String, String), Vec<Written>>,
}

/// How long before an opening a file event still tells of the file: 24 hours.
const BEFORE: i64 = 24 * 3600 * ddefend_event::Time::SECOND;
const SLACK: i64 = 5 * ddefend_event::Time::SECOND;

/// Which collected file a path is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    pub(super) file: usize,
    /// It is a file inside of that one.
    pub(super) inside: bool,
    pub(super) confidence: f64,
    pub(super) rule: &'static str,
}

impl Collection {
    pub(super) fn new(evidence: &CaseEvidence) -> Self {
        let mut all = Self::default();
        for (file, case) in evidence.files.iter().enumerate() {
            let artifact = &case.scanned.artifact;
            let marked = case.provenance.marks.iter().map(|mark| paths::normalise(&mark.of));
            let mut places: Vec<String> = marked.filter(|place| place.contains('\\')).collect();
            places.extend(paths::collected(&artifact.path));
            all.docs.push(Doc {
                file,
                name: paths::name(&artifact.path),
                places,
                sha256: artifact.sha256.clone(),
                size: artifact.size,
                inside: false,
            });
            for contained in &case.provenance.contained {
                all.docs.push(Doc {
                    file,
                    name: paths::name(&contained.name),
                    places: Vec::new(),
                    sha256: contained.sha256.clone(),
                    size: contained.size,
                    inside: true,
                });
            }
        }
        for (at, doc) in all.docs.iter().enumerate() {
            all.by_name.entry(doc.name.clone()).or_default().push(at);
        }
        for (index, fact) in evidence.facts.iter().enumerate() {
            if matches!(fact.spec.kind, FactKind::File | FactKind::Stream) {
                all.take(index, fact);
            }
        }
        for list in all.written.values_mut() {
            list.sort_by_key(|written| (written.time, written.fact));
        }
        all
    }

    fn take(&mut self, index: usize, fact: &Fact) {
        let Some(target) = fact.get("TargetFilename") else { return };
        // Sysmon 15 tells of the file itself and of each stream beside it: only the former's digest is the file's.
        let stream = target.get(3..).is_some_and(|rest| rest.contains(':'));
        let hashes = fact.get("Hashes").or_else(|| fact.get("Hash")).filter(|_| !stream);
        let written = Written {
            fact: index,
            time: fact.ticks(),
            digest: hashes.and_then(strongest).unwrap_or_default(),
            size: fact.get("FileSize").and_then(ddefend_hunt::number),
        };
        self.written.entry((fact.host.to_ascii_lowercase(), paths::normalise(target))).or_default().push(written);
    }

    /// File events of a path up to a time, within 24 hours before.
    pub(super) fn written(&self, host: &str, path: &str, until: Option<i64>) -> impl Iterator<Item = &Written> {
        let list = self.written.get(&(host.to_owned(), path.to_owned()));
        list.into_iter().flatten().filter(move |written| {
            written
                .time
                .zip(until)
                .is_none_or(|(time, until)| time <= until.saturating_add(SLACK) && time >= until.saturating_sub(BEFORE))
        })
    }

    /// Which collected files a normalised path may be: by digest, place, name and size, name. Best first.
    pub(super) fn find(&self, host: &str, path: &str, time: Option<i64>) -> Vec<Match> {
        let mut told: Vec<&Written> = self.written(host, path, time).collect();
        let last = told.iter().rev().find(|written| written.digest.len() == 64).copied();
        if let Some(last) = last {
            let found: Vec<Match> = self
                .docs
                .iter()
                .filter(|doc| doc.sha256 == last.digest)
                .map(|doc| Match {
                    file: doc.file,
                    inside: doc.inside,
                    confidence: 1.0,
                    rule: if doc.inside { "inside" } else { "hash" },
                })
                .collect();
            // The log knows the file's digest: another file of the same name is another file.
            return best(found);
        }
        told.retain(|written| written.size.is_some());
        let size = told.last().and_then(|written| written.size);
        let mut found = Vec::new();
        for doc in self.named(path) {
            let place = doc.places.iter().map(|place| paths::same(place, path)).fold(0.0, f64::max);
            if place > 0.0 {
                found.push(Match { file: doc.file, inside: doc.inside, confidence: place, rule: "path" });
                continue;
            }
            let known_elsewhere = !doc.places.is_empty();
            let (confidence, rule) = match size {
                Some(size) if size == doc.size => (0.9, "name-and-size"),
                Some(_) => continue,
                None if known_elsewhere => (0.5, "name"),
                None => (0.8, "name"),
            };
            let short = if doc.name == paths::name(path) { 1.0 } else { 0.9 };
            let rule = if doc.inside { "inside" } else { rule };
            found.push(Match { file: doc.file, inside: doc.inside, confidence: confidence * short, rule });
        }
        self.shared(best(found))
    }

    /// The collected name that an owner file (`~$voice.docx`) stands for: it leaves out up to two characters.
    pub(super) fn owned(&self, rest: &str) -> Option<&str> {
        let rest = rest.to_lowercase();
        let fits = |name: &str| {
            name.strip_suffix(rest.as_str()).is_some_and(|head| head.chars().count() <= 2) && rest.contains('.')
        };
        let mut names: Vec<&str> = self.docs.iter().map(|doc| doc.name.as_str()).filter(|name| fits(name)).collect();
        names.sort_unstable();
        names.dedup();
        if let [one] = names.as_slice() { Some(one) } else { None }
    }

    /// Documents of that name, short names included.
    fn named(&self, path: &str) -> Vec<&Doc> {
        let name = paths::name(path);
        if name.contains('~') {
            return self.docs.iter().filter(|doc| doc.name == name || paths::is_short_of(&name, &doc.name)).collect();
        }
        let found = self.by_name.get(&name).into_iter().flatten();
        found.filter_map(|at| self.docs.get(*at)).collect()
    }

    /// Several different files that fit equally well: each is only one of them.
    fn shared(&self, mut found: Vec<Match>) -> Vec<Match> {
        let digests = |file: usize| {
            self.docs
                .iter()
                .find(|doc| doc.file == file && !doc.inside)
                .map(|doc| doc.sha256.as_str())
                .unwrap_or_default()
        };
        let mut different: Vec<&str> =
            found.iter().filter(|found| found.rule != "inside").map(|found| digests(found.file)).collect();
        different.sort_unstable();
        different.dedup();
        if different.len() > 1 {
            found.iter_mut().filter(|found| found.rule != "path").for_each(|found| found.confidence /= 2.0);
        }
        found
    }
}

/// The best matches: one of each file, the surest first; a file that was collected by itself before one inside of another; those that are less sure than the first only where it is no place.
fn best(mut found: Vec<Match>) -> Vec<Match> {
    let order = |a: &Match, b: &Match| {
        b.confidence
            .total_cmp(&a.confidence)
            .then((a.rule == "inside").cmp(&(b.rule == "inside")))
            .then(a.file.cmp(&b.file))
    };
    found.sort_by(order);
    let top = found.first().map_or(0.0, |first| first.confidence);
    found.retain(|one| one.confidence >= top - f64::EPSILON);
    if found.iter().any(|one| !one.inside) {
        found.retain(|one| !one.inside);
    }
    let mut seen = Vec::new();
    found.retain(|one| {
        let new = !seen.contains(&one.file);
        seen.push(one.file);
        new
    });
    found
}
