//! Samples of Word text in XML and HTML: rows W5 to W13, P1 and the tricks that live there.

mod build;
mod carriers;
mod near;
mod nested;
mod tricks;
mod xml;

use super::{Entry, Expect, Sample};
use crate::collect;
use build::{SERVICE, TOPIC};

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    [carriers::samples(), tricks::samples(), nested::samples(), xml::samples(), near::samples()].concat()
}

/// A sample that starts the usual program.
fn usual(row: &'static str, name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { row, name, bytes, expect: Expect::Dde(SERVICE, TOPIC) }
}

/// A sample that loads something.
fn related(row: &'static str, name: &'static str, kind: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { row, name, bytes, expect: Expect::Related(kind) }
}

/// A sample that must stay silent.
fn silent(row: &'static str, name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { row, name, bytes, expect: Expect::Silent }
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "word-xml", run: |bytes| drop(collect("fuzz.xml", bytes)), seed: |name| name.ends_with(".xml") },
    Entry {
        name: "word-package",
        run: |bytes| drop(collect("fuzz.docx", bytes)),
        seed: |name| name.ends_with(".docx"),
    },
    Entry { name: "word-html", run: |bytes| drop(collect("fuzz.htm", bytes)), seed: |name| name.ends_with(".htm") },
];
