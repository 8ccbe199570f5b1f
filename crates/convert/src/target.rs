//! What rules can be converted to: one line a target.

use crate::emit::{self, Emitter};
use crate::refusal::Refusal;
use ddefend_rule::ir::Rule;
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
    pub(crate) how: How,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("name", &self.name).field("language", &self.language).finish_non_exhaustive()
    }
}

/// What its text is made from.
#[derive(Clone, Copy)]
pub(crate) enum How {
    Plan(Emitter),
    Rule(fn(&Rule) -> Result<String, Refusal>),
}

const fn target(name: &'static str, language: Language, extension: &'static str, emitter: Emitter) -> Target {
    Target { name, language, extension, how: How::Plan(emitter) }
}

const TARGETS: &[Target] = &[
    Target { name: "sigma", language: Language::Sigma, extension: "yml", how: How::Rule(emit::sigma) },
    target("kql-xdr", Language::Kql, "kql", emit::kql),
    target("kql-sentinel", Language::Kql, "kql", emit::kql),
    target("kql-asim", Language::Kql, "kql", emit::kql),
    target("splunk", Language::Spl, "spl", emit::spl),
    target("splunk-cim", Language::Spl, "spl", emit::tstats),
    target("eql", Language::Eql, "eql", emit::eql),
    target("esql", Language::Esql, "esql", emit::esql),
    target("kuery", Language::Kuery, "kuery", emit::kuery),
    target("lucene", Language::Lucene, "lucene", emit::lucene),
    target("sql", Language::Sql, "sql", emit::sql),
    target("car", Language::Car, "car", emit::car),
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
