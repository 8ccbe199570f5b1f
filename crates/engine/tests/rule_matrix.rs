//! Every built-in rule against its samples as bytes: written as event logs, XML, shippers' JSON, Defender's exports; read
//! back by the readers and hunted by the engine. The result is `docs/reference/rule-matrix.tsv`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a test")]

#[path = "rule_matrix/carriers.rs"]
mod carriers;

use ddefend_content::Content;
use ddefend_engine::Input;
use ddefend_engine::hunt::{Asked, HuntProgress, HuntSettings, Told, hunt_inputs};
use ddefend_event::{Event, LogSource, Mapping, Time};
use ddefend_guard::stream::Allowance;
use ddefend_hunt::sample::{Sample, Samples};
use ddefend_hunt::{Hunt, Settings};
use ddefend_matcher::Matcher;
use ddefend_rule::RuleSet;
use ddefend_rule::front::sigma;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

type Files = Vec<(String, Vec<u8>)>;
type Carrier = fn(&[Event]) -> Files;

/// Carriers with the family of records that they carry.
const CARRIERS: [(&str, &str, Carrier); 12] = [
    ("evtx sysmon", "sysmon", carriers::evtx),
    ("evtx security", "security", carriers::evtx),
    ("evtx other", "windows", carriers::evtx),
    ("xml sysmon", "sysmon", carriers::xml),
    ("xml security", "security", carriers::xml),
    ("xml other", "windows", carriers::xml),
    ("winlogbeat sysmon", "sysmon", carriers::winlogbeat),
    ("winlogbeat security", "security", carriers::winlogbeat),
    ("winlogbeat other", "windows", carriers::winlogbeat),
    ("defender json", "defender", carriers::defender_json),
    ("defender csv", "defender", carriers::defender_csv),
    ("ecs json", "ecs", carriers::ecs),
];

/// Seconds between two samples: more than any window of a correlation.
const APART: i64 = 3 * 86_400;

struct Silent;

impl HuntProgress for Silent {
    fn read(&self, _bytes: u64) {}
}

fn rule_set(content: &Content) -> RuleSet {
    let options = sigma::Options { placeholders: content.placeholders().unwrap(), ..sigma::Options::default() };
    let mut set = sigma::read(&content.rules(), &options);
    assert!(set.problems.is_empty(), "{:?}", set.problems);
    set.rules.iter_mut().for_each(|rule| rule.shown = true);
    set
}

/// Rules and correlations with their samples: id, name, level.
fn rules(content: &Content, set: &RuleSet) -> Vec<(String, String, String, Samples)> {
    let metas: Vec<_> =
        set.rules.iter().map(|rule| &rule.meta).chain(set.correlations.iter().map(|it| &it.meta)).collect();
    let read = |(file, text): (String, String)| {
        let rule_file = file.replace(".samples.yml", ".yml");
        let meta = metas.iter().find(|meta| meta.origin.file == rule_file)?;
        let name = meta.name.clone().unwrap_or_default();
        Some((meta.id.clone(), name, meta.level().to_string(), Samples::read(&text).unwrap()))
    };
    content.rule_samples().into_iter().filter_map(read).collect()
}

/// The events of a sample, on hosts and at a time of their own.
fn placed(sample: &Sample, number: usize, mapping: &Mapping, family: &str, record: &mut u64) -> Option<Vec<Event>> {
    let events = match sample.events(mapping, family) {
        Ok(events) => events,
        Err(error) => {
            assert!(!sample.fires, "{family}: {}: {error}", sample.name);
            return None;
        }
    };
    let moved = events.into_iter().map(|mut event| {
        *record += 1;
        let shift = i64::try_from(number).unwrap() * APART * Time::SECOND;
        event.head.time = event.head.time.map(|time| Time { ticks: time.ticks + shift, ..time });
        event.head.host = format!("s{number}.{}", event.head.host).into();
        event.head.place.record = *record;
        // The writers take these from the head.
        let head = ["Computer", "TimeCreated", "EventRecordID", "Timestamp", "DeviceName", "@timestamp", "host.name"];
        event.data.retain(|(name, _)| !head.contains(&&**name));
        event
    });
    Some(moved.collect())
}

/// What fires on which host.
fn hunted(files: Files, folder: &Path, set: &RuleSet, content: &Content) -> BTreeSet<(String, String)> {
    std::fs::create_dir_all(folder).unwrap();
    let mut inputs = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        inputs.push(Input::File(path));
    }
    let (mapping, wording) = (Arc::new(content.mapping().unwrap()), content.wording().unwrap());
    let source = LogSource { category: Some(wording.process.category.clone()), product: None, service: None };
    let always = [(source, wording.process.names())];
    let deferred = [&*wording.ancestor_image, &*wording.ancestor_command];
    let matcher = Matcher::new(set.rules.clone().into(), Arc::clone(&mapping), &deferred, &always);
    let asked = Asked::new(&matcher);
    let settings = HuntSettings {
        matcher: &matcher,
        selector: &asked,
        threads: 2,
        seconds: None,
        named: Vec::new(),
        schema: None,
        allowance: Allowance::default(),
        carve: false,
        extras: &[],
        rows: None,
    };
    let mut hunt = Hunt::new(set.clone(), mapping, wording, Settings::default());
    let mut fired = BTreeSet::new();
    let mut diagnostics = Vec::new();
    let done = hunt_inputs(&inputs, &settings, &mut hunt, &Silent, &mut |told| {
        match told {
            Told::Detection(detection) => _ = fired.insert((detection.event.host, detection.rule.id)),
            Told::Diagnostic(diagnostic) => diagnostics.push(format!("{diagnostic:?}")),
            Told::Extra(_) | Told::Covered(_) | Told::Rows(_) => {}
        }
        Ok::<(), Infallible>(())
    });
    let Ok(_) = done;
    assert!(diagnostics.is_empty(), "{}: {}", folder.display(), diagnostics.join("\n"));
    std::fs::remove_dir_all(folder).unwrap();
    fired
}

/// Of a rule in a carrier: true samples that fire, true samples, near-misses that stay silent, near-misses.
type Counts = (usize, usize, usize, usize);

#[test]
fn every_rule_fires_in_every_schema_that_it_claims() {
    let content = Content::load().unwrap();
    let mapping = content.mapping().unwrap();
    let set = rule_set(&content);
    let rules = rules(&content, &set);
    let mut table: BTreeMap<(usize, usize), Counts> = BTreeMap::new();
    let mut bad: Vec<String> = Vec::new();
    for (column, (carrier, family, write)) in CARRIERS.iter().enumerate() {
        let (mut events, mut samples, mut record) = (Vec::new(), Vec::new(), 0);
        for (row, (id, _, _, claimed)) in rules.iter().enumerate() {
            for sample in claimed.samples.iter().filter(|sample| sample.claims(&claimed.schemas, family)) {
                let number = samples.len();
                if let Some(placed) = placed(sample, number, &mapping, family, &mut record) {
                    events.extend(placed);
                    samples.push((row, id, sample));
                }
            }
        }
        let folder = std::env::temp_dir().join(format!("ddefend-matrix-{}-{column}", std::process::id()));
        let fired = hunted(write(&events), &folder, &set, &content);
        for (number, (row, id, sample)) in samples.iter().enumerate() {
            let here = format!("s{number}.");
            let fires = fired.iter().any(|(host, rule)| rule == *id && host.starts_with(&here));
            let counts = table.entry((*row, column)).or_default();
            let (right, all) =
                if sample.fires { (&mut counts.0, &mut counts.1) } else { (&mut counts.2, &mut counts.3) };
            *all += 1;
            if fires == sample.fires {
                *right += 1;
            } else {
                bad.push(format!("{carrier}: {}: {}: fires: {fires}", rules[*row].1, sample.name));
            }
        }
    }
    assert!(bad.is_empty(), "{} trials:\n{}", bad.len(), bad.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/rule-matrix.tsv");
    let now = matrix(&rules, &table);
    if std::env::var_os("DDEFEND_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == now, "docs/reference/rule-matrix.tsv is not what holds: run with DDEFEND_UPDATE=1");
}

fn matrix(rules: &[(String, String, String, Samples)], table: &BTreeMap<(usize, usize), Counts>) -> String {
    let mut out = String::from(
        "# true samples that fire / all, near-misses that stay silent / all, per carrier; - where the rule claims nothing\nrule\tlevel",
    );
    CARRIERS.iter().for_each(|(carrier, ..)| _ = write!(out, "\t{carrier}"));
    out.push('\n');
    for (row, (_, name, level, _)) in rules.iter().enumerate() {
        let _ = write!(out, "{name}\t{level}");
        for column in 0..CARRIERS.len() {
            match table.get(&(row, column)) {
                Some((fired, fires, silent, near)) => _ = write!(out, "\t{fired}/{fires} {silent}/{near}"),
                None => out.push_str("\t-"),
            }
        }
        out.push('\n');
    }
    out
}
