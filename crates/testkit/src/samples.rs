//! The project's own samples, one module an area.

pub mod archives;
pub mod baseline;
pub mod commands;
pub mod doc;
pub mod evtx;
pub mod excel;
pub mod formula;
pub mod hives;
pub mod logs;
pub mod mail;
pub mod memory;
pub mod objects;
pub mod provenance;
pub mod queries;
pub mod registry;
pub mod rtf;
pub mod rules;
pub mod word;

/// What a sample must yield.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// At least one DDE link; the first one's service and topic.
    Dde(&'static str, &'static str),
    /// At least one link of another kind (its kebab-case name) and no DDE link.
    Related(&'static str),
    /// No finding above info.
    Silent,
}

/// A sample: bytes made by code, and what they stand for.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Row of the carrier table (`W1`) or id of the trick (`split-runs`) that it stands for; near-misses name the
    /// carrier that they must not upset.
    pub row: &'static str,
    /// Short name in kebab-case, unique, also its file's name with the extension (`w1-ddeauto.doc`).
    pub name: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What must be found.
    pub expect: Expect,
}

/// A byte entry: a function that meets bytes from outside. Each has a fuzz target of the same name, and the mutation
/// test drives it with damaged samples.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Name in kebab-case, the fuzz target's name.
    pub name: &'static str,
    /// Meets the bytes; must neither panic nor hang nor hold more than its budget.
    pub run: fn(&[u8]),
    /// True for the samples (by name) that are good seeds for it.
    pub seed: fn(&str) -> bool,
}

type Area = (fn() -> Vec<Sample>, &'static [Entry]);

const AREAS: &[Area] = &[
    (baseline::samples, baseline::ENTRIES),
    (archives::samples, archives::ENTRIES),
    (commands::samples, commands::ENTRIES),
    (objects::samples, objects::ENTRIES),
    (mail::samples, mail::ENTRIES),
    (rtf::samples, rtf::ENTRIES),
    (word::samples, word::ENTRIES),
    (doc::samples, doc::ENTRIES),
    (excel::samples, excel::ENTRIES),
    (formula::samples, formula::ENTRIES),
    (queries::samples, queries::ENTRIES),
    (rules::samples, rules::ENTRIES),
    (logs::samples, logs::ENTRIES),
    (evtx::samples, evtx::ENTRIES),
    (hives::samples, hives::ENTRIES),
    (registry::samples, registry::ENTRIES),
    (provenance::samples, provenance::ENTRIES),
    (memory::samples, memory::ENTRIES),
];

/// Every sample of every area.
#[must_use]
pub fn all() -> Vec<Sample> {
    AREAS.iter().flat_map(|(samples, _)| samples()).collect()
}

/// Every byte entry of every area.
#[must_use]
pub fn entries() -> Vec<Entry> {
    AREAS.iter().flat_map(|(_, entries)| entries.iter().copied()).collect()
}
