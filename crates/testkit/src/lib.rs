//! For tests only: builders of the project's own inert corpus, and the harness that checks it.
//!
//! Every sample is made by code in [`samples`], runs at most `calc` or `whoami`, and names the row of the carrier or
//! trick table that it stands for (docs/reference/coverage.md).

pub mod bombs;
pub mod collect;
pub mod corpus;
pub mod make;
pub mod recorder;
pub mod samples;

pub use collect::{Collected, collect, collect_with};
pub use recorder::Recorder;
pub use samples::{Entry, Expect, Sample};

/// The body of a fuzz target: drives the byte entry of that name. Needs `libfuzzer-sys` in the calling crate.
#[macro_export]
macro_rules! fuzz_target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            static ENTRY: std::sync::OnceLock<$crate::Entry> = std::sync::OnceLock::new();
            let entry = ENTRY.get_or_init(|| {
                let found = $crate::samples::entries().into_iter().find(|entry| entry.name == $name);
                found.unwrap_or_else(|| std::process::abort())
            });
            (entry.run)(data);
        });
    };
}
