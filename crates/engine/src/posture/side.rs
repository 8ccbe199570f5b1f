//! One side of a comparison: audited now, or saved before.

use super::plan::{Asked, Plan, unreadable};
use super::run::{PostureSettings, Told, audit_inputs};
use crate::pool::Progress;
use ddefend_model::{Diagnostic, code};
use ddefend_posture::diff::{Side, saved};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes by which a saved audit is recognised.
const HEAD: u64 = 4 << 10;

/// Audits everything that is asked for, or takes what `posture audit --format json` or `jsonl` saved.
///
/// # Errors
/// The first error of `tell`, which takes what could not be read.
pub fn audit_side<E>(
    asked: &Asked<'_>,
    settings: &PostureSettings<'_>,
    progress: &dyn Progress,
    tell: &mut dyn FnMut(Diagnostic) -> Result<(), E>,
) -> Result<Side, E> {
    let mut side = Side::default();
    let mut others = Vec::new();
    for path in asked.paths {
        match text_of_saved(path) {
            None => others.push(path.clone()),
            Some(text) => match text.map(|text| saved(&text)) {
                Ok(Some(Ok(audits))) => audits.iter().for_each(|audit| side.take(audit)),
                Ok(Some(Err(error))) => {
                    tell(unreadable(&path.to_string_lossy(), code::UNREADABLE_FORMAT, error.to_string()))?;
                }
                Ok(None) => others.push(path.clone()),
                Err(error) => tell(unreadable(&path.to_string_lossy(), code::UNREADABLE_IO, error.to_string()))?,
            },
        }
    }
    let plan = Plan::new(&Asked { paths: &others, ..asked.clone() }, settings.catalog);
    audit_inputs(&plan, settings, progress, &mut |told| match told {
        Told::Audit(audit) => {
            side.take(&audit);
            Ok(())
        }
        Told::Diagnostic(diagnostic) => tell(*diagnostic),
        Told::Hardening(_) | Told::Beside(_) => Ok(()),
    })?;
    Ok(side)
}

/// The text of a file that looks like a saved audit.
fn text_of_saved(path: &Path) -> Option<std::io::Result<String>> {
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mut head = Vec::new();
    let mut file = File::open(path).ok()?;
    (&mut file).take(HEAD).read_to_end(&mut head).ok()?;
    let start = String::from_utf8_lossy(&head);
    if metadata.len() == 0 || !start.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return None;
    }
    start.contains("\"schema_version\"").then(|| std::fs::read_to_string(path))
}
