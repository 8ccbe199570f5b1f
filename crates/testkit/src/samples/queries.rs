//! Queries as text, in every language.

use super::{Entry, Sample};
use ddefend_language::{Language, Options, read};

/// No documents of its own.
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

/// The readers of queries.
pub const ENTRIES: &[Entry] = &[
    Entry { name: "kql", run: |bytes| query(Language::Kql, bytes), seed: text },
    Entry { name: "spl", run: spl, seed: text },
    Entry { name: "eql", run: |bytes| query(Language::Eql, bytes), seed: text },
    Entry { name: "esql", run: |bytes| query(Language::Esql, bytes), seed: text },
    Entry { name: "kuery", run: |bytes| query(Language::Kuery, bytes), seed: text },
    Entry { name: "lucene", run: |bytes| query(Language::Lucene, bytes), seed: text },
    Entry { name: "sql", run: |bytes| query(Language::Sql, bytes), seed: text },
    Entry { name: "car", run: |bytes| query(Language::Car, bytes), seed: text },
];

fn text(name: &str) -> bool {
    name.ends_with(".csv")
}

/// Reads the text as a search, and as what stands behind commands that read their arguments in ways of their own.
fn spl(bytes: &[u8]) {
    query(Language::Spl, bytes);
    let text = String::from_utf8_lossy(bytes);
    let line: String = text.lines().next().unwrap_or_default().chars().take(2000).collect();
    for start in [
        "* | where ",
        "* | eval a=",
        "* | stats ",
        "* | rex ",
        "* | sort ",
        "* | rename a AS b, ",
        "* | lookup t a OUTPUT ",
        "* | table a b* | foreach * ",
        "* | timechart span=1h ",
        "* | append [",
        "| tstats count from datamodel=M.O where ",
        "`drop_dm_object_name(",
    ] {
        query(Language::Spl, format!("{start}{line}").as_bytes());
    }
}

/// Reads the text as it is: every problem stands in it.
fn query(language: Language, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = read(language, "fuzz", &text, &Options::default());
    let lines = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
    for problem in &read.problems {
        assert!(problem.line <= lines, "{problem}: there are {lines} lines");
    }
}
