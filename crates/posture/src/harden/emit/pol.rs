//! `registry.pol`, both halves of a group policy.

use super::{Format, Job, Output, halves};
use ddefend_registry::write::{self, Unwritable};

pub(super) const FORMAT: Format = Format {
    name: "pol",
    deploy: "LGPO.exe /m pol/Machine/registry.pol and LGPO.exe /u pol/User/registry.pol, or into a new group policy's folder.",
    back: "Unlink the group policy. Values outside of Software\\Policies stay (they are preferences): the files below pol/undo take them away.",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    halves(job, ["pol", "registry.pol", "half of the group policy"], write::pol)
}
