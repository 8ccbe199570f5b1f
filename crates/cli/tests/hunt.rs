//! `ddefend hunt` end to end: what a user sees of order, threads, packings, damage, lineage and exit codes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

#[path = "hunt/bench.rs"]
mod bench;

use bench::{Bench, event, json, start};
use ddefend_source::evtx;
use ddefend_testkit::make::archive::gzip;
use ddefend_testkit::make::zip::zip;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

const RULE: &str = r"
title: Office starts something
id: 11111111-1111-4111-8111-111111111111
level: high
tags: [attack.t1559.002]
logsource: {category: process_creation, product: windows}
detection:
    parent: {ParentImage|endswith: '\WINWORD.EXE'}
    condition: parent
";
const ANCESTOR: &str = r"
title: Something below Office
id: 22222222-2222-4222-8222-222222222222
level: medium
logsource: {category: process_creation, product: windows}
detection:
    far: {AncestorImage|endswith: '\WINWORD.EXE', Image|endswith: '\calc.exe'}
    condition: far
";
const MANY: &str = r"
title: Three children
name: child
id: 33333333-3333-4333-8333-333333333333
level: low
logsource: {category: process_creation, product: windows}
detection:
    parent: {ParentImage|endswith: '\WINWORD.EXE'}
    condition: parent
---
title: Three children within a minute
generate: true
id: 44444444-4444-4444-8444-444444444444
level: high
correlation:
    type: event_count
    rules: [child]
    group-by: [User]
    timespan: 1m
    condition: {gte: 3}
";
const WORD: &str = r"C:\Office\WINWORD.EXE";
const CMD: &str = r"C:\Windows\cmd.exe";
const CALC: &str = r"C:\Windows\calc.exe";

#[test]
fn exit_codes() {
    let bench = Bench::new("codes").rule(RULE);
    let bad = bench.file("bad.json", json(&[event(1, 0, start(1, 2, WORD, CMD))]));
    let good = bench.file("good.json", json(&[event(1, 0, start(1, 2, CMD, CALC))]));
    let none = bench.file("note.txt", "no log at all\n");
    assert_eq!(bench.hunt(&[&bad]).code, 1);
    assert_eq!(bench.hunt(&[&good]).code, 0);
    assert_eq!(bench.hunt(&[&good, &none]).code, 3, "a named file that is no log is an error");
    assert_eq!(bench.hunt(&[&bad, &none]).code, 1, "found beats unreadable");
    assert_eq!(bench.hunt(&[&bad, "--exit-zero"]).code, 0);
    assert_eq!(bench.hunt(&[&bad, "--level-fail-on", "critical"]).code, 0);
    assert_eq!(bench.hunt(&[&bad, "--technique", "T1218"]).code, 2, "no rule is left");
    assert_eq!(bench.hunt(&[&bad, "--technique", "T1559"]).code, 1);
    assert_eq!(bench.hunt(&[&bad, "--schema", "nonsense"]).code, 2);
    assert_eq!(bench.hunt(&["/nowhere/at/all.evtx"]).code, 3);
    // In a folder, files that are no logs are counted and are no error.
    std::fs::remove_file(&bad).unwrap();
    let folder = bench.logs();
    let run = bench.hunt(&[&folder]);
    assert_eq!((run.code, run.summary()["other_files"].as_u64()), (0, Some(1)));
}

#[test]
fn order_does_not_depend_on_threads() {
    let bench = Bench::new("threads").rule(RULE).rule(ANCESTOR);
    for log in 0..12 {
        let events: Vec<_> = (0..200 + log * 40)
            .map(|n| event(n, i64::from(n), start(n * 2, n * 2 + 1, if n % 3 == 0 { WORD } else { CMD }, CALC)))
            .collect();
        match log % 3 {
            0 => bench.file(&format!("{log:02}.json"), json(&events)),
            1 => bench.file(&format!("{log:02}.evtx"), evtx::write(&events)),
            _ => bench.file(&format!("{log:02}.json.gz"), gzip("a.json", json(&events).as_bytes())),
        };
    }
    let folder = bench.logs();
    let run = |threads: &str| bench.hunt(&[&folder, "--threads", threads, "--reproducible", "--keep-duplicates"]).out;
    let one = run("1");
    assert!(one.lines().count() > 500);
    for threads in ["2", "3", "4"] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn packed_logs_and_their_members() {
    let bench = Bench::new("packed").rule(RULE);
    let log = json(&[event(7, 0, start(1, 2, WORD, CMD))]);
    let evtx = evtx::write(&[event(8, 5, start(3, 4, WORD, CMD))]);
    let packed = gzip("b.json", json(&[event(9, 9, start(5, 6, WORD, CMD))]).as_bytes());
    let members: [(&str, &[u8]); 4] =
        [("a/one.json", log.as_bytes()), ("two.evtx", &evtx), ("three.json.gz", &packed), ("readme.txt", b"hello")];
    let path = bench.file("logs.zip", zip(&members));
    let run = bench.hunt(&[&path]);
    let sources: Vec<_> = run.detections().map(|it| it["event"]["source"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sources, ["a/one.json", "two.evtx", "three.json.gz"].map(|member| format!("{path}!{member}")));
    assert_eq!(run.code, 1);
    // A stream that breaks off: what came before is told, and so is the damage.
    let half = packed.get(..packed.len() - 9).unwrap().to_vec();
    let run = bench.hunt(&[&bench.file("half.json.gz", half)]);
    assert_eq!(run.diagnostics().next().unwrap()["code"], "broken.truncated");
}

#[test]
fn damage_hides_nothing_before_it() {
    let bench = Bench::new("damage").rule(RULE);
    let mut text = json(&[event(1, 0, start(1, 2, WORD, CMD)), event(2, 1, start(3, 4, WORD, CMD))]);
    text.insert_str(text.find('\n').unwrap() + 1, "{\"broken\": \n");
    text.push_str("{\"winlog\": {\"event_id\": 1, \"channel\": \"Sec");
    let run = bench.hunt(&[&bench.file("a.json", text)]);
    assert_eq!(run.detections().count(), 2);
    assert!(run.diagnostics().all(|it| it["location"]["offset"].as_u64().is_some_and(|at| at > 0)));
    assert!(run.diagnostics().count() >= 2);
    let events: Vec<_> = (0..600).map(|n| event(n, i64::from(n), start(n * 2, n * 2 + 1, WORD, CMD))).collect();
    let mut log = evtx::write(&events);
    assert!(log.len() > 4096 + 3 * 65_536);
    let whole = bench.hunt(&[&bench.file("whole.evtx", log.clone())]).detections().count();
    assert_eq!(whole, 600);
    // A chunk is overwritten in its middle, the file is cut off inside the last.
    log.truncate(log.len() - 40_000);
    log[4096 + 65_536 + 20_000..4096 + 65_536 + 24_000].fill(0xaa);
    let run = bench.hunt(&[&bench.file("cut.evtx", log)]);
    let told = run.detections().count();
    assert!(told > 100 && told < 600, "{told}");
    let places: Vec<_> = run.diagnostics().map(|it| it["location"]["offset"].as_u64().unwrap()).collect();
    assert!(places.iter().any(|at| (4096 + 65_536..4096 + 2 * 65_536).contains(at)), "{places:?}");
}

#[test]
fn ancestors_in_any_order_and_copies_once() {
    let bench = Bench::new("lineage").rule(ANCESTOR);
    let word = event(1, 0, start(1, 10, r"C:\explorer.exe", WORD));
    let cmd = event(2, 1, start(10, 11, WORD, CMD));
    let calc = event(3, 2, start(11, 12, CMD, CALC));
    let log = bench.file("down.evtx", evtx::write(&[word.clone(), cmd.clone(), calc.clone()]));
    let run = bench.hunt(&[&log]);
    let first = run.detections().next().unwrap();
    let images: Vec<_> = first["lineage"].as_array().unwrap().iter().map(|it| it["image"].as_str().unwrap()).collect();
    assert_eq!(images, [r"C:\explorer.exe", WORD, CMD, CALC]);
    // Newest first, as portals export it.
    let up = bench.file("up.json", json(&[calc, cmd, word]));
    let turned = bench.hunt(&[&up]);
    assert_eq!(turned.detections().count(), 1);
    assert_eq!(turned.detections().next().unwrap()["lineage"], first["lineage"]);
    // The same record in two logs is told once, and counted.
    let both = bench.hunt(&[&log, &up]);
    assert_eq!((both.detections().count(), both.summary()["duplicates"].as_u64()), (1, Some(1)));
    assert_eq!(bench.hunt(&[&log, &up, "--keep-duplicates"]).detections().count(), 2);
}

#[test]
fn correlations_and_times() {
    let bench = Bench::new("correlation").rule(MANY);
    let events: Vec<_> = [0, 10, 20, 500].map(|at| event(at, i64::from(at), start(at, at + 1, WORD, CMD))).to_vec();
    let log = bench.file("a.json", json(&events));
    let run = bench.hunt(&[&log]);
    let found: Vec<_> = run.detections().filter(|it| it["rule"]["level"] == "high").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["events"].as_array().unwrap().len(), 3);
    let early = bench.hunt(&[&log, "--until", "2026-11-21T10:00:15Z"]);
    assert!(early.detections().all(|it| it["rule"]["level"] != "high"));
    let late = bench.hunt(&[&log, "--from", "2026-11-21T10:05:00Z"]);
    assert_eq!(late.detections().count() - late.detections().filter(|it| it["rule"]["level"] == "high").count(), 1);
}

#[test]
fn a_baseline_takes_usual_pairs_away() {
    let bench = Bench::new("baseline").rule(RULE);
    let usual: Vec<_> = (0..20).map(|n| event(n, i64::from(n) * 90_000, start(n, 100 + n, WORD, CMD))).collect();
    let clean = bench.file("clean.json", json(&usual));
    let learned = format!("{}/usual.toml", bench.logs());
    bench.hunt(&[&clean, "--learn", &learned]);
    let new = bench.file("new.json", json(&[usual[0].clone(), event(900, 7, start(900, 901, WORD, CALC))]));
    let run = bench.hunt(&[&new, "--baseline", &learned]);
    let seen: Vec<_> = run.detections().map(|it| it["baseline"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(seen.contains(&"new".to_owned()), "{seen:?}");
    assert_eq!(seen.len() as u64 + run.summary()["suppressed"].as_u64().unwrap(), 2);
    assert_eq!(bench.hunt(&[&new, "--baseline", &clean]).code, 2, "that is no baseline");
    // A file of holes that is larger than any memory: no more is read than the limit.
    let endless = bench.file("endless.toml", "");
    std::fs::OpenOptions::new().write(true).open(&endless).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(bench.hunt(&[&new, "--baseline", &endless]).code, 2);
    std::fs::remove_file(&endless).unwrap();
}

#[test]
fn a_pipe_gives_its_first_detection_at_once() {
    let bench = Bench::new("pipe").rule(RULE);
    let mut child = bench.command(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(json(&[event(1, 0, start(1, 2, WORD, CMD))]).as_bytes()).unwrap();
    pipe.flush().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("11111111"), "{line}");
    drop(pipe);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn real_logs_give_the_same_on_any_number_of_threads() {
    let Ok(data) = std::env::var("DDEFEND_DATA") else {
        eprintln!("skipped: DDEFEND_DATA is not set");
        return;
    };
    let bench = Bench::new("real");
    let logs = format!("{data}/logs/evtx-attack-samples");
    let run = |threads: &str| bench.built_in(&[&logs, "--threads", threads, "--reproducible"]);
    let one = run("1");
    assert!(one.detections().count() > 20);
    assert_eq!(one.summary()["incomplete"].as_u64(), Some(0));
    assert_eq!(run("4").out, one.out);
}

#[test]
fn records_without_a_number_are_counted_through_the_whole_log() {
    let bench = Bench::new("numbers").rule(RULE);
    let pad = "x".repeat(400);
    let row = |n: u32| {
        let parent = if n % 1000 == 7 { WORD } else { CMD };
        format!("2026-11-21T10:00:00Z,{n},ProcessCreated,{CALC},calc {pad},{parent},pc\r\n")
    };
    let head =
        "Timestamp,ProcessId,ActionType,FolderPath,ProcessCommandLine,InitiatingProcessFolderPath,DeviceName\r\n";
    let text: String = std::iter::once(head.to_owned()).chain((1..=9000).map(row)).collect();
    assert!(text.len() > 4 << 20, "several blocks");
    let log = bench.file("DeviceProcessEvents.csv", &text);
    let numbers = |threads: &str| -> Vec<u64> {
        let run = bench.hunt(&[&log, "--threads", threads]);
        run.detections().map(|it| it["event"]["record"].as_u64().unwrap()).collect()
    };
    let right: Vec<u64> = (0..9).map(|thousand| thousand * 1000 + 7).collect();
    assert_eq!(numbers("1"), right);
    assert_eq!(numbers("4"), right);
    // In an archive, each log begins anew.
    let members: [(&str, &[u8]); 2] =
        [("a/DeviceProcessEvents.csv", text.as_bytes()), ("b/DeviceProcessEvents.csv", text.as_bytes())];
    let packed = bench.file("logs.zip", zip(&members));
    let run = bench.hunt(&[&packed, "--keep-duplicates"]);
    let found: Vec<u64> = run.detections().map(|it| it["event"]["record"].as_u64().unwrap()).collect();
    assert_eq!(found, [right.clone(), right].concat());
}

#[test]
fn the_span_is_exact_and_long_steps_are_told_in_days() {
    let bench = Bench::new("span").rule(RULE);
    let mut events: Vec<_> = (0..700).map(|n| event(n, i64::from(n), start(n, n + 1, CMD, CALC))).collect();
    // Neither is where every sixteenth record would be looked at.
    events[401] = event(401, 5 * 86_400, start(1, 2, CMD, CALC));
    events[402] = event(402, -86_400, start(1, 2, CMD, CALC));
    for log in [bench.file("a.json", json(&events)), bench.file("a.evtx", evtx::write(&events))] {
        let summary = bench.hunt(&[&log]).summary();
        assert_eq!(
            summary["span"],
            serde_json::json!(["2026-11-20T10:00:00.0000000Z", "2026-11-26T10:00:00.0000000Z"]),
            "{log}"
        );
    }
    events[10] = event(10, 5 * 86_400, start(1, 2, CMD, CALC));
    let summary = bench.hunt(&[&bench.file("b.json", json(&events))]).summary();
    assert!(summary["clocks"].to_string().contains("by up to 4 days"), "{}", summary["clocks"]);
}

#[test]
fn overwritten_chunks_are_told_once_a_run() {
    let bench = Bench::new("gone").rule(RULE);
    let events: Vec<_> = (0..3000).map(|n| event(n, i64::from(n), start(n * 2, n * 2 + 1, CMD, CMD))).collect();
    let mut log = evtx::write(&events);
    let at = |chunk: usize| 4096 + chunk * 65_536;
    assert!(log.len() > at(12));
    log[at(1)..at(3)].fill(0xaa);
    log[at(5)..at(6)].fill(0xbb);
    log[at(8)..at(9)].fill(0);
    let run = bench.hunt(&[&bench.file("a.evtx", log)]);
    let told: Vec<_> = run
        .diagnostics()
        .map(|it| (it["code"].clone(), it["location"]["offset"].clone(), it["location"]["length"].clone()))
        .collect();
    let gone = |from: usize, to: usize| ("broken.structure".into(), at(from).into(), (at(to) - at(from)).into());
    assert_eq!(told, [gone(1, 3), gone(5, 6)]);
    assert_eq!(run.summary()["incomplete"].as_u64(), Some(1));
}

/// Where records begin.
fn record_starts(log: &[u8]) -> Vec<usize> {
    (0..log.len() - 4).filter(|at| log[*at..].starts_with(b"**\0\0")).collect()
}

#[test]
fn carving_finds_what_no_chunk_counts() {
    let bench = Bench::new("carve").rule(RULE);
    let events: Vec<_> = (0..20).map(|n| event(n, i64::from(n), start(n * 2, n * 2 + 1, WORD, CMD))).collect();
    let whole = evtx::write(&events);
    let starts = record_starts(&whole);
    assert_eq!(starts.len(), 20);
    // The chunk's header counts twelve records; the bytes of the others are still there, but for the next one's head.
    let mut log = whole.clone();
    let free = u32::try_from(starts[12] - 4096).unwrap();
    log[4096 + 48..4096 + 52].copy_from_slice(&free.to_le_bytes());
    log[4096 + 32..4096 + 40].copy_from_slice(&12_u64.to_le_bytes());
    log[starts[12]..starts[12] + 8].fill(0);
    let path = bench.file("cleared.evtx", &log);
    assert_eq!(bench.hunt(&[&path]).detections().count(), 12);
    let run = bench.hunt(&[&path, "--carve"]);
    let places: Vec<_> = run.detections().map(|it| it["event"]["offset"].as_u64().unwrap()).collect();
    let right: Vec<_> = (0..20).filter(|n| *n != 12).map(|n| starts[n] as u64).collect();
    assert_eq!(places, right);
    let on = |threads: &str| bench.hunt(&[&path, "--carve", "--reproducible", "--threads", threads]).out;
    assert_eq!(on("1"), on("4"));
    // A chunk in the middle of raw bytes.
    let mut raw = vec![0x5a; 100_003];
    raw.extend_from_slice(&whole[4096..4096 + 65_536]);
    raw.extend_from_slice(&[0x33; 200_000]);
    let path = bench.file("disk.raw", &raw);
    assert_eq!(bench.hunt(&[&path]).code, 3, "no log");
    let run = bench.hunt(&[&path, "--carve"]);
    let places: Vec<_> = run.detections().map(|it| it["event"]["offset"].as_u64().unwrap()).collect();
    assert_eq!(places, starts.iter().map(|at| (at - 4096 + 100_003) as u64).collect::<Vec<_>>());
}
