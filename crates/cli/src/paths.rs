use std::io;
use std::path::{Path, PathBuf};

/// Paths as they are named, and those that stand in a file.
pub(crate) fn all_paths(named: &[PathBuf], from: Option<&PathBuf>) -> Result<Vec<PathBuf>, String> {
    let mut paths = named.to_vec();
    if let Some(path) = from {
        paths.extend(lines(path)?.into_iter().map(PathBuf::from));
    }
    Ok(paths)
}

/// Non-empty lines of a file, or of standard input for `-`.
pub(crate) fn lines(path: &Path) -> Result<Vec<String>, String> {
    let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { std::fs::read_to_string(path) };
    let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect())
}
