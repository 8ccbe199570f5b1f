//! Runs the readers over bytes as the engine would, with default limits and passwords.

use ddefend_container::{Part, Secrets};
use ddefend_document::{Walked, walk};
use ddefend_guard::{Budget, Limits, Stop};
use ddefend_model::{Link, LinkKind, PartPath};
use std::borrow::Cow;

/// What the readers found.
#[derive(Clone, Debug)]
pub struct Collected {
    /// Everything.
    pub walked: Walked,
}

impl Collected {
    /// `service|topic!item` of every DDE link, in order.
    #[must_use]
    pub fn dde(&self) -> Vec<String> {
        self.of_kind(LinkKind::Dde)
            .map(|link| {
                let word = |value: &Option<String>| value.clone().unwrap_or_default();
                format!("{}|{}!{}", word(&link.service), word(&link.topic), word(&link.item))
            })
            .collect()
    }

    /// Links of one kind.
    pub fn of_kind(&self, kind: LinkKind) -> impl Iterator<Item = &Link> {
        self.walked.links.iter().filter(move |link| link.kind == kind)
    }

    /// Codes of all diagnostics.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        self.walked.diagnostics.iter().map(|diagnostic| diagnostic.code.as_ref()).collect()
    }
}

/// Passwords as the shipped content has them.
#[must_use]
pub fn secrets() -> Secrets {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Secrets {
        office_defaults: owned(&["VelvetSweatshop", "/01Hannes Ruescher/01"]),
        archive_defaults: owned(&["infected", "infected-test", "malware", "virus", "password"]),
        user: Vec::new(),
    }
}

/// Reads bytes under a file name with default limits and passwords.
#[must_use]
pub fn collect(name: &str, bytes: &[u8]) -> Collected {
    collect_with(name, bytes, Limits::default(), &secrets())
}

/// Reads bytes with chosen limits and passwords.
#[must_use]
pub fn collect_with(name: &str, bytes: &[u8], limits: Limits, secrets: &Secrets) -> Collected {
    let part =
        Part { path: PartPath::root(name), bytes, name: Some(Cow::Borrowed(name)), declared: None, tricks: Vec::new() };
    let budget = Budget::new(limits, Stop::default());
    Collected { walked: walk(part, &budget, secrets) }
}
