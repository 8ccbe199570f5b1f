//! True and false samples of rules: records in Sigma's field names, made into records of any kind, and hunted. The files'
//! format is described in `docs/how-to/add-a-rule.md`.

mod build;
mod read;
mod trial;

pub use read::{RawKind, Regression, Sample, SampleError, SampleRecord, Samples, Stands};
pub use trial::Trial;
