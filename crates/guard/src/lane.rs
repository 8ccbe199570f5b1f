use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Room for one: artifacts that give much decoder output are worked on one after the other, so that the largest of
/// many workers do not add up.
#[derive(Debug, Default)]
pub struct Lane {
    taken: Mutex<bool>,
    freed: Condvar,
}

impl Lane {
    /// Waits until the lane is free and takes it.
    pub(crate) fn enter(&self) {
        let mut taken = self.lock();
        while *taken {
            taken = self.freed.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken = true;
    }

    /// Frees it for the next.
    pub(crate) fn leave(&self) {
        *self.lock() = false;
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
