//! Our EVTX reader against the `evtx` crate over every log of `DDEFEND_DATA`: the same records with the same values.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod xml;

use common::read_by;
use ddefend_event::{Event, native};
use ddefend_source::evtx as ours;
use std::path::{Path, PathBuf};

/// Unoptimised, only the beginnings of long logs are compared: whole chunks behind the file's header.
const LONGEST: usize = 4096 + (64 << 16);

fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            logs(&path, found);
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("evtx")) {
            found.push(path);
        }
    }
}

/// What the oracle makes of a log: record number and XML, or what was wrong.
fn oracle(bytes: Vec<u8>) -> Vec<(u64, Result<String, String>)> {
    let settings = evtx::ParserSettings::new().num_threads(1).indent(false);
    let mut parser = evtx::EvtxParser::from_buffer(bytes).unwrap().with_configuration(settings);
    parser
        .records()
        .map(|record| match record {
            Ok(record) => (record.event_record_id, Ok(record.data)),
            Err(error) => (0, Err(format!("{error:?}"))),
        })
        .collect()
}

/// A value as both write it: GUIDs in one case, fractions of numbers without needless zeros.
fn level(text: &str) -> String {
    let text = if text.contains('{') { text.to_ascii_lowercase() } else { text.to_owned() };
    text.chars().map(|letter| if letter.is_control() && !"\t\r\n".contains(letter) { '_' } else { letter }).collect()
}

fn compare(path: &Path, tally: &mut Tally) {
    let mut bytes = std::fs::read(path).unwrap();
    if cfg!(debug_assertions) {
        bytes.truncate(LONGEST);
    }
    let found =
        read_by(&*ours::reader(&bytes).unwrap(), &bytes, if bytes.len().is_multiple_of(3) { 1 << 20 } else { 1 << 17 });
    let (recovered, live): (Vec<&Event>, Vec<&Event>) =
        found.events.iter().partition(|event| event.values(native::RECOVERED).next().is_some());
    if bytes.len() <= LONGEST {
        let carved = read_by(&*ours::carver(), &bytes, 1 << 20).events;
        let is_live = |event: &&Event| event.values(native::RECOVERED).next().is_none();
        assert!(
            carved.iter().filter(is_live).eq(live.iter().copied()),
            "the carver reads live records as the reader does"
        );
        tally.recovered += carved.len() - live.len();
        tally.known += carved.iter().filter(|event| !is_live(event) && event.head.key.event_id != 0).count();
    }
    tally.diagnostics += found.diagnostics.len();
    assert!(recovered.is_empty(), "only the carver recovers");
    for diagnostic in &found.diagnostics {
        tally.tell(path, format!("note: {} {} {}", diagnostic.code, diagnostic.location, diagnostic.message));
    }
    let theirs = oracle(bytes);
    let good: Vec<(u64, &String)> =
        theirs.iter().filter_map(|(id, data)| data.as_ref().ok().map(|data| (*id, data))).collect();
    tally.records += good.len();
    if good.len() != live.len() {
        let errors: Vec<_> = theirs.iter().filter_map(|(_, data)| data.as_ref().err()).take(2).collect();
        tally.wrong(path, format!("{} records, theirs {}: {errors:?}", live.len(), good.len()));
    }
    for ((id, xml), event) in good.iter().zip(&live) {
        if *id != event.head.place.record {
            tally.wrong(path, format!("record {}, theirs {id}", event.head.place.record));
            break;
        }
        let theirs: Vec<(String, String)> =
            xml::flat(xml).into_iter().map(|(name, text)| (name, level(&text))).collect();
        let own: Vec<(String, String)> =
            event.data.iter().map(|(name, value)| (name.to_string(), level(&value.cell().to_text()))).collect();
        if theirs != own {
            let at = theirs.iter().zip(&own).position(|(a, b)| a != b).unwrap_or(theirs.len().min(own.len()));
            let shown = format!("record {id} field {at}: {:?}, theirs {:?}", own.get(at), theirs.get(at));
            tally.wrong(path, shown.chars().take(400).collect());
        }
    }
}

#[derive(Default)]
struct Tally {
    records: usize,
    recovered: usize,
    known: usize,
    diagnostics: usize,
    wrong: usize,
    words: Vec<String>,
}

impl Tally {
    fn tell(&mut self, path: &Path, words: String) {
        self.words.push(format!("{}: {words}", path.file_name().unwrap().to_string_lossy()));
    }

    fn wrong(&mut self, path: &Path, words: String) {
        self.wrong += 1;
        if self.wrong < 40 {
            self.tell(path, format!("WRONG {words}"));
        }
    }
}

#[test]
fn every_log_reads_as_the_oracle_reads_it() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let mut paths = Vec::new();
    logs(&Path::new(&data).join("logs"), &mut paths);
    if let Some(only) = std::env::var_os("DDEFEND_ONLY") {
        paths.retain(|path| path.to_string_lossy().contains(&*only.to_string_lossy()));
    }
    let mut tally = Tally::default();
    for path in &paths {
        compare(path, &mut tally);
    }
    for words in &tally.words {
        println!("{words}");
    }
    println!(
        "{} logs, {} records, {} recovered ({} with their event id), {} diagnostics",
        paths.len(),
        tally.records,
        tally.recovered,
        tally.known,
        tally.diagnostics
    );
    assert_eq!(tally.wrong, 0, "records differ");
}
