use ddefend_guard::Stop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often deadlines are looked at.
const TICK: Duration = Duration::from_millis(50);

/// Raises the [`Stop`] of work whose time is up: the only place with a clock.
#[derive(Debug)]
pub(crate) struct Watchdog {
    slots: Vec<Mutex<Option<(Instant, Stop)>>>,
    done: AtomicBool,
}

impl Watchdog {
    pub(crate) fn new(workers: usize) -> Self {
        Self { slots: (0..workers).map(|_| Mutex::new(None)).collect(), done: AtomicBool::new(false) }
    }

    /// Watches one worker's present work; the old stop is forgotten.
    pub(crate) fn watch(&self, worker: usize, limit: Duration) -> Stop {
        let stop = Stop::default();
        if let Some(slot) = self.slots.get(worker) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now() + limit, stop.clone()));
        }
        stop
    }

    /// Ends [`Self::run`].
    pub(crate) fn finish(&self) {
        self.done.store(true, Ordering::Release);
    }

    /// Looks at the deadlines until [`Self::finish`].
    pub(crate) fn run(&self) {
        while !self.done.load(Ordering::Acquire) {
            std::thread::park_timeout(TICK);
            let now = Instant::now();
            for slot in &self.slots {
                if let Some((deadline, stop)) = &mut *slot.lock().unwrap_or_else(PoisonError::into_inner) {
                    if stop.is_waiting() {
                        *deadline += TICK;
                    } else if *deadline <= now {
                        stop.raise();
                    }
                }
            }
        }
    }
}
