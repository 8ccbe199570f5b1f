//! CPU seconds of reading logs for rules, stage by stage: `speed MODE RULES LOG...`. MODE is `parse` (records are counted,
//! no value is wanted), `slots` (the values that rules need are taken out, no rule is run) or `match`. RULES is a folder.
#![allow(clippy::print_stdout)]

use ddefend_event::{Key, Row, Selection, Selector};
use ddefend_matcher::{Hit, Matcher, Scratch};
use ddefend_model::Diagnostic;
use ddefend_source::{Block, Cut, Reader, Record, Sink, evtx};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs, io};

struct Nothing;

impl Selector for Nothing {
    fn select(&self, _key: &Key) -> Option<Arc<Selection>> {
        None
    }
}

struct Counting<'m> {
    selector: &'m dyn Selector,
    matcher: Option<&'m Matcher>,
    scratch: Scratch,
    hits: Vec<Hit>,
    records: u64,
    wanted: u64,
    found: u64,
}

impl Sink for Counting<'_> {
    fn selector(&self) -> &dyn Selector {
        self.selector
    }

    fn record(&mut self, _record: &dyn Record, selection: &Arc<Selection>, row: &Row<'_>) {
        self.records += 1;
        self.wanted += 1;
        if let Some(matcher) = self.matcher {
            self.hits.clear();
            matcher.evaluate(selection, row, &mut self.scratch, &mut self.hits);
            self.found += self.hits.len() as u64;
        }
    }

    fn skipped(&mut self, records: u64) {
        self.records += records;
    }

    fn diagnostic(&mut self, _diagnostic: Diagnostic) {}
}

fn read(path: &Path, sink: &mut Counting<'_>) -> io::Result<u64> {
    let mut file = fs::File::open(path)?;
    let mut buffer = Vec::new();
    let (mut offset, mut index, mut at_end) = (0, 0, false);
    let source: Arc<str> = path.display().to_string().into();
    let mut reader: Option<Box<dyn Reader>> = None;
    let mut start = 0;
    loop {
        if !at_end {
            buffer.drain(..start);
            start = 0;
            let wanted = reader.as_ref().map_or(1 << 20, |reader| reader.buffer());
            let had = buffer.len();
            let read = io::Read::take(&mut file, wanted as u64);
            at_end = io::Read::read_to_end(&mut { read }, &mut buffer).map(|_| buffer.len() - had < wanted)?;
        }
        let reader = match &mut reader {
            Some(reader) => reader,
            None => match evtx::reader(&buffer) {
                Some(made) => reader.insert(made),
                None => return Ok(0),
            },
        };
        while start < buffer.len() {
            match reader.cut(&buffer[start..], at_end) {
                Cut::More => break,
                Cut::Skip(bytes) => start += bytes,
                Cut::Block(bytes) => {
                    let last = at_end && start + bytes >= buffer.len();
                    let block = Block { bytes: &buffer[start..start + bytes], offset, index, last, source: &source };
                    reader.read(block, sink);
                    index += 1;
                    offset += bytes as u64;
                    start += bytes;
                }
            }
        }
        if at_end {
            return Ok(offset);
        }
    }
}

fn rules(folder: &Path, files: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("deprecated") && !path.ends_with("unsupported") {
                rules(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// CPU seconds of this process, in hundredths (proc(5), stat fields 14 and 15).
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or_default().split(' ').map(|text| text.parse().unwrap_or(0.0)).collect();
    fields.get(12..14).map_or(0.0, |times| times.iter().sum::<f64>() / 100.0)
}

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let mut files = Vec::new();
    rules(Path::new(&arguments.next().unwrap_or_default()), &mut files)?;
    files.sort();
    let start = cpu();
    let set = ddefend_rule::front::sigma::read(&files, &ddefend_rule::front::sigma::Options::default());
    println!("{} rules, {:.2} CPU s", set.rules.len(), cpu() - start);
    let content = ddefend_content::Content::load().map_err(io::Error::other)?;
    let mapping = Arc::new(content.mapping().map_err(io::Error::other)?);
    let matcher = Matcher::new(set.rules.into(), mapping, &[], &[]);
    let logs: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    for _ in 0..env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1) {
        let selector: &dyn Selector = if mode == "parse" { &Nothing } else { &matcher };
        let matcher = (mode == "match").then_some(&matcher);
        let mut sink = Counting {
            selector,
            matcher,
            scratch: Scratch::default(),
            hits: Vec::new(),
            records: 0,
            wanted: 0,
            found: 0,
        };
        let (start, clock) = (cpu(), Instant::now());
        let mut bytes = 0;
        for log in &logs {
            bytes += read(log, &mut sink)?;
        }
        let (used, wall) = (cpu() - start, clock.elapsed().as_secs_f64());
        let Counting { records, wanted, found, scratch, .. } = sink;
        println!(
            "{mode}: {bytes} bytes, {records} records, {wanted} wanted, {found} hits, {} programs, {used:.2} CPU s, {wall:.2} s, {:.0} MB/s",
            scratch.programs(),
            bytes as f64 / used / 1e6
        );
    }
    Ok(())
}
