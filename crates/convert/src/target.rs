//! What rules can be converted to: one line a target.

use crate::emit::{self, Emitter};
use ddefend_rule::ir::query::Language;

/// A language together with a schema.
#[derive(Clone, Copy)]
pub struct Target {
    /// As the command line calls it; the profile under `content/convert` has the same name.
    pub name: &'static str,
    /// The language that its texts are read back with.
    pub language: Language,
    /// How a file with such a text ends.
    pub extension: &'static str,
    pub(crate) emitter: Emitter,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("name", &self.name).field("language", &self.language).finish_non_exhaustive()
    }
}

const TARGETS: &[Target] = &[
    Target { name: "kql-xdr", language: Language::Kql, extension: "kql", emitter: emit::kql },
    Target { name: "splunk", language: Language::Spl, extension: "spl", emitter: emit::spl },
    Target { name: "eql", language: Language::Eql, extension: "eql", emitter: emit::eql },
];

/// Every target, in the order that they are shown in.
#[must_use]
pub fn targets() -> &'static [Target] {
    TARGETS
}

/// The target of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name.eq_ignore_ascii_case(name))
}
