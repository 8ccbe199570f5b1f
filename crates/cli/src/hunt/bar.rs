use crate::progress::drawn;
use ddefend_engine::hunt::HuntProgress;
use indicatif::ProgressBar;

/// A bar on standard error that counts bytes, or nothing.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar for so many bytes, shown on a terminal where `wanted`; none: nobody knows how many.
    pub(crate) fn new(bytes: Option<u64>, wanted: bool) -> Self {
        let template = match bytes {
            Some(_) => "{bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes}, {bytes_per_sec}",
        };
        Self(drawn(bytes, wanted, template))
    }

    /// Runs `print` with the bar out of the way.
    pub(crate) fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        self.0.suspend(print)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl HuntProgress for Bar {
    fn read(&self, bytes: u64) {
        if !self.0.is_hidden() {
            self.0.inc(bytes);
        }
    }
}
