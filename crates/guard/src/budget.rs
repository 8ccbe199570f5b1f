use ddefend_model::code;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What one artifact may cost. Sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the artifact itself that are read.
    pub artifact_size: u64,
    /// Bytes of one part after decompression or decryption.
    pub part_size: u64,
    /// Bytes of all parts together after decompression.
    pub total_size: u64,
    /// Output bytes per input byte, counted after [`Limits::RATIO_GRACE`] bytes of output.
    pub ratio: u64,
    /// Parts.
    pub parts: u64,
    /// Nesting of parts.
    pub depth: u32,
    /// Links reported; further ones are counted.
    pub links: u64,
    /// Diagnostics reported; further ones are counted.
    pub diagnostics: u64,
    /// Nesting inside one part: elements, groups, fields, storages.
    pub nesting: u32,
    /// Seconds of wall time, kept by the engine through [`Stop`].
    pub seconds: u64,
}

impl Limits {
    /// Output that is free of the ratio check, bytes.
    pub const RATIO_GRACE: u64 = 4 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            artifact_size: 128 << 20,
            part_size: 64 << 20,
            total_size: 512 << 20,
            ratio: 1_000,
            parts: 10_000,
            depth: 16,
            links: 10_000,
            diagnostics: 1_000,
            nesting: 256,
            seconds: 60,
        }
    }
}

/// A flag that somebody with a clock raises when time is up; engines check it, they never look at a clock.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks everybody who holds this flag to finish.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once it was raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A limit that was hit: the diagnostic id and the limit's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit {code} of {limit} reached")]
pub struct Exceeded {
    /// One of the `limit.*` ids in [`ddefend_model::code`].
    pub code: &'static str,
    /// The limit's value in its own unit.
    pub limit: u64,
}

/// What is left of the limits for one artifact. One artifact is worked on by one thread, so plain cells count.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    stop: Stop,
    produced: Cell<u64>,
    parts: Cell<u64>,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(limits: Limits, stop: Stop) -> Self {
        Self { limits, stop, produced: Cell::new(0), parts: Cell::new(0) }
    }

    /// The limits it started with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes produced by decoders so far.
    #[must_use]
    pub fn produced(&self) -> u64 {
        self.produced.get()
    }

    /// Parts entered so far.
    #[must_use]
    pub fn parts(&self) -> u64 {
        self.parts.get()
    }

    /// How many bytes one more part may have: the part limit or what is left of the total, whichever is less.
    #[must_use]
    pub fn part_allowance(&self) -> u64 {
        self.limits.part_size.min(self.limits.total_size.saturating_sub(self.produced.get()))
    }

    /// Books `bytes` of decoder output.
    ///
    /// # Errors
    /// Where the total or the time is spent.
    pub fn produce(&self, bytes: u64) -> Result<(), Exceeded> {
        self.produced.set(self.produced.get().saturating_add(bytes));
        if self.produced.get() > self.limits.total_size {
            return Err(Exceeded { code: code::LIMIT_TOTAL_SIZE, limit: self.limits.total_size });
        }
        self.check_time()
    }

    /// Books one more part at `depth` (the artifact itself is at 0).
    ///
    /// # Errors
    /// Where the count, the depth or the time is spent.
    pub fn enter_part(&self, depth: u32) -> Result<(), Exceeded> {
        if depth > self.limits.depth {
            return Err(Exceeded { code: code::LIMIT_DEPTH, limit: u64::from(self.limits.depth) });
        }
        if self.parts.get() >= self.limits.parts {
            return Err(Exceeded { code: code::LIMIT_PARTS, limit: self.limits.parts });
        }
        self.parts.set(self.parts.get().saturating_add(1));
        self.check_time()
    }

    /// Checks nesting inside a part (elements, groups, fields, storages).
    ///
    /// # Errors
    /// Where `depth` is over the limit or the time is spent.
    pub fn check_nesting(&self, depth: u32) -> Result<(), Exceeded> {
        if depth > self.limits.nesting {
            return Err(Exceeded { code: code::LIMIT_STRUCTURE, limit: u64::from(self.limits.nesting) });
        }
        self.check_time()
    }

    /// Checks the time alone; call it now and then in long loops.
    ///
    /// # Errors
    /// Where the time is spent.
    pub fn check_time(&self) -> Result<(), Exceeded> {
        if self.stop.is_raised() {
            return Err(Exceeded { code: code::LIMIT_TIME, limit: self.limits.seconds });
        }
        Ok(())
    }
}
