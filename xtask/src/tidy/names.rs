use super::sources::Source;
use super::{ORDER, Violation};

/// Crates with raw decoders: only `guard` may name them (invariant 2). The test kit packs with them.
const DECODERS: &[&str] =
    &["flate2", "bzip2", "deflate64", "lzma_rust2", "sevenz_rust2", "ruzstd", "zstd", "lzxd", "rars", "miniz_oxide"];
/// What touches the world outside: only `engine` and `cli` may name it (invariant 1).
const OUTSIDE: &[&str] =
    &["std::fs", "std::net", "std::env", "std::process", "std::time::Instant", "std::time::SystemTime", "std::io::std"];
/// Macros that print: only `cli` may (the lint of clippy holds it too; this also sees `write!` to a standard stream).
const PRINTS: &[&str] = &["println!", "print!", "eprintln!", "eprint!", "io::stdout", "io::stderr"];
/// What silences a lint that the invariants rest on, and where that is allowed with a reason.
const SILENCED: &[&str] = &[
    "clippy::unwrap_used",
    "clippy::expect_used",
    "clippy::panic",
    "clippy::indexing_slicing",
    "clippy::arithmetic_side_effects",
    "clippy::too_many_lines",
];

/// Who may name what.
pub(super) fn check(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.product && ORDER.contains(&source.krate.as_str())) {
        let disk = matches!(source.krate.as_str(), "engine" | "cli");
        for (number, line) in source.code_lines() {
            let mut tell = |message: String| found.push(Violation::new(&source.path, number, message));
            for decoder in DECODERS {
                if source.krate != "guard" && names(line, &format!("{decoder}::")) {
                    tell(format!("names the raw decoder {decoder}: only guard may"));
                }
            }
            for outside in OUTSIDE {
                if !disk && line.contains(outside) {
                    tell(format!("touches {outside}: only engine and cli may"));
                }
            }
            for print in PRINTS {
                if source.krate != "cli" && names(line, print) {
                    tell(format!("prints with {print}: only cli may"));
                }
            }
            for lint in SILENCED {
                if line.contains("allow(") && line.contains(lint) && !line.contains("reason") {
                    tell(format!("silences {lint} without a reason"));
                }
            }
        }
    }
    found
}

/// True where `word` stands in the line and is not the tail of a longer word.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':'))
}
