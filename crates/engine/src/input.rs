use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Something to scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input, under a name for its extension.
    Stdin(String),
}

/// A path that could not be entered.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct InputError {
    /// The path.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// How deep folders are followed.
const DEPTH: u32 = 64;

/// The files that paths stand for: files as they are, folders with all below in the order of their names, `-` for
/// standard input. Symbolic links inside folders are not followed, special files are left out.
pub fn find_inputs(paths: &[PathBuf], stdin_name: &str, on_error: &mut dyn FnMut(InputError)) -> Vec<Input> {
    let mut found = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.push(Input::Stdin(stdin_name.to_owned()));
            continue;
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folder(path, 0, &mut found, on_error),
            Ok(_) => found.push(Input::File(path.clone())),
            Err(source) => on_error(InputError { path: path.clone(), source }),
        }
    }
    found
}

fn folder(path: &Path, depth: u32, found: &mut Vec<Input>, on_error: &mut dyn FnMut(InputError)) {
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(source) => return on_error(InputError { path: path.to_owned(), source }),
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEPTH => {
                folder(&entry.path(), depth + 1, found, on_error);
            }
            Ok(kind) if kind.is_file() => found.push(Input::File(entry.path())),
            Ok(_) => {}
            Err(source) => on_error(InputError { path: entry.path(), source }),
        }
    }
}
