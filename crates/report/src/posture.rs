//! What `ddefend posture audit` prints: one small renderer per output, beside those of `scan` and `hunt`.

mod csv;
mod difference;
mod essence;
mod head;
mod html;
mod json;
mod jsonl;
mod navigator;
mod ocsf;
mod page;
mod sarif;
mod shape;
mod text;

pub(crate) use html::{audit_section, gap_line};
pub(crate) use page::diagnostic_text;

pub use difference::{DifferenceRenderer, difference_names, difference_renderer};

use ddefend_model::Diagnostic;
use ddefend_model::posture::{Audit, PostureSummary};

/// What a renderer of audits may need to know beside them.
#[derive(Clone, Debug, Default)]
pub struct PostureMeta {
    /// Version of ddefend.
    pub version: String,
    /// Version of the content.
    pub content: String,
    /// Width of the terminal in columns, for text; 0 means 100.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// Every check, also those that are in order, with all their evidence, for text.
    pub verbose: bool,
    /// The time of the run in milliseconds since 1970, for what has no time of its own; 0 leaves it out.
    pub time: i64,
    /// Checks and ways in, in words, for outputs that explain them.
    pub rules: Vec<PostureRule>,
}

/// A check or a way in, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostureRule {
    /// Its id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it is and why it matters.
    pub about: String,
    /// ATT&CK mitigation (checks) or technique (ways in).
    pub attack: String,
    /// Where it comes from.
    pub references: Vec<String>,
}

/// Gives text at the start, per audit (one user or one machine) and diagnostic, and at the end; put together it is one
/// whole document. Holds no more than a bounded number of audits in memory: a run may have 10,000 users.
pub trait PostureRenderer {
    /// What stands before everything.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// One machine or one user; the machine comes before its users.
    fn audit(&mut self, audit: &Audit) -> String;

    /// Something that could not be read, or is worth knowing.
    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String;

    /// What stands behind everything.
    fn end(&mut self, summary: &PostureSummary) -> String;
}

type Make = fn(&PostureMeta) -> Box<dyn PostureRenderer>;

/// Every output: name, constructor. One line each.
const OUTPUTS: &[(&str, Make)] = &[
    ("text", text::make),
    ("json", json::make),
    ("jsonl", jsonl::make),
    ("csv", csv::make),
    ("html", html::make),
    ("sarif", sarif::make),
    ("ocsf", ocsf::make),
    ("navigator", navigator::make),
];

/// Names of the outputs of `posture audit`, for `--format`.
pub fn posture_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The renderer of audits of that name.
#[must_use]
pub fn posture_renderer(name: &str, meta: &PostureMeta) -> Option<Box<dyn PostureRenderer>> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(meta))
}
