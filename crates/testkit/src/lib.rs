//! For tests only: builders of the project's own inert corpus, and the harness that checks it.
//!
//! Every sample is made by code in [`samples`], runs at most `calc` or `whoami`, and names the row of the carrier or
//! trick table that it stands for (docs/reference/coverage.md).

pub mod collect;
pub mod make;
pub mod recorder;
pub mod samples;

pub use collect::{Collected, collect, collect_with};
pub use recorder::Recorder;
pub use samples::{Entry, Expect, Sample};
