//! Samples of the formula area: delimited text, SYLK, DIF, HTML tables, SpreadsheetML 2003, OpenDocument.

mod odf;
mod sheets;
mod text;

use super::{Entry, Expect, Sample};
use crate::collect;

/// The remote reference that most samples hold.
const CALC: &str = "cmd|'/c calc'!A0";

/// What they expect.
const EXPECT: Expect = Expect::Dde("cmd", "/c calc");

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let mut all = text::samples();
    all.extend(sheets::samples());
    all.extend(odf::samples());
    all
}

fn sample(row: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>, expect: Expect) -> Sample {
    Sample { row, name, bytes: bytes.into(), expect }
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "csv",
        run: |bytes| drop(collect("fuzz.csv", bytes)),
        seed: |name| name.ends_with(".csv") || name.ends_with(".txt"),
    },
    Entry { name: "slk", run: |bytes| drop(collect("fuzz.slk", bytes)), seed: |name| name.ends_with(".slk") },
    Entry { name: "dif", run: |bytes| drop(collect("fuzz.dif", bytes)), seed: |name| name.ends_with(".dif") },
    Entry { name: "html-table", run: |bytes| drop(collect("fuzz.html", bytes)), seed: |name| name.ends_with(".html") },
    Entry {
        name: "spreadsheetml",
        run: |bytes| drop(collect("fuzz.xml", bytes)),
        seed: |name| name.starts_with("x8-"),
    },
    Entry { name: "odf-flat", run: |bytes| drop(collect("fuzz.fods", bytes)), seed: |name| name.contains(".fod") },
    Entry {
        name: "odf-package",
        run: |bytes| drop(collect("fuzz.ods", bytes)),
        seed: |name| [".ods", ".odt", ".sxc", ".sxw"].iter().any(|end| name.ends_with(end)),
    },
];
