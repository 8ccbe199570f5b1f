use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets work in while the bytes that it holds stay under a cap, so that many workers do not add up their largest
/// inputs. One piece of work is always let in, however large.
#[derive(Debug)]
pub(crate) struct Gate {
    cap: u64,
    held: Mutex<u64>,
    freed: Condvar,
}

impl Gate {
    pub(crate) fn new(cap: u64) -> Self {
        Self { cap, held: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until `bytes` fit, and holds them until the pass is dropped.
    pub(crate) fn enter(&self, bytes: u64) -> Pass<'_> {
        let mut held = self.lock();
        while *held > 0 && held.saturating_add(bytes) > self.cap {
            held = self.freed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        *held = held.saturating_add(bytes);
        Pass { gate: self, bytes }
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes held at a gate.
#[derive(Debug)]
pub(crate) struct Pass<'g> {
    gate: &'g Gate,
    bytes: u64,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut held = self.gate.lock();
        *held = held.saturating_sub(self.bytes);
        self.gate.freed.notify_all();
    }
}
