//! Every sample of the mail area gives what it stands for; damaged ones never panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod expected;

use ddefend_testkit::samples;
use expected::check;

#[test]
fn every_sample() {
    let failures: Vec<String> = samples::mail::samples().iter().filter_map(|sample| check(sample).err()).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
