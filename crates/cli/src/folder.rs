//! Writes a folder as a whole: into another one beside it, which then takes its name.

use crate::Outcome;
use ddefend_lab::Files;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes files below a folder. One that is not empty is only replaced where that is asked for.
///
/// # Errors
/// Where the folder is not empty, or cannot be written; nothing half-written is left then.
pub(crate) fn write(folder: &Path, files: &Files, force: bool) -> Result<(), (Outcome, String)> {
    write_with(folder, force, |draft| files.iter().try_for_each(|(path, bytes)| file(draft, path, bytes)))
}

/// The same with files that are made one after the other: `fill` gets the folder that they go to.
///
/// # Errors
/// As [`write`], and what `fill` gives back.
pub(crate) fn write_with(
    folder: &Path,
    force: bool,
    fill: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), (Outcome, String)> {
    let told = |error: io::Error| (Outcome::Usage, format!("{}: {error}", folder.display()));
    let used = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(told(error)),
    };
    if used && !force {
        return Err((Outcome::Usage, format!("{} is not empty; --force replaces it", folder.display())));
    }
    let draft = beside(folder);
    let written = fs::create_dir(&draft).and_then(|()| fill(&draft)).and_then(|()| {
        if folder.exists() {
            // What is replaced keeps another name until the new one is in place.
            let old = beside(&draft);
            fs::rename(folder, &old)?;
            if let Err(error) = fs::rename(&draft, folder) {
                fs::rename(&old, folder)?;
                return Err(error);
            }
            fs::remove_dir_all(&old)
        } else {
            fs::rename(&draft, folder)
        }
    });
    written.map_err(|error| {
        if draft.exists() {
            // What cannot be removed either keeps its name with the mark of a draft.
            _ = fs::remove_dir_all(&draft);
        }
        told(error)
    })
}

/// Writes one file below a folder; `path` has `/` on every system.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn file(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let path: PathBuf = path.split('/').fold(folder.to_owned(), |path, step| path.join(step));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, bytes)
}

/// A name beside a folder that no other run uses.
fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".draft-{}", std::process::id()));
    folder.with_file_name(name)
}
