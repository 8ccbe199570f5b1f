//! Changes to try: read before anything is audited, so that one that cannot be read never looks as if it had been applied.

use super::stored::Stored;
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::Diagnostic;
use ddefend_registry::{Entry, Input, Interest, Sink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A change that is merged over what was read.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// Its name in every output.
    pub(super) path: PathBuf,
    /// Whose its `HKEY_CURRENT_USER` is; every user's where nobody is named.
    pub(super) user: Option<String>,
    pub(super) stored: Stored,
}

impl From<PathBuf> for WhatIf {
    fn from(path: PathBuf) -> Self {
        Self { stored: Stored::File(path.clone()), path, user: None }
    }
}

struct Nothing;

impl Sink for Nothing {
    fn entry(&mut self, _: Entry) -> bool {
        true
    }

    fn diagnostic(&mut self, _: Diagnostic) {}
}

impl WhatIf {
    /// Opens `FILE` or `USER=FILE`; a file whose own name has the equals sign comes first.
    ///
    /// # Errors
    /// In words, with the name of the file: it cannot be read, or is nothing that could be imported.
    pub fn open(asked: &Path, limits: &Limits) -> Result<Self, String> {
        let (user, path) = match asked.to_str().and_then(|text| text.split_once('=')) {
            Some((user, path)) if !asked.exists() && !user.is_empty() && Path::new(path).exists() => {
                (Some(user.to_owned()), PathBuf::from(path))
            }
            _ => (None, asked.to_owned()),
        };
        let name = path.to_string_lossy().into_owned();
        let why = |why: &str| format!("--what-if {name}: {why}; nothing was audited");
        let stored = Stored::File(path.clone());
        let (bytes, _) =
            stored.take(limits.artifact_size.saturating_add(1)).map_err(|error| why(&error.to_string()))?;
        if bytes.len() as u64 > limits.artifact_size {
            return Err(why("larger than the limit; see --max-size"));
        }
        let input = Input { name: &name, bytes: &bytes, logs: &[] };
        let budget = Budget::new(limits.clone(), Stop::default());
        // A reader that panics is a defect of ours; the run tells it where it reads the file again.
        let read = catch_unwind(AssertUnwindSafe(|| {
            ddefend_registry::read(&input, None, &Interest::default(), &budget, &mut Nothing).err()
        }));
        match read {
            Ok(Some(diagnostic)) => Err(why(&diagnostic.message)),
            Ok(None) | Err(_) => Ok(Self { path, user, stored: Stored::Held(Arc::new(bytes)) }),
        }
    }
}
