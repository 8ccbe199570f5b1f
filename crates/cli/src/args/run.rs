use super::Colour;
use std::time::Instant;

/// How a run over evidence goes and looks, whatever it runs for.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// No progress and no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// When to colour; `always` wins over NO_COLOR.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Colour,
    /// Columns to use, for text; the terminal's by default.
    #[arg(long, value_name = "COLUMNS")]
    pub(crate) width: Option<usize>,
    /// No progress bar.
    #[arg(long)]
    no_progress: bool,
    /// Leave out what changes from run to run (times).
    #[arg(long)]
    reproducible: bool,
    /// Worker threads; all cores by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl RunArgs {
    /// Worker threads.
    pub(crate) fn threads(&self) -> usize {
        self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Whether a progress bar is wanted.
    pub(crate) fn progress(&self) -> bool {
        !self.quiet && !self.no_progress
    }

    /// Milliseconds since the start; none where output must not change from run to run.
    pub(crate) fn elapsed(&self, started: Instant) -> Option<u64> {
        (!self.reproducible).then(|| u64::try_from(started.elapsed().as_millis()).unwrap_or(0))
    }

    /// The time in milliseconds since 1970; 0 where output must not change from run to run.
    pub(crate) fn now(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        if self.reproducible { 0 } else { i64::try_from(since.as_millis()).unwrap_or(0) }
    }
}
