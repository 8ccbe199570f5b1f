//! Prints what the readers find in files: one line of JSON per link and diagnostic. For development.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let walked = ddefend_testkit::collect(&path, &bytes).walked;
        let format = walked.detected.map_or("unknown", |format| format.id);
        writeln!(out, "{path}: {format}, {} links, {} diagnostics", walked.links.len(), walked.diagnostics.len())?;
        for link in &walked.links {
            writeln!(out, "  link {}", serde_json::to_string(link).unwrap_or_default())?;
        }
        for diagnostic in &walked.diagnostics {
            writeln!(out, "  diag {}", serde_json::to_string(diagnostic).unwrap_or_default())?;
        }
    }
    Ok(())
}
