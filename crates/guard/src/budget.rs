use crate::Lane;
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
    /// Bytes of the artifact and of all parts on the way to the one that is being read, together: nested archives
    /// hold every layer.
    pub const LIVE: u64 = 144 << 20;
    /// Decoder output up to which artifacts are worked on beside each other; one that gives more takes the [`Lane`].
    pub const LIGHT: u64 = 16 << 20;
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
            links: 2_000,
            diagnostics: 1_000,
            nesting: 256,
            seconds: 60,
        }
    }
}

/// A flag that somebody with a clock raises when time is up; engines check it, they never look at a clock.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    raised: AtomicBool,
    waiting: AtomicBool,
}

impl Stop {
    /// Asks everybody who holds this flag to finish.
    pub fn raise(&self) {
        self.0.raised.store(true, Ordering::Relaxed);
    }

    /// True once it was raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.raised.load(Ordering::Relaxed)
    }

    /// True while the work waits for its [`Lane`]; that time is not its own.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed)
    }
}

/// A limit that was hit: the diagnostic id and the limit's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} of {limit} was reached")]
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
    live: Cell<u64>,
    lane: Option<Arc<Lane>>,
    in_lane: Cell<bool>,
}

impl Drop for Budget {
    fn drop(&mut self) {
        if let (Some(lane), true) = (&self.lane, self.in_lane.get()) {
            lane.leave();
        }
    }
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(limits: Limits, stop: Stop) -> Self {
        let zero = || Cell::new(0);
        Self { limits, stop, produced: zero(), parts: zero(), live: zero(), lane: None, in_lane: Cell::new(false) }
    }

    /// Shares a lane with the budgets of other artifacts: of those that give much, one is worked on at a time.
    #[must_use]
    pub fn with_lane(mut self, lane: Arc<Lane>) -> Self {
        self.lane = Some(lane);
        self
    }

    /// Books bytes that stay in memory while parts below are read; [`Self::release`] gives them back.
    pub fn hold(&self, bytes: u64) {
        self.live.set(self.live.get().saturating_add(bytes));
    }

    /// Gives back what [`Self::hold`] booked.
    pub fn release(&self, bytes: u64) {
        self.live.set(self.live.get().saturating_sub(bytes));
    }

    /// Which limit [`Self::part_allowance`] came from.
    #[must_use]
    pub fn tightest(&self) -> Exceeded {
        let limits = &self.limits;
        let total = limits.total_size.saturating_sub(self.produced.get());
        let live = Limits::LIVE.saturating_sub(self.live.get());
        if limits.part_size <= total.min(live) {
            Exceeded { code: code::LIMIT_PART_SIZE, limit: limits.part_size }
        } else if total <= live {
            Exceeded { code: code::LIMIT_TOTAL_SIZE, limit: limits.total_size }
        } else {
            Exceeded { code: code::LIMIT_MEMORY, limit: Limits::LIVE }
        }
    }

    /// Takes the lane once the output is no longer light.
    fn take_lane(&self) {
        let Some(lane) = &self.lane else { return };
        if self.in_lane.get() || self.produced.get() <= Limits::LIGHT {
            return;
        }
        self.stop.0.waiting.store(true, Ordering::Relaxed);
        lane.enter();
        self.stop.0.waiting.store(false, Ordering::Relaxed);
        self.in_lane.set(true);
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

    /// How many bytes one more part may have: the part limit, what is left of the total or what may still be held,
    /// whichever is less.
    #[must_use]
    pub fn part_allowance(&self) -> u64 {
        let total = self.limits.total_size.saturating_sub(self.produced.get());
        self.limits.part_size.min(total).min(Limits::LIVE.saturating_sub(self.live.get()))
    }

    /// Books `bytes` of decoder output.
    ///
    /// # Errors
    /// Where the total or the time is spent.
    pub fn produce(&self, bytes: u64) -> Result<(), Exceeded> {
        self.produced.set(self.produced.get().saturating_add(bytes));
        self.take_lane();
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
