use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Something to scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// A file under another name in every output: what is told of a case must not depend on where it lies.
    Named(PathBuf, String),
    /// Standard input, under a name for its extension.
    Stdin(String),
    /// A path that cannot be entered, and why: reported like any other input that cannot be read.
    Failed(PathBuf, String),
}

/// How deep folders are followed.
const DEPTH: u32 = 64;

/// The files that paths stand for: files as they are, folders with all below in the order of their names, `-` for
/// standard input. Inside folders, symbolic links to files are followed; links to folders, and special files, are not,
/// and are told as [`Input::Failed`].
#[must_use]
pub fn find_inputs(paths: &[PathBuf], stdin_name: &str) -> Vec<Input> {
    let mut found = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.push(Input::Stdin(stdin_name.to_owned()));
        } else if fs::metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            folder(path, 0, &mut found);
        } else {
            found.push(Input::File(path.clone()));
        }
    }
    found
}

fn folder(path: &Path, depth: u32, found: &mut Vec<Input>) {
    let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return found.push(Input::Failed(path.to_owned(), format!("the folder cannot be read: {error}"))),
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let failed = |why: &str| Input::Failed(path.clone(), why.to_owned());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEPTH => folder(&path, depth + 1, found),
            Ok(kind) if kind.is_dir() => found.push(failed("folders are nested too deeply; this one was not entered")),
            Ok(kind) if kind.is_file() => found.push(Input::File(path)),
            Ok(kind) if kind.is_symlink() => match fs::metadata(&path) {
                Ok(target) if target.is_file() => found.push(Input::File(path)),
                Ok(target) if target.is_dir() => {
                    found.push(failed("a symbolic link to a folder, which is not followed; name it to scan it"));
                }
                Ok(_) => found.push(failed("a pipe, socket or device, which is not read")),
                Err(error) => found.push(Input::Failed(path, error.to_string())),
            },
            Ok(_) => found.push(failed("a pipe, socket or device, which is not read")),
            Err(error) => found.push(Input::Failed(path, error.to_string())),
        }
    }
}
