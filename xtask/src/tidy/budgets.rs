use super::sources::Source;
use super::{HOSTILE, Violation};
use std::fs;
use std::io;
use std::path::Path;

/// Lines that a file may have.
const FILE: usize = 600;
/// Files over the budget, each with a reason. This list only shrinks.
const EXCEPTIONS: &[(&str, &str)] = &[];

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
