//! The project's own samples, one module an area.

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

/// Every sample of every area.
#[must_use]
pub fn all() -> Vec<Sample> {
    Vec::new()
}
