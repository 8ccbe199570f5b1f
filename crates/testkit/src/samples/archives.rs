//! Samples of the archives area.

use super::{Entry, Sample};

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[];
