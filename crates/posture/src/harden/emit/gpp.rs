//! `Registry.xml` of group policy preferences, both halves.

use super::{Format, Job, Output, halves};
use ddefend_registry::write::{self, Unwritable};

pub(super) const FORMAT: Format = Format {
    name: "gpp",
    deploy: "Copy the items of gpp/User/Registry.xml and gpp/Machine/Registry.xml into Preferences, Windows Settings, Registry of a group policy (they can be pasted there).",
    back: "Take the items out and paste those below gpp/undo; preferences stay on machines until they are taken away.",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    halves(job, ["gpp", "Registry.xml", "preferences"], write::gpp)
}
