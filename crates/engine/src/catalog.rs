//! Reads rule corpora from folders for the catalog.

use ddefend_catalog::{Corpus, Knowledge, Reader, Skipped};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How deep folders are followed.
const DEPTH: u32 = 32;
/// Files that are read.
const FILES: usize = 200_000;
/// Bytes of a file that are read: corpora as JSON lines are large.
const LARGEST: u64 = 64 << 20;
/// Endings of files that may hold rules.
const ENDINGS: &[&str] = &[
    "yml", "yaml", "toml", "jsonl", "ndjson", "kql", "kusto", "csl", "spl", "eql", "esql", "kuery", "lucene", "car",
    "conf",
];

/// Reads every file of rules below the paths, in the order of their names. Folders whose name begins with a dot and links
/// are left alone; what cannot be read is among [`Corpus::skipped`].
///
/// # Errors
/// Where one of the paths themselves cannot be read.
pub fn corpus(paths: &[PathBuf], knowledge: &Knowledge) -> io::Result<Corpus> {
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    for path in paths {
        let base = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) };
        if fs::metadata(path)?.is_dir() {
            walk(path, base, 0, &mut files, &mut skipped);
        } else {
            files.push((path.clone(), name(path, base)));
        }
    }
    let mut reader = Reader::new(knowledge);
    for (path, name) in files {
        match text(&path) {
            Ok(text) => reader.file(&name, &text),
            Err(error) => skipped.push(told(&name, "unreadable", error.to_string())),
        }
    }
    let mut corpus = reader.finish();
    corpus.skipped.extend(skipped);
    Ok(corpus)
}

fn walk(folder: &Path, base: &Path, depth: u32, files: &mut Vec<(PathBuf, String)>, skipped: &mut Vec<Skipped>) {
    let here = name(folder, base);
    if depth > DEPTH || files.len() >= FILES {
        skipped.push(told(&here, "limit", "folders are nested too deeply, or there are too many files".to_owned()));
        return;
    }
    let entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        Err(error) => return skipped.push(told(&here, "unreadable", error.to_string())),
    };
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let wanted = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
        if metadata.is_dir() && !hidden {
            walk(&path, base, depth + 1, files, skipped);
        } else if metadata.is_file() && wanted && !hidden {
            if files.len() >= FILES {
                return;
            }
            files.push((path.clone(), name(&path, base)));
        }
    }
}

/// The path below what was named, with `/` on every system.
fn name(path: &Path, base: &Path) -> String {
    let inner = path.strip_prefix(base).unwrap_or(path);
    let steps: Vec<String> = inner.components().map(|step| step.as_os_str().to_string_lossy().into_owned()).collect();
    let folder = base.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let inner = steps.join("/");
    match (folder.is_empty(), inner.is_empty()) {
        (true, _) => inner,
        (false, true) => folder,
        (false, false) => format!("{folder}/{inner}"),
    }
}

fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("larger than {LARGEST} bytes")));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn told(path: &str, reason: &str, message: String) -> Skipped {
    Skipped { path: path.to_owned(), reason: reason.to_owned(), message }
}
