use ddefend_engine::Progress;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A bar of that length and look, shown on standard error where `wanted` and that is a terminal.
pub(crate) fn drawn(length: Option<u64>, wanted: bool, template: &str) -> ProgressBar {
    let shown = wanted && std::io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(length, target);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A bar on standard error, or nothing.
pub(crate) struct Bar {
    bar: ProgressBar,
    bytes: AtomicU64,
    started: Instant,
}

impl Bar {
    /// A bar for `count` files, shown on a terminal where `wanted` and there is more than one file.
    pub(crate) fn new(count: usize, wanted: bool) -> Self {
        let bar = drawn(Some(count as u64), wanted && count > 1, "{bar:30} {pos}/{len} files, {msg}, {eta} left");
        Self { bar, bytes: AtomicU64::new(0), started: Instant::now() }
    }

    /// Runs `print` with the bar out of the way.
    pub(crate) fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn done(&self, bytes: u64) {
        let total = self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if !self.bar.is_hidden() {
            let seconds = self.started.elapsed().as_secs_f64().max(0.001);
            self.bar.set_message(format!("{}/s", HumanBytes((total as f64 / seconds) as u64)));
        }
        self.bar.inc(1);
    }
}
