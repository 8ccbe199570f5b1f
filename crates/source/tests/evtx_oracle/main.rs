//! Our EVTX reader against the `evtx` crate over every log of `DDEFEND_DATA`: the same records with the same values.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

mod xml;

use ddefend_event::{Event, Key, Row, Selection, Selector, native};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Record, Sink, evtx as ours};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Unoptimised, only the beginnings of long logs are compared: whole chunks behind the file's header.
const LONGEST: usize = 4096 + (64 << 16);

/// Wants everything, and some names besides.
struct All(Arc<Selection>);

impl Selector for All {
    fn select(&self, _: &Key) -> Option<Arc<Selection>> {
        Some(self.0.clone())
    }
}

struct Found {
    all: All,
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
}

impl Sink for Found {
    fn selector(&self) -> &dyn Selector {
        &self.all
    }

    fn record(&mut self, record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        let event = record.event();
        let whole = Row::of(&event, selection);
        assert_eq!(shown(row, selection), shown(&whole, selection), "fast and slow way, {:?}", event.head);
        self.events.push(event);
    }

    fn skipped(&mut self, records: u64) {
        assert_eq!(records, 0);
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// A row as text: each wanted name's values in order, then everything in order.
fn shown(row: &Row<'_>, selection: &Selection) -> Vec<String> {
    let mut shown = Vec::new();
    for (index, name) in selection.wanted.iter().enumerate() {
        let cells = row.cells.iter().filter(|(known, _)| usize::from(*known) == index);
        shown.extend(cells.map(|(_, cell)| format!("{name}={}", cell.to_text())));
    }
    let mut everything: Vec<String> = row.everything.iter().map(ddefend_event::Cell::to_text).collect();
    // System stands before the data on the fast way, whatever the document's order.
    everything.sort();
    shown.extend(everything);
    shown
}

fn read(bytes: &[u8], buffer: usize) -> Found {
    let names = [
        "eventid",
        "Channel",
        "Image",
        "CommandLine",
        "Data",
        "ScriptBlockText",
        "Provider_Name",
        "UserID",
        "SubjectUserSid",
    ];
    let wanted = names.map(Into::into).to_vec();
    let all = All(Arc::new(Selection { plan: 1, wanted, everything: true }));
    let mut found = Found { all, events: Vec::new(), diagnostics: Vec::new() };
    let Some(reader) = ours::reader(bytes) else { return found };
    let source: Arc<str> = "log".into();
    let (mut at, mut index) = (0, 0);
    while at < bytes.len() {
        let mut end = (at + buffer).min(bytes.len());
        let length = loop {
            match reader.cut(&bytes[at..end], end == bytes.len()) {
                Cut::Block(length) => break length,
                Cut::Skip(length) => {
                    at += length;
                    break 0;
                }
                Cut::More => end = (end + buffer).min(bytes.len()),
            }
        };
        let last = at + length == bytes.len();
        let block = Block { bytes: &bytes[at..at + length], offset: at as u64, index, last, source: &source };
        reader.read(block, &mut found);
        at += length;
        index += 1;
    }
    found
}

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
    let found = read(&bytes, if bytes.len().is_multiple_of(3) { 1 << 20 } else { 1 << 17 });
    let (recovered, live): (Vec<&Event>, Vec<&Event>) =
        found.events.iter().partition(|event| event.values(native::RECOVERED).next().is_some());
    tally.recovered += recovered.len();
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
        "{} logs, {} records, {} recovered, {} diagnostics",
        paths.len(),
        tally.records,
        tally.recovered,
        tally.diagnostics
    );
    assert_eq!(tally.wrong, 0, "records differ");
}
