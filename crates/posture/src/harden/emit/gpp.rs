//! `Registry.xml` of group policy preferences, both halves.

use super::{Format, Job, Output, back, everybody, facts};
use ddefend_registry::write::{self, Unwritable};
use ddefend_registry::{Entry, Root};

pub(super) const FORMAT: Format = Format {
    name: "gpp",
    deploy: "Copy the items of gpp/User/Registry.xml and gpp/Machine/Registry.xml into Preferences, Windows Settings, Registry of a group policy (they can be pasted there).",
    back: "Take the items out and paste those below gpp/undo; preferences stay on machines until they are taken away.",
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
                path: format!("gpp/{}{half}/Registry.xml", if undo { "undo/" } else { "" }),
                bytes: write::gpp(&says, &root)?,
                undo,
                about: format!("{half} preferences{}", if undo { ", the way back" } else { "" }),
                says,
            });
        }
    }
    Ok(files)
}
