use std::fs;
use std::io;
use std::path::Path;

/// A Rust source file of the repository.
pub(super) struct Source {
    /// Path from the root, with `/`.
    pub(super) path: String,
    /// Name of its crate's folder, `xtask` or `fuzz`.
    pub(super) krate: String,
    /// True for files under `src/` that are no test files.
    pub(super) product: bool,
    /// Its text.
    pub(super) text: String,
}

impl Source {
    /// Lines with their numbers that are neither comments nor below a `#[cfg(test)]` module.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(index, line)| (index + 1, line))
    }
}

/// All Rust files of the workspace and the fuzz crate.
pub(super) fn rust_files(root: &Path) -> io::Result<Vec<Source>> {
    let mut found = Vec::new();
    for top in ["crates", "xtask", "fuzz"] {
        let folder = root.join(top);
        if folder.is_dir() {
            walk(root, &folder, &mut found)?;
        }
    }
    found.sort_by(|a: &Source, b: &Source| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "corpus") {
                walk(root, &path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let mut steps = relative.split('/');
            let first = steps.next().unwrap_or_default();
            let krate = if first == "crates" { steps.next().unwrap_or_default() } else { first };
            let file = relative.rsplit('/').next().unwrap_or_default();
            let product = relative.contains("/src/") && file != "tests.rs" && !relative.contains("/tests/");
            let (krate, text) = (krate.to_owned(), fs::read_to_string(&path)?);
            found.push(Source { path: relative, krate, product, text });
        }
    }
    Ok(())
}
