use crate::gate::Gate;
use crate::input::Input;
use crate::scan::{Extent, Settings, hex, scan_head, unreadable};
use crate::watchdog::Watchdog;
use ddefend_guard::{Budget, Lane, Stop};
use ddefend_model::{Diagnostic, Scanned, Summary};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Told as work goes on.
pub trait Progress: Sync {
    /// One artifact of `bytes` bytes is done.
    fn done(&self, bytes: u64);
}

/// Bytes of artifacts that all workers together hold; with what decoders add, a run stays under 256 MiB.
const HELD: u64 = 64 << 20;
/// Stack of a worker. Nesting is counted everywhere; this leaves room for the deepest that the budget allows.
const STACK: usize = 16 << 20;
/// Results that are handed over together, and how long the first may wait: waking a thread costs more than most files.
const BATCH: usize = 16;
const LATENCY: Duration = Duration::from_millis(20);
/// Findings and diagnostics that are handed over at once: a bomb has thousands, and each holds text.
const HEAVY: usize = 256;
/// How many results may wait for a slow one before them.
const AHEAD: usize = 512;

/// Scans inputs on all workers and hands the results to `emit` in the order of the inputs.
///
/// # Errors
/// The first error of `emit`; work that is under way is finished, the rest is dropped.
pub fn scan_inputs<E>(
    inputs: &[Input],
    settings: &Settings<'_>,
    progress: &dyn Progress,
    emit: &mut dyn FnMut(Scanned) -> Result<(), E>,
) -> Result<Summary, E> {
    let nothing = |_: &Scanned, _: &[u8], _: &Budget| {};
    scan_inputs_and(inputs, settings, progress, &nothing, &mut |scanned, ()| emit(scanned))
}

/// What is worked out of the same bytes beside a scan, with what of its budget is left.
pub(crate) type Beside<'b, X> = &'b (dyn Fn(&Scanned, &[u8], &Budget) -> X + Sync);

/// The same, and something more of the bytes while they are there.
pub(crate) fn scan_inputs_and<X: Send + Default, E>(
    inputs: &[Input],
    settings: &Settings<'_>,
    progress: &dyn Progress,
    beside: Beside<'_, X>,
    emit: &mut dyn FnMut(Scanned, X) -> Result<(), E>,
) -> Result<Summary, E> {
    let workers = settings.threads.clamp(1, inputs.len().max(1));
    let shared = Shared {
        inputs,
        settings,
        progress,
        beside,
        next: AtomicUsize::new(0),
        emitted: AtomicUsize::new(0),
        gate: Gate::new(HELD),
        lane: Arc::default(),
        watchdog: Watchdog::new(workers),
    };
    let mut summary = Summary::default();
    let outcome = thread::scope(|scope| {
        let guard = scope.spawn(|| shared.watchdog.run());
        let (results, arrivals) = mpsc::sync_channel(workers);
        for worker in 0..workers {
            let (results, shared) = (results.clone(), &shared);
            let work = move || shared.work(worker, &results);
            // Where no thread can be had, the others do its share.
            if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() && worker == 0 {
                break;
            }
        }
        drop(results);
        let outcome = in_order(&arrivals, &shared.emitted, &mut |scanned, more| {
            count(&mut summary, &scanned);
            emit(scanned, more)
        });
        drop(arrivals);
        shared.emitted.store(usize::MAX, Ordering::Release);
        shared.watchdog.finish();
        guard.thread().unpark();
        outcome
    });
    outcome.map(|()| summary)
}

struct Shared<'s, X> {
    inputs: &'s [Input],
    settings: &'s Settings<'s>,
    progress: &'s dyn Progress,
    beside: Beside<'s, X>,
    next: AtomicUsize,
    emitted: AtomicUsize,
    gate: Gate,
    lane: Arc<Lane>,
    watchdog: Watchdog,
}

impl<X: Send + Default> Shared<'_, X> {
    fn work(&self, worker: usize, results: &mpsc::SyncSender<Vec<(usize, Scanned, X)>>) {
        let mut ready = Vec::new();
        let mut since = Instant::now();
        let mut weight = 0;
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = self.inputs.get(index) else {
                // A closed channel means that nobody wants results any more.
                let _ = results.send(ready);
                return;
            };
            while index > self.emitted.load(Ordering::Acquire).saturating_add(AHEAD) {
                thread::sleep(Duration::from_millis(1));
            }
            let limit = Duration::from_secs(self.settings.limits.seconds);
            let (scanned, more) = self.scan(input, || self.watchdog.watch(worker, limit));
            self.progress.done(scanned.artifact.size);
            weight += scanned.findings.len() + scanned.diagnostics.len();
            ready.push((index, scanned, more));
            if ready.len() < BATCH && weight < HEAVY && since.elapsed() < LATENCY {
                continue;
            }
            since = Instant::now();
            weight = 0;
            if results.send(std::mem::take(&mut ready)).is_err() {
                // Nobody takes results any more: let the others run out as well.
                self.next.store(self.inputs.len(), Ordering::Relaxed);
                return;
            }
        }
    }

    fn scan(&self, input: &Input, watch: impl Fn() -> Stop) -> (Scanned, X) {
        match input {
            Input::Stdin(name) => self.scan_stream(name, &mut io::stdin().lock(), None, watch),
            Input::Failed(path, message) => (unreadable(&path.to_string_lossy(), message.clone()), X::default()),
            Input::File(path) => self.scan_file(path, &path.to_string_lossy(), watch),
            Input::Named(path, name) => self.scan_file(path, name, watch),
        }
    }

    fn scan_file(&self, path: &Path, name: &str, watch: impl Fn() -> Stop) -> (Scanned, X) {
        let failed = |message: String| (unreadable(name, message), X::default());
        match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
            Ok((metadata, _)) if metadata.is_dir() => failed("this is a folder".to_owned()),
            Ok((metadata, mut file)) => {
                let size = metadata.is_file().then_some(metadata.len());
                self.scan_stream(name, &mut file, size, watch)
            }
            Err(error) => failed(error.to_string()),
        }
    }

    /// `size` is known for ordinary files; pipes and devices may have no end.
    fn scan_stream(
        &self,
        name: &str,
        stream: &mut dyn Read,
        size: Option<u64>,
        watch: impl Fn() -> Stop,
    ) -> (Scanned, X) {
        let limit = self.settings.limits.artifact_size;
        let expected = size.unwrap_or(0).min(limit);
        let _pass = self.gate.enter(weight(expected));
        let stop = watch();
        let mut head = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
        let read = stream.take(limit).read_to_end(&mut head).and_then(|_| rest_of(stream, &head, limit, size, &stop));
        let extent = match read {
            Ok(extent) => extent,
            Err(error) => return (unreadable(name, error.to_string()), X::default()),
        };
        let budget = Budget::new(self.settings.limits.clone(), stop).with_lane(Arc::clone(&self.lane));
        let scanned = scan_head(name, &head, extent, self.settings, &budget);
        let more = (self.beside)(&scanned, &head, &budget);
        (scanned, more)
    }
}

/// What a file of that size counts at the gate. Readers hold up to some thirty times the bytes of a text of nothing but
/// fields; small files are many and cheap.
fn weight(size: u64) -> u64 {
    size.saturating_add(size.saturating_sub(1 << 20).saturating_mul(8))
}

/// Hashes the head and what is behind it. A digest of less than everything would name a file that does not exist, so
/// there is none where the time runs out or the stream has no known end.
fn rest_of(stream: &mut dyn Read, head: &[u8], limit: u64, size: Option<u64>, stop: &Stop) -> io::Result<Extent> {
    let mut hash = Sha256::new();
    hash.update(head);
    let mut length = head.len() as u64;
    if length < limit {
        return Ok(Extent { size: length, sha256: hex(&hash.finalize()), cut: false });
    }
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(Extent { size: length, sha256: hex(&hash.finalize()), cut: length > limit });
        }
        if stop.is_raised() || size.is_none() {
            let size = size.unwrap_or(0).max(length.saturating_add(count as u64));
            return Ok(Extent { size, sha256: String::new(), cut: true });
        }
        hash.update(buffer.get(..count).unwrap_or_default());
        length += count as u64;
    }
}

/// Hands results on in the order of their index.
fn in_order<X, E>(
    arrivals: &mpsc::Receiver<Vec<(usize, Scanned, X)>>,
    emitted: &AtomicUsize,
    emit: &mut dyn FnMut(Scanned, X) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting: BTreeMap<usize, (Scanned, X)> = BTreeMap::new();
    let mut next = 0;
    for (index, scanned, more) in arrivals.iter().flatten() {
        waiting.insert(index, (scanned, more));
        while let Some((scanned, more)) = waiting.remove(&next) {
            emit(scanned, more)?;
            next += 1;
            emitted.store(next, Ordering::Release);
        }
    }
    Ok(())
}

fn count(summary: &mut Summary, scanned: &Scanned) {
    summary.artifacts += 1;
    summary.incomplete += u64::from(!scanned.artifact.complete);
    summary.parts += scanned.artifact.parts;
    summary.bytes += scanned.artifact.size;
    for finding in &scanned.findings {
        *summary.findings.entry(finding.level.to_string()).or_default() += 1;
    }
    for diagnostic in &scanned.diagnostics {
        *summary.diagnostics.entry(diagnostic.code.to_string()).or_default() += 1;
    }
    debug_assert!(scanned.artifact.complete != scanned.diagnostics.iter().any(Diagnostic::is_gap));
}
