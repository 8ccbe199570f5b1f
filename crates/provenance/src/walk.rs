//! Takes an artifact apart with the container's readers and notes what is inside.

use crate::{Settings, mail};
use ddefend_container::{Claim, Part, Probe, READERS};
use ddefend_guard::Budget;
use ddefend_model::provenance::Provenance;
use ddefend_model::{Diagnostic, PartPath};

/// What the bytes of an artifact say of where it came from.
#[must_use]
pub fn read(name: &str, bytes: &[u8], budget: &Budget, settings: &Settings) -> (Provenance, Vec<Diagnostic>) {
    let _ = budget;
    let mut found = Provenance::default();
    let part = Part { path: PartPath::root(name), bytes, name: Some(name.into()), declared: None, tricks: Vec::new() };
    let probe = Probe::new(&part);
    if READERS.iter().any(|reader| reader.format.id == "eml" && (reader.sniff)(&probe) >= Claim::Structure) {
        found.mail = Some(mail::read(bytes, settings));
    }
    (found, Vec::new())
}
