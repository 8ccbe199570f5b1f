//! Files of rules, of their samples, and of values for placeholders.

use ddefend_content::Content;
use ddefend_language::by_extension;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How deep folders of rules are followed.
const DEPTH: u32 = 32;
/// Bytes of a rule file that are read.
const LARGEST: u64 = 4 << 20;
/// What the name of a file with samples ends in.
pub(crate) const SAMPLES: &str = ".samples.yml";

/// Rule files of a path, in the order of their names, without the samples beside them: name and text of each.
///
/// # Errors
/// Where something cannot be read, is too large, is no regular file in a folder, or lies too deep.
pub(crate) fn rules(path: &Path) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    collect(path, 0, &sigma, &mut files)?;
    files.retain(|(name, _)| !name.ends_with(SAMPLES));
    Ok(files)
}

/// Rule files of a path, those in query languages among them.
///
/// # Errors
/// As [`rules`].
pub(crate) fn rules_and_queries(path: &Path) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    let query = |path: &Path| path.extension().and_then(OsStr::to_str).is_some_and(|it| by_extension(it).is_some());
    collect(path, 0, &query, &mut files)?;
    files.retain(|(name, _)| !name.ends_with(SAMPLES));
    Ok(files)
}

fn sigma(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yml" || it == "yaml")
}

/// Rule files, and files with samples, of a path.
///
/// # Errors
/// As [`rules`].
pub(crate) fn rules_and_samples(path: &Path) -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    collect(path, 0, &sigma, &mut files)?;
    Ok(files)
}

/// Rule files of a path, in the order of their names.
fn collect(
    path: &Path,
    depth: u32,
    rule: &dyn Fn(&Path) -> bool,
    files: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let metadata = fs::metadata(path).map_err(told)?;
    if metadata.is_dir() {
        if depth > DEPTH {
            return Err(format!("{}: folders are nested too deeply", path.display()));
        }
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(told)?;
        let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        return paths
            .iter()
            .filter(|path| rule(path) || fs::symlink_metadata(path).is_ok_and(|it| it.is_dir()))
            .try_for_each(|path| collect(path, depth + 1, rule, files));
    }
    if metadata.len() > LARGEST {
        return Err(format!("{}: too large for a rule file", path.display()));
    }
    // Pipes and devices may never end; one that is named itself (a shell's `<(...)`) is read, up to the limit.
    if depth > 0 && !metadata.is_file() {
        return Err(format!("{}: no regular file", path.display()));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(told)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("{}: too large for a rule file", path.display()));
    }
    files.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    Ok(())
}

/// Values for placeholders: the built-in ones, and those of a file, which come in their stead.
///
/// # Errors
/// Where the file cannot be read or a line is not `name = value`.
pub(crate) fn placeholders(path: Option<&Path>, content: &Content) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut values = content.placeholders().map_err(|error| error.to_string())?;
    if let Some(path) = path {
        values.extend(read_placeholders(path)?);
    }
    Ok(values)
}

fn read_placeholders(path: &Path) -> Result<BTreeMap<String, Vec<String>>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(format!("{}:{}: `name = value` is wanted", path.display(), number + 1));
        };
        values.entry(name.trim().trim_matches('%').to_owned()).or_default().push(value.trim().to_owned());
    }
    Ok(values)
}
