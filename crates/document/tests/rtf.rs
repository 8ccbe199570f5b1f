//! Every sample of the RTF area gives what it stands for; damaged ones never panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod expected;

use ddefend_testkit::{collect, samples};
use expected::check;

#[test]
fn every_sample() {
    let failures: Vec<String> = samples::rtf::samples().iter().filter_map(|sample| check(sample).err()).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Documents that are refused fast give nothing on the slow path either, which an empty template forces.
#[test]
fn fast_and_slow_agree() {
    let needles: [&[u8]; 5] = [b"\\fldinst", b"\\obj", b"\\template", b"\\mailmerge", b"\\subdocument"];
    let mut refused = 0;
    for sample in samples::rtf::samples() {
        let has = |needle: &[u8]| sample.bytes.windows(needle.len()).any(|window| window == needle);
        if needles.iter().any(|needle| has(needle)) {
            continue;
        }
        refused += 1;
        let forced = [&sample.bytes[..], b"{\\template }"].concat();
        let (fast, slow) = (collect(sample.name, &sample.bytes), collect(sample.name, &forced));
        assert_eq!(fast.walked.links, slow.walked.links, "{}", sample.name);
    }
    assert!(refused > 0);
}
