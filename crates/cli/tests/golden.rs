//! The project's own corpus: every sample yields what it must, and yields today what it yielded when it was committed.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{above_info, check, jsonl, root, scan, settings, updating};
use ddefend_model::{LinkKind, Scanned, trick};
use ddefend_testkit::corpus::{archive, archive_path, expected_path};
use ddefend_testkit::samples::{Expect, Sample, all};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Every row of the carrier table and every trick has a sample; near-misses count for `benign`.
const ROWS: &str = include_str!("../../../docs/reference/rows.txt");

fn scanned_corpus() -> Vec<(Sample, Scanned)> {
    let settings = settings();
    all()
        .into_iter()
        .map(|sample| {
            let scanned = scan(&format!("corpus/{}", archive_path(&sample)), &archive(&sample), &settings);
            (sample, scanned)
        })
        .collect()
}

fn kind_name(kind: LinkKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn links(scanned: &Scanned, kind: &str) -> Vec<(String, String)> {
    scanned
        .findings
        .iter()
        .filter_map(|finding| finding.link.as_ref())
        .filter(|link| kind_name(link.kind) == kind)
        .map(|link| (link.service.clone().unwrap_or_default(), link.topic.clone().unwrap_or_default()))
        .collect()
}

fn disappointment(sample: &Sample, scanned: &Scanned) -> Option<String> {
    let dde = [links(scanned, "dde"), links(scanned, "macro-dde")].concat();
    match &sample.expect {
        Expect::Dde(service, topic) => {
            let found = dde.iter().any(|(s, t)| s == service && t == topic);
            (!found).then(|| format!("wanted {service}|{topic}, found {dde:?}"))
        }
        Expect::Related(kind) => {
            let found = !links(scanned, kind).is_empty() && (dde.is_empty() || *kind == "macro-dde");
            (!found).then(|| format!("wanted {kind} and no DDE, found {:?}", scanned.findings))
        }
        Expect::Silent => above_info(scanned).then(|| format!("wanted silence, found {:?}", scanned.findings)),
    }
}

#[test]
fn every_sample_yields_what_it_must() {
    let failed: Vec<String> = scanned_corpus()
        .iter()
        .filter_map(|(sample, scanned)| Some(format!("{}: {}", sample.name, disappointment(sample, scanned)?)))
        .collect();
    assert!(failed.is_empty(), "{} samples:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn names_are_unique_and_rows_are_covered() {
    let samples = all();
    let names: BTreeSet<&str> = samples.iter().map(|sample| sample.name).collect();
    assert_eq!(names.len(), samples.len(), "two samples share a name");
    let loud: BTreeSet<&str> =
        samples.iter().filter(|sample| sample.expect != Expect::Silent).map(|sample| sample.row).collect();
    let missing: Vec<&str> = ROWS.lines().filter(|row| !row.is_empty() && !loud.contains(row)).collect();
    assert!(missing.is_empty(), "rows without a sample: {missing:?}");
}

#[test]
fn every_trick_is_seen_on_some_sample() {
    let mut seen = BTreeSet::new();
    for (_, scanned) in scanned_corpus() {
        for finding in &scanned.findings {
            seen.extend(finding.tricks.iter().map(|trick| trick.0.to_string()));
            seen.extend(finding.link.iter().flat_map(|link| &link.tricks).map(|trick| trick.0.to_string()));
        }
    }
    let missing: Vec<&str> = trick::ALL.iter().copied().filter(|trick| !seen.contains(*trick)).collect();
    assert!(missing.is_empty(), "no sample shows {missing:?}");
}

#[test]
fn the_committed_corpus_is_what_the_code_makes() {
    let corpus = root().join("corpus");
    let scanned = scanned_corpus();
    let mut known = BTreeSet::new();
    let mut changed = Vec::new();
    for (sample, scanned) in &scanned {
        for (path, bytes) in
            [(archive_path(sample), archive(sample)), (expected_path(sample), jsonl(scanned).into_bytes())]
        {
            changed.extend(check(&corpus.join(&path), &bytes).err());
            known.insert(path);
        }
    }
    changed.extend(check(&corpus.join("COUNTS.tsv"), counts(&scanned).as_bytes()).err());
    for folder in std::fs::read_dir(&corpus).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let path = file.path();
            let relative = path.strip_prefix(&corpus).unwrap().to_string_lossy().into_owned();
            if !known.contains(&relative) && updating() {
                std::fs::remove_file(&path).unwrap();
            } else if !known.contains(&relative) {
                changed.push(format!("{relative} belongs to no sample"));
            }
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

/// One line per row: samples, and findings by id and level.
fn counts(scanned: &[(Sample, Scanned)]) -> String {
    let mut rows: BTreeMap<String, (u32, BTreeMap<String, u32>)> = BTreeMap::new();
    for (sample, scanned) in scanned {
        let row = rows.entry(ddefend_testkit::corpus::folder(sample)).or_default();
        row.0 += 1;
        for finding in &scanned.findings {
            *row.1.entry(format!("{}:{}", finding.id.0, finding.level)).or_default() += 1;
        }
    }
    let mut out = String::from("row\tsamples\tfindings\n");
    for (row, (samples, findings)) in rows {
        let findings: Vec<String> = findings.iter().map(|(id, count)| format!("{id}={count}")).collect();
        let _ = writeln!(out, "{row}\t{samples}\t{}", findings.join(" "));
    }
    out
}

#[test]
fn output_is_the_same_every_time() {
    let settings = settings();
    for sample in all().iter().step_by(7) {
        let name = archive_path(sample);
        let first = jsonl(&scan(&name, &sample.bytes, &settings));
        assert_eq!(first, jsonl(&scan(&name, &sample.bytes, &settings)), "{name}");
    }
}

#[test]
fn every_line_fits_the_shipped_schema() {
    let schema = std::fs::read_to_string(root().join("docs/reference/output.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (sample, scanned) in scanned_corpus() {
        for line in jsonl(&scanned).lines() {
            let value = serde_json::from_str(line).unwrap();
            let error = validator.validate(&value).err().map(|error| error.to_string());
            assert!(error.is_none(), "{}: {error:?}\n{line}", sample.name);
        }
    }
}
