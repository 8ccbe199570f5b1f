//! `ddefend hunt --follow`: what is written to a log is told within a second.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "hunt/bench.rs"]
mod bench;

use bench::{Bench, event, json, start};
use ddefend_event::Event;
use ddefend_source::evtx;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const RULE: &str = r"
title: Office starts something
id: 11111111-1111-4111-8111-111111111111
logsource: {category: process_creation, product: windows}
detection:
    parent: {ParentImage|endswith: '\WINWORD.EXE'}
    condition: parent
";
/// The goal, and what a machine under load may add before it is our fault.
const GOAL: Duration = Duration::from_secs(1);
const LOAD: Duration = Duration::from_secs(4);

struct Following {
    child: Child,
    lines: mpsc::Receiver<(Instant, String)>,
}

impl Following {
    fn new(bench: &Bench) -> Self {
        let mut child =
            bench.command(&[&bench.logs(), "--follow", "--follow-for", "60"]).stdout(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                if send.send((Instant::now(), line.unwrap())).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The record number of the next detection, and how long it took since `from`.
    fn next(&self, from: Instant) -> (u64, Duration) {
        let (at, line) = self.lines.recv_timeout(Duration::from_secs(20)).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["type"], "detection", "{line}");
        (line["event"]["record"].as_u64().unwrap(), at.saturating_duration_since(from))
    }

    fn quiet(&self) {
        let more = self.lines.recv_timeout(Duration::from_millis(700));
        assert!(more.is_err(), "{more:?}");
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn made(numbers: std::ops::Range<u32>) -> Vec<Event> {
    let word = r"C:\Office\WINWORD.EXE";
    numbers.map(|n| event(n, i64::from(n), start(n * 2, n * 2 + 1, word, r"C:\Windows\cmd.exe"))).collect()
}

fn judge(delays: &[Duration]) {
    let worst = delays.iter().max().unwrap();
    let mut sorted = delays.to_vec();
    sorted.sort();
    assert!(sorted[sorted.len() / 2] < GOAL, "{delays:?}");
    assert!(*worst < GOAL + LOAD, "{delays:?}");
}

#[test]
fn json_lines_grow_rotate_and_appear() {
    let bench = Bench::new("follow-json").rule(RULE);
    let path = bench.file("a.json", json(&made(0..1)));
    let following = Following::new(&bench);
    assert_eq!(following.next(Instant::now()).0, 1);
    let mut delays = Vec::new();
    for n in 1..6 {
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(json(&made(n..n + 1)).as_bytes()).unwrap();
        let (number, delay) = following.next(Instant::now());
        assert_eq!(number, u64::from(n) + 1);
        delays.push(delay);
    }
    // Half a line waits for its other half.
    let line = json(&made(6..7));
    let (head, tail) = line.split_at(120);
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(head.as_bytes()).unwrap();
    following.quiet();
    file.write_all(tail.as_bytes()).unwrap();
    assert_eq!(following.next(Instant::now()).0, 7);
    // Rotation: the old file is not told again, the new one is.
    fs::rename(&path, format!("{path}.1")).unwrap();
    let written = Instant::now();
    bench.file("a.json", json(&made(7..8)));
    let (number, delay) = following.next(written);
    assert_eq!(number, 8);
    delays.push(delay);
    following.quiet();
    let written = Instant::now();
    bench.file("b.json", json(&made(8..9)));
    let (number, delay) = following.next(written);
    assert_eq!(number, 9);
    delays.push(delay);
    judge(&delays);
}

#[test]
fn event_logs_grow_in_place() {
    let bench = Bench::new("follow-evtx").rule(RULE);
    let path = bench.file("a.evtx", evtx::write(&made(0..3)));
    let following = Following::new(&bench);
    for number in 1..=3 {
        assert_eq!(following.next(Instant::now()).0, number);
    }
    // The last chunk is rewritten in place with one record more, as the service does; now and then a new one begins.
    let mut delays = Vec::new();
    let mut known = 3;
    for count in [4, 5, 6, 150, 400] {
        let written = Instant::now();
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&evtx::write(&made(0..count))).unwrap();
        for number in known..count {
            let (told, delay) = following.next(written);
            assert_eq!(told, u64::from(number) + 1);
            delays.push(delay);
        }
        known = count;
    }
    following.quiet();
    judge(&delays);
}

#[test]
fn ends_cleanly_when_asked() {
    let bench = Bench::new("follow-end").rule(RULE);
    bench.file("a.json", json(&made(0..2)));
    let run = bench.hunt(&[&bench.logs(), "--follow", "--follow-for", "0.5"]);
    assert_eq!((run.code, run.detections().count()), (1, 2));
    assert_eq!(run.summary()["events"].as_u64(), Some(2));
}
