//! Where an artifact came from, read from bytes: marks of the web, mail headers and signatures, what documents say of
//! themselves, what users were asked and answered. Reports facts; whether a source is to be trusted is `triage`'s question.
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ddefend_guard::Budget;
use ddefend_model::Diagnostic;
use ddefend_model::provenance::Provenance;
use std::collections::BTreeMap;

/// What reading mails rests on: never taken from the evidence itself.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Our own authserv-ids (RFC 8601): only their results are trusted.
    pub authserv_ids: Vec<String>,
    /// Host names (or ends of them, with a leading dot) of our own mail servers: hops of theirs are not forged.
    pub internal_hosts: Vec<String>,
    /// DKIM public key records by `selector._domainkey.domain`: there is no network access to fetch them.
    pub dkim_keys: BTreeMap<String, String>,
}

/// What the bytes of an artifact say of where it came from.
#[must_use]
pub fn read(_name: &str, _bytes: &[u8], _budget: &Budget, _settings: &Settings) -> (Provenance, Vec<Diagnostic>) {
    (Provenance::default(), Vec::new())
}
