//! What stands beside an input: transaction logs.

use super::place::fold;
use super::stored::Stored;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files by folded name.
type Files = BTreeMap<String, Stored>;

/// The files of the folder that was looked at last, or of all folders of an archive.
#[derive(Default)]
pub(super) struct Beside {
    folder: Option<PathBuf>,
    files: Files,
    archive: Option<BTreeMap<PathBuf, Files>>,
}

impl Beside {
    /// Of an archive.
    pub(super) fn of(members: &[(PathBuf, Stored)]) -> Self {
        let mut folders: BTreeMap<PathBuf, Files> = BTreeMap::new();
        for (path, stored) in members {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            folders.entry(folder).or_default().insert(name(path), stored.clone());
        }
        Self { archive: Some(folders), ..Self::default() }
    }

    /// Whether it is a transaction log of a hive beside it, or one that nothing is read from.
    pub(super) fn is_log(&mut self, path: &Path) -> bool {
        let name = name(path);
        if name.ends_with(".blf") || name.ends_with(".regtrans-ms") {
            return true;
        }
        let hive = [".log1", ".log2", ".log"].iter().find_map(|ending| name.strip_suffix(ending));
        hive.is_some_and(|hive| !hive.is_empty() && self.look(path).is_some_and(|files| files.contains_key(hive)))
    }

    /// The transaction logs of a hive.
    pub(super) fn logs(&mut self, path: &Path) -> Vec<Stored> {
        let name = name(path);
        let Some(files) = self.look(path) else { return Vec::new() };
        [".log1", ".log2", ".log"].iter().filter_map(|ending| files.get(&format!("{name}{ending}")).cloned()).collect()
    }

    fn look(&mut self, path: &Path) -> Option<&Files> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if let Some(archive) = &self.archive {
            return archive.get(folder);
        }
        if self.folder.as_deref() != Some(folder) {
            let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let entries = fs::read_dir(listed).into_iter().flatten().flatten();
            let file = |entry: fs::DirEntry| {
                let path = folder.join(entry.file_name());
                (fold(&entry.file_name().to_string_lossy()), Stored::File(path))
            };
            self.files = entries.map(file).collect();
            self.folder = Some(folder.to_owned());
        }
        Some(&self.files)
    }
}

fn name(path: &Path) -> String {
    fold(&path.file_name().unwrap_or_default().to_string_lossy())
}
