//! The invariants of ARCHITECTURE.md, as far as a program can check them.

mod arrows;
mod budgets;
mod cycles;
mod names;
mod sources;

use std::fmt;
use std::path::Path;

/// A place that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file or crate.
    pub place: String,
    /// Line, counted from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.place, self.line, self.message)
    }
}

impl Violation {
    fn new(place: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { place: place.into(), line, message: message.into() }
    }
}

/// The crates in the order in which imports may point: each may use those before it.
pub const ORDER: [&str; 32] = [
    "model",
    "guard",
    "container",
    "grammar",
    "document",
    "dde",
    "event",
    "source",
    "rule",
    "matcher",
    "kql",
    "spl",
    "elastic",
    "sql",
    "language",
    "functions",
    "query",
    "convert",
    "lint",
    "catalog",
    "hunt",
    "registry",
    "posture",
    "provenance",
    "memory",
    "triage",
    "lab",
    "content",
    "report",
    "site",
    "engine",
    "cli",
];

/// Crates that meet hostile bytes or text.
pub const HOSTILE: [&str; 15] = [
    "guard",
    "container",
    "grammar",
    "document",
    "event",
    "source",
    "registry",
    "provenance",
    "memory",
    "kql",
    "spl",
    "elastic",
    "sql",
    "functions",
    "query",
];

/// Checks the repository at `root`.
///
/// # Errors
/// Where a file cannot be read.
pub fn check(root: &Path) -> std::io::Result<Vec<Violation>> {
    let mut found = Vec::new();
    let sources = sources::rust_files(root)?;
    found.extend(arrows::check(root)?);
    found.extend(cycles::check(&sources));
    found.extend(budgets::check(root, &sources)?);
    found.extend(names::check(&sources));
    found.sort();
    Ok(found)
}
