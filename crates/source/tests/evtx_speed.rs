//! How fast wanted values are found in dense logs. Run it optimised:
//! `cargo test --release -p ddefend-source --test evtx_speed -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects, missing_docs)]

use ddefend_event::{Key, Row, Selection, Selector};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Record, Sink, evtx};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// What rules over Windows logs ask for most.
const FIELDS: [&str; 36] = [
    "Image",
    "CommandLine",
    "OriginalFileName",
    "ParentImage",
    "ParentCommandLine",
    "TargetObject",
    "TargetFilename",
    "Details",
    "ImageLoaded",
    "SourceImage",
    "TargetImage",
    "CallTrace",
    "GrantedAccess",
    "ScriptBlockText",
    "EventID",
    "NewProcessName",
    "ParentProcessName",
    "User",
    "IntegrityLevel",
    "Hashes",
    "Description",
    "Product",
    "Company",
    "Signed",
    "DestinationPort",
    "DestinationHostname",
    "QueryName",
    "PipeName",
    "ObjectName",
    "ObjectValueName",
    "SubjectUserName",
    "TargetUserName",
    "LogonType",
    "ServiceName",
    "Provider_Name",
    "AccessMask",
];

struct Ask(Option<Arc<Selection>>);

impl Selector for Ask {
    fn select(&self, _: &Key) -> Option<Arc<Selection>> {
        self.0.clone()
    }
}

#[derive(Default)]
struct Count {
    ask: Option<Ask>,
    records: u64,
    cells: u64,
    bytes: u64,
}

impl Sink for Count {
    fn selector(&self) -> &dyn Selector {
        self.ask.as_ref().unwrap()
    }

    fn record(&mut self, _: &dyn Record, _: &Arc<Selection>, row: &Row<'_>) {
        self.records += 1;
        self.cells += row.cells.len() as u64;
        for (_, cell) in &row.cells {
            if let ddefend_event::Cell::Utf16(bytes) = cell {
                self.bytes += bytes.len() as u64;
            }
        }
    }

    fn skipped(&mut self, records: u64) {
        self.records += records;
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        panic!("{diagnostic:?}");
    }
}

/// Reads a log; `best` is the least that each of its blocks ever took, in seconds, so that other work on the machine counts
/// as little as it can. Blocks are copied into one buffer before, as reading a file does.
fn read(bytes: &[u8], sink: &mut Count, buffer: &mut Vec<u8>, best: &mut Vec<f64>) {
    let reader = evtx::reader(bytes).unwrap();
    let source: Arc<str> = "log".into();
    let (mut at, mut index) = (0, 0);
    while at < bytes.len() {
        let end = (at + (1 << 18)).min(bytes.len());
        buffer.clear();
        buffer.extend_from_slice(&bytes[at..end]);
        let started = Instant::now();
        let Cut::Block(length) = reader.cut(buffer, end == bytes.len()) else { return };
        let block = Block { bytes: &buffer[..length], offset: at as u64, index, last: false, source: &source };
        reader.read(block, sink);
        let seconds = started.elapsed().as_secs_f64();
        let place = usize::try_from(index).unwrap();
        if best.len() <= place {
            best.push(f64::MAX);
        }
        best[place] = best[place].min(seconds);
        at += length;
        index += 1;
    }
}

#[test]
#[ignore = "measures; run it optimised"]
fn dense_logs() {
    let Some(data) = std::env::var_os("DDEFEND_DATA") else {
        println!("SKIPPED: DDEFEND_DATA is not set");
        return;
    };
    let folder = Path::new(&data).join("logs/dense-evtx");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let logs: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let size: usize = logs.iter().map(Vec::len).sum();
    let wanted: Arc<Selection> =
        Arc::new(Selection { plan: 0, wanted: FIELDS.map(Into::into).to_vec(), everything: false });
    let everything = Arc::new(Selection { plan: 0, wanted: Vec::new(), everything: true });
    let mut buffer = Vec::new();
    let only = std::env::var("DDEFEND_ONLY").unwrap_or_default();
    for (what, ask) in [("nothing", None), ("fields of rules", Some(wanted)), ("everything", Some(everything))] {
        if !what.contains(&only) {
            continue;
        }
        let mut bests: Vec<Vec<f64>> = vec![Vec::new(); logs.len()];
        let mut count = Count::default();
        for _ in 0..15 {
            count = Count { ask: Some(Ask(ask.clone())), ..Count::default() };
            logs.iter().zip(&mut bests).for_each(|(log, best)| read(log, &mut count, &mut buffer, best));
        }
        let best: f64 = bests.iter().flatten().sum();
        let per = best * 528.5e6 / size as f64;
        println!(
            "{what}: {:.3} s for {} MB, {:.0} MB/s, {per:.3} s for 528 MB; {} records, {} cells, {} bytes of text",
            best,
            size / 1_000_000,
            size as f64 / best / 1e6,
            count.records,
            count.cells,
            count.bytes
        );
    }
}
