//! Files of the registry editor: one pair, change and way back, per machine and per user whose way back differs.

use super::{Format, Job, Output, head, owners, unknowns};
use crate::harden::entries::{forward, undo};
use ddefend_registry::write::{self, Unwritable};

pub(super) const FORMAT: Format = Format {
    name: "reg",
    deploy: "Machine files: as administrator, reg import FILE. User files: in that user's session.",
    back: "Import the file of the same name that ends in .undo.reg. It sets and deletes values only: keys that the change made stay, empty, and mean nothing.",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    let mut files = Vec::new();
    for batch in job.batches {
        let name = &batch.name;
        for undone in [false, true] {
            let entries = if undone { undo(&batch.steps) } else { forward(&batch.steps) };
            let what = if undone { "Takes back the hardening" } else { "Hardening against DDE" };
            let mut lines = head(job, what);
            lines.push(format!("For: {}", owners(batch)));
            if undone {
                lines.push(
                    "Former data as the audit saw them. Values that were absent are deleted; keys stay.".to_owned(),
                );
                lines.extend(unknowns(&batch.steps));
            }
            let bytes = write::reg(&entries, &lines.join("\n"))?;
            let path = format!("reg/{name}{}.reg", if undone { ".undo" } else { "" });
            files.push(Output {
                path,
                bytes,
                undo: undone,
                about: format!("{what}, for {}", owners(batch)),
                says: entries,
            });
        }
    }
    Ok(files)
}
