use super::{ORDER, Violation};
use std::fs;
use std::io;
use std::path::Path;

/// Imports point one way only: a crate's ordinary dependencies on workspace crates stand before it in the order.
pub(super) fn check(root: &Path) -> io::Result<Vec<Violation>> {
    let mut found = Vec::new();
    let architecture = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.file_name().to_string_lossy().into_owned();
        let place = format!("crates/{folder}/Cargo.toml");
        let manifest = fs::read_to_string(root.join(&place))?;
        if !manifest.contains("[lints]\nworkspace = true") {
            found.push(Violation::new(&place, 0, "takes the workspace lints: add [lints] workspace = true"));
        }
        if !architecture.contains(&format!("`{folder}/`")) && !architecture.contains(&format!("  {folder}/")) {
            found.push(Violation::new(&place, 0, format!("ARCHITECTURE.md does not name {folder}/")));
        }
        let Some(own) = ORDER.iter().position(|name| *name == folder) else {
            if folder != "testkit" {
                found.push(Violation::new(&place, 0, "is not in the order of crates (xtask/src/tidy.rs)"));
            }
            continue;
        };
        for (number, dependency) in dependencies(&manifest) {
            match ORDER.iter().position(|name| *name == dependency) {
                Some(other) if other < own => {}
                _ => {
                    let message = format!("{folder} may not use {dependency}: arrows point one way (ARCHITECTURE.md)");
                    found.push(Violation::new(&place, number, message));
                }
            }
        }
    }
    Ok(found)
}

/// Workspace crates in the `[dependencies]` table, with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        } else if let (true, Some(rest)) = (inside, line.strip_prefix("ddefend-")) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(rest.len());
            found.push((index + 1, &rest[..end]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_only_ordinary_dependencies() {
        let manifest = "[dependencies]\nddefend-model.workspace = true\nserde = \"1\"\n\n[dev-dependencies]\nddefend-testkit.workspace = true\n";
        assert_eq!(super::dependencies(manifest), [(2, "model")]);
    }
}
