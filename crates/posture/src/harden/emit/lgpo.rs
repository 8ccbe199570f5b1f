//! Text for LGPO.exe.

use super::{Format, Job, Output, back, everybody, facts, head, unknowns};
use ddefend_registry::write::{self, Unwritable};

pub(super) const FORMAT: Format = Format {
    name: "lgpo",
    deploy: "LGPO.exe /t lgpo/harden.txt, as administrator: into the local group policy, for all users.",
    back: "LGPO.exe /t lgpo/undo.txt",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    let file = |undo: bool| {
        let what = if undo { "Takes back the hardening" } else { "Hardening against DDE" };
        let says = facts(&if undo { back(job) } else { everybody(job) });
        let mut lines = head(job, what);
        if undo {
            lines.extend(job.batches.iter().flat_map(|batch| unknowns(&batch.steps)));
        }
        let bytes = write::lgpo(&says, &lines.join("\n"))?;
        let path = if undo { "lgpo/undo.txt" } else { "lgpo/harden.txt" };
        Ok(Output { path: path.to_owned(), bytes, undo, about: format!("{what}, for LGPO.exe"), says })
    };
    Ok(vec![file(false)?, file(true)?])
}
