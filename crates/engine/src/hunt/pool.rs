use super::batch::{Batch, Worker};
use super::clocks::Times;
use super::feed::{Feed, Note, Piece};
use super::run::{HuntProgress, HuntSettings, Told};
use crate::input::Input;
use ddefend_hunt::Hunt;
use ddefend_model::{Detection, Diagnostic, HuntSummary, Location, PartPath, code};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread;
use std::time::Duration;

/// Stack of a worker.
const STACK: usize = 8 << 20;
/// Bytes of results that wait for those before them. Beyond, only what is due next is read.
const AHEAD: usize = 24 << 20;
/// Blocks of the input that is due which may be read whatever waits.
const WINDOW: u64 = 4;
/// Diagnostics of one log that are told; further ones are counted.
const DIAGNOSTICS: u64 = 1_000;
/// Names of files that are no logs which are told.
const NAMES: usize = 20;

/// Results of an input's block, or its end.
struct Arrival {
    input: usize,
    number: u64,
    batch: Batch,
    ended: bool,
}

struct Shared<'s> {
    inputs: &'s [Input],
    settings: &'s HuntSettings<'s>,
    progress: &'s dyn HuntProgress,
    open: Mutex<Open>,
    /// Bytes of results that wait.
    waiting: AtomicUsize,
    /// The input and the block that are due next.
    due: Mutex<(usize, u64)>,
    stopped: AtomicBool,
}

/// Inputs that are being read, in their order.
#[derive(Default)]
struct Open {
    next: usize,
    feeds: Vec<Arc<Slot>>,
}

struct Slot {
    input: usize,
    feed: Mutex<Numbered>,
}

struct Numbered {
    feed: Option<Feed>,
    next: u64,
}

/// Reads all inputs on all workers; results go to `order` on this thread.
pub(super) fn run<E>(
    inputs: &[Input],
    settings: &HuntSettings<'_>,
    progress: &dyn HuntProgress,
    order: &mut Order<'_>,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<(), E> {
    let shared = Shared {
        inputs,
        settings,
        progress,
        open: Mutex::default(),
        waiting: AtomicUsize::new(0),
        due: Mutex::default(),
        stopped: AtomicBool::new(false),
    };
    let workers = settings.threads.max(1);
    thread::scope(|scope| {
        let (results, arrivals) = mpsc::sync_channel(workers);
        for worker in 0..workers {
            let (results, shared) = (results.clone(), &shared);
            let work = move || shared.work(workers, &results);
            // Where no thread can be had, the others do its share.
            if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() && worker == 0 {
                break;
            }
        }
        drop(results);
        let outcome = shared.in_order(&arrivals, order, emit);
        shared.stopped.store(true, Ordering::Release);
        drop(arrivals);
        outcome
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared<'_> {
    fn work(&self, workers: usize, results: &mpsc::SyncSender<Arrival>) {
        let mut worker = Worker::default();
        while !self.stopped.load(Ordering::Acquire)
            && let Some((input, number, piece, notes)) = self.next(workers, &mut worker)
        {
            let (batch, ended) = match piece {
                Some(piece) => (worker.read(&piece, notes, self.settings), false),
                None => (Batch { notes, ..Batch::default() }, true),
            };
            self.waiting.fetch_add(batch.weight, Ordering::AcqRel);
            if results.send(Arrival { input, number, batch, ended }).is_err() {
                return;
            }
        }
    }

    /// The next block of the first input that nobody is reading just now, or the end of one.
    fn next(&self, workers: usize, worker: &mut Worker) -> Option<(usize, u64, Option<Piece>, Vec<Note>)> {
        loop {
            let slots = lock(&self.open).feeds.clone();
            for slot in &slots {
                match slot.feed.try_lock() {
                    Ok(mut feed) if self.may_read(slot.input, feed.next) => match self.step(slot, &mut feed, worker) {
                        Some(step) => return Some(step),
                        None => continue,
                    },
                    Err(TryLockError::Poisoned(broken)) => broken.into_inner().feed = None,
                    Ok(_) | Err(TryLockError::WouldBlock) => {}
                }
            }
            let mut open = lock(&self.open);
            if open.next < self.inputs.len() && open.feeds.len() < workers {
                let input = open.next;
                open.next += 1;
                let slot = Arc::new(Slot { input, feed: Mutex::new(Numbered { feed: None, next: 0 }) });
                let mut feed = lock(&slot.feed);
                open.feeds.push(Arc::clone(&slot));
                drop(open);
                feed.feed = self.inputs.get(input).map(|input| Feed::new(input, self.settings));
                if self.may_read(input, 0)
                    && let Some(step) = self.step(&slot, &mut feed, worker)
                {
                    return Some(step);
                }
                continue;
            }
            if open.feeds.is_empty() || self.stopped.load(Ordering::Acquire) {
                return None;
            }
            drop(open);
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Results may run ahead of a slow block by so much; what is due next is always read.
    fn may_read(&self, input: usize, number: u64) -> bool {
        if self.waiting.load(Ordering::Acquire) < AHEAD {
            return true;
        }
        let (due, block) = *lock(&self.due);
        input == due && number < block.saturating_add(WINDOW)
    }

    fn step(
        &self,
        slot: &Slot,
        numbered: &mut Numbered,
        worker: &mut Worker,
    ) -> Option<(usize, u64, Option<Piece>, Vec<Note>)> {
        let feed = numbered.feed.as_mut()?;
        let mut notes = Vec::new();
        let read = |bytes| self.progress.read(bytes);
        // What recognises logs and cuts them meets hostile bytes as well: a defect there must not end the run.
        let next = AssertUnwindSafe(|| feed.next(&mut worker.buffer, self.settings, &mut notes, &read));
        let piece = catch_unwind(next).unwrap_or_else(|_| {
            let name = feed.name();
            let message = "opening or cutting this log failed; the rest of it was not read. Please report its type";
            let place = Location::default();
            let mut diagnostic = Diagnostic::new(code::INTERNAL, PartPath::root(&*name), place, message);
            diagnostic.artifact = name;
            notes.push(Note::Diagnostic(Box::new(diagnostic)));
            None
        });
        let number = numbered.next;
        numbered.next += 1;
        if piece.is_none() {
            numbered.feed = None;
            lock(&self.open).feeds.retain(|other| other.input != slot.input);
        }
        Some((slot.input, number, piece, notes))
    }

    /// Takes results in the order of inputs and blocks.
    fn in_order<E>(
        &self,
        arrivals: &mpsc::Receiver<Arrival>,
        order: &mut Order<'_>,
        emit: &mut dyn FnMut(Told) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut waiting: BTreeMap<(usize, u64), Arrival> = BTreeMap::new();
        let mut due = (0, 0);
        for arrival in arrivals {
            waiting.insert((arrival.input, arrival.number), arrival);
            while let Some(Arrival { batch, ended, .. }) = waiting.remove(&due) {
                due = if ended { (due.0 + 1, 0) } else { (due.0, due.1 + 1) };
                *lock(&self.due) = due;
                let weight = batch.weight;
                order.take(batch, emit)?;
                self.waiting.fetch_sub(weight, Ordering::AcqRel);
            }
        }
        Ok(())
    }
}

/// What is known of the run so far, and the hunt that results go to.
pub(super) struct Order<'h> {
    hunt: &'h mut Hunt,
    summary: HuntSummary,
    times: Times,
    log: Option<Current>,
    others: Vec<String>,
}

struct Current {
    name: Arc<str>,
    times: Times,
    diagnostics: u64,
    gap: bool,
}

impl<'h> Order<'h> {
    pub(super) fn new(hunt: &'h mut Hunt) -> Self {
        Self { hunt, summary: HuntSummary::default(), times: Times::default(), log: None, others: Vec::new() }
    }

    pub(super) fn take<E>(&mut self, batch: Batch, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<(), E> {
        for note in batch.notes {
            match note {
                Note::Begin { name } => {
                    self.summary.logs += 1;
                    self.log = Some(Current { name, times: Times::default(), diagnostics: 0, gap: false });
                }
                Note::End { bytes } => {
                    self.summary.bytes += bytes;
                    self.end_log(emit)?;
                }
                Note::Diagnostic(diagnostic) => self.tell(*diagnostic, emit)?,
                Note::Other(name) => {
                    self.summary.other_files += 1;
                    if self.others.len() < NAMES {
                        self.others.push(name);
                    }
                }
            }
        }
        self.summary.events += batch.records;
        if let Some(log) = &mut self.log {
            log.times.append(&batch.times);
        }
        let mut outcome = Ok(());
        for found in batch.found {
            self.hunt
                .take(found, batch.schema, &mut |detection| count(&mut self.summary, detection, &mut outcome, emit));
        }
        outcome?;
        batch.diagnostics.into_iter().try_for_each(|diagnostic| self.tell(diagnostic, emit))
    }

    fn end_log<E>(&mut self, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<(), E> {
        let Some(log) = self.log.take() else { return Ok(()) };
        self.summary.incomplete += u64::from(log.gap);
        self.summary.clocks.extend(log.times.remarks(&log.name));
        if let Some((first, last)) = log.times.span {
            let mut times = Times::default();
            times.add(first);
            times.add(last);
            self.times.append(&times);
        }
        let Some(more) = log.diagnostics.checked_sub(DIAGNOSTICS).filter(|more| *more > 0) else { return Ok(()) };
        let message = format!("{more} more diagnostics of this log were only counted");
        let mut diagnostic =
            Diagnostic::new(code::LIMIT_RESULTS, PartPath::root(&*log.name), Location::default(), message);
        diagnostic.artifact = log.name.to_string();
        emit(Told::Diagnostic(Box::new(diagnostic)))
    }

    fn tell<E>(&mut self, diagnostic: Diagnostic, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<(), E> {
        *self.summary.diagnostics.entry(diagnostic.code.to_string()).or_default() += 1;
        match &mut self.log {
            None => self.summary.incomplete += u64::from(diagnostic.is_gap()),
            Some(log) => {
                log.gap |= diagnostic.is_gap();
                log.diagnostics += 1;
                if log.diagnostics > DIAGNOSTICS {
                    return Ok(());
                }
            }
        }
        emit(Told::Diagnostic(Box::new(diagnostic)))
    }

    /// Everything was read.
    pub(super) fn finish<E>(mut self, emit: &mut dyn FnMut(Told) -> Result<(), E>) -> Result<HuntSummary, E> {
        let mut outcome = Ok(());
        self.hunt.finish(&mut |detection| count(&mut self.summary, detection, &mut outcome, emit));
        outcome?;
        if !self.others.is_empty() {
            let more = self.summary.other_files.saturating_sub(self.others.len() as u64);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let message = format!("no logs, not read: {}{more}", self.others.join(", "));
            let diagnostic = Diagnostic::new(code::NOTE_ODD, PartPath::default(), Location::default(), message);
            self.tell(diagnostic, emit)?;
        }
        let counts = self.hunt.counts();
        self.summary.duplicates = counts.duplicates;
        self.summary.suppressed = counts.suppressed;
        let unused = counts.unused;
        if unused.dropped + unused.undated + unused.late > 0 {
            let message = format!(
                "correlations may have missed something: {} hits were too many at a time, {} have no time, {} came late",
                unused.dropped, unused.undated, unused.late
            );
            let diagnostic = Diagnostic::new(code::LIMIT_RESULTS, PartPath::default(), Location::default(), message);
            self.tell(diagnostic, emit)?;
        }
        self.summary.span = self.times.span.map(|(first, last)| (first.to_string(), last.to_string()));
        Ok(self.summary)
    }
}

fn count<E>(
    summary: &mut HuntSummary,
    detection: Detection,
    outcome: &mut Result<(), E>,
    emit: &mut dyn FnMut(Told) -> Result<(), E>,
) {
    if outcome.is_ok() {
        *summary.detections.entry(detection.rule.level.to_string()).or_default() += 1;
        *outcome = emit(Told::Detection(Box::new(detection)));
    }
}
