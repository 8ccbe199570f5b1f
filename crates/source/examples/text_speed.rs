//! How fast text logs are read, beside `serde_json::Value` over the same bytes in the same run, one thread.
//! Arguments: logs, unpacked. Wanted are the fields that most rules ask for.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ddefend_event::{Key, Row, Selection, Selector};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Record, Sink, open};
use std::sync::Arc;

const WANTED: &[&str] = &[
    "Image",
    "OriginalFileName",
    "CommandLine",
    "CurrentDirectory",
    "ParentImage",
    "ParentCommandLine",
    "User",
    "IntegrityLevel",
    "Hashes",
    "TargetObject",
    "Details",
    "TargetFilename",
    "ImageLoaded",
    "SourceImage",
    "TargetImage",
    "GrantedAccess",
    "CallTrace",
    "DestinationIp",
    "DestinationPort",
    "QueryName",
    "PipeName",
    "ScriptBlockText",
    "Payload",
    "NewProcessName",
    "ParentProcessName",
    "ObjectName",
    "ObjectValueName",
    "NewValue",
    "EventID",
    "Provider_Name",
];

struct Count {
    selection: Arc<Selection>,
    /// Asked for kinds of which no rule speaks: none.
    few: bool,
    records: u64,
    cells: u64,
    bytes: u64,
}

impl Selector for Count {
    fn select(&self, key: &Key) -> Option<Arc<Selection>> {
        (!self.few || matches!(key.event_id, 1 | 13 | 4688 | 4657)).then(|| Arc::clone(&self.selection))
    }
}

impl Sink for Count {
    fn selector(&self) -> &dyn Selector {
        self
    }

    fn record(&mut self, _record: &dyn Record, _selection: &Arc<Selection>, row: &Row<'_>) {
        self.records += 1;
        self.cells += row.cells.len() as u64;
        for (_, cell) in &row.cells {
            if let ddefend_event::Cell::Str(text) = cell {
                self.bytes += text.len() as u64;
            }
        }
    }

    fn skipped(&mut self, records: u64) {
        self.records += records;
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        println!("{diagnostic:?}");
    }
}

/// Nanoseconds that this thread has spent on a processor (Linux): other load does not count.
fn spent() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn main() {
    let logs: Vec<Vec<u8>> = std::env::args().skip(1).map(|path| std::fs::read(path).unwrap()).collect();
    let size: usize = logs.iter().map(Vec::len).sum();
    let rate = |started: u64| size as f64 / 1e6 / ((spent() - started) as f64 / 1e9);
    for round in 0..3 {
        for few in [false, true] {
            let started = spent();
            let wanted = WANTED.iter().map(|name| (*name).into()).collect();
            let selection = Arc::new(Selection { plan: 0, wanted, everything: false });
            let mut count = Count { selection, few, records: 0, cells: 0, bytes: 0 };
            for log in &logs {
                let reader = open(&log[..log.len().min(64 << 10)], "log", None).unwrap();
                let (source, mut at, mut index): (Arc<str>, usize, u64) = ("log".into(), 0, 0);
                let mut want = reader.buffer();
                while at < log.len() {
                    let end = (at + want).min(log.len());
                    match reader.cut(&log[at..end], end == log.len()) {
                        Cut::More => want *= 2,
                        Cut::Skip(length) => at += length,
                        Cut::Block(length) => {
                            let bytes = &log[at..at + length];
                            let block = Block { bytes, offset: at as u64, index, last: false, source: &source };
                            reader.read(block, &mut count);
                            (at, index, want) = (at + length, index + 1, reader.buffer());
                        }
                    }
                }
            }
            let what = if few { "four kinds wanted" } else { "every kind wanted" };
            println!("{round} {what}: {:.0} MB/s, {} records, {} cells", rate(started), count.records, count.cells);
        }
        let started = spent();
        let mut members = 0_usize;
        for line in logs.iter().flat_map(|log| log.split(|byte| *byte == b'\n')) {
            if let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(line) {
                members += object.len();
            }
        }
        println!("{round} serde_json::Value: {:.0} MB/s, {members} members", rate(started));
    }
}
