use super::batch::{Batch, Worker};
use super::feed::{Feed, Note, Piece};
use super::order::Order;
use super::run::{HuntProgress, HuntSettings, Told};
use crate::input::Input;
use ddefend_model::{Diagnostic, Location, code};
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
            let diagnostic = Diagnostic::about(code::INTERNAL, &name, place, message);
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
