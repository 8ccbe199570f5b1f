//! `registry.pol`, both halves of a group policy.

use super::{Format, Job, Output, back, everybody, facts};
use ddefend_registry::write::{self, Unwritable};
use ddefend_registry::{Entry, Root};

pub(super) const FORMAT: Format = Format {
    name: "pol",
    deploy: "LGPO.exe /m pol/Machine/registry.pol and LGPO.exe /u pol/User/registry.pol, or into a new group policy's folder.",
    back: "Unlink the group policy. Values outside of Software\\Policies stay (they are preferences): the files below pol/undo take them away.",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    let mut files = Vec::new();
    for undo in [false, true] {
        let entries = facts(&if undo { back(job) } else { everybody(job) });
        for (root, half) in [(Root::Machine, "Machine"), (Root::User, "User")] {
            let says: Vec<Entry> = entries.iter().filter(|entry| entry.root == root).cloned().collect();
            if says.is_empty() {
                continue;
            }
            files.push(Output {
                path: format!("pol/{}{half}/registry.pol", if undo { "undo/" } else { "" }),
                bytes: write::pol(&says, &root)?,
                undo,
                about: format!("{half} half of the group policy{}", if undo { ", the way back" } else { "" }),
                says,
            });
        }
    }
    Ok(files)
}
