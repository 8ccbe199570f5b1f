use ddefend_model::case::{Evidence, Held};
use std::collections::BTreeMap;

/// What a question comes to, before it is put into the playbook's words.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Yes, no or unknown.
    pub(super) held: Held,
    /// One of the primitive's details; empty for none.
    pub(super) detail: &'static str,
    /// 0 to 1.
    pub(super) confidence: f64,
    /// What was found, a clause without a full stop.
    pub(super) what: String,
    /// Numbers that rules compare.
    pub(super) values: BTreeMap<String, u64>,
    /// What it rests on.
    pub(super) evidence: Vec<Evidence>,
    /// What would answer it, or answer it better.
    pub(super) gaps: Vec<String>,
}

impl Found {
    pub(super) fn yes(detail: &'static str, confidence: f64, what: impl Into<String>) -> Self {
        Self { held: Held::Yes, detail, confidence, what: what.into(), ..Self::default() }
    }

    pub(super) fn no(detail: &'static str, confidence: f64, what: impl Into<String>) -> Self {
        Self { held: Held::No, detail, confidence, what: what.into(), ..Self::default() }
    }

    pub(super) fn unknown(detail: &'static str, what: impl Into<String>, gaps: Vec<String>) -> Self {
        Self { held: Held::Unknown, detail, what: what.into(), gaps, ..Self::default() }
    }

    pub(super) fn with(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }

    pub(super) fn value(mut self, name: &str, value: usize) -> Self {
        self.values.insert(name.to_owned(), value as u64);
        self
    }
}

/// The first of some things, and how many more there are: `a, b and 3 more`.
pub(super) fn some_of<T: AsRef<str>>(things: &[T], most: usize) -> String {
    let shown: Vec<&str> = things.iter().take(most).map(AsRef::as_ref).collect();
    let more = things.len().saturating_sub(shown.len());
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
