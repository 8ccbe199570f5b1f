//! The fast matcher says what the naive evaluator says, detection by detection, over real logs: every Sigma rule and every
//! built-in one. The whole takes minutes: `scripts/agree`.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use ddefend_event::{Event, Key, Mapping, Row, Selection, Selector};
use ddefend_matcher::{Hit, Matcher, Scratch, naive};
use ddefend_model::Diagnostic;
use ddefend_rule::front::sigma;
use ddefend_rule::ir::Rule;
use ddefend_source::{Block, Cut, Record, Sink, evtx};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of a plan that is none: for kinds that no rule looks at.
const NO_PLAN: u32 = u32::MAX;

struct Agreeing<'m> {
    matcher: &'m Matcher,
    rules: &'m [Rule],
    mapping: &'m Mapping,
    /// Every so many records the naive evaluator is asked.
    step: usize,
    covered: HashMap<Key, Vec<usize>>,
    scratch: Scratch,
    records: usize,
    asked: usize,
    detections: usize,
}

impl Selector for Agreeing<'_> {
    fn select(&self, key: &Key) -> Option<Arc<Selection>> {
        let none = || Arc::new(Selection { plan: NO_PLAN, wanted: Vec::new(), everything: false });
        Some(self.matcher.select(key).unwrap_or_else(none))
    }
}

impl Sink for Agreeing<'_> {
    fn selector(&self) -> &dyn Selector {
        self
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let mut hits: Vec<Hit> = Vec::new();
        if selection.plan != NO_PLAN {
            self.matcher.evaluate(selection, row, &mut self.scratch, &mut hits);
        }
        self.records += 1;
        if !self.records.is_multiple_of(self.step) && hits.is_empty() {
            return;
        }
        self.asked += 1;
        self.detections += hits.len();
        let event = record.event();
        assert_eq!(record.time(), event.head.time, "{:#?}", event.head);
        let found: Vec<usize> = hits.iter().map(|hit| usize::try_from(hit.rule).unwrap()).collect();
        assert!(hits.iter().all(|hit| !hit.deferred), "nothing is deferred here");
        assert_eq!(found, self.wanted(&event), "{:#?}", event);
    }

    fn skipped(&mut self, records: u64) {
        assert_eq!(records, 0, "every record is asked for");
    }

    fn diagnostic(&mut self, _diagnostic: Diagnostic) {}
}

impl Agreeing<'_> {
    fn wanted(&mut self, event: &Event) -> Vec<usize> {
        let (rules, mapping) = (self.rules, self.mapping);
        let covered = self.covered.entry(event.head.key.clone()).or_insert_with(|| {
            (0..rules.len()).filter(|rule| mapping.covers(&event.head.key, &rules[*rule].source)).collect()
        });
        covered.iter().copied().filter(|rule| naive::matches(&rules[*rule], mapping, event)).collect()
    }

    fn read(&mut self, log: &Path) {
        let bytes = std::fs::read(log).unwrap();
        let source: Arc<str> = log.display().to_string().into();
        let Some(reader) = evtx::reader(&bytes) else { return };
        let (mut at, mut index) = (0, 0);
        while at < bytes.len() {
            match reader.cut(&bytes[at..], true) {
                Cut::More => break,
                Cut::Skip(length) => at += length,
                Cut::Block(length) => {
                    let (piece, last) = (&bytes[at..at + length], at + length == bytes.len());
                    let offset = u64::try_from(at).unwrap();
                    reader.read(Block { bytes: piece, offset, index, last, source: &source }, self);
                    at += length;
                    index += 1;
                }
            }
        }
    }
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("deprecated") && !path.ends_with("unsupported") {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
}

/// Records read, those that the naive evaluator was asked of, and detections.
fn agree(step: usize) -> Option<[usize; 3]> {
    let Some(data) = std::env::var_os("DDEFEND_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: DDEFEND_DATA is not set");
        return None;
    };
    let (mut paths, mut logs) = (Vec::new(), Vec::new());
    files(&data.join("rules/sigma"), "yml", &mut paths);
    files(&data.join("logs"), "evtx", &mut logs);
    let content = ddefend_content::Content::load().unwrap();
    let mut texts: Vec<(String, String)> =
        paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect();
    texts.extend(content.rules());
    let placeholders = content.placeholders().unwrap();
    let set = sigma::read(&texts, &sigma::Options { placeholders, ..sigma::Options::default() });
    assert!(set.rules.len() >= 3_780, "{} rules", set.rules.len());
    let (rules, mapping): (Arc<[Rule]>, _) = (set.rules.into(), Arc::new(content.mapping().unwrap()));
    let matcher = Matcher::new(rules.clone(), mapping.clone(), &[], &[]);
    let mut agreeing = Agreeing {
        matcher: &matcher,
        rules: &rules,
        mapping: &mapping,
        step,
        covered: HashMap::new(),
        scratch: Scratch::default(),
        records: 0,
        asked: 0,
        detections: 0,
    };
    for log in &logs {
        agreeing.read(log);
    }
    eprintln!(
        "{} logs, {} records, {} asked of the naive evaluator, {} detections",
        logs.len(),
        agreeing.records,
        agreeing.asked,
        agreeing.detections
    );
    Some([agreeing.records, agreeing.asked, agreeing.detections])
}

/// Every 500th record, and every record with a detection.
#[test]
fn a_sample_agrees() {
    if let Some([records, asked, detections]) = agree(500) {
        assert!(records > 100_000 && asked > 1_000 && detections > 1_000, "{records} {asked} {detections}");
    }
}

#[test]
#[ignore = "minutes; run by scripts/agree"]
fn all_records_agree() {
    if let Some([records, asked, _]) = agree(1) {
        assert_eq!(records, asked);
    }
}
