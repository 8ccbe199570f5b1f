//! The committed corpus: every sample, encoded so that it cannot be opened by accident, beside what it must yield.
//!
//! A sample lies in a ZIP archive with the password `infected`, `corpus/ROW/NAME.zip`; the expected output of a scan of
//! that archive beside it as `NAME.jsonl`.

use crate::make::zip::{Item, Lock, Zip};
use crate::samples::{Expect, Sample};

/// The folder of a sample below `corpus/`: its row, near-misses together.
#[must_use]
pub fn folder(sample: &Sample) -> String {
    if sample.expect == Expect::Silent { "benign".to_owned() } else { sample.row.to_owned() }
}

/// The archive's path below `corpus/`.
#[must_use]
pub fn archive_path(sample: &Sample) -> String {
    format!("{}/{}.zip", folder(sample), sample.name)
}

/// The expected output's path below `corpus/`.
#[must_use]
pub fn expected_path(sample: &Sample) -> String {
    format!("{}/{}.jsonl", folder(sample), sample.name)
}

/// The archive that holds a sample.
#[must_use]
pub fn archive(sample: &Sample) -> Vec<u8> {
    let item = Item { lock: Lock::Traditional("infected".to_owned()), ..Item::new(sample.name, sample.bytes.clone()) };
    Zip { items: vec![item], ..Zip::default() }.build()
}
