use super::sources::Source;
use super::{HOSTILE, Violation};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Lines that a file may have.
const FILE: usize = 600;
/// Files over the budget, each with a reason. This list only shrinks.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Lines that a crate's `src` may have.
const CRATE: usize = 10_000;
/// Crates over the budget, with what they may have and why. This list only shrinks.
const LARGE: &[(&str, usize, &str)] = &[
    ("container", 12_000, "to be split: archives and disk images apart from mail, packages and objects"),
    ("triage", 13_000, "to be split: the playbook's language apart from linking and answering"),
    ("report", 14_200, "to be split: outputs of cases apart from those of scan, hunt and posture"),
    ("document", 15_000, "to be split: Word and spreadsheet carriers apart from the walk"),
];

/// File lengths, lints that hold function lengths and checked arithmetic, and one fuzz target per byte entry.
pub(super) fn check(root: &Path, sources: &[Source]) -> io::Result<Vec<Violation>> {
    let mut found = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        let excused = EXCEPTIONS.iter().any(|(path, _)| *path == source.path);
        if lines > FILE && !excused {
            found.push(Violation::new(&source.path, lines, format!("{lines} lines, {FILE} allowed: split by concern")));
        }
    }
    let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.product && source.krate != "testkit") {
        *crates.entry(&source.krate).or_default() += source.text.lines().count();
    }
    for (krate, lines) in crates {
        let allowed = LARGE.iter().find(|(name, ..)| *name == krate).map_or(CRATE, |(_, allowed, _)| *allowed);
        if lines > allowed {
            found.push(Violation::new(format!("crates/{krate}"), 0, format!("{lines} lines, {allowed} allowed")));
        }
    }
    for krate in HOSTILE {
        let place = format!("crates/{krate}/src/lib.rs");
        let text = fs::read_to_string(root.join(&place))?;
        if !text.contains("#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]") {
            found.push(Violation::new(
                place,
                0,
                "meets hostile bytes: deny indexing_slicing and arithmetic_side_effects",
            ));
        }
    }
    let workspace = fs::read_to_string(root.join("Cargo.toml"))?;
    for lint in ["unsafe_code", "missing_docs", "unwrap_used", "expect_used", "panic", "print_stdout", "too_many_lines"]
    {
        if !workspace.lines().any(|line| line.starts_with(&format!("{lint} = ")) && !line.contains("allow")) {
            found.push(Violation::new("Cargo.toml", 0, format!("the workspace lint {lint} is gone")));
        }
    }
    Ok(found)
}
