//! Samples of the excel area: workbook record streams, packages, binary packages, Excel 4 macros and queries.

mod binary;
mod package;
mod query;
mod records;

use super::{Entry, Expect, Sample};
use crate::make::biff::{self, Sheet, Workbook};
use crate::make::xlsb;
use crate::{Collected, collect};

/// The area's samples.
#[must_use]
pub fn samples() -> Vec<Sample> {
    [records::samples(), package::samples(), binary::samples(), query::samples()].concat()
}

fn sample(row: &'static str, name: &'static str, bytes: Vec<u8>, expect: Expect) -> Sample {
    Sample { row, name, bytes, expect }
}

/// The area's byte entries, for the fuzz targets and the mutation test.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "xls", run: |bytes| drop(collect("a.xls", bytes)), seed: |name| name.ends_with(".xls") },
    Entry { name: "xlm-tokens", run: |bytes| drop(macro_tokens(bytes)), seed: |name| name.starts_with("x13") },
    Entry {
        name: "xlsx-sheet",
        run: |bytes| drop(collect("a.xlsx", &package::with_sheet(bytes))),
        seed: |name| name.starts_with("x6"),
    },
    Entry {
        name: "xlsx-external-link",
        run: |bytes| drop(collect("a.xlsx", &package::with_link(bytes))),
        seed: |name| name.starts_with("x5"),
    },
    Entry {
        name: "xlsb-external-link",
        run: |bytes| {
            let whole = [xlsb::record(360, &[]), bytes.to_vec()].concat();
            drop(collect("a.xlsb", &binary::package(&whole, &xlsb::sheet(&[]), "worksheet")));
        },
        seed: |name| name.ends_with(".xlsb"),
    },
    Entry {
        name: "xlsb-sheet",
        run: |bytes| {
            let link = xlsb::external_link(1, "cmd", "/c calc", &[("A0", 2)]);
            let whole = [xlsb::record(129, &[]), bytes.to_vec()].concat();
            drop(collect("a.xlsb", &binary::package(&link, &whole, "xlMacrosheet")));
        },
        seed: |name| name.ends_with(".xlsb"),
    },
    Entry {
        name: "power-query",
        run: |bytes| drop(collect("a.xlsx", &query::mashup_of(bytes))),
        seed: |name| name.starts_with("x14"),
    },
    Entry { name: "query-file", run: |bytes| drop(collect("a.iqy", bytes)), seed: |name| name.starts_with("x14") },
];

/// A macro sheet with one formula of these tokens.
fn macro_tokens(tokens: &[u8]) -> Collected {
    let tokens = &tokens[..tokens.len().min(8192)];
    let records = biff::formula(0, 0, tokens);
    let sheet = Sheet { name: "M".to_owned(), is_macro: true, state: 0, records };
    collect("a.xls", &Workbook { sheets: vec![sheet], ..Workbook::default() }.bytes())
}
