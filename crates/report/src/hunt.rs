//! What `ddefend hunt` prints: one small renderer per output, beside those of `scan`.

mod csv;
mod ecs;
mod forest;
mod html;
mod json;
mod jsonl;
mod ocsf;
mod shape;
mod tally;
mod text;
mod timesketch;

pub(crate) use html::detection_card;
pub(crate) use timesketch::datetime;

use ddefend_model::{Detection, Diagnostic, HuntSummary};

/// What a renderer of detections may need to know beside them.
#[derive(Clone, Debug, Default)]
pub struct HuntMeta {
    /// Version of ddefend.
    pub version: String,
    /// Version of the content.
    pub content: String,
    /// Width of the terminal in columns, for text; 0 means 100.
    pub width: usize,
    /// Colour, for text.
    pub colour: bool,
    /// Nothing folded, every diagnostic, every rule that could not fire, for text.
    pub verbose: bool,
    /// Process trees at the end, for text.
    pub tree: bool,
    /// A table by time at the end, for text.
    pub timeline: bool,
    /// What is known of the rules beyond their titles, for outputs that explain them.
    pub rules: Vec<HuntRule>,
}

/// A rule in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HuntRule {
    /// Its id.
    pub id: String,
    /// What it finds and why that matters.
    pub description: String,
    /// What else it fires on.
    pub false_positives: Vec<String>,
    /// Addresses.
    pub references: Vec<String>,
    /// Author.
    pub author: String,
    /// Tags such as `attack.t1559.002`.
    pub tags: Vec<String>,
}

/// Gives text at the start, per detection and diagnostic, and at the end; put together it is one whole document. Outputs
/// that can show a detection at once do so.
pub trait HuntRenderer {
    /// What stands before everything.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// One detection.
    fn detection(&mut self, detection: &Detection) -> String;

    /// Something that could not be read, or is worth knowing.
    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String;

    /// What stands behind everything.
    fn end(&mut self, summary: &HuntSummary) -> String;
}

type Make = fn(&HuntMeta) -> Box<dyn HuntRenderer>;

/// Every output: name, constructor. One line each.
const OUTPUTS: &[(&str, Make)] = &[
    ("text", text::make),
    ("json", json::make),
    ("jsonl", jsonl::make),
    ("csv", csv::make),
    ("html", html::make),
    ("timesketch", timesketch::make),
    ("ecs", ecs::make),
    ("ocsf", ocsf::make),
];

/// Names of the outputs of `hunt`, for `--format`.
pub fn hunt_names() -> impl Iterator<Item = &'static str> {
    OUTPUTS.iter().map(|(name, _)| *name)
}

/// The renderer of detections of that name.
#[must_use]
pub fn hunt_renderer(name: &str, meta: &HuntMeta) -> Option<Box<dyn HuntRenderer>> {
    OUTPUTS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(meta))
}
